"""A clock that steps, sleeps, smears or changes to summer time stops nothing and hurries nothing.

Real databases, the real agent and a centre over real HTTP; the machine's clocks are pretended.
"""

import time
from dataclasses import replace
from datetime import datetime

import pytest
import time_world
from builders import NOON, an_id, documents, refusal
from pretended_machine import PretendedMachine
from time_world import DAY, HOUR, IN_1970, a_world, moment_of

from device_config import clock
from kiosk.document import answered, moment_at


@pytest.mark.parametrize(
    "step_s", [-14 * DAY, -HOUR, HOUR, 365 * DAY], ids=["14 days back", "-1 h", "+1 h", "+1 year"]
)
def test_a_step_while_running_stops_nothing_hurries_nothing_and_dates_nothing(tmp_path, step_s):
    with a_world(tmp_path, ahead=0.0) as world:
        world.machine.set_right()
        world.answer()
        world.tick(0.0)
        calls = len(world.centre.requests)

        world.machine.step(step_s)
        world.tick(0.1)
        assert len(world.centre.requests) == calls, "something fired early"
        after = world.answer()
        world.tick(0.1)

        told = world.received(after)
        assert (told["clock"], moment_of(told)) == ("corrected", NOON)
        world.tick(61.0)
        assert world.centre.seen("/heartbeats")[-1].json["clock"] == "unsynced"
        assert len(world.centre.seen("/heartbeats")) == 2


class TimedByTheWall(PretendedMachine):
    """What an agent would go by that takes the time of day for a timer."""

    def reading(self):
        now = super().reading()
        return replace(now, boottime=now.wall)


@pytest.mark.parametrize("step_s", [-HOUR, 365 * DAY])
def test_an_agent_that_times_by_the_wall_would_be_noticed(monkeypatch, tmp_path, step_s):
    monkeypatch.setattr(time_world, "PretendedMachine", TimedByTheWall)

    with pytest.raises(AssertionError):
        test_a_step_while_running_stops_nothing_hurries_nothing_and_dates_nothing(tmp_path, step_s)


@pytest.mark.parametrize("step_s", [-14 * DAY, 365 * DAY])
def test_a_step_neither_shortens_nor_stretches_what_the_centre_asked_for(tmp_path, step_s):
    with a_world(tmp_path, ahead=0.0, responses=refusal(429, Retry_After="120")) as world:
        world.machine.set_right()
        world.answer()
        world.tick(0.0)
        world.machine.step(step_s)

        world.tick(119.0)
        assert len(world.centre.seen("/responses")) == 1
        world.tick(1.0)
        assert len(world.centre.seen("/responses")) == 2


@pytest.mark.parametrize("ahead", [IN_1970, -14 * DAY, 365 * DAY])
def test_a_retry_date_and_a_wrong_clock_keep_a_terminal_an_hour_at_most(tmp_path, ahead):
    date = {"Retry_After": "Sat, 21 Nov 2026 10:01:00 GMT"}
    with a_world(tmp_path, ahead=ahead, responses=refusal(503, **date)) as world:
        world.answer()
        world.tick(0.0)

        world.tick(HOUR + 1)

        assert len(world.centre.seen("/responses")) == 2


def test_a_step_never_deletes_what_was_sent_today(tmp_path):
    with a_world(tmp_path, ahead=0.0) as world:
        world.machine.set_right()
        world.answer()
        world.tick(0.0)

        world.machine.step(365 * DAY)
        world.tick(2 * HOUR)

        assert [each["id"] for each in documents(world.terminal.outbox)] == [an_id(1)]


def test_a_session_that_spans_a_step_has_the_time_of_its_first_answer():
    machine = PretendedMachine()
    machine.set_right()
    first_at = machine.reading().boottime
    machine.wait(90)
    machine.step(-HOUR)
    machine.set_right()

    told = answered(moment_at(machine.reading(), first_at))

    assert told.clock == "synced"
    assert datetime.fromisoformat(told.at).timestamp() == NOON


def test_suspend_counts(tmp_path):
    with a_world(tmp_path) as world:
        asleep = world.answer()
        world.machine.wait(8 * HOUR)  # CLOCK_BOOTTIME counts suspend as well
        world.machine.set_right()

        world.tick()

        assert moment_of(world.received(asleep)) == NOON


@pytest.fixture
def in_helsinki(monkeypatch):
    with monkeypatch.context() as here:
        here.setenv("TZ", "Europe/Helsinki")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("in_helsinki")
@pytest.mark.parametrize(
    ("utc", "told"),
    [
        ("2026-03-29T00:59:30+00:00", "2026-03-29T02:59:00+02:00"),
        ("2026-03-29T01:00:30+00:00", "2026-03-29T04:00:00+03:00"),
        ("2026-10-25T00:59:30+00:00", "2026-10-25T03:59:00+03:00"),
        ("2026-10-25T01:00:30+00:00", "2026-10-25T03:00:00+02:00"),
    ],
)
def test_a_correction_over_a_change_of_summer_time_has_the_offset_of_its_moment(
    tmp_path, utc, told
):
    with a_world(tmp_path) as world:
        world.machine.true = datetime.fromisoformat(utc).timestamp()
        first = world.answer()
        world.machine.wait(2 * HOUR)
        world.machine.set_right()

        world.tick()

        assert world.received(first)["at"] == told


def test_a_leap_seconds_smear_is_no_step():
    def smeared():
        machine = PretendedMachine()
        machine.set_right(ahead=0.0)
        for ahead in (0.0, 0.25, 0.5, -0.5, -0.25, 0.0):
            machine.ahead = ahead
            machine.wait(4 * HOUR)
            yield machine

    for machine in smeared():
        told = answered(machine.reading())
        assert abs(datetime.fromisoformat(told.at).timestamp() - machine.true) <= 60
        assert clock.steady(machine.reading, lambda _: True).is_synced
