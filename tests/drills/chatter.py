"""A day of a chattering line, in pretended time: one press, then stuck, and memory stays flat.

    python -m tests.drills.chatter 24

The second of five buttons has a loose plug that never comes to rest, except for two seconds each
hour, when somebody wiggles it. At the others people press once a minute. Edges go through the
contacts of the GPIO panel as its thread would feed them.
"""
# ruff: noqa: T201 - it prints what it measured

import argparse
import json
import random
import sys
from collections import Counter
from dataclasses import asdict, dataclass

from kiosk.panel import contacts as wired
from kiosk.panel import debounce, stuck
from tests.drills.long_run import memory_kb

HOUR_S = 3600.0
LOOSE, SOUND = 2, (1, 3, 4, 5)
WIGGLED_S = 2.0
LONGEST_OPEN_S, LONGEST_CLOSED_S = 0.024, 0.020
BETWEEN_PEOPLE_S = 60.0
HELD_S = 0.12
MOST_GROWTH, MOST_GROWTH_KB = 0.05, 2048


@dataclass
class Result:
    """What a drill measured; memory is this process's own, in KiB."""

    edges: int
    pressed: int
    heard: int
    heard_of_loose: int
    wiggled: int
    times_stuck: int
    own_kb_before: int
    own_kb: int

    @property
    def is_good(self) -> bool:
        """Every press heard, one for each time that the loose plug began, memory flat."""
        grown_kb = self.own_kb - self.own_kb_before
        return (
            self.heard == self.pressed
            and self.heard_of_loose == self.times_stuck == self.wiggled
            and grown_kb <= min(MOST_GROWTH_KB, MOST_GROWTH * self.own_kb_before)
        )


class Box:
    """Five contacts, asked at each due time as the panel's thread does."""

    def __init__(self):
        self.contacts = wired.at_start(0.0, (False,) * 5)
        self.heard = Counter()
        self.times_stuck = 0
        self.edges = 0

    def edge(self, button, at, is_closed):
        self._wait(at)
        self.edges += 1
        self._take(button, *wired.edge(self.contacts, button, at, is_closed))

    def _wait(self, until):
        while (then := self._due()) is not None and then < until:
            for button, contact in enumerate(self.contacts.contacts, start=1):
                if (falls_due := debounce.due(contact)) is not None and falls_due <= then:
                    self._take(button, *wired.tick(self.contacts, button, then))
            self._take(LOOSE, wired.at(self.contacts, then), None)

    def _due(self):
        times = [debounce.due(each) for each in self.contacts.contacts if each.is_down]
        times.append(stuck.due(self.contacts.stuck))
        return min((each for each in times if each is not None), default=None)

    def _take(self, button, contacts, press):
        if contacts.stuck.stuck and not self.contacts.stuck.stuck:
            self.times_stuck += 1
        self.contacts = contacts
        if press is not None:
            self.heard[button] += 1


def chatter(begins_at, ends_at, luck):
    """Edges of a line that never rests, until it does."""
    at = begins_at
    while at < ends_at:
        yield at, LOOSE, True
        at += luck.uniform(0.00001, LONGEST_CLOSED_S)
        yield at, LOOSE, False
        at += luck.uniform(0.00001, LONGEST_OPEN_S)


def people(begins_at, ends_at, luck):
    """Edges of a press of one of the sound buttons every minute."""
    at = begins_at + BETWEEN_PEOPLE_S / 2
    while at < ends_at:
        button = luck.choice(SOUND)
        yield at, button, True
        yield at + HELD_S, button, False
        at += BETWEEN_PEOPLE_S


def in_order(first, second):
    """Two streams of edges as one; like heapq.merge, without keeping anything."""
    a, b = next(first, None), next(second, None)
    while a is not None or b is not None:
        if b is None or (a is not None and a <= b):
            yield a
            a = next(first, None)
        else:
            yield b
            b = next(second, None)


def run(hours, seed=1):
    """Let the line chatter for so many hours; the first tenth of the first settles memory."""
    luck, box = random.Random(seed), Box()
    settles_at, before, pressed, wiggled = hours * HOUR_S / 10, 0, 0, 0
    begins_at = 0.0
    while begins_at < hours * HOUR_S:
        ends_at = min(begins_at + HOUR_S, hours * HOUR_S)
        wiggled += 1
        loose = chatter(begins_at + 1.0, ends_at - WIGGLED_S, luck)
        for at, button, is_closed in in_order(loose, people(begins_at, ends_at, luck)):
            pressed += is_closed and button != LOOSE
            box.edge(button, at, is_closed)
            if not before and at > settles_at:
                before = memory_kb()
        begins_at = ends_at
    heard_of_loose = box.heard.pop(LOOSE)
    heard, was_stuck = box.heard.total(), box.times_stuck
    counts = (box.edges, pressed, heard, heard_of_loose, wiggled, was_stuck)
    return Result(*counts, before, memory_kb())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("hours", type=float)
    result = run(parser.parse_args().hours)
    print(json.dumps({**asdict(result), "is_good": result.is_good}))
    sys.exit(not result.is_good)
