"""Changed settings that the kiosk does not come up with go back by themselves, and stay away."""

import subprocess
import sys

import pytest
from builders import a_state
from hypothesis import given
from hypothesis import strategies as st

from device_config import trial
from device_config.config_store import ConfigStore
from device_config.errors import StateNotWritable, UsageProblem
from device_config.settings import Layer
from device_config.trial import MOST_STARTS, Kept, Layers, digest
from kiosk.trial_watch import ALIVE_S, TrialWatch
from tests.world import Terminal, wait_for

GOOD = {"session": {"undo_s": 3}}
BAD = {"screen": {"rotation": 90}}


@pytest.fixture
def store(tmp_path):
    return ConfigStore(a_state(tmp_path), None)


def start_in_vain(store, times):
    for _ in range(times):
        store.start()


def come_up(store):
    store.start()
    store.confirm(store.effective().kept)


def rotation(store):
    return store.effective().settings.screen.rotation


# The store


def test_a_display_that_is_unplugged_takes_no_settings_back_that_leave_the_screen_alone(store):
    store.activate_central(GOOD)
    for _ in range(5 * MOST_STARTS):
        store.start()
        store.note_failure("no window", has_display=False)
    assert store.effective().settings.session.undo_s == 3

    store.activate_central(BAD)
    for _ in range(MOST_STARTS + 1):
        store.start()
        store.note_failure("no window", has_display=False)
    assert rotation(store) == 0


def test_what_the_kiosk_does_not_come_up_with_goes_back_at_the_start_after_the_third(store):
    store.activate_central(GOOD)
    come_up(store)
    store.activate_central(BAD)

    start_in_vain(store, MOST_STARTS)
    assert rotation(store) == 90
    store.start()

    assert rotation(store) == 0
    assert store.effective().settings.session.undo_s == 3
    assert store.taken_back().starts == MOST_STARTS
    assert "did not come up with them in 3 starts" in store.effective().warnings[0]


def test_what_it_came_up_with_stays_whatever_happens_later(store):
    store.activate_central(BAD)
    come_up(store)

    start_in_vain(store, 10)

    assert rotation(store) == 90
    assert store.taken_back() is None


def test_the_very_same_layer_is_not_taken_again_and_a_changed_one_is(store):
    store.activate_central(BAD)
    start_in_vain(store, MOST_STARTS + 1)

    assert not store.activate_central(BAD)
    assert rotation(store) == 0
    store.set_value("session.undo_s", 4)
    assert not store.activate_central(BAD)
    assert store.activate_central(BAD | GOOD)
    assert rotation(store) == 90
    assert store.effective().warnings == ()


def test_of_a_centre_that_was_left_nothing_counts_or_comes_back_but_its_address(store):
    store.activate_central({"central": {"proxy": "http://proxy:1"}, **GOOD})
    store.set_value("session.idle_timeout_s", 31)

    store.leave_centre()

    settings = store.effective().settings
    assert (settings.session.undo_s, settings.session.idle_timeout_s) == (2, 31)
    assert settings.central.proxy == "http://proxy:1"
    with pytest.raises(UsageProblem, match="no way back"):
        store.roll_back()
    start_in_vain(store, MOST_STARTS + 1)
    assert store.effective().settings.session.undo_s == 2


def test_what_was_set_stays_on_trial_when_the_centre_is_left(store):
    store.activate_central(GOOD)
    come_up(store)
    store.set_value("screen.rotation", 90)

    store.leave_centre()
    start_in_vain(store, MOST_STARTS + 1)

    assert rotation(store) == 0
    assert store.effective().settings.session.undo_s == 2


def test_a_layer_that_went_back_is_taken_of_another_centre(store):
    store.activate_central(BAD)
    start_in_vain(store, MOST_STARTS + 1)
    assert not store.activate_central(BAD)

    store.leave_centre()

    assert store.activate_central(BAD)


def test_a_centre_that_sends_what_counts_again_has_nothing_in_the_way_any_more(store):
    store.activate_central(GOOD)
    come_up(store)
    store.activate_central(BAD)
    start_in_vain(store, MOST_STARTS + 1)
    assert store.effective().warnings

    assert not store.activate_central(GOOD)

    assert store.effective().warnings == ()
    assert store.activate_central(BAD)


def test_another_program_may_fare_better_with_it(store, monkeypatch):
    store.activate_central(BAD)
    start_in_vain(store, MOST_STARTS + 1)

    monkeypatch.setattr("device_config.config_store.software", lambda: "palautepiste 99")

    assert store.activate_central(BAD)


