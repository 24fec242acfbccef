"""A few of the lives that `make drills` lives by the hundred."""

from tests.drills.kill import KINDS, Drill


def test_no_acknowledged_press_is_missing_and_none_counts_twice_however_the_kiosk_dies(tmp_path):
    result = Drill(tmp_path, seed=2).run(2 * len(KINDS))

    assert result.is_good, result
    assert set(result.lives) == set(KINDS)


def test_a_kiosk_that_forgets_its_presses_is_found_out(tmp_path):
    result = Drill(tmp_path, seed=2, forgets=True).run(len(KINDS))

    assert result.doubled
