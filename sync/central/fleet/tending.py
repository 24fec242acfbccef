"""What is done with terminals and their codes, each written into the audit log.

The commands and the pages do it with these functions. None takes away what a terminal has sent, or
where it stood.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import Connection

from device_config.errors import UsageProblem
from sync.central.accounts.access import Visitor
from sync.central.errors import UnknownCode, UnknownTerminal, UnknownUnit
from sync.central.store import codes, terminals, utc_now
from sync.central.store.audit import note
from sync.central.store.codes import CodeFor, NewCode
from sync.central.store.terminals import Terminal
from sync.central.store.units import find_unit

MOST_CODES = 50
MOST_PLACE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """Who does something, None for a command, and when."""

    who: Visitor | None = None
    now: datetime = field(default_factory=utc_now)


def new_codes(  # noqa: PLR0913, PLR0917 - what the codes are for, how many, how long
    connection: Connection,
    unit: str,
    place: str | None,
    count: int,
    days: int,
    staff_pin_hash: str | None,
    doing: Doing,
    random: Random,
) -> tuple[NewCode, ...]:
    """So many one-time codes for terminals of a unit; raises UnknownUnit, UsageProblem."""
    if not 1 <= count <= MOST_CODES:
        raise UsageProblem(f"{count} codes: 1 to {MOST_CODES} can be made at once")
    _refuse_place(place)
    _refuse_unknown_unit(connection, unit)
    wanted = CodeFor(unit=unit, place=place or None, staff_pin_hash=staff_pin_hash)
    expires_at = doing.now + timedelta(days=days)
    made = tuple(
        codes.add_code(connection, wanted, doing.now, expires_at, random) for _ in range(count)
    )
    detail = {"codes": [each.id for each in made], "days": days}
    note(connection, doing.who, "code-made", unit, detail, at=doing.now)
    return made


def replacement_code(  # noqa: PLR0913, PLR0917 - whom it replaces, how long
    connection: Connection,
    terminal_id: str,
    days: int,
    staff_pin_hash: str | None,
    doing: Doing,
    random: Random,
) -> NewCode:
    """A one-time code for the machine that takes a terminal's place; raises UnknownTerminal.

    It stands where that one stood, may send what that one gave, and goes on above its epochs.
    That one is let in no more as soon as the code is used.
    """
    before = _found(connection, terminal_id)
    unit, place = terminals.known_spot(connection, before)
    wanted = CodeFor(unit=unit, place=place, staff_pin_hash=staff_pin_hash, replaces=before.id)
    expires_at = doing.now + timedelta(days=days)
    made = codes.add_code(connection, wanted, doing.now, expires_at, random)
    detail = {"code": made.id, "days": days}
    note(connection, doing.who, "replacement-code-made", terminal_id, detail, at=doing.now)
    return made


def withdraw_code(connection: Connection, id_or_code: str, doing: Doing) -> None:
    """Let nobody in with this code any more; raises UnknownCode."""
    is_plain = id_or_code.isprintable()
    known = codes.withdraw(connection, id_or_code, doing.now) if is_plain else None
    if known is None:
        raise UnknownCode("no open code of this name; see `central-admin code list`")
    note(connection, doing.who, "code-withdrawn", known, at=doing.now)


def move(
    connection: Connection, terminal_id: str, unit: str, place: str | None, doing: Doing
) -> None:
    """Tell a terminal where it stands from now on.

    Raises UnknownUnit, UnknownTerminal, or UsageProblem for one that was taken out of use.
    """
    _refuse_place(place)
    _refuse_unknown_unit(connection, unit)
    if _found(connection, terminal_id).retired_at is not None:
        raise UsageProblem(f"{terminal_id}: is out of use; a new code lets its machine in again")
    terminals.move(connection, terminal_id, unit, place or None, doing.now)
    detail = {"unit": unit, "place": place or None}
    note(connection, doing.who, "terminal-moved", terminal_id, detail, at=doing.now)


def revoke(connection: Connection, terminal_id: str, doing: Doing) -> None:
    """Refuse a terminal's token from now on; raises UnknownTerminal."""
    if _found(connection, terminal_id).revoked_at is None:
        terminals.revoke(connection, terminal_id, doing.now)
        note(connection, doing.who, "terminal-revoked", terminal_id, at=doing.now)


def retire(connection: Connection, terminal_id: str, doing: Doing) -> None:
    """Take a terminal out of use for good: refused, without alarms; raises UnknownTerminal."""
    if _found(connection, terminal_id).retired_at is None:
        terminals.retire(connection, terminal_id, doing.now)
        note(connection, doing.who, "terminal-retired", terminal_id, at=doing.now)


def _found(connection: Connection, terminal_id: str) -> Terminal:
    is_plain = terminal_id.isprintable()
    terminal = terminals.find_terminal(connection, terminal_id) if is_plain else None
    if terminal is None:
        raise UnknownTerminal(
            f"{terminal_id[:60]}: no such terminal; see `central-admin terminal list`"
        )
    return terminal


def _refuse_unknown_unit(connection: Connection, unit: str) -> None:
    if not unit.isprintable() or find_unit(connection, unit) is None:
        raise UnknownUnit(f"--unit {unit[:60]}: no such unit; see `central-admin unit list`")


def _refuse_place(place: str | None) -> None:
    if place and (len(place) > MOST_PLACE or not place.isprintable()):
        raise UsageProblem(f"--place: write at most {MOST_PLACE} plain characters")
