"""The fleet as it stands now: every terminal with what is the matter, and one with its history."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection

from device_config.settings import SECRETS
from sync import wire
from sync.central.behaviour import read_behaviour
from sync.central.errors import UnknownTerminal
from sync.central.fleet.alarms import (
    STANDINGS,
    Alarm,
    Standing,
    alarms,
    newest_software,
    standing,
)
from sync.central.fleet.desired import Desired, desired_of, scopes_for
from sync.central.scopes import Scope
from sync.central.store.desired import wishes_at
from sync.central.store.fleet import Happening, newest_happenings
from sync.central.store.gaps import Gap, Twice, came_twice, missing
from sync.central.store.heartbeats import Beat, last_beats
from sync.central.store.places import PlaceRow, history
from sync.central.store.refusals import Refusal, all_refusals
from sync.central.store.sequences import gaps_of
from sync.central.store.terminals import Terminal, all_terminals, find_terminal, successors
from sync.central.store.units import all_units, find_unit

MOST_EVENTS = 50
MOST_REFUSALS = 20
HIDDEN = "…"


@dataclass(frozen=True, slots=True)
class Seen:
    """A terminal as it stands now; `gaps` is how many of its numbers never came."""

    terminal: Terminal
    unit: wire.Unit | None
    beat: Beat | None
    alarms: tuple[Alarm, ...]
    standing: Standing
    gaps: int

    @property
    def rank(self) -> tuple[int, int, int]:
        """The worst first: how it stands, by how many faults, by how many alarms."""
        faults = sum(alarm.is_fault for alarm in self.alarms)
        return STANDINGS.index(self.standing), -faults, -len(self.alarms)


@dataclass(frozen=True, slots=True)
class SeenWhole:
    """One terminal with all that is known of it."""

    seen: Seen
    places: tuple[PlaceRow, ...]
    place_names: Mapping[str, wire.Unit]
    missing: tuple[Gap, ...]
    twice: tuple[Twice, ...]
    refusals: tuple[Refusal, ...]
    happenings: tuple[Happening, ...]
    successors: tuple[str, ...]
    desired: Desired

    def settings(self) -> tuple[tuple[str, Any, Scope], ...]:
        """Each setting that the centre gives it, its value, and where it is set.

        An address that may hold a password is not shown.
        """
        found = []
        for key, scope in self.desired.sources.items():
            table, _, name = key.partition(".")
            value = self.desired.settings[table][name] if name else self.desired.settings[table]
            found.append((key, HIDDEN if key in SECRETS else value, scope))
        return tuple(found)

    def as_json(self) -> dict[str, Any]:
        """What the command prints."""
        terminal, beat = self.seen.terminal, self.seen.beat
        return {
            "terminal_id": terminal.id,
            "standing": self.seen.standing,
            "alarms": [alarm.kind for alarm in self.seen.alarms],
            "location": msgspec.to_builtins(terminal.location),
            "hardware_id": terminal.hardware_id,
            "predecessor": terminal.predecessor,
            "replaces": terminal.replaces,
            "successors": list(self.successors),
            "enrolled_at": terminal.enrolled_at.isoformat(),
            "revoked_at": terminal.revoked_at and terminal.revoked_at.isoformat(),
            "retired_at": terminal.retired_at and terminal.retired_at.isoformat(),
            "last_seen_at": beat and beat.received_at.isoformat(),
            "heartbeat": beat and msgspec.to_builtins(beat.said),
            "missing": [
                {"epoch": gap.epoch, "first": gap.first, "last": gap.last, "why": gap.why}
                for gap in self.missing
            ],
            "settings": {key: value for key, value, _ in self.settings()},
            "settings_from": {key: str(scope) for key, _, scope in self.settings()},
        }


def look(
    connection: Connection, now: datetime, of: Collection[str] | None = None
) -> tuple[Seen, ...]:
    """The terminals that stand in these units, None for all, the worst first."""
    beats = last_beats(connection)
    units = {unit.unit: unit for unit in all_units(connection)}
    gaps = gaps_of(connection)
    known = all_terminals(connection)
    behaviour = read_behaviour(connection)
    newest = newest_software(
        beats[each.id].said for each in known if each.id in beats and each.revoked_at is None
    )
    found = []
    for terminal in known:
        if of is not None and terminal.location.unit not in of:
            continue
        beat = beats.get(terminal.id)
        raised = alarms(terminal, beat, now, behaviour, newest)
        stands = standing(terminal, raised)
        unit = units.get(terminal.location.unit or "")
        found.append(Seen(terminal, unit, beat, raised, stands, gaps.get(terminal.id, 0)))
    return tuple(sorted(found, key=lambda seen: (seen.rank, seen.terminal.id)))


def look_at_one(connection: Connection, terminal_id: str, now: datetime) -> SeenWhole:
    """One terminal whole; raises UnknownTerminal."""
    terminal = find_terminal(connection, terminal_id) if terminal_id.isprintable() else None
    if terminal is None:
        mend = "see `central-admin terminal list`"
        raise UnknownTerminal(f"{terminal_id[:60]}: no such terminal; {mend}")
    stands = terminal.location
    unit = find_unit(connection, stands.unit) if stands.unit else None
    beats = last_beats(connection)
    beat = beats.get(terminal.id)
    newest = newest_software(each.said for each in beats.values())
    raised = alarms(terminal, beat, now, read_behaviour(connection), newest)
    places = tuple(history(connection, terminal.id))
    gaps = missing(connection, terminal.id)
    number = sum(gap.count for gap in gaps if gap.why != "before-first")
    seen = Seen(terminal, unit, beat, raised, standing(terminal, raised), number)
    known = {each.unit: each for each in all_units(connection)}
    return SeenWhole(
        seen=seen,
        places=places,
        place_names={row.unit: known[row.unit] for row in places if row.unit in known},
        missing=gaps,
        twice=came_twice(connection, terminal.id),
        refusals=tuple(all_refusals(connection, terminal.id, MOST_REFUSALS)),
        happenings=newest_happenings(connection, terminal.id, MOST_EVENTS),
        successors=successors(connection, terminal.id),
        desired=desired_of(wishes_at(connection, scopes_for(unit, stands))),
    )
