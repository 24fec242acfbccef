"""`palautepiste bench`, and what its synthetic days say of the rules of abuse."""

from collections import Counter
from itertools import pairwise

import pytest
from click.testing import CliRunner

from kiosk import abuse
from kiosk.bench.abuse import (
    LOCK_OUT_S,
    TARGETS,
    Score,
    lines,
    live,
    locked_out,
    score,
)
from kiosk.bench.cli import BENCHMARKS
from kiosk.bench.day import CLIENTS, CLOSES_S, DAY_S, OPENS_S, day
from kiosk.cli import main
from kiosk.session import reduce as rules
from kiosk.session.events import Tapped

DAYS, SEED = 5, 1


@pytest.fixture(scope="module")
def outcome():
    return live(DAYS, SEED)


def share(outcome, label, rules):
    """How many of a label's answers carry one of these flags."""
    answers = [each for each, act in outcome.answered().items() if act.label == label]
    return sum(1 for each in answers if outcome.flags[each] & set(rules)) / len(answers)


# The day


def test_a_day_has_its_clients_in_opening_hours_and_everybody_else():
    acts = day(SEED, 0, "usefulness")

    counts = Counter(act.label for act in acts)
    assert counts["client"] == CLIENTS
    assert set(counts) == {"client", "again", "child", "angry", "cloth", "staff"}
    assert all(OPENS_S <= act.at < CLOSES_S + 600 for act in acts if act.label == "client")
    assert [act.at for act in acts] == sorted(act.at for act in acts)


def test_the_same_seed_is_the_same_day_and_no_other_is():
    first = day(SEED, 0, "usefulness")

    assert first == day(SEED, 0, "usefulness")
    assert first != day(SEED + 1, 0, "usefulness")
    assert [act.at % DAY_S for act in first] != [
        act.at % DAY_S for act in day(SEED, 1, "usefulness")
    ]


def test_clients_answer_one_after_the_other_by_button_and_by_finger():
    clients = [act for act in day(SEED, 0, "usefulness") if act.label == "client"]

    assert all(after.at - before.at >= 4 for before, after in pairwise(clients))
    assert 0.3 < sum(isinstance(act.event, Tapped) for act in clients) / CLIENTS < 0.5


# The rules on it


def test_each_rule_catches_what_it_is_there_for(outcome):
    scores = {target.rule: score(target, outcome) for target in TARGETS}

    assert scores["out-of-hours"].precision == scores["out-of-hours"].recall == 1
    for rule, precision, recall in (
        ("min-interval", 0.8, 0.9),
        ("burst", 0.8, 0.7),
        ("same-button", 0.95, 0.9),
    ):
        assert scores[rule].precision > precision, rule
        assert scores[rule].recall > recall, rule


@pytest.mark.parametrize(
    ("label", "flags"),
    [("child", ["burst"]), ("angry", ["same-button"]), ("staff", ["same-button"])],
)
def test_nearly_all_that_one_person_does_is_flagged_its_beginning_too(outcome, label, flags):
    assert share(outcome, label, flags) > 0.9


def test_ordinary_clients_are_hardly_ever_flagged(outcome):
    assert share(outcome, "client", [target.rule for target in TARGETS]) < 0.03
    assert share(outcome, "client", ["same-button"]) < 0.005


def test_a_slap_leaves_no_answer_but_a_closed_response(outcome):
    empty = [draft for draft in outcome.drafts.values() if not draft.answers]

    assert outcome.slaps
    assert all(draft.ended == "timeout" for draft in empty)
    assert all(draft.ended is not None for draft in outcome.drafts.values())
    assert {act.label for act in outcome.slaps} <= {"child", "cloth", "client", "again"}


def test_rules_that_did_not_flag_the_beginning_of_a_run_would_be_caught(monkeypatch):
    class NoEffect:
        """What no rule asks for."""

    monkeypatch.setattr("kiosk.bench.abuse.FlagEarlier", NoEffect)

    assert share(live(DAYS, SEED), "angry", ["same-button"]) < 0.9


def test_a_limit_that_flags_a_queue_of_contented_people_would_be_caught(monkeypatch):
    monkeypatch.setattr(abuse, "RUN_MOST", 2)

    assert share(live(DAYS, SEED), "client", ["same-button"]) > 0.005


def test_rules_that_knew_no_slap_would_be_caught(monkeypatch, outcome):
    monkeypatch.setattr(rules, "struck_with", lambda _presses, _event: ())

    with_slaps, without = (
        Counter(act.label for act in each.answered().values())
        for each in (outcome, live(DAYS, SEED))
    )
    assert without["cloth"] > 1.5 * with_slaps["cloth"]


# The baseline, the scores


def test_the_lock_out_counts_one_press_and_ignores_the_rest_for_a_while():
    acts = list(day(SEED, 0, "usefulness"))

    counted = locked_out(acts)

    assert all(after.at - before.at >= LOCK_OUT_S for before, after in pairwise(counted))
    assert {act.label for act in acts} - {act.label for act in counted} <= {"again"}


@pytest.mark.parametrize(
    ("wanted", "flagged", "right", "precision", "recall"),
    [(4, 2, 1, 0.5, 0.25), (0, 0, 0, 1.0, 1.0), (2, 0, 0, 1.0, 0.0), (0, 2, 0, 0.0, 1.0)],
)
def test_precision_and_recall(wanted, flagged, right, precision, recall):
    got = Score(wanted, flagged, right)

    assert (got.precision, got.recall) == (precision, recall)


def test_the_report_is_the_same_for_a_seed():
    assert list(lines(1, 7)) == list(lines(1, 7)) != list(lines(1, 8))


# The command


def test_bench_runs_what_is_named():
    result = CliRunner().invoke(main, ["bench", "abuse", "--days", "1", "--seed", "3"])

    assert result.exit_code == 0
    for target in TARGETS:
        assert target.rule in result.stdout
    assert "lock-out" in result.stdout


def test_bench_runs_all_without_a_name(monkeypatch):
    ran = []
    for name, benchmark in list(BENCHMARKS.items()):
        run = lambda size, name=name: ran.append((name, size.days, size.seed)) or ["done"]  # noqa: E731
        monkeypatch.setitem(BENCHMARKS, name, type(benchmark)(benchmark.about, run))

    result = CliRunner().invoke(main, ["bench", "--days", "2"])

    assert result.exit_code == 0
    assert ran == [(name, 2, 1) for name in BENCHMARKS]


def test_bench_says_which_there_are():
    result = CliRunner().invoke(main, ["bench", "--list"])

    assert [line.split()[0] for line in result.stdout.splitlines()] == list(BENCHMARKS)


def test_a_benchmark_that_there_is_not_is_wrong_usage_and_says_which_there_are():
    result = CliRunner().invoke(main, ["bench", "speed"])

    assert result.exit_code == 2
    assert "abuse" in result.stderr


# From press to acknowledgement


def test_the_panel_bench_lets_a_real_kiosk_acknowledge_and_store_each_press():
    done = CliRunner().invoke(main, ["bench", "panel", "--presses", "3"], catch_exceptions=False)

    assert done.exit_code == 0, done.output
    assert "3 presses" in done.output
    assert "one commit (baseline)" in done.output
