"""Times in `status`, in heartbeats and in what the terminal keeps: none that was never right."""

from dataclasses import replace
from datetime import datetime

import pytest
from builders import NOON, a_content, by_state, documents, refusal
from time_world import DAY, HOUR, a_world

from kiosk.document import answered, given_on
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


@pytest.mark.parametrize("shown", [-NOON, -400 * DAY, 400 * DAY])
def test_a_copy_whose_time_nobody_ever_learns_is_kept_as_long_as_the_rest(tmp_path, shown):
    with a_world(tmp_path, ahead=shown) as world:
        nameless = replace(world.machine.reading(), boot_id="")
        world.terminal.outbox.put(a_content(1, answered=answered(nameless)), nameless)
        world.tick()
        world.machine.set_right()
        for _ in range(3):
            world.tick(HOUR + 1)
        world.tick(29 * DAY)
        assert by_state(world.terminal.outbox) == (0, 0, 1, 0)

        world.tick(2 * DAY)

        assert documents(world.terminal.outbox) == []


@pytest.mark.parametrize("shown", [-NOON, -400 * DAY])
def test_a_copy_whose_time_may_still_be_learnt_is_deleted_for_no_age(tmp_path, shown):
    with a_world(tmp_path, ahead=shown) as world:
        world.answer()
        world.tick()
        outbox = world.terminal.outbox
        assert by_state(outbox) == (0, 0, 1, 0)

        assert outbox.delete_sent(10, before_wall=NOON - 30 * DAY) == 0
        assert outbox.delete_sent(10) == 1


@pytest.mark.parametrize("is_sent_first", [True, False])
def test_the_day_of_a_form_that_staff_entered_is_never_made_of_the_moment_of_its_entry(
    tmp_path, is_sent_first
):
    with a_world(tmp_path) as world:
        content = a_content(1, channel="staff-paper", answered=given_on(None))
        world.terminal.outbox.put(content, world.machine.reading())
        if is_sent_first:
            world.tick()
        world.machine.set_right()
        for _ in range(3):
            world.tick(HOUR + 1)

        told = world.received(1)
        assert (told["at"], told["clock"], told["precision"]) == (None, "unknown", "day")
        assert (told.get("earliest"), told.get("latest")) == (None, None)
        assert world.corrections() == []
        world.tick(31 * DAY)
        assert documents(world.terminal.outbox) == []
