"""The database of the central service: one `Store`, a module per table or two behind it."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from random import Random, SystemRandom

from sqlalchemy import Connection

from sync import wire
from sync.central.checking import GoodResponse
from sync.central.errors import UnknownCode, UnknownTerminal, UnknownUnit
from sync.central.store import codes, enrolment, heartbeats, responses, statistics, terminals, units
from sync.central.store.codes import Code, CodeFor
from sync.central.store.database import Database, open_database
from sync.central.store.enrolment import Enrolled, NotEnrolled
from sync.central.store.events import keep_events
from sync.central.store.places import PlaceRow, history
from sync.central.store.statistics import Statistics
from sync.central.store.terminals import Terminal

__all__ = ["Code", "Enrolled", "NotEnrolled", "Statistics", "Store", "Terminal", "open_store"]

CODE_DAYS = 7


def utc_now() -> datetime:
    """The time now."""
    return datetime.now(UTC)


def open_store(url: str) -> "Store":
    """The store at an SQLAlchemy URL, its tables brought up to date.

    Raises DatabaseUnusable or DatabaseUnavailable.
    """
    return Store(open_database(url))


class Store:
    """Everything that the central service keeps; each method is one transaction."""

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
            unit, place = _known_spot(connection, before)
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
            if not codes.withdraw(connection, id_or_code, now or utc_now()):
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

    def keep_responses(
        self, new: Sequence[GoodResponse], received_at: datetime
    ) -> tuple[wire.Verdict, ...]:
        """Store the responses whose id is new; the verdict on each, in order."""
        with self._database.writing() as connection:
            return responses.keep_responses(connection, new, received_at)

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

    def statistics(self, unit: str | None = None) -> Statistics:
        """The numbers of one unit, or of all units together."""
        with self.reading() as connection:
            return statistics.statistics(connection, unit)

    def statistics_by_unit(self) -> dict[str, Statistics]:
        """The numbers of each unit, most responses first; "" stands for no unit."""
        with self.reading() as connection:
            return statistics.statistics_by_unit(connection)


def _add_code(
    connection: Connection, wanted: CodeFor, now: datetime | None, days: int, random: Random | None
) -> str:
    made_at = now or utc_now()
    expires_at = made_at + timedelta(days=days)
    return codes.add_code(connection, wanted, made_at, expires_at, random or SystemRandom())


def _known_spot(connection: Connection, terminal: Terminal) -> tuple[str, str | None]:
    """Unit and place where a terminal stands; what it was told if we do not know that unit."""
    stands = terminal.location
    if stands.unit is not None and units.find_unit(connection, stands.unit) is not None:
        return stands.unit, stands.place
    return terminal.unit, terminal.place


def _no_such_terminal(terminal_id: str) -> UnknownTerminal:
    return UnknownTerminal(f"{terminal_id}: no such terminal; see `central-admin terminal list`")
