"""One short sound when an answer is taken, if it is enabled; SDL writes what it plays to a file."""

import subprocess
import sys
import textwrap

from chime import chime
from kiosk_builders import a_config, press, tap
from world import OFFSCREEN, Terminal, wait_for

from device_config.assets import asset_path
from kiosk.reach import Reach
from kiosk.session.effects import Save
from kiosk.session.events import EnoughTapped, NextTapped, Saved, StorageFailed
from kiosk.session.reduce import reduce
from kiosk.session.states import has_accepted, start


def sounds_of(*events, config=None):
    """How often an answer was taken in the course of these; each save is on disk at once."""
    state, count, at = start(config or a_config()), 0, 1.0
    queue = list(events)
    while queue:
        event = queue.pop(0)
        step = reduce(state, event)
        count += has_accepted(state, step.state)
        queue[:0] = [Saved(e, at + 0.1) for e in step.effects if isinstance(e, Save)]
        state, at = step.state, at + 1.0
    return count


def test_each_answer_is_heard_once_it_is_on_disk():
    assert sounds_of(tap(5, at=1.0)) == 1
    assert sounds_of(press(5, at=1.0), press(4, at=3.0)) == 2
    assert sounds_of(press(1, at=1.0), config=a_config(follow_up=False)) == 1


def test_what_is_no_answer_or_is_not_on_disk_is_not_heard():
    assert sounds_of(tap(5, at=1.0), EnoughTapped(3.0), NextTapped(9.0)) == 1
    state = reduce(start(a_config()), tap(5, at=1.0)).state
    failed = reduce(state, StorageFailed(None, 1.1)).state

    assert not has_accepted(state, failed)


def test_the_shipped_sound_is_the_one_that_is_made_here():
    assert asset_path("sounds", "accepted.wav").read_bytes() == chime()


def heard_by(tmp_path, settings):
    """What the loudspeaker got while one answer was given."""
    terminal = Terminal(tmp_path, "", settings)
    heard = tmp_path / "heard.raw"
    sound = {"SDL_AUDIODRIVER": "disk", "SDL_DISKAUDIOFILE": str(heard)}
    reach = Reach(terminal.options, OFFSCREEN | sound)
    try:
        reach.ready()
        wait_for(terminal.is_set_up, "the database")
        if settings:
            wait_for(heard.exists, "the loudspeaker")
        reach.touch("answer:5")
        wait_for(terminal.rows, "the answer")
        wait_for(lambda: not settings or any(heard.read_bytes()), "a sound")
    finally:
        reach.close()
    return any(heard.read_bytes()) if heard.exists() else False


def test_an_answer_is_heard_where_that_is_enabled(tmp_path):
    assert heard_by(tmp_path, "[sound]\naccepted = true\n")


def test_a_terminal_is_silent_unless_it_is_told_otherwise(tmp_path):
    assert not heard_by(tmp_path, "")


def test_a_loudspeaker_that_is_not_there_is_one_line_and_costs_nothing():
    program = textwrap.dedent(
        """
        import os
        os.environ.update({"SDL_VIDEODRIVER": "offscreen", "SDL_AUDIODRIVER": "nosuch"})
        from kiosk import kivy_setup
        kivy_setup.prepare((320, 240), False, 0)
        from kiosk.sound import AcceptedSound
        sound = AcceptedSound()
        sound.turn(is_on=True)
        sound.play()
        """
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )

    assert "nosuch" in done.stderr
    assert "Traceback" not in done.stderr
