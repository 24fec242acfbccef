"""Sound and the buttons in the real window, with fingers, keys and a loudspeaker in a file."""

import pytest

from device_config.config_store import ConfigStore
from device_config.pin import hash_pin
from device_config.state import StateDirectory
from kiosk.reach import Reach
from tests.staff_builders import PIN
from tests.staff_hands import SCREEN, enrolled, open_entry, touch, unlock
from tests.window_hands import at_start
from tests.world import OFFSCREEN, Terminal, wait_for


@pytest.fixture
def terminal(tmp_path):
    return enrolled(Terminal(tmp_path, "", SCREEN), hash_pin(PIN))


def test_the_sound_is_turned_on_and_down_and_each_step_is_heard(terminal, tmp_path):
    heard = tmp_path / "heard.raw"
    sound = {"SDL_AUDIODRIVER": "disk", "SDL_DISKAUDIOFILE": str(heard)}
    reach = Reach(terminal.options, OFFSCREEN | sound)
    try:
        unlock(reach)
        open_entry(reach, "sound", "sound")
        touch(reach, "sound")
        reach.wait(lambda seen: "quieter" in seen["choices"], "the steps")
        wait_for(lambda: heard.exists() and any(heard.read_bytes()), "a sound")
        touch(reach, "quieter")
        reach.wait(lambda seen: "90" in seen["title"], "the step")
    finally:
        reach.close()
    settings = ConfigStore(StateDirectory(terminal.state), None).effective().settings

    assert (settings.sound.accepted, settings.sound.volume) == (True, 90)


def test_buttons_are_tried_out_and_none_of_their_presses_counts(terminal):
    with terminal.window() as reach:
        unlock(reach)
        open_entry(reach, "panel-test", "panel-test")
        for key in ("2", "5"):
            reach.key(key)
            reach.wait(lambda seen, key=key: key in seen["title"], "the press")
        facts = reach.look()["facts"]
        touch(reach, "back", "menu")
        open_entry(reach, "corners", "corners")
        for number in range(1, 6):
            touch(reach, f"spot:{number}")
        felt = reach.wait(lambda seen: len(seen["chosen"]) == 5, "the spots")
        touch(reach, "close")
        at_start(reach)

        assert terminal.rows() == []
    assert next(value.split() for value in facts.values()) == ["–", "2", "–", "–", "5"]
    assert "5" not in felt["hint"]
