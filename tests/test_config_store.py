"""The configuration's life: checked whole, activated in one step, rolled back."""

import errno
import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from builders import a_state
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device_config.assets import asset
from device_config.config_store import ConfigStore
from device_config.durable_file import DurableFile
from device_config.errors import ConfigurationProblems, KioskError, UsageProblem
from device_config.settings_files import check_file, read_layer

WRONG_FILES = {
    "no TOML": "session = {",
    "no UTF-8": b"a = '\xff'",
    "nested for ever": "a = " + "[" * 5000,
    "a number without end": "a = " + "9" * 5000,
    "a table for a list": "[panel]\nkind = 'keypad'",
    "a value for a table": "session = 3",
    "an unknown key": "[session]\nundo = 3",
    "a wrong type": "[session]\nlanguages = 'fi'",
    "no number": "[session]\nundo_s = nan",
    "a whole number with a point": "[screen]\nrotation = 90.0",
    "a date": "[session]\nundo_s = 2026-11-21",
    "too large": "#" * 300_000,
}


@pytest.fixture
def state(tmp_path):
    return a_state(tmp_path)


def a_store(state, file=None):
    return ConfigStore(state, file)


def undo_s(store):
    return store.effective().settings.session.undo_s


def test_the_layers_lie_in_their_order_and_each_key_says_where_it_is_from(state, tmp_path):
    file = tmp_path / "terminal.toml"
    file.write_text("[session]\nundo_s = 5\nmin_interval_s = 6\n")
    store = a_store(state, file)
    store.activate_central({"session": {"undo_s": 3, "min_interval_s": 3, "idle_timeout_s": 30}})
    store.set_value("session.undo_s", 7)

    effective = store.effective()

    session = effective.settings.session
    assert (session.undo_s, session.min_interval_s, session.idle_timeout_s) == (7, 6, 30)
    assert effective.sources["session.undo_s"] == "set"
    assert effective.sources["session.min_interval_s"] == str(file)
    assert effective.sources["session.idle_timeout_s"] == "centre"
    assert effective.sources["session.first_item"] == "shipped"


def test_what_was_set_is_there_after_a_restart(state):
    a_store(state).set_value("session.undo_s", 9)

    assert undo_s(a_store(state)) == 9


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("session.undo_s", 999),
        ("session.undo", 3),
        ("session.undo_s.deeper", 3),
        ("sesion.undo_s", 3),
        ("session.first_item", "nps"),
        ("central.url", "http://palaute.example.fi"),
        ("panel.kind", "gpio"),
        ("session", 3),
    ],
)
def test_a_value_that_does_not_fit_is_refused_and_changes_nothing(state, key, value):
    store = a_store(state)
    store.set_value("session.undo_s", 9)
    before = (state.path / "settings.1").read_bytes()

    with pytest.raises((ConfigurationProblems, UsageProblem), match=key.partition(".")[0]):
        store.set_value(key, value)

    assert (state.path / "settings.1").read_bytes() == before


def test_the_centres_layer_is_news_once(state):
    store = a_store(state)

    assert store.activate_central({"session": {"undo_s": 3}})
    assert not store.activate_central({"session": {"undo_s": 3}})


@pytest.mark.parametrize(
    "layer",
    [
        {"session": {"undo": 3}},
        {"central": {"token": "x"}},
        {"session": 3},
        {"panel": {"kind": "keypad"}},
        {"session": {"questionnaire": "not-there"}},
    ],
)
def test_a_bad_layer_of_the_centre_leaves_the_one_before_it(state, layer):
    store = a_store(state)
    store.activate_central({"session": {"undo_s": 3}})

    with pytest.raises(ConfigurationProblems):
        store.activate_central(layer)

    assert undo_s(store) == 3


def test_rolling_back_returns_to_the_layers_before_and_again_undoes_that(state):
    store = a_store(state)
    store.set_value("session.undo_s", 3)
    store.activate_central({"session": {"idle_timeout_s": 30}})

    store.roll_back()
    assert store.effective().settings.session.idle_timeout_s == 20
    assert undo_s(store) == 3

    store.roll_back()
    assert store.effective().settings.session.idle_timeout_s == 30


def test_there_is_no_way_back_before_the_first_change(state):
    with pytest.raises(UsageProblem, match="no way back"):
        a_store(state).roll_back()


def test_damaged_layers_are_left_out_with_a_warning_since_collecting_goes_first(state):
    store = a_store(state)
    store.set_value("session.undo_s", 9)
    for copy in ("settings.1", "settings.2"):
        (state.path / copy).write_bytes(b"damaged")

    effective = store.effective()

    assert effective.settings.session.undo_s == 2
    assert "settings.1" in effective.warnings[0]


