"""Fingers on a button, its contact's bounce, and a box that looks at it every millisecond.

Bounce is up to 25 ms after each change; presses last from 15 ms, and from one's release to the next
one's contact there are 80 ms. Times are milliseconds. Holds no tests.
"""

import random

from hypothesis import strategies as st


def sampled(edges, until, late=lambda _now: 0):
    """What a box sees of a contact, (time, level) by (time, level), now and then `late`."""
    now, closed, rest = 0, 0, sorted(edges)
    while now <= until:
        while rest and rest[0][0] <= now:
            closed = rest.pop(0)[1]
        yield now, closed
        now += 1 + late(now)


def flutter(luck, at, level):
    """A contact changes at `at` and bounces for up to 25 ms, at rest where it should be mostly."""
    edges, until = [(at, level)], at + luck.uniform(0, 25)
    while (at := at + luck.expovariate(1 / 4)) < until:
        back = min(at + luck.expovariate(1), until)
        edges += [(at, 1 - level), (back, level)]
        at = back
    return edges


@st.composite
def sittings(draw):
    """Presses from 15 ms with their bounce, 80 ms from one's release to the next one's contact."""
    luck = random.Random(draw(st.integers()))
    edges, pressed, at = [], [], 100.0
    for _ in range(draw(st.integers(1, 12))):
        held = luck.choice((15, 20, 40, 120, 2_000)) + luck.uniform(0, 20)
        closing = [each for each in flutter(luck, at, 1) if each[0] < at + held]
        edges += [*closing, *flutter(luck, at + held, 0)]
        pressed.append(at)
        at += held + 80 + luck.choice((0, 5, 500)) * luck.random()
    return pressed, edges, at, luck
