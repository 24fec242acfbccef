"""A press that a box offers again may still count: only what was in vain is told."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from kiosk_builders import Sitting, one_answer_only, press
from test_full_disk import a_small_disk, fill_up, only_root

from kiosk.session.events import StorageFailed, StorageReady
from kiosk.turned_away import OFFERED_S, TurnedAway
from tests.world import Terminal, wait_for


class Waiting:
    """A terminal and who counts at it, on one clock."""

    def __init__(self, sitting=None):
        self.told = []
        self.sitting = sitting or Sitting()
        self.counter = TurnedAway(lambda: self.sitting.now, lambda *said: self.told.append(said))

    def happen(self, event):
        before = self.sitting.state
        self.sitting.happen(event)
        self.counter.saw(before, event, self.sitting.state)

    def passes(self, seconds):
        self.sitting.now += seconds
        self.counter.look()

    def fails(self, save=None):
        self.happen(StorageFailed(save, self.sitting.now))

    def recovers(self):
        self.happen(StorageReady(self.sitting.now))

    def offers(self, number, first_at=0.0):
        pressed = press(4, at=first_at, number=number)
        self.happen(replace(pressed, heard_at=self.sitting.now))


@pytest.fixture
def terminal():
    return Waiting()


def test_a_press_that_counts_when_it_is_offered_again_was_not_in_vain(terminal):
    terminal.fails()
    terminal.offers(7)
    terminal.passes(5.0)
    terminal.recovers()
    terminal.passes(1.0)
    terminal.offers(7)
    terminal.passes(2 * OFFERED_S)

    assert len(terminal.sitting.saves) == 1
    assert terminal.told == []


def test_a_press_that_is_not_offered_again_is_told_when_it_is_too_old_to_be(terminal):
    terminal.fails()
    terminal.offers(7)
    terminal.passes(5.0)
    terminal.recovers()
    terminal.passes(OFFERED_S - 6.0)
    assert terminal.told == []

    terminal.passes(2.0)

    assert terminal.told == [(1, 0, 5.0)]
    terminal.passes(OFFERED_S)
    assert len(terminal.told) == 1


def test_a_press_whose_answer_is_in_hand_is_not_in_vain_however_often_it_is_offered():
    terminal = Waiting(one_answer_only())
    terminal.happen(press(4, number=6))
    terminal.fails(terminal.sitting.waiting.popleft())
    for _ in range(3):
        terminal.passes(1.0)
        terminal.offers(6)
    terminal.sitting.ring()
    terminal.sitting.save_all()

    terminal.counter.tell()

    assert terminal.told == []


def test_when_the_program_ends_an_undecided_press_counts_as_in_vain(terminal):
    terminal.fails()
    terminal.offers(7)
    terminal.passes(3.0)

    terminal.counter.tell()

    assert terminal.told == [(1, 0, 3.0)]


def test_a_press_offered_over_two_times_out_of_order_is_counted_once(terminal):
    terminal.fails()
    terminal.offers(7)
    terminal.passes(1.0)
    terminal.recovers()
    terminal.fails()
    terminal.offers(7)
    terminal.passes(2.0)
    terminal.recovers()

    terminal.passes(2 * OFFERED_S)

    assert terminal.told == [(1, 0, 3.0)]


def test_presses_of_a_box_that_goes_on_for_hours_are_not_all_remembered(terminal):
    terminal.fails()
    for number in range(1000):
        terminal.passes(1.0)
        terminal.offers(number, first_at=terminal.sitting.now)
    assert len(terminal.counter._undecided) <= OFFERED_S + 1

    terminal.recovers()
    terminal.passes(2 * OFFERED_S)

    assert [presses for presses, _, _ in terminal.told] == [1000]


# The real window


@only_root
def test_what_was_counted_is_told_by_a_program_that_has_to_end_before_its_next_try(tmp_path):
    with a_small_disk(tmp_path / "disk", 40) as disk:
        terminal = Terminal(disk, "", "[session]\nfollow_up = false\nundo_s = 0\n")
        with terminal.window() as reach:
            wait_for(terminal.is_set_up, "the storage")
            hog = fill_up(disk)
            reach.touch("answer:5")
            wait_for(
                lambda: fill_up(disk) and reach.look()["screen"] == "out-of-order", "out of order"
            )
            reach.touch_at(400, 300)
            reach.look()  # the window has heard the touch
            hog.unlink()
        with closing(sqlite3.connect(terminal.database)) as connection:
            [(data,)] = connection.execute(
                "SELECT data FROM journal WHERE kind = 'turned-away'"
            ).fetchall()
        assert len(terminal.rows()) == 1

    assert json.loads(data)["touches"] == 1
