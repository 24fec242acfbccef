"""The program's own words: every text has its Finnish and Swedish, and the catalogues are fresh."""

import pytest
import translations
from translations import (
    CENTRAL,
    CLIENTS,
    KIOSK,
    LANGUAGES,
    catalogue,
    compiled,
    problems_of,
    texts_of,
)

from device_config.catalogue import shipped_texts
from kiosk.texts import NAMES, direction, words_in

every_catalogue = pytest.mark.parametrize(
    ("domain", "language"),
    [(domain, language) for domain in (KIOSK, CENTRAL) for language in LANGUAGES],
    ids=lambda each: getattr(each, "name", each),
)


def test_the_texts_of_the_code_are_found():
    assert {"Thank you!", "Skip", "Back", "I am a relative"} <= texts_of(KIOSK)
    assert len(texts_of(CENTRAL)) > 30


@every_catalogue
def test_no_text_is_missing_uncertain_or_left_over(domain, language):
    assert list(problems_of(domain, language)) == []


@every_catalogue
def test_the_compiled_catalogue_is_that_of_the_source(domain, language):
    source = {m.id: m.string for m in catalogue(domain, language) if m.id}

    assert compiled(domain, language) == source


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_says_something_else_than_the_english(language):
    assert all(m.string != m.id for m in catalogue(KIOSK, language) if m.id)


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_catalogues_of_the_screen_have_the_same_texts(language):
    assert {m.id for m in catalogue(KIOSK, language) if m.id} == shipped_texts("kiosk")


def test_the_template_of_a_language_pack_has_every_text_of_the_screen():
    assert translations.template_texts() == texts_of(CLIENTS)


def a_domain(folder, code, entries, monkeypatch):
    """A domain of one module and one Finnish catalogue."""
    (folder / "code").mkdir()
    (folder / "code" / "module.py").write_text(code)
    path = folder / "fi" / "LC_MESSAGES" / "kiosk.po"
    path.parent.mkdir(parents=True)
    path.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n' + entries)
    monkeypatch.setattr(translations, "LOCALES", folder)
    monkeypatch.setattr(translations, "LANGUAGES", ("fi",))
    return translations.Domain("kiosk", folder / "code", (("**.py", "python"),), "**/*.py")


@pytest.mark.parametrize(
    ("code", "entries", "problem"),
    [
        ('words.say("Hello", "fi")', "", "fi kiosk: missing: 'Hello'"),
        ('_("Hello")', "", "fi kiosk: missing: 'Hello'"),
        ("", 'msgid "Hello"\nmsgstr "Hei"\n', "fi kiosk: stale, no more in the code: 'Hello'"),
        ('say("Hello")', 'msgid "Hello"\nmsgstr ""\n', "fi kiosk: not translated: 'Hello'"),
        ('say("Hello")', '#, fuzzy\nmsgid "Hello"\nmsgstr "Hei"\n', "fi kiosk: fuzzy: 'Hello'"),
        (
            'say("%(n)d left")',
            'msgid "%(n)d left"\nmsgstr "jäljellä"\n',
            "fi kiosk: takes other values: '%(n)d left'",
        ),
    ],
)
def test_what_is_wrong_with_a_catalogue_is_said(tmp_path, monkeypatch, code, entries, problem):
    domain = a_domain(tmp_path, code, entries, monkeypatch)

    assert list(translations.problems_of(domain, "fi")) == [problem]


def test_a_known_text_in_a_table_that_a_call_reads_is_not_stale(tmp_path, monkeypatch):
    code = 'WHO = {"a": "Hello"}\nsay(WHO[who])'
    domain = a_domain(tmp_path, code, 'msgid "Hello"\nmsgstr "Hei"\n', monkeypatch)

    assert list(translations.problems_of(domain, "fi")) == []


def test_a_language_without_a_catalogue_reads_english():
    words = words_in(["fi", "en", "smn"])

    assert words.say("Thank you!", "fi") == "Kiitos!"
    assert words.say("Thank you!", "en") == words.say("Thank you!", "smn") == "Thank you!"


def test_a_language_is_named_in_itself_and_an_unknown_one_by_its_code():
    words = words_in(["sv", "xx"])

    assert words.name_of("sv") == "Svenska"
    assert words.name_of("xx") == "xx"
    assert all(name.strip() for name in NAMES.values())


@pytest.mark.parametrize(("language", "way"), [("fi", "ltr"), ("ar", "rtl"), ("ar-SY", "rtl")])
def test_a_language_is_read_in_its_own_direction(language, way):
    assert direction(language) == way
