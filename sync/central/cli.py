"""The commands of the central service: `palautepiste central` and `central-admin`."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from device_config.errors import NotSetUp, UsageProblem
from device_config.state import no_config_option, open_state, state_option

if TYPE_CHECKING:
    from sync.central.store import Store

_database_option: Callable[[Any], Any] = click.option(
    "--database",
    metavar="URL",
    envvar="PALAUTEPISTE_DATABASE",
    help="An SQLAlchemy URL, SQLite or PostgreSQL.  [default: central.db in the state directory]",
)


@contextmanager
def _store(state: Path, database: str | None) -> Iterator["Store"]:
    try:
        from sync.central.admin import database_url, open_store
    except ModuleNotFoundError as error:
        mend = "install them with: pip install 'palautepiste[central]'"
        message = f"the central service's libraries are missing ({error.name}); {mend}"
        raise NotSetUp(message) from None
    store = open_store(database or database_url(open_state(state).path))
    try:
        yield store
    finally:
        store.close()


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8700,
    show_default=True,
    help="The port to listen on; 0 takes any free one.",
)
@_database_option
@state_option
@no_config_option
def central(host: str, port: int, database: str | None, state: Path) -> None:
    """Run the reference central service: receives responses, shows them as they arrive."""
    with _store(state, database) as store:
        from sync.central.server import listen, serve
        from sync.central.service import Service

        def say_ready(url: str) -> None:
            click.echo(f"Central service: {url}")

        serve(Service(store), listen(host, port), say_ready)


@click.group()
def central_admin() -> None:
    """Units, enrolment codes, terminals and responses of the central service."""


@central_admin.group()
def unit() -> None:
    """The units that feedback can be about."""


@unit.command("add")
@click.argument("oid")
@click.option("--name-fi", metavar="NAME", help="The unit's name in Finnish.")
@click.option("--name-sv", metavar="NAME", help="The unit's name in Swedish.")
@click.option("--name-en", metavar="NAME", help="The unit's name in English.")
@click.option("--path-fi", metavar="PATH", help="What it belongs to, in Finnish.")
@click.option("--path-sv", metavar="PATH", help="What it belongs to, in Swedish.")
@click.option("--path-en", metavar="PATH", help="What it belongs to, in English.")
@click.option("--county", metavar="CODE", help="The wellbeing services county.")
@click.option("--service", metavar="CODE", help="The service that the unit gives.")
@_database_option
@state_option
@no_config_option
def unit_add(
    oid: str,
    county: str | None,
    service: str | None,
    database: str | None,
    state: Path,
    **texts: str | None,
) -> None:
    """Add the unit OID, or replace what is known of it."""
    with _store(state, database) as store:
        from sync.central.admin import LANGUAGES, unit_of

        names = {language: texts[f"name_{language}"] for language in LANGUAGES}
        paths = {language: texts[f"path_{language}"] for language in LANGUAGES}
        try:
            new = unit_of(oid, names, county, service, paths)
        except ValueError as error:
            raise UsageProblem(f"{error}; give the OID and --name-fi") from None
        store.add_units([new])


@unit.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@_database_option
@state_option
@no_config_option
def unit_import(file: Path, database: str | None, state: Path) -> None:
    """Add the units in FILE: a JSON list as GET /units gives it, or CSV.

    CSV columns: unit, name_fi, name_sv, name_en, county, service.
    """
    with _store(state, database) as store:
        from sync.central.admin import read_units

        click.echo(f"Units imported: {store.add_units(read_units(file))}")


@unit.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
@_database_option
@state_option
@no_config_option
def unit_list(as_json: bool, database: str | None, state: Path) -> None:
    """List the units."""
    with _store(state, database) as store:
        from sync import wire

        units = store.all_units()
        if as_json:
            click.echo(wire.encode(units))
            return
        for known in units:
            click.echo(f"{known.unit}  {' / '.join(known.name.values())}")


@central_admin.group()
def code() -> None:
    """One-time enrolment codes."""


@code.command("new")
@click.option("--unit", "oid", required=True, metavar="OID", help="Where the terminal will stand.")
@click.option("--place", metavar="P", help="The place within the unit.")
@click.option(
    "--days", type=click.IntRange(1, 365), default=7, show_default=True, help="How long it is good."
)
@_database_option
@state_option
@no_config_option
def code_new(oid: str, place: str | None, days: int, database: str | None, state: Path) -> None:
    """Make a code that lets one terminal in."""
    with _store(state, database) as store:
        click.echo(store.new_code(oid, place, days=days))


@central_admin.group()
def terminal() -> None:
    """The terminals that have been let in."""


@terminal.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
@_database_option
@state_option
@no_config_option
def terminal_list(as_json: bool, database: str | None, state: Path) -> None:
    """List the terminals."""
    with _store(state, database) as store:
        last_seen = store.last_seen()
        rows = [
            {
                "terminal_id": known.id,
                "unit": known.unit,
                "place": known.place,
                "hardware_id": known.hardware_id,
                "software": known.software,
                "predecessor": known.predecessor,
                "enrolled_at": known.enrolled_at.isoformat(),
                "last_seen_at": seen.isoformat() if (seen := last_seen.get(known.id)) else None,
                "revoked_at": known.revoked_at.isoformat() if known.revoked_at else None,
            }
            for known in store.all_terminals()
        ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        standing = f"revoked {row['revoked_at']}" if row["revoked_at"] else "let in"
        seen_at = row["last_seen_at"] or "never"
        click.echo(f"{row['terminal_id']}  {row['unit']}  {standing}  last seen {seen_at}")


@terminal.command("revoke")
@click.argument("terminal_id", metavar="ID")
@_database_option
@state_option
@no_config_option
def terminal_revoke(terminal_id: str, database: str | None, state: Path) -> None:
    """Refuse the terminal ID from now on; what it has sent stays."""
    with _store(state, database) as store:
        store.revoke(terminal_id)


@central_admin.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["ndjson", "csv"]),
    default="ndjson",
    show_default=True,
    help="Whole documents, or a table without free text.",
)
@_database_option
@state_option
@no_config_option
def export(form: str, database: str | None, state: Path) -> None:
    """Print every response that has arrived, oldest first."""
    with _store(state, database) as store:
        from sync.central.admin import export_csv, export_ndjson
        from sync.central.questionnaires import shipped_questionnaires

        is_csv = form == "csv"
        lines = export_csv(store, shipped_questionnaires()) if is_csv else export_ndjson(store)
        for line in lines:
            click.echo(line, nl=False)
