"""Thousands of sessions through the real screens: does memory stay where it was?

    python -m tests.drills.long_run 10000

Every touch is a real one on the real widget tree, and every screen is drawn. Time is pretended, so
that nobody waits for guards and thanks; the disk says "saved" at once.
"""
# ruff: noqa: T201 - it prints what it measured

import argparse
import gc
import json
import os
import sys
import uuid
from collections import deque

from kiosk.runtime import Runtime
from kiosk.session.effects import Save
from kiosk.session.events import Pressed, Saved, TimePassed
from kiosk.session.states import Idle, start
from kiosk.view.show import show
from kiosk.visitors import Seen, visit, visitors
from tests.kiosk_builders import a_config
from tests.storage_builders import NoBoxes

SETTLED_AFTER = 200
THINK_S = 0.5
SIZE = (800, 480)


class SteadyDisk:
    """A disk on which everything arrives at once."""

    def __init__(self):
        self.saved = deque()

    def submit(self, work):
        if isinstance(work, Save):
            self.saved.append(work)

    def wait_until_idle(self, longest_s):
        """It always is."""


class DrawnScreen:
    """The real screen in its window, touched like `kiosk.visitors` want it."""

    def __init__(self, size):
        os.environ["SDL_VIDEODRIVER"] = "offscreen"
        from kiosk.kivy_setup import prepare

        prepare(size, is_fullscreen=False, rotation=0)
        from kivy.base import EventLoop
        from kivy.core.window import Window

        from kiosk.screens.root import TerminalScreen, load_styles

        load_styles()
        self._loop = EventLoop
        self._now = 1000.0
        self._disk = SteadyDisk()
        self._screen = TerminalScreen(self._chosen, self._placed)
        Window.add_widget(self._screen)
        self._screen.size = Window.size
        EventLoop.start()
        self.runtime = Runtime(
            start(a_config()), self._disk, self._screen.show, lambda _: None, NoBoxes()
        )
        self.runtime.begin()
        self._draw()

    def look(self):
        view = show(self.runtime.state)
        choices = tuple(choice.id for choice in view.choices())
        return Seen(view.screen, view.language, choices, isinstance(self.runtime.state, Idle))

    def touch(self, choice):
        from kivy.tests.common import UnitTestTouch

        self._now += THINK_S
        place = self._screen.places()[choice]
        touch = UnitTestTouch(*place.to_window(*place.center))
        touch.touch_down()
        self._draw()
        touch.touch_up()
        self._settle()

    def press(self, button):
        self._now += THINK_S
        self._happen(Pressed("drill", button, 5, self._now, str(uuid.uuid4())))
        self._settle()

    def leave(self):
        while self.runtime.state.deadline is not None:
            self._now = max(self._now, self.runtime.state.deadline)
            self._happen(TimePassed(self._now))
            self._settle()

    def _chosen(self, choice):
        self._happen(choice.event(self._now, str(uuid.uuid4())))

    def _placed(self, event):
        self._happen(event(self._now))

    def _happen(self, event):
        self.runtime.handle(event)

    def _settle(self):
        while self._disk.saved:
            self.runtime.handle(Saved(self._disk.saved.popleft(), self._now))
        self._draw()

    def _draw(self):
        from kivy.graphics.opengl import glFinish

        self._loop.idle()
        glFinish()  # as a screen does that shows each frame; else llvmpipe heaps them up


def memory_kb() -> int:
    """What this process alone keeps in memory; shares of libraries would depend on others."""
    gc.collect()
    with open("/proc/self/smaps_rollup") as lines:  # noqa: PTH123 - no file of ours
        fields = dict(line.split(":", 1) for line in lines if ":" in line)
    return int(fields["Anonymous"].split()[0])


def run(count, size, seed=1, say_every=1000):
    """Let so many visitors answer; returns memory in KiB after 200 and at the end."""
    screen = DrawnScreen(size)
    settled = 0
    for number, visitor in enumerate(visitors(count, seed, ("fi", "sv", "en")), start=1):
        visit(visitor, screen)
        if number == min(SETTLED_AFTER, count // 2):
            settled = memory_kb()
        if number % say_every == 0:
            print(json.dumps({"sessions": number, "own_kb": memory_kb()}), flush=True)
    return settled, memory_kb()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    asked = parser.parse_args()
    before, after = run(asked.count, SIZE)
    share = after / before - 1
    print(json.dumps({"own_kb_before": before, "own_kb": after, "growth": round(share, 4)}))
    sys.exit(share > 0.05)
