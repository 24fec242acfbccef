"""The database of the central service: one `Store`, a module per table or two behind it."""

import logging
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from random import Random, SystemRandom

import msgspec
from sqlalchemy import Connection

from sync import wire
from sync.central.errors import UnknownCode, UnknownTerminal, UnknownUnit
from sync.central.receiving.checking import GoodResponse
from sync.central.store import (
    codes,
    enrolment,
    heartbeats,
    refusals,
    responses,
    settling,
    terminals,
    units,
)
from sync.central.store.changes import OnChange, Watch
from sync.central.store.codes import Code, CodeFor
from sync.central.store.database import Database, open_database
from sync.central.store.enrolment import Enrolled, NotEnrolled
from sync.central.store.events import keep_events
from sync.central.store.places import PlaceRow, history
from sync.central.store.terminals import Terminal

__all__ = ["Code", "Enrolled", "NotEnrolled", "Store", "Terminal", "open_store"]

log = logging.getLogger(__name__)

CODE_DAYS = 7
OTHERS_COUNT_S = 0.1


def utc_now() -> datetime:
    """The time now."""
    return datetime.now(UTC)


def open_store(url: str) -> "Store":
    """The store at an SQLAlchemy URL, its tables brought up to date.

    Responses that a version before this has stored are counted, a step in each transaction: cut
    short, it goes on the next time. Raises DatabaseUnusable or DatabaseUnavailable.
    """
    store = Store(open_database(url))
    try:
        store.count_uncounted()
    except BaseException:
        store.close()
        raise
    return store


