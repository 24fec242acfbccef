"""`palautepiste location`: where this terminal stands, and the units that it could stand in."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import msgspec

from device_config import clock
from device_config.config_store import ConfigStore
from device_config.errors import UsageProblem
from device_config.location import LocationFile, Place
from device_config.settings import Settings
from device_config.state import StateDirectory, config_option, open_state, state_option
from device_config.unit_search import UnitIndex, path_of
from device_config.units import Unit, UnitsFile
from device_config.words import is_mistyped

MOST_SHOWN = 8
MOST_BEFORE = 5
MOST_CHARACTERS = 100

_json_option = click.option("--json", "as_json", is_flag=True, help="For programs.")


@click.group(invoke_without_command=True)
@state_option
@config_option
@click.pass_context
def location(context: click.Context, state: Path, config: Path | None) -> None:
    """Where this terminal stands, now and before; `show` if nothing else is asked for."""
    if context.invoked_subcommand is None:
        context.invoke(show, state=state, config=config)
        return
    given = {"state": state, "config": config}
    context.default_map = dict.fromkeys(location.commands, given)


@location.command()
@_json_option
@state_option
@config_option
def show(state: Path, config: Path | None, as_json: bool = False) -> None:
    """Where it stands, since when and by whom; and the places before."""
    directory, settings = _read(state, config)
    units = UnitsFile.of(directory).read().units
    file = LocationFile.of(directory)
    place = file.current(settings.location)
    if as_json:
        click.echo(msgspec.json.encode(_members(place)))
        return
    click.echo("\n".join(_said(place, units, settings)))
    before = [each for each in file.history() if each.is_used and each != place]
    if before:
        click.echo("before:")
        for each in reversed(before[-MOST_BEFORE:]):
            click.echo(f"  {_line(each, units, settings)}")


@location.command()
@_json_option
@state_option
@config_option
def history(as_json: bool, state: Path, config: Path | None) -> None:
    """Every change that is kept, oldest first; also what the centre said and lost."""
    directory, settings = _read(state, config)
    places = LocationFile.of(directory).history()
    if as_json:
        click.echo(msgspec.json.encode([_members(place) for place in places]))
        return
    units = UnitsFile.of(directory).read().units
    for place in places:
        lost = "" if place.is_used else "  (lost to a change made here)"
        click.echo(f"{_line(place, units, settings)}{lost}")
    if not places:
        click.echo("no changes yet: it stands where the settings say", err=True)


@location.command()
@click.argument("text")
@_json_option
@state_option
@config_option
def find(text: str, as_json: bool, state: Path, config: Path | None) -> None:
    """The units that fit a few letters of their names, best first."""
    directory, settings = _read(state, config)
    units = UnitsFile.of(directory).read().units
    near = LocationFile.of(directory).current(settings.location).unit or ""
    found = UnitIndex.of(units).find(text, MOST_SHOWN, near)
    if as_json:
        rows = [{"unit": each.unit, "name": each.name, "path": each.path} for each in found]
        click.echo(msgspec.json.encode(rows))
        return
    for each in found:
        click.echo(f"{each.unit}  {path_of(each, settings.session.languages[0])}")
    if not units:
        click.echo("no list of units yet: `palautepiste sync` fetches it from the centre", err=True)
    elif not found:
        click.echo("no unit in the centre's list fits; try fewer letters", err=True)


@location.command("set")
@click.option("--unit", "oid", required=True, metavar="OID", help="The unit; see `find`.")
@click.option("--service", metavar="CODE", help="The service.  [default: the unit's own]")
@click.option("--place", metavar="P", help="The place in the house, like 'Aula 1'.")
@click.option("--force", is_flag=True, help="Also a unit that is not in the list.")
@state_option
@config_option
def set_(  # noqa: PLR0913, PLR0917 - one parameter an option
    oid: str,
    service: str | None,
    place: str | None,
    force: bool,
    state: Path,
    config: Path | None,
) -> None:
    """The terminal stands in the unit OID from now on; what was given before stays where it was."""
    directory = open_state(state)
    settings = ConfigStore(directory, config).effective().settings
    units = UnitsFile.of(directory).read().units
    oid = _word("--unit", oid)
    unit = next((each for each in units if each.unit == oid), None)
    if unit is None:
        _allow_unlisted(oid, units, settings, is_forced=force)
    changed = LocationFile.of(directory).change(
        oid,
        _word("--service", service) if service else unit.service if unit else None,
        _word("--place", place) if place else None,
        clock.read(),
        "command",
        county=unit.county if unit else settings.location.county or None,
    )
    click.echo("\n".join(_said(changed, units, settings)))
    click.echo("a running kiosk takes it between sessions")


@location.command()
@state_option
@config_option
def undo(state: Path, config: Path | None) -> None:
    """Go back to where it stood before the last change; again to undo that."""
    directory = open_state(state)
    settings = ConfigStore(directory, config).effective().settings
    changed = LocationFile.of(directory).undo(clock.read(), settings.location, "command")
    if changed is None:
        raise UsageProblem("location undo: nothing was changed yet, so there is no way back")
    click.echo("\n".join(_said(changed, UnitsFile.of(directory).read().units, settings)))


def _read(state: Path, config: Path | None) -> tuple[StateDirectory, Settings]:
    directory = StateDirectory(state, is_only_read=True)
    return directory, ConfigStore(directory, config).effective().settings


def _word(option: str, text: str) -> str:
    """What was given for an option, tidy; raises UsageProblem for what cannot be kept."""
    word = " ".join(text.split())
    if not word.isprintable():
        raise UsageProblem(f"{option} {text[:40]!r}: it holds a character that cannot be shown")
    if not 1 <= len(word) <= MOST_CHARACTERS:
        raise UsageProblem(f"{option} {text[:40]!r}: give 1 to {MOST_CHARACTERS} characters")
    return word


def _allow_unlisted(
    oid: str, units: Sequence[Unit], settings: Settings, *, is_forced: bool
) -> None:
    """Warn of a unit that cannot be checked; raises UsageProblem where a list is without it."""
    if not units or is_forced:
        why = "it is not in the list" if units else "there is no list of units yet"
        click.echo(f"--unit {oid}: taken unchecked, since {why}", err=True)
        return
    near = [each for each in units if is_mistyped(oid, each.unit)]
    near += [each for each in UnitIndex.of(units).find(oid) if each not in near]
    language = settings.session.languages[0]
    lines = [f"  {each.unit}  {path_of(each, language)}" for each in near[:MOST_SHOWN]]
    mend = "is it one of these?" if lines else "look with: palautepiste location find TEXT"
    known = f"--unit {oid}: not in the centre's list of units; {mend}"
    raise UsageProblem("\n".join((known, *lines)))


def _said(place: Place, units: Sequence[Unit], settings: Settings) -> Iterator[str]:
    """Where a terminal stands, for a person."""
    if place.unit is None:
        yield "unit: not known; set it with: palautepiste location set --unit OID"
    else:
        unit = next((each for each in units if each.unit == place.unit), None)
        unknown = "not in the list of units" if units else "no list of units yet"
        path = path_of(unit, settings.session.languages[0]) if unit else unknown
        yield f"unit: {place.unit}  ({path})"
    if place.service:
        yield f"service: {place.service}"
    yield f"place: {place.place or 'not known'}"
    yield f"since: {place.since or 'not known'}"
    yield f"set by: {place.set_by} (revision {place.revision})"


def _line(place: Place, units: Sequence[Unit], settings: Settings) -> str:
    unit = next((each for each in units if each.unit == place.unit), None)
    where = path_of(unit, settings.session.languages[0]) if unit else place.unit or "no unit"
    spot = f", {place.place}" if place.place else ""
    since = place.since or "since when is not known"
    return f"{place.revision:4}  {since}  {where}{spot}  by {place.set_by}"


def _members(place: Place) -> dict[str, Any]:
    """A place with all its members, for programs."""
    names = ("revision", "county", "unit", "service", "place", "since", "set_by", "is_used")
    return {name: getattr(place, name) for name in names}
