"""Whether the terminal stands somewhere, and in a unit that the centre knows."""

from collections.abc import Iterator
from datetime import datetime

from device_config.checks.finding import Finding, fail, ok, skip, warn
from device_config.clock import Reading
from device_config.location import Place
from device_config.units import UnitList

SET = "palautepiste location find TEXT, then: palautepiste location set --unit OID"
OLD_DAYS = 7
"""The agent asks for the list every six hours: one that is so old is no more renewed."""


def place_findings(
    place: Place, units: UnitList, now: Reading, good_at: str | None = None
) -> Iterator[Finding]:
    """The unit, then the list of units that staff search in.

    `good_at` is when it was last known to be the centre's (RFC 3339), if that is known.
    """
    if place.unit is None:
        yield fail("unit", "nobody said where it stands: answers carry no unit", SET)
    elif units.units and all(each.unit != place.unit for each in units.units):
        yield warn("unit", f"{place.unit} is not in the centre's list of units", SET)
    else:
        yield ok("unit", ", ".join(filter(None, (place.unit, place.place))))
    if not units.units:
        yield skip("list of units", "none yet: it comes from the centre, after the enrolment")
    elif units.left_out:
        says = f"{len(units.units)}; {units.left_out} of the centre's cannot be shown"
        yield warn("list of units", says, "tell who runs the centre")
    elif _is_old(since := good_at or units.fetched_at, now):
        says = f"{len(units.units)}; the centre was last asked for it with success at {since}"
        yield warn("list of units", says, "see the centre's lines; then: palautepiste sync --once")
    else:
        yield ok("list of units", f"{len(units.units)}, from {units.fetched_at or 'no known time'}")


def _is_old(since: str | None, now: Reading) -> bool:
    """Whether this is long ago, as far as a clock can tell."""
    if since is None or not now.is_synced:
        return False
    try:
        return now.wall - datetime.fromisoformat(since).timestamp() > OLD_DAYS * 86_400
    except ValueError:
        return False
