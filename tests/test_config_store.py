"""The configuration's life: checked whole, activated in one step, rolled back."""

import subprocess
import sys
from contextlib import suppress

import pytest
from builders import a_state
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device_config.config_store import ConfigStore, check_file, read_layer
from device_config.durable_file import DurableFile
from device_config.errors import ConfigurationProblems, KioskError, UsageProblem

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
