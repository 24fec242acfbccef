"""Times in `status`, in heartbeats and in what the terminal keeps: none that was never right."""

from dataclasses import replace
from datetime import datetime

import pytest
from builders import NOON, by_state, documents, refusal
from time_world import DAY, HOUR, a_world

from sync.boots import note_anchor
from sync.corrections import oldest_waiting_at


def test_the_oldest_that_waits_is_as_old_as_it_is_even_by_a_wrong_clock(tmp_path):
    with a_world(tmp_path, responses=refusal(503)) as world:
        world.answer()
        world.tick(300.0)

        (beat,) = world.centre.seen("/heartbeats")

        assert (beat.json["pending"], beat.json["clock"]) == (1, "unsynced")
        told = datetime.fromisoformat(beat.json["oldest_pending_at"]).timestamp()
        assert told == world.machine.reading().wall - 300


def test_the_oldest_that_waits_from_an_earlier_boot_has_a_time_only_if_it_is_known(tmp_path):
    with a_world(tmp_path, responses=refusal(503)) as world:
        world.answer()
        db, restarted = world.terminal.outbox.db, replace(world.machine.reading(), boot_id="next")
        assert oldest_waiting_at(db, restarted) is None

        world.machine.set_right()
        note_anchor(db, world.machine.reading())

        told = oldest_waiting_at(db, restarted)
        assert datetime.fromisoformat(told).timestamp() == NOON


def test_when_nothing_waits_nothing_is_old(tmp_path):
    with a_world(tmp_path) as world:
        assert oldest_waiting_at(world.terminal.outbox.db, world.machine.reading()) is None


@pytest.mark.parametrize("is_sent_before", [True, False])
def test_what_was_answered_in_1970_by_the_clock_is_kept_as_long_as_the_rest(
    tmp_path, is_sent_before
):
    with a_world(tmp_path) as world:
        world.answer()
        if is_sent_before:
            world.tick()
        world.machine.set_right()
        for _ in range(3):
            world.tick(HOUR + 1)
        assert by_state(world.terminal.outbox) == (0, 0, 1, 0)

        world.tick(31 * DAY)

        assert documents(world.terminal.outbox) == []
