"""A fleet that comes back: the agent's own schedule against a centre of stated capacity.

Simulated, so that nothing waits; counts and order are held, not seconds of this machine.
"""

from dataclasses import replace

import pytest
from click.testing import CliRunner

from kiosk.cli import main
from sync.agent import FIRST_WITHIN_S
from sync.bench.fleet import (
    BOOT_S,
    CAUSES,
    PLANS,
    Centre,
    Plan,
    come_back,
    every_30_s,
    lines,
    ordinary_rate,
)
from sync.schedule import Line

FLEET = 300
LONGEST_S = 15 * 60.0
AWAY, DARK = CAUSES
OURS, AT_ONCE, FIXED = PLANS.values()


def is_gentle(plan=OURS, jitter=None) -> bool:
    """Whether all is handed over soon and without a rush, whatever the outage was.

    When all call at once nonetheless, no later rush may beat the first.
    """
    first_rush = len(FIRST_WITHIN_S) * FLEET / BOOT_S
    cases = (
        (AWAY, plan, 3 * ordinary_rate(FLEET)),
        (DARK, plan, 3 * ordinary_rate(FLEET)),
        (DARK, replace(plan, spread_s=0.0), 2 * first_rush),
    )
    for cause, each, peak in cases:
        result = come_back(FLEET, cause, 1, each, jitter)
        is_done = len(result.drained_after) == FLEET and result.drained_after[-1] < LONGEST_S
        if not is_done or result.peak >= peak:
            return False
    return True


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("cause", CAUSES)
def test_every_terminal_hands_over_what_waited_and_soon(cause, seed):
    result = come_back(FLEET, cause, seed)

    assert len(result.drained_after) == FLEET
    assert result.drained_after[-1] < LONGEST_S
    assert list(result.drained_after) == sorted(result.drained_after)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_centre_is_asked_less_at_once_and_sends_fewer_away_than_with_a_fixed_retry(seed):
    ours, fixed = (come_back(FLEET, AWAY, seed, each) for each in (OURS, FIXED))

    assert 2 * ours.peak < fixed.peak
    assert 2 * ours.sent_away_share < fixed.sent_away_share


def test_a_fleet_that_starts_in_one_moment_is_served_where_a_fixed_retry_starves_some():
    ours, fixed = (come_back(FLEET, DARK, 1, each) for each in (OURS, FIXED))

    assert len(ours.drained_after) == FLEET > len(fixed.drained_after)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_fleet_whose_power_comes_back_asks_little_more_than_on_any_day(seed):
    spread, at_once = (come_back(FLEET, DARK, seed, each) for each in (OURS, AT_ONCE))

    assert spread.peak < 3 * ordinary_rate(FLEET)
    assert 3 * spread.peak < at_once.peak
    assert spread.sent_away_share < 0.1 < at_once.sent_away_share


def test_the_centre_takes_so_many_a_second_and_none_while_it_is_away():
    centre = Centre(back_at=100.0, per_second=3)

    taken = [centre.takes(100.0 + tenth / 10) for tenth in range(20)]

    assert taken == [*[True] * 3, *[False] * 7] * 2
    assert centre.sent_away == 14
    assert come_back(FLEET, AWAY, 1).drained_after[0] >= 0


# What the measure is worth: schedules broken on purpose


def deaf_to_retry_after(line, now, jitter, _retry_after):
    return line.failed(now, jitter, None)


def back_when_told_to_the_second(line, now, jitter, retry_after):
    if retry_after is None:
        return line.failed(now, jitter, None)
    return Line(line.failures + 1, now + retry_after, now + retry_after)


def test_the_agents_schedule_is_gentle():
    assert is_gentle()


def test_a_schedule_without_jitter_is_found_out():
    assert not is_gentle(jitter=lambda: 1.0)


@pytest.mark.parametrize("failing", [deaf_to_retry_after, back_when_told_to_the_second, every_30_s])
def test_a_schedule_that_tramples_the_centre_is_found_out(failing):
    assert not is_gentle(Plan(failing))


def test_a_fleet_that_calls_all_at_once_when_it_starts_is_found_out():
    assert not is_gentle(AT_ONCE)


# The report


def test_the_report_is_the_same_for_a_seed():
    assert list(lines(30, 7)) == list(lines(30, 7)) != list(lines(30, 8))


def test_bench_fleet_prints_both_outages_beside_the_baseline():
    done = CliRunner().invoke(main, ["bench", "fleet", "--terminals", "30"], catch_exceptions=False)

    assert done.exit_code == 0
    assert done.output.count("palautepiste") == done.output.count("(baseline)") == len(CAUSES)
    for cause in CAUSES:
        assert cause in done.output
