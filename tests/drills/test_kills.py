"""A few of the kills that `make drills` does by the hundred."""

from dataclasses import replace

import pytest

from tests.drills import kills
from tests.drills.kills import Drill, Result


def test_nothing_is_lost_and_nothing_arrives_twice_whoever_is_killed_and_when(tmp_path):
    result = Drill(tmp_path, seed=1).run(3)

    assert result.is_good, result
    assert result.kills == {"kiosk": 3, "agent": 3, "centre": 3}


def test_even_the_shortest_lives_end_in_a_drill_that_counts_something(tmp_path, monkeypatch):
    monkeypatch.setattr(kills, "LONGEST_LIFE_S", 0.05)
    monkeypatch.setattr(kills, "AT_WORK_WITHIN_S", 0.05)

    result = Drill(tmp_path, seed=1).run(1)

    assert result.printed > 0
    assert result.is_good, result


MOST_DRILLS = 8
"""A few kills may all fall between two batches, where even a careless program loses nothing."""


@pytest.mark.parametrize(
    ("variant", "wrong"),
    [
        ("an agent that settles before the verdict", "lost"),
        ("a centre that answers before its commit", "lost"),
        ("a centre that counts what comes again", "doubled"),
    ],
)
def test_a_program_that_is_careless_with_responses_is_found_out(variant, wrong, tmp_path):
    drills = (
        Drill(tmp_path / str(seed), seed, variant).run(3) for seed in range(1, MOST_DRILLS + 1)
    )

    assert any(getattr(result, wrong) for result in drills)


@pytest.mark.parametrize("wrong", ["lost", "doubled", "holes", "changed", "rejected"])
def test_the_drill_fails_on_anything_that_is_not_as_it_was_printed(wrong):
    good = Result(printed=10, arrived=11)

    assert good.is_good
    assert not replace(good, **{wrong: 1}).is_good
    assert not Result().is_good