def test_a_person_can_try_it_again_and_it_goes_back_again(store):
    store.set_value("screen.rotation", 90)
    start_in_vain(store, MOST_STARTS + 1)

    store.roll_back()
    assert rotation(store) == 90
    first = store.taken_back()
    start_in_vain(store, MOST_STARTS + 1)

    assert rotation(store) == 0
    assert first is None
    assert store.taken_back() is not None


def test_several_changes_go_back_to_the_last_ones_that_worked(store):
    store.set_value("session.undo_s", 5)
    come_up(store)
    store.set_value("screen.rotation", 90)
    store.start()
    store.activate_central({"session": {"idle_timeout_s": 30}})

    start_in_vain(store, MOST_STARTS + 1)

    settings = store.effective().settings
    assert (settings.screen.rotation, settings.session.undo_s) == (0, 5)
    assert settings.session.idle_timeout_s == 20


def test_the_address_of_the_centre_never_goes_back_since_help_comes_from_there(store):
    store.set_value("central.url", "https://old.example.fi")
    come_up(store)
    store.set_value("screen.rotation", 90)
    store.set_value("central.url", "https://new.example.fi")

    start_in_vain(store, MOST_STARTS + 1)

    settings = store.effective().settings
    assert (settings.screen.rotation, settings.central.url) == (0, "https://new.example.fi")


def test_an_address_alone_is_not_on_trial(store):
    store.set_value("central.url", "https://new.example.fi")

    start_in_vain(store, 10)

    assert store.effective().settings.central.url == "https://new.example.fi"
    assert store.taken_back() is None


def test_what_went_back_for_a_fault_of_something_else_is_taken_again(store):
    """Without it the kiosk does not come up either."""
    store.activate_central(BAD)
    start_in_vain(store, MOST_STARTS + 1)
    assert not store.activate_central(BAD)

    start_in_vain(store, MOST_STARTS + 1)

    assert store.activate_central(BAD)


def test_why_the_kiosk_did_not_come_up_is_said_if_it_could_say_so(store):
    store.set_value("screen.rotation", 90)
    store.start()
    store.note_failure("no window could be opened")
    start_in_vain(store, MOST_STARTS)

    assert store.taken_back().problem == "no window could be opened"
    assert "no window could be opened" in store.effective().warnings[0]


def test_settings_that_came_in_between_are_not_confirmed_with_those_before(store):
    store.set_value("session.undo_s", 5)
    shown = store.effective().kept
    store.set_value("screen.rotation", 90)

    store.confirm(shown)
    start_in_vain(store, MOST_STARTS + 1)

    assert rotation(store) == 0


def test_a_start_without_a_trial_writes_nothing(store, tmp_path):
    store.set_value("session.undo_s", 5)
    come_up(store)
    before = [path.read_bytes() for path in sorted((tmp_path / "state").glob("settings.?"))]

    store.start()

    assert before == [path.read_bytes() for path in sorted((tmp_path / "state").glob("settings.?"))]


def test_a_disk_that_takes_nothing_keeps_no_kiosk_from_starting(store, monkeypatch, caplog):
    store.set_value("screen.rotation", 90)

    def fail(*_):
        raise StateNotWritable("read-only")

    monkeypatch.setattr(store._file, "update", fail)

    store.start()
    store.note_failure("x")

    assert "read-only" in caplog.text


def test_settings_kept_by_an_older_program_are_read(store, tmp_path):
    state = a_state(tmp_path)
    state.durable("settings").write(
        {"centre": GOOD, "set": {}, "previous": {"centre": {}, "set": {}, "previous": None}}
    )

    come_up(store)
    store.roll_back()

    assert store.effective().settings.session.undo_s == 2


# The rule, for any history

layers = st.sampled_from([{}, GOOD, BAD, BAD | GOOD, {"sound": {"accepted": True}}])
steps = st.lists(
    st.tuples(st.sampled_from(["centre", "set", "start", "confirm"]), layers), max_size=30
)


@given(steps)
def test_after_any_history_enough_starts_in_vain_end_at_the_last_ones_that_worked(history):
    kept, good = Kept(), Layers()
    for what, layer in history:
        kept, good = _after(kept, good, what, layer)

    for _ in range(MOST_STARTS + 1):
        kept = trial.started(kept, "us", "id")

    assert kept.layers == good
    assert kept.trial is None


