"""How long the questions of the pages take, and the pages themselves, over years of feedback."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from statistics import median, quantiles
from urllib.parse import urlencode

import requests
from sqlalchemy import Connection

from device_config.errors import KioskError
from sync.bench.central_rows import SUBTREE_PATH, Filled
from sync.central.store import Store
from sync.central.store.newest import newest
from sync.central.store.tallies import Dimension, Filter, counts_by_all

TIMES = 9
PERIODS = (30, 365)
NEWEST = 20
Ask = Callable[[Connection, Filter], object]
Times = tuple[float, float]
"""Seconds: the median and the 95th percentile."""


def questions(store: Store, filled: Filled) -> Iterator[tuple[str, Times]]:
    """What is asked of the tallies for one unit, a subtree and everything."""
    scopes = {
        "one unit": frozenset(filled.units[:1]),
        f"{len(filled.subtree)} units": frozenset(filled.subtree),
        "everything": None,
    }
    asked: dict[str, Ask] = {
        "sums": _counting(),
        "by day and standing": _counting("day", "standing"),
        "by channel and language": _counting("channel", "language"),
        "by unit": _counting("unit"),
        "newest": lambda connection, wanted: newest(connection, wanted, NEWEST),
    }
    for days in PERIODS:
        for scope, units in scopes.items():
            wanted = Filter(units, filled.last - timedelta(days=days - 1), filled.last)
            for name, ask in asked.items():
                yield f"{name}, {scope}, {days} days", _timed(partial(_ask, store, ask, wanted))


def _counting(*dimensions: Dimension) -> Ask:
    return lambda connection, wanted: counts_by_all(connection, wanted, dimensions)


def _ask(store: Store, ask: Ask, wanted: Filter) -> None:
    with store.reading() as connection:
        ask(connection, wanted)


def pages(url: str, filled: Filled) -> Iterator[tuple[str, Times]]:
    """Each page with numbers of many responses, over HTTP; raises KioskError when one fails."""
    subtree, unit = f"path:{SUBTREE_PATH}", f"unit:{filled.units[0]}"
    addresses: list[tuple[str, dict[str, object]]] = [
        *(("/", {"of": of, "days": days}) for days in PERIODS for of in (unit, subtree, "")),
        ("/units", {"of": subtree}),
        ("/units", {}),
        ("/public", {}),
        ("/comments", {}),
        ("/fleet", {}),
    ]
    with requests.Session() as session:
        session.trust_env = False
        for path, query in addresses:
            address = f"{path}?{urlencode(query)}" if query else path
            yield address, _timed(partial(_get, session, url + address))


def _get(session: requests.Session, address: str) -> None:
    reply = session.get(address, timeout=120)
    if not reply.ok:
        raise KioskError(f"{address}: {reply.status_code}")


def _timed(work: Callable[[], object]) -> Times:
    work()
    seconds = []
    for _ in range(TIMES):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return median(seconds), quantiles(seconds, n=20)[-1]
