"""The commands of the central service: `palautepiste central` and `central-admin`."""

from pathlib import Path

import click

from device_config.errors import UsageProblem
from device_config.questionnaire_files import install, read_questionnaire_file
from device_config.state import (
    ANY_PATH,
    StateDirectory,
    no_config_option,
    open_state,
    state_option,
)
from sync.central.letting_in import code, terminal
from sync.central.options import database_option, opened_store
from sync.central.place_commands import terminal_move, terminal_places

ADDING = "unit add 1.2.246.10.2085212.10.1314 --name-fi Hammashoitola --county 20"


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8700,
    show_default=True,
    help="The port to listen on; 0 takes any free one.",
)
@database_option
@state_option
@no_config_option
def central(host: str, port: int, database: str | None, state: Path) -> None:
    """Run the reference central service: receives responses, shows them as they arrive."""
    with opened_store(state, database) as store:
        from sync.central.published_settings import published_in
        from sync.central.questionnaires import shipped_questionnaires
        from sync.central.server import listen, serve
        from sync.central.service import Service

        def say_ready(url: str) -> None:
            click.echo(f"Central service: {url}")

        directory = open_state(state)
        questionnaires = shipped_questionnaires(directory.questionnaires)
        service = Service(store, questionnaires, published_in(directory))
        serve(service, listen(host, port), say_ready)


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


@central_admin.group()
def questionnaire() -> None:
    """The questionnaires that terminals fetch from here."""


@questionnaire.command("add")
@click.argument("file", type=ANY_PATH)
@state_option
@no_config_option
def questionnaire_add(file: Path, state: Path) -> None:
    """Check FILE, and publish it: every terminal takes it with its next configuration.

    A published version is never changed: another content needs a higher version.
    """
    content, found = read_questionnaire_file(file)
    path = install(content, found, open_state(state).questionnaires)
    standing = "published" if path else "is published already"
    click.echo(f"{found.id} {found.version}: {standing}")


@central_admin.group()
def settings() -> None:
    """The settings that every terminal takes from here."""


@settings.command("publish")
@click.argument("file", type=ANY_PATH)
@state_option
@no_config_option
def settings_publish(file: Path, state: Path) -> None:
    """Check FILE, written like a terminal.toml, and publish it in place of what was before.

    Every terminal takes it with its next configuration, below its own terminal.toml.
    """
    from sync.central.published_settings import publish_settings

    publish_settings(file, open_state(state))
    click.echo(f"{file}: published")


central_admin.add_command(code)
central_admin.add_command(terminal)
terminal.add_command(terminal_move)
terminal.add_command(terminal_places)


@central_admin.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["ndjson", "csv"]),
    default="ndjson",
    show_default=True,
    help="Whole documents, or a table without free text.",
)
@database_option
@state_option
@no_config_option
def export(form: str, database: str | None, state: Path) -> None:
    """Print every response that has arrived, oldest first."""
    with opened_store(state, database) as store:
        from sync.central.admin import export_csv, export_ndjson
        from sync.central.questionnaires import shipped_questionnaires

        is_csv = form == "csv"
        known = shipped_questionnaires(StateDirectory(state).questionnaires)
        lines = export_csv(store, known) if is_csv else export_ndjson(store)
        for line in lines:
            click.echo(line, nl=False)