@given(steps)
def test_after_any_history_what_the_kiosk_came_up_with_is_never_taken_away(history):
    kept, good = Kept(), Layers()
    for what, layer in history:
        kept, good = _after(kept, good, what, layer)
    kept = trial.confirmed(kept, digest(kept.layers))
    shown = kept.layers

    for _ in range(3 * MOST_STARTS):
        kept = trial.started(kept, "us", "id")

    assert kept.layers == shown


def _after(kept: Kept, good: Layers, what: str, layer: Layer):
    if what == "centre":
        return trial.changed(kept, Layers(centre=layer, set=kept.set)), good
    if what == "set":
        return trial.changed(kept, Layers(centre=kept.centre, set=layer)), good
    if what == "start":
        return trial.started(kept, "us", "id"), good
    kept = trial.confirmed(kept, digest(kept.layers))
    return kept, kept.layers


def test_layers_are_known_again_in_whatever_order_their_keys_are_written():
    one, other = {"a": {"b": 1, "c": 2}}, {"a": {"c": 2, "b": 1}}

    assert digest(one) == digest(other) != digest({"a": {"b": 1}})


# The kiosk


def test_the_kiosk_confirms_what_it_has_shown_for_a_while_and_nothing_sooner(store):
    store.set_value("screen.rotation", 90)
    watch = TrialWatch(store, store.effective().kept)

    watch.look(100.0)
    watch.drawn(100.0)
    watch.look(100.0 + ALIVE_S / 2)
    assert store._kept().trial is not None
    watch.look(100.0 + ALIVE_S)

    assert store._kept().trial is None


def test_a_change_that_a_running_kiosk_takes_has_its_own_while(store):
    watch = TrialWatch(store, store.effective().kept)
    watch.drawn(0.0)
    watch.look(ALIVE_S)
    store.set_value("session.undo_s", 5)

    watch.took(store.effective().kept, 20.0)
    watch.look(20.0 + ALIVE_S / 2)
    assert store._kept().trial is not None
    watch.look(20.0 + ALIVE_S)

    assert store._kept().trial is None


def test_a_change_that_needs_a_restart_is_not_confirmed_by_the_kiosk_that_leaves(store):
    watch = TrialWatch(store, store.effective().kept)
    watch.drawn(0.0)
    store.set_value("screen.rotation", 90)

    watch.took("", 20.0)
    watch.look(20.0 + ALIVE_S)

    assert store._kept().trial is not None


KIOSK_THAT_CANNOT_TURN = """
import sys
from device_config.errors import KioskError
from kiosk import kivy_setup, terminal
prepare = kivy_setup.prepare
def prepare_unturned(size, is_fullscreen, rotation):
    if rotation:
        raise KioskError("this screen cannot be turned")
    prepare(size, is_fullscreen, rotation)
terminal.kivy_setup.prepare = prepare_unturned
from kiosk.cli import main
main(prog_name="palautepiste")
"""


def test_a_terminal_that_its_settings_keep_from_starting_is_back_by_itself(tmp_path):
    terminal = Terminal(tmp_path, "")
    store = ConfigStore(a_state(tmp_path), terminal.config)
    store.set_value("screen.rotation", 90)

    for _ in range(MOST_STARTS):
        words = [sys.executable, "-c", KIOSK_THAT_CANNOT_TURN, "kiosk", *terminal.options]
        done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 1
        assert "Traceback" not in done.stderr

    with terminal.window() as reach:
        reach.ready()
        assert rotation(store) == 0
    assert store.taken_back().problem == "this screen cannot be turned"


def test_a_wrong_terminal_toml_is_no_fault_of_what_is_on_trial(tmp_path):
    file = tmp_path / "terminal.toml"
    store = ConfigStore(a_state(tmp_path), file)
    file.write_text("")
    store.set_value("screen.rotation", 90)

    file.write_text("[session]\nundo = 3\n")
    start_in_vain(store, 10)
    file.write_text("")

    assert rotation(store) == 90


def test_a_kiosk_that_stays_up_confirms_the_settings_that_it_started_with(tmp_path):
    terminal = Terminal(tmp_path, "")
    store = ConfigStore(a_state(tmp_path), terminal.config)
    store.set_value("session.undo_s", 5)

    with terminal.window() as reach:
        reach.ready()
        wait_for(lambda: store._kept().trial is None, "the kiosk to be sure")

    assert store.taken_back() is None
    assert store.effective().settings.session.undo_s == 5
