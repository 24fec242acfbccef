"""A small one of the drills with two services on one PostgreSQL; `make drills` does a long one."""

from dataclasses import replace

import pytest

from tests.drills.two_processes import Drill, Result

MOST_DRILLS = 5
"""A few kills may all miss the moment at which a careless service would lose something."""


def test_two_services_on_one_database_lose_nothing_and_double_nothing_whatever_is_killed(tmp_path):
    result = Drill(tmp_path, seed=1).run(3)

    assert result.is_good, result
    assert sum(result.kills.values()) >= 3


@pytest.mark.parametrize(
    ("variant", "kills", "wrong"),
    [
        ("answers before its commit", 1, "lost"),
        ("counts what comes again", 0, "wrong_tallies"),
        ("reads a count, adds, and writes it back", 0, "wrong_tallies"),
    ],
)
def test_a_careless_service_is_found_out(variant, kills, wrong, tmp_path):
    drills = (
        Drill(a_folder(tmp_path, seed), seed, variant).run(kills)
        for seed in range(1, MOST_DRILLS + 1)
    )

    assert any(getattr(result, wrong) for result in drills)


def a_folder(tmp_path, seed):
    folder = tmp_path / str(seed)
    folder.mkdir()
    return folder


@pytest.mark.parametrize("wrong", ["lost", "rejected", "wrong_tallies", "wrong_sequences"])
def test_the_drill_fails_on_anything_that_is_not_as_it_was_sent(wrong):
    good = Result(acknowledged=10, stored=11)

    assert good.is_good
    assert not replace(good, **{wrong: 1}).is_good
    assert not Result().is_good