def test_settings_can_be_set_again_after_damage(state):
    store = a_store(state)
    store.set_value("session.undo_s", 9)
    for copy in ("settings.1", "settings.2"):
        (state.path / copy).write_bytes(b"damaged")

    store.set_value("session.undo_s", 4)

    assert undo_s(store) == 4
    assert store.effective().warnings == ()


def test_the_fingerprint_changes_with_the_file_and_with_the_kept_layers(state, tmp_path):
    file = tmp_path / "terminal.toml"
    store = a_store(state, file)
    prints = {store.fingerprint()}

    file.write_text("[session]\n")
    prints.add(store.fingerprint())
    store.set_value("session.undo_s", 9)
    prints.add(store.fingerprint())

    assert len(prints) == 3
    assert store.fingerprint() in prints


@pytest.mark.parametrize("text", WRONG_FILES.values(), ids=WRONG_FILES)
def test_a_wrong_settings_file_is_refused_with_words(state, tmp_path, text):
    file = tmp_path / "terminal.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())

    with pytest.raises(ConfigurationProblems) as caught:
        a_store(state, file).effective()

    assert all(caught.value.problems)


@pytest.mark.parametrize("text", WRONG_FILES.values(), ids=WRONG_FILES)
def test_checking_says_what_using_would(tmp_path, text):
    file = tmp_path / "terminal.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())

    try:
        problems = check_file(file)
    except ConfigurationProblems as error:
        problems = error.problems

    assert all(problems)
    assert problems


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_file_at_all_makes_the_check_stumble(tmp_path, content):
    file = tmp_path / "terminal.toml"
    file.write_bytes(content)

    with suppress(KioskError):
        check_file(file)


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_a_settings_file_that_cannot_be_read_says_what_to_give(tmp_path, name):
    with pytest.raises(UsageProblem, match="give an existing settings file"):
        read_layer(tmp_path / name)


def test_no_program_writes_the_file_of_it(state, tmp_path):
    file = tmp_path / "terminal.toml"
    file.write_text("[session]\nundo_s = 5\n")
    store = a_store(state, file)

    store.set_value("session.min_interval_s", 7)
    store.activate_central({"session": {"undo_s": 3}})
    store.roll_back()

    assert file.read_text() == "[session]\nundo_s = 5\n"


@pytest.mark.parametrize(
    ("module", "banned"),
    [
        ("device_config.config_store", {"requests", "litestar", "jsonschema", "kivy", "sqlite3"}),
        ("sync.wire", {"requests", "litestar", "jsonschema", "kivy", "sqlite3"}),
        ("sync.outbox", {"requests", "litestar", "jsonschema", "kivy"}),
    ],
)
def test_a_start_does_not_wait_for_what_it_does_not_need(module, banned):
    script = f"import sys, {module}; print('\\n'.join(sys.modules))"

    said = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, text=True
    )

    assert banned.isdisjoint(said.stdout.split())


def test_kept_layers_that_do_not_fit_any_more_are_left_out_with_a_warning(tmp_path):
    """As after an update that knows a setting no more: the terminal collects all the same."""
    state = a_state(tmp_path)
    DurableFile(state.file("settings")).write({"set": {"session": {"undo_seconds": 3}}})

    effective = ConfigStore(state, None).effective()

    assert effective.settings.session.undo_s == 2
    assert "undo_seconds" in effective.warnings[0]


# What is installed may go: the terminal collects all the same


def install(state, name="pack", **members):
    """A questionnaire in a file of the state directory; returns the file."""
    body = json.loads(asset("questionnaires", "national-general.json").read_text("utf-8"))
    path = state.questionnaires / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({**body, "version": "2025.1", **members}))
    return path


def sami_pack(state):
    """The national form with one language more; returns the file."""
    body = json.loads(asset("questionnaires", "national-general.json").read_text("utf-8"))

    def translated(part):
        if isinstance(part, list):
            return [translated(each) for each in part]
        if not isinstance(part, dict):
            return part
        more = {"se": part["fi"]} if "fi" in part else {}
        return {**{key: translated(value) for key, value in part.items()}, **more}

    languages = ["fi", "sv", "en", "se"]
    return install(state, **{**translated(body), "languages": languages, "version": "2025.1"})


