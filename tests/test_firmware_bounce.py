"""Contact bounce on a box that samples: every press is one press, on the Pico as it is shipped."""

import random

import pytest
from firmware.sampling import flutter, sampled, sittings
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.firmware.pico import box as firmware
from assets.firmware.pico.box import CONFIRM, SETTLE_MS, Box
from kiosk.panel.sentences import acknowledgement


def counted(edges, until, late=lambda _now: 0):
    """When the presses were that a box took from this contact."""
    box = Box("box-1", 3, "1.0", 0)
    found = []
    for now, closed in sampled(edges, until, late):
        before = box.next_seq
        box.levels(now, closed)
        if box.next_seq != before:
            found.append(now)
            box.heard(acknowledgement(before))
    return found


@settings(max_examples=200, deadline=None)
@given(sittings())
def test_every_press_counts_once_and_no_bounce_does(sitting):
    pressed, edges, until, luck = sitting

    found = counted(edges, until + 100, late=lambda _now: luck.choice((0,) * 50 + (1, 2)))

    assert len(found) == len(pressed)
    assert all(0 <= now - at <= 45 for at, now in zip(pressed, found, strict=True))


@pytest.mark.parametrize(
    ("name", "broken"), [("SETTLE_MS", 1), ("SETTLE_MS", 150), ("CONFIRM", 45)]
)
def test_the_model_of_bounce_finds_a_debouncer_out(monkeypatch, name, broken):
    """Settling too soon doubles presses, too late swallows them; so does asking for too much."""
    luck = random.Random(7)
    edges = []
    for number in range(20):
        edges += [*flutter(luck, 100 + 120 * number, 1), *flutter(luck, 140 + 120 * number, 0)]
    assert len(counted(edges, 2_600)) == 20

    monkeypatch.setattr(firmware, name, broken)

    assert len(counted(edges, 2_600)) != 20


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 20), st.floats(0.05, 0.95)), min_size=1, max_size=30))
def test_a_spike_on_the_wire_is_no_press(spikes):
    """Each is shorter than a millisecond, so that it falls on one sample at most."""
    at, edges = 100.0, []
    for number, (_, width) in enumerate(spikes):
        at += SETTLE_MS + 10 if number % (CONFIRM - 1) == 0 else 5
        edges += [(at, 1), (at + width, 0)]

    assert counted(edges, at + 100) == []


def test_a_box_that_trusted_one_sample_would_take_a_spike_for_a_finger(monkeypatch):
    monkeypatch.setattr(firmware, "CONFIRM", 1)

    assert counted([(100, 1), (100.9, 0)], 200) == [100]


def test_a_line_that_chatters_is_one_press_and_stays_down():
    box = Box("box-1", 3, "1.0", 0)
    for now in range(60_000):
        box.levels(now, 0b010 if now % 10 > 6 else 0)

    assert (box.waiting(), box.down) == ([0], 0b010)