class Store:
    """Everything that the central service keeps; each method is one transaction.

    What the pages and commands do besides, they do with the functions of the modules beside this
    one, within `reading` or `writing`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def close(self) -> None:
        """Give back every connection."""
        self._database.close()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view, for the functions of the modules beside this one."""
        with self._database.reading() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, for the functions of the modules beside this one."""
        with self._database.writing() as connection:
            yield connection

    def watch(self, on_change: OnChange) -> Watch:
        """Call `on_change`, in a thread, for what is stored by any process."""
        return self._database.watch(on_change)

    def add_units(self, new: Iterable[wire.Unit]) -> int:
        """Add units, or replace those whose OID is known; returns how many there were."""
        with self._database.writing() as connection:
            return units.put_units(connection, new)

    def all_units(self) -> tuple[wire.Unit, ...]:
        """Every unit, in the order of the OIDs."""
        with self.reading() as connection:
            return units.all_units(connection)

    def new_code(  # noqa: PLR0913, PLR0917 - what a code may say
        self,
        unit: str,
        place: str | None = None,
        now: datetime | None = None,
        days: int = CODE_DAYS,
        random: Random | None = None,
        staff_pin_hash: str | None = None,
    ) -> str:
        """A one-time code for a terminal of this unit; raises UnknownUnit."""
        wanted = CodeFor(unit=unit, place=place, staff_pin_hash=staff_pin_hash)
        with self._database.writing() as connection:
            if units.find_unit(connection, unit) is None:
                raise UnknownUnit(f"--unit {unit}: no such unit; see `central-admin unit list`")
            return _add_code(connection, wanted, now, days, random)

    def replacement_code(
        self,
        terminal_id: str,
        now: datetime | None = None,
        days: int = CODE_DAYS,
        random: Random | None = None,
        staff_pin_hash: str | None = None,
    ) -> str:
        """A one-time code for the machine that takes a terminal's place; raises UnknownTerminal.

        It stands where that one stood, may send what that one gave, and goes on above its epochs.
        That one is let in no more as soon as the code is used.
        """
        with self._database.writing() as connection:
            before = terminals.find_terminal(connection, terminal_id)
            if before is None:
                raise _no_such_terminal(terminal_id)
            unit, place = terminals.known_spot(connection, before)
            wanted = CodeFor(
                unit=unit, place=place, staff_pin_hash=staff_pin_hash, replaces=before.id
            )
            return _add_code(connection, wanted, now, days, random)

    def all_codes(self) -> tuple[Code, ...]:
        """Every code, the one that expires first at the front."""
        with self.reading() as connection:
            return codes.all_codes(connection)

    def withdraw_code(self, id_or_code: str, now: datetime | None = None) -> None:
        """Let nobody in with this code; raises UnknownCode."""
        with self._database.writing() as connection:
            if codes.withdraw(connection, id_or_code, now or utc_now()) is None:
                raise UnknownCode("no open code of this name; see `central-admin code list`")

    def enrol(
        self, request: wire.EnrolmentRequest, now: datetime, random: Random
    ) -> Enrolled | NotEnrolled:
        """Use up a code and let its terminal in; or why not."""
        with self._database.writing() as connection:
            return enrolment.enrol(connection, request, now, random)

    def authenticate(self, token: str) -> Terminal | None:
        """Whose token this is; None for an unknown or revoked one."""
        with self.reading() as connection:
            return terminals.authenticate(connection, token)

    def lineage(self, terminal_id: str) -> frozenset[str]:
        """A terminal and all its predecessors."""
        with self.reading() as connection:
            return terminals.lineage(connection, terminal_id)

    def all_terminals(self) -> tuple[Terminal, ...]:
        """Every terminal, in the order of enrolment."""
        with self.reading() as connection:
            return terminals.all_terminals(connection)

    def last_seen(self) -> dict[str, datetime]:
        """When each terminal's latest heartbeat came, by terminal id."""
        with self.reading() as connection:
            return heartbeats.last_seen(connection)

    def move(
        self, terminal_id: str, unit: str, place: str | None = None, now: datetime | None = None
    ) -> None:
        """Tell a terminal where it stands from now on; raises UnknownUnit, UnknownTerminal."""
        with self._database.writing() as connection:
            if units.find_unit(connection, unit) is None:
                raise UnknownUnit(f"--unit {unit}: no such unit; see `central-admin unit list`")
            if not terminals.move(connection, terminal_id, unit, place, now or utc_now()):
                raise _no_such_terminal(terminal_id)

    def places(self, terminal_id: str) -> Sequence[PlaceRow]:
        """Where a terminal was told to stand, and said that it stood; raises UnknownTerminal."""
        with self.reading() as connection:
            if terminals.find_terminal(connection, terminal_id) is None:
                raise _no_such_terminal(terminal_id)
            return history(connection, terminal_id)

    def revoke(self, terminal_id: str, now: datetime | None = None) -> None:
        """Refuse this terminal's token from now on; raises UnknownTerminal."""
        with self._database.writing() as connection:
            if not terminals.revoke(connection, terminal_id, now or utc_now()):
                raise _no_such_terminal(terminal_id)

    def count_uncounted(self) -> int:
        """Count the responses that a version before this has stored; how many there were."""
        counted = 0
        while True:
            with self.reading() as connection:
                if not settling.is_any_uncounted(connection):
                    return counted
            with self._database.writing() as connection:
                step = settling.count_some(connection)
            if step == 0:  # another process counts them just now
                time.sleep(OTHERS_COUNT_S)
            counted += step
            log.info("counted %d responses of an older version", counted)

    def keep_responses(
        self, new: Sequence[GoodResponse], received_at: datetime
    ) -> tuple[wire.Verdict, ...]:
        """Store the responses whose id is new; the verdict on each, in order."""
        with self._database.writing() as connection:
            return responses.keep_responses(connection, new, received_at)

    def are_stored(self, raws: Sequence[msgspec.Raw]) -> tuple[bool, ...]:
        """Of each of these well-formed responses whether it is stored already with this content."""
        with self.reading() as connection:
            return responses.are_stored(connection, raws)

    def note_refusals(
        self,
        terminal_id: str,
        kind: refusals.Kind,
        refused: Sequence[wire.Verdict],
        received_at: datetime,
        numbers: Mapping[str, refusals.Number] | None = None,
    ) -> None:
        """Write down what of a terminal was not taken, and why; `numbers` of responses, by id."""
        with self._database.writing() as connection:
            refusals.note_refusals(connection, terminal_id, kind, refused, received_at, numbers)

    def keep_events(
        self, terminal_id: str, new: Sequence[wire.Event], received_at: datetime
    ) -> tuple[wire.Verdict, ...]:
        """Store the events whose id is new; the verdict on each, in order."""
        with self._database.writing() as connection:
            return keep_events(connection, terminal_id, new, received_at)

    def keep_heartbeat(self, terminal_id: str, beat: wire.Heartbeat, now: datetime) -> None:
        """Keep a terminal's latest heartbeat, in place of the one before."""
        with self._database.writing() as connection:
            heartbeats.keep_heartbeat(connection, terminal_id, beat, now)

    def count_responses(self) -> int:
        """How many responses are stored."""
        with self.reading() as connection:
            return responses.count_responses(connection)


def _add_code(
    connection: Connection, wanted: CodeFor, now: datetime | None, days: int, random: Random | None
) -> str:
    made_at = now or utc_now()
    expires_at = made_at + timedelta(days=days)
    return codes.add_code(connection, wanted, made_at, expires_at, random or SystemRandom()).code


def _no_such_terminal(terminal_id: str) -> UnknownTerminal:
    return UnknownTerminal(f"{terminal_id}: no such terminal; see `central-admin terminal list`")