def a_terminal_with_a_pack(state):
    """All that can name something installed does; returns the store and the two files."""
    files = sami_pack(state), install(state, "kids", id="kids", respondent="child")
    store = a_store(state)
    store.set_value("session.languages", ["se", "fi"])
    store.activate_central({"session": {"undo_s": 3}})
    return store, files


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_text("{")])
def test_a_pack_that_went_costs_its_language_and_no_other_setting(state, damage):
    store, (pack, _) = a_terminal_with_a_pack(state)
    assert store.effective().warnings == ()

    damage(pack)

    effective = store.effective()
    assert effective.settings.session.languages == ("fi",)
    assert undo_s(store) == 3
    (warning,) = effective.warnings
    assert warning.startswith("session.languages[0]: national-general has no statements in 'se'")


def test_with_none_of_its_languages_left_the_questionnaires_own_are_offered(state):
    store, (pack, _) = a_terminal_with_a_pack(state)
    store.set_value("session.languages", ["se"])

    pack.unlink()

    assert store.effective().settings.session.languages == ("fi", "sv", "en")


def test_terminal_toml_may_name_a_language_that_is_gone(state, tmp_path):
    file = tmp_path / "terminal.toml"
    file.write_text('[session]\nlanguages = ["se", "sv"]\nfirst_item = "x"\nundo_s = 4\n')

    effective = a_store(state, file).effective()

    session = effective.settings.session
    assert (session.languages, session.first_item) == (("sv",), "usefulness")
    assert undo_s(a_store(state, file)) == 4
    assert len(effective.warnings) == 2
    assert len(check_file(file)) == 2


def test_a_childs_form_that_went_is_not_offered(state):
    store, (_, kids) = a_terminal_with_a_pack(state)
    store.set_value("session.languages", ["fi"])
    store.set_value("session.child_questionnaire", "kids")

    kids.unlink()

    effective = store.effective()
    assert effective.settings.session.child_questionnaire == ""
    assert "session.child_questionnaire: 'kids' is not installed" in effective.warnings[0]
    assert undo_s(store) == 3


def test_a_questionnaire_that_went_gives_way_to_the_shipped_one(state):
    own = install(state, "own", id="own-form")
    store = a_store(state)
    store.set_value("session.questionnaire", "own-form")

    own.unlink()

    assert store.effective().settings.session.questionnaire == "national-general"
    assert "'own-form' is not installed" in store.effective().warnings[0]


@pytest.mark.parametrize("items", [[], ["nps"], ["availability", "nps"]])
def test_a_newer_questionnaire_with_fewer_items_stops_nobody(state, items):
    shipped = json.loads(asset("questionnaires", "national-general.json").read_text("utf-8"))
    install(state, items=[each for each in shipped["items"] if each["id"] in items])

    session = a_store(state).effective().settings.session

    assert session.first_item in {"availability", "usefulness"}


def test_what_is_gone_keeps_nobody_from_setting_something_else(state):
    store, (pack, kids) = a_terminal_with_a_pack(state)
    store.set_value("session.languages", ["fi", "se"])
    store.set_value("session.child_questionnaire", "kids")
    pack.unlink()
    kids.unlink()

    store.set_value("session.undo_s", 7)
    assert undo_s(store) == 7
    assert store.activate_central({"session": {"min_interval_s": 9}})
    store.set_value("session.languages", ["fi", "sv"])
    assert len(store.effective().warnings) == 1

    for languages in (["fi", "se"], ["se"]):
        with pytest.raises(ConfigurationProblems, match="no statements in 'se'"):
            store.set_value("session.languages", languages)


def test_a_language_that_is_gone_can_still_not_be_set(state):
    store, (pack, _) = a_terminal_with_a_pack(state)
    pack.unlink()

    with pytest.raises(ConfigurationProblems, match="no statements in 'se'"):
        store.set_value("session.languages", ["se"])


def test_checking_says_shapes_and_the_rules_of_the_tables_that_have_the_right_one(tmp_path):
    file = tmp_path / "terminal.toml"
    file.write_text(
        '[session]\nundo = 3\nfirst_item = "x"\n[hours]\nopen = ["mon 8-16"]\n'
        '[central]\nurl = "http://palaute.example.fi"\n[[panel]]\nkind = "mouse"\n'
    )

    assert [problem.partition(": ")[0] for problem in check_file(file)] == [
        "panel[0].kind",
        "session.undo",
        "central.url",
        "hours.open[0]",
    ]


def test_a_folder_that_fails_changes_no_fingerprint_and_is_logged_once(state, caplog, monkeypatch):
    def fail(*_):
        raise OSError(errno.EIO, "Input/output error")

    store = a_store(state)
    monkeypatch.setattr(Path, "glob", fail)

    assert store.fingerprint() == store.fingerprint()
    assert len([e for e in caplog.records if str(state.keyboards) in e.getMessage()]) == 1
