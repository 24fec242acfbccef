"""Pulling the list of units: checked, kept for offline, and never replaced by a worse one."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from device_config.clock import Reading, rfc3339
from device_config.errors import StateNotWritable
from device_config.road import fact, state_fact_if_room
from device_config.units import UnitList, UnitsFile, units_in
from sync.client import CentralClient
from sync.outcome import Reply, TryLater, Unreachable, failure
from sync.schedule import Line

log = logging.getLogger(__name__)

UNITS_S = 6 * 3600.0


@dataclass(frozen=True, slots=True)
class Fetched:
    """The list is up to date: so many units, so many of the centre's left out."""

    units: int
    left_out: int


@dataclass(frozen=True, slots=True)
class NotFetched:
    """The list stays as it was. `why` is a short word for facts and orders."""

    why: str
    reply: Reply | Unreachable


def fetch_units(file: UnitsFile, client: CentralClient, now: Reading) -> Fetched | NotFetched:
    """Take the centre's list of units, if it is news. Raises StateNotWritable.

    One that is empty or no list never replaces one that is neither.
    """
    kept = file.read()
    reply = client.pull_units(kept.etag if kept.units else None)
    if isinstance(reply, Unreachable):
        return NotFetched(reply.why, reply)
    if reply.status == 304:
        return Fetched(len(kept.units), kept.left_out)
    if reply.status != 200:
        return NotFetched(f"http-{reply.status}", reply)
    try:
        units, left_out = units_in(reply.body)
    except ValueError as error:
        log.warning("the centre's list of units is not taken: %s", error)
        return NotFetched("no-list", reply)
    if left_out:
        log.warning("%d of the centre's units are left out: they cannot be shown", left_out)
    if not units and kept.units:
        log.warning("the centre's list of units is empty; the one before stays")
        return NotFetched("empty-list", reply)
    fetched_at = rfc3339(now.wall) if now.is_synced else None
    etag = reply.headers.get("etag")
    file.write(UnitList(units=units, etag=etag, fetched_at=fetched_at, left_out=left_out))
    return Fetched(len(units), left_out)


def tell_fetch(db: Database, outcome: Fetched | NotFetched, now: Reading) -> None:
    """Say how the last fetch went, as the fact `units` of the agent's.

    `good_at` is when the list was last known to be the centre's; None when no clock could tell.
    """
    if isinstance(outcome, NotFetched):
        said: dict[str, Any] = {"failure": outcome.why, "good_at": good_at(db)}
    else:
        said = {"failure": None, "good_at": rfc3339(now.wall) if now.is_synced else None}
    state_fact_if_room(db, "sync", "units", said)


def good_at(db: Database) -> str | None:
    """When the list was last known to be the centre's, as `tell_fetch` said."""
    said = fact(db, "sync", "units", dict[str, str | None]) or {}
    return said.get("good_at")


class UnitsPuller:
    """The agent's duty to keep the list of units up to date."""

    def __init__(
        self,
        db: Database,
        file: UnitsFile,
        client: CentralClient,
        jitter: Callable[[], float],
        by_now: Callable[[], Reading],
    ) -> None:
        self._db = db
        self._file = file
        self._client = client
        self._jitter = jitter
        self._by_now = by_now

    def pull(self, now: Reading, line: Line) -> Line:
        """Fetch the list; again after six hours, or after a back-off."""
        try:
            outcome = fetch_units(self._file, self._client, now)
        except StateNotWritable as error:
            log.error("the list of units is not kept: %s", error)  # noqa: TRY400 - the disk's
            return line.failed(now.boottime, self._jitter(), None)
        tell_fetch(self._db, outcome, now)
        if isinstance(outcome, Fetched):
            return line.succeeded(now.boottime, UNITS_S)
        if isinstance(outcome.reply, Reply) and outcome.reply.status == 404:
            return line.succeeded(now.boottime, UNITS_S)  # a centre that has no such list
        replied = self._by_now()
        later = failure(outcome.reply, replied)
        after_s = later.after_s if isinstance(later, TryLater) else None
        return line.failed(replied.boottime, self._jitter(), after_s)
