"""Language packs as staff would get them, from the texts in tests/packs. Holds no tests.

Each is the national form with one more language in it, and the screen's own words. Nobody who
speaks the languages has checked them: they are for layouts, letters and directions.
"""

import io
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from device_config.catalogue import install_texts
from device_config.keyboards import Rows, keyboard_for, layout_from
from device_config.problems import questionnaire_from
from device_config.questionnaire import Questionnaire
from device_config.questionnaire_files import install as install_questionnaire
from device_config.questionnaire_files import shipped_bytes
from device_config.state import StateDirectory
from kiosk.session.config import SessionConfig
from kiosk.texts import Words
from tests.kiosk_builders import a_config

PACKS = Path(__file__).parent / "packs"
LANGUAGES = ("ar", "ru", "se")
VERSION = "2024.2"
"""Above that of the form that travels with the program, so that the pack is what is asked."""


def install(state: StateDirectory, *languages: str) -> None:
    """Put the packs of these languages where `palautepiste questionnaire import` would."""
    body = json.dumps(questionnaire_body(*languages), ensure_ascii=False).encode()
    for language in languages:
        install_texts(compiled_words(language), "kiosk", language, state.locales)
        keyboard = PACKS / language / "keyboard.json"
        if keyboard.exists():
            state.keyboards.mkdir(exist_ok=True)
            (state.keyboards / f"{language}.json").write_bytes(keyboard.read_bytes())
    install_questionnaire(body, pack_questionnaire(*languages), state.questionnaires)


def pack_config(language: str, **changes: Any) -> SessionConfig:
    """A session that offers the language of a pack first, then the shipped ones; no files."""
    languages = changes.pop("languages", (language, "fi", "sv", "en"))
    questionnaires = (pack_questionnaire(language), *changes.pop("questionnaires", ()))
    config = a_config(languages=languages, questionnaires=questionnaires, **changes)
    words = Words({**config.words.translators, language: _say(language)})
    by_language = {**config.keyboards.by_language, language: keyboard_rows(language)}
    return replace(
        config, words=words, keyboards=replace(config.keyboards, by_language=by_language)
    )


def pack_questionnaire(*languages: str) -> Questionnaire:
    """The national form in these languages besides its own."""
    return questionnaire_from(questionnaire_body(*languages), f"the pack {languages}")


def questionnaire_body(*languages: str) -> dict[str, Any]:
    """The same as the JSON that a pack's file would hold."""
    body = next(b for b in map(json.loads, shipped_bytes()) if b["id"] == "national-general")
    for language in languages:
        _add_language(body, language)
    return {**body, "version": VERSION}


def _add_language(body: dict[str, Any], language: str) -> None:
    said = json.loads((PACKS / language / "statements.json").read_text("utf-8"))
    body["languages"].append(language)

    def add(texts: dict[str, Any], text: str) -> None:
        texts[language] = {"text": text, "source": "test pack", "status": "unverified"}

    add(body["title"], said["title"])
    for name, scale in body["scales"].items():
        for value, texts in scale["labels"].items():
            add(texts, said["scales"][name][value])
        if scale.get("not_applicable") is not None:
            add(scale["not_applicable"], said["scales"][name]["not_applicable"])
    for item in body["items"]:
        add(item["text"], said["items"][item["id"]])
    add(body["reasons"]["text"], said["reasons"]["text"])
    for option in body["reasons"]["options"]:
        add(option["text"], said["reasons"]["options"][option["id"]])


# The screen's own words, and the keys


def catalogue(language: str) -> Catalog:
    """The pack's words for the screen, as babel reads them."""
    with (PACKS / language / "kiosk.po").open("rb") as file:
        return read_po(file, locale=language)


def words(language: str) -> Mapping[str, str]:
    """The pack's words for the screen by their English texts."""
    return {m.id: m.string for m in catalogue(language) if m.id}


def compiled_words(language: str) -> bytes:
    """The bytes of the pack's kiosk.mo."""
    file = io.BytesIO()
    write_mo(file, catalogue(language))
    return file.getvalue()


def keyboard_rows(language: str) -> Rows:
    """The pack's own keys, or the shipped ones of the language."""
    path = PACKS / language / "keyboard.json"
    if path.exists():
        return layout_from(path.read_bytes(), language).rows
    return keyboard_for(language).rows


def _say(language: str) -> Any:
    said = words(language)
    return lambda english: said.get(english, english)
