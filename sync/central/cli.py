"""The commands of the central service: `palautepiste central` and `central-admin`."""

from pathlib import Path

import click

from device_config.errors import UsageProblem
from device_config.state import no_config_option, state_option
from sync.central.commands.accounts import account, audit
from sync.central.commands.behaviour import option
from sync.central.commands.export import export
from sync.central.commands.letting_in import code, terminal
from sync.central.commands.options import database_option, opened_store
from sync.central.commands.places import terminal_move, terminal_places
from sync.central.commands.publishing import questionnaire, settings
from sync.central.commands.receiving import recheck, recount, refusal, terminal_gaps
from sync.central.commands.serve import central
from sync.central.commands.text_keys import text_key
from sync.central.conformance.command import conformance

__all__ = ["central", "central_admin"]

ADDING = "unit add 1.2.246.10.2085212.10.1314 --name-fi Hammashoitola --county 20"


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
@database_option
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
    with opened_store(state, database) as store:
        from sync.central.admin import LANGUAGES, unit_of

        names = {language: texts[f"name_{language}"] for language in LANGUAGES}
        paths = {language: texts[f"path_{language}"] for language in LANGUAGES}
        try:
            new = unit_of(oid, names, county, service, paths)
        except ValueError as error:
            raise UsageProblem(f"{error}; as in: {ADDING}") from None
        store.add_units([new])


@unit.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@database_option
@state_option
@no_config_option
def unit_import(file: Path, database: str | None, state: Path) -> None:
    """Add the units in FILE: a JSON list as GET /units gives it, or CSV.

    CSV columns: unit, name_fi, name_sv, name_en, path_fi, path_sv, path_en, county, service. A
    path is what the unit belongs to, like "Suun terveydenhuolto".
    """
    with opened_store(state, database) as store:
        from sync.central.admin import read_units

        click.echo(f"Units imported: {store.add_units(read_units(file))}")


@unit.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
@database_option
@state_option
@no_config_option
def unit_list(as_json: bool, database: str | None, state: Path) -> None:
    """List the units."""
    with opened_store(state, database) as store:
        from sync import wire

        units = store.all_units()
        if as_json:
            click.echo(wire.encode(units))
            return
        for known in units:
            click.echo(f"{known.unit}  {' / '.join(known.name.values())}")
        if not units:
            click.echo("no units yet: palautepiste central-admin unit import FILE", err=True)


central_admin.add_command(questionnaire)
central_admin.add_command(settings)
central_admin.add_command(account)
central_admin.add_command(audit)
central_admin.add_command(text_key)
central_admin.add_command(code)
central_admin.add_command(conformance)
central_admin.add_command(export)
central_admin.add_command(recheck)
central_admin.add_command(recount)
central_admin.add_command(refusal)
central_admin.add_command(terminal)
central_admin.add_command(option)
terminal.add_command(terminal_gaps)
terminal.add_command(terminal_move)
terminal.add_command(terminal_places)
