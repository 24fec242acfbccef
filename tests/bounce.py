"""Buttons as their pins see them: sessions of presses with bounce, and the traces in files.

All times are whole microseconds, so that no limit is missed by rounding.
"""

import random
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

MS = 1000
LONGEST_BOUNCE, SHORTEST_PRESS, APART = 25 * MS, 15 * MS, 80 * MS
REST = 25 * MS + 1
LONGEST_GLITCH, SHORTEST_CONTACT = MS - 1, MS
TRACES = Path(__file__).parent / "bounce_traces"

Edge = tuple[int, bool]
"""When, and whether the contact is closed from then on."""


@dataclass(frozen=True)
class Recording:
    """What fingers did, and what the pin saw of it."""

    name: str
    presses: tuple[int, ...]
    edges: tuple[Edge, ...]
    bounces: tuple[int, ...] = ()


def traces():
    """The recordings in the files."""
    return [read_trace(path) for path in sorted(TRACES.glob("*.csv"))]


def read_trace(path):
    lines = path.read_text("ascii").splitlines()
    said = dict(line[2:].split(": ", 1) for line in lines if line.startswith("# ") and ": " in line)
    rows = [line.split(",") for line in lines if line[0].isdigit()]
    edges = tuple((micros(ms), level == "0") for ms, level in rows)
    presses, bounces = (_list(said[each]) for each in ("presses at ms", "bounce in ms"))
    return Recording(path.stem, presses, edges, bounces)


def _list(words):
    return () if words == "none" else tuple(micros(word) for word in words.split(", "))


def micros(milliseconds):
    return round(float(milliseconds) * 1000)


@st.composite
def sessions(draw):
    """Presses within the limits, some with interference between them, as a recording."""
    luck = random.Random(draw(st.integers()))
    presses, edges, at = [], [], luck.randrange(10**6)
    for _ in range(draw(st.integers(1, 20))):
        presses.append(at)
        held = SHORTEST_PRESS + luck.choice(
            (0, luck.randrange(100 * MS), luck.randrange(3 * 10**6))
        )
        edges += press(at, held, luck)
        rested_at = edges[-1][0] + REST
        if luck.random() < 0.3:
            edges += interference(rested_at, luck)
            rested_at = edges[-1][0] + REST
        pause = luck.choice((0, luck.randrange(100 * MS), luck.randrange(5 * 10**6)))
        at = max(at + APART, rested_at) + pause
    return Recording("model", tuple(presses), tuple(edges))


def press(at, held, luck):
    """A press: bounce on closing, a while of contact, bounce on opening."""
    closing = flutter(at, min(LONGEST_BOUNCE, held - SHORTEST_CONTACT), True, luck)
    return [*closing, *flutter(at + held, LONGEST_BOUNCE, False, luck)]


def flutter(at, longest, is_closed, luck):
    """The contact changes at `at`, changes its mind for less than `longest`, and rests."""
    span = luck.randrange(2, longest)
    changes = min(2 * luck.choice((0, 1, 2, 8, luck.randrange(30))), span // 2 * 2)
    places = [at, *(at + each for each in sorted(luck.sample(range(1, span + 1), changes)))]
    return [(place, is_closed == (number % 2 == 0)) for number, place in enumerate(places)]


def interference(at, luck):
    """Spikes of which all together are shorter than the longest glitch."""
    edges, left = [], LONGEST_GLITCH
    for _ in range(luck.randrange(1, 12)):
        spike = luck.randrange(left // 2 + 1)
        edges += [(at, True), (at + spike, False)]
        left -= spike
        at += spike + luck.randrange(1, LONGEST_BOUNCE)
    return edges
