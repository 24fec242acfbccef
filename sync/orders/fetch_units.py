"""The order `fetch-units`: the list of units is fetched now."""

from typing import Any

from device_config.clock import Reading
from device_config.units import UnitsFile
from sync import units_pull
from sync.orders.desk import Desk, OrderFailed, Outcome
from sync.outcome import Unreachable
from sync.units_pull import NotFetched


def fetch_units(_body: dict[str, Any], desk: Desk, now: Reading) -> Outcome:
    """Fetch the list; how many `units` it has, and how many were `left_out`."""
    if desk.client is None:
        raise OrderFailed("not-enrolled")
    outcome = units_pull.fetch_units(UnitsFile.of(desk.state), desk.client, now)
    units_pull.tell_fetch(desk.db, outcome, now)
    if isinstance(outcome, NotFetched):
        is_network = isinstance(outcome.reply, Unreachable)
        raise OrderFailed("no-network" if is_network else outcome.why, outcome.why)
    return {"done": True, "units": outcome.units, "left_out": outcome.left_out}
