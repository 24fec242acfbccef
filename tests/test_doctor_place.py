"""What `doctor` says of where the terminal stands, and of the list of units."""

import pytest
from builders import NOON, a_reading

from device_config import clock
from device_config.checks.place import OLD_DAYS, place_findings
from device_config.location import Place
from device_config.units import Unit, UnitList

UNITS = (Unit(unit="1.2.3", name={"fi": "Talo"}, path={}),)
FETCHED = UnitList(units=UNITS, fetched_at="2026-11-21T12:00:00+02:00")
STANDS = Place(unit="1.2.3", place="Aula 1")


@pytest.mark.parametrize(
    ("place", "units", "expected"),
    [
        (STANDS, FETCHED, [("ok", "1.2.3, Aula 1"), ("ok", "1, from 2026-11-21T12:00:00+02:00")]),
        (STANDS, UnitList(), [("ok", "1.2.3, Aula 1"), ("skip", "none yet")]),
        (Place(unit="9"), FETCHED, [("warn", "9 is not in the centre's list"), ("ok", "1, from")]),
        (Place(), FETCHED, [("fail", "nobody said where it stands"), ("ok", "1, from")]),
        (
            STANDS,
            UnitList(units=UNITS, left_out=2),
            [("ok", "1.2.3, Aula 1"), ("warn", "1; 2 of the centre's cannot be shown")],
        ),
    ],
)
def test_the_unit_and_the_list_are_looked_at(place, units, expected):
    found = list(place_findings(place, units, a_reading()))

    assert [each.verdict for each in found] == [verdict for verdict, _ in expected]
    for each, (verdict, words) in zip(found, expected, strict=True):
        assert each.says.startswith(words)
        assert bool(each.mend) == (verdict in {"warn", "fail"})


def of_list(now, good_at=None, fetched_at=None):
    units = UnitList(units=UNITS, fetched_at=fetched_at)
    return list(place_findings(STANDS, units, now, good_at))[1]


def test_a_list_of_units_that_is_no_more_renewed_is_told_with_the_day():
    long_ago = clock.rfc3339(NOON - (OLD_DAYS + 1) * 86_400)

    for since in ({"good_at": long_ago}, {"fetched_at": long_ago}):
        found = of_list(a_reading(), **since)
        assert (found.verdict, long_ago in found.says) == ("warn", True)
        assert "sync --once" in found.mend


def test_a_list_that_has_not_changed_for_long_is_no_old_one_while_the_centre_confirms_it():
    long_ago = clock.rfc3339(NOON - 300 * 86_400)
    lately = clock.rfc3339(NOON - 86_400)

    assert of_list(a_reading(), good_at=lately, fetched_at=long_ago).verdict == "ok"


def test_a_clock_that_may_be_wrong_makes_no_list_old():
    long_ago = clock.rfc3339(NOON - 300 * 86_400)

    assert of_list(a_reading(is_synced=False), fetched_at=long_ago).verdict == "ok"
