"""The commands about where terminals stand: `central-admin terminal move` and `places`."""

import json
from pathlib import Path
from typing import Any

import click

from device_config.state import no_config_option, state_option
from sync.central.commands.options import database_option, opened_store


@click.command("move")
@click.argument("terminal_id", metavar="ID")
@click.option("--unit", "oid", required=True, metavar="OID", help="Where it stands from now on.")
@click.option("--place", metavar="P", help="The place within the unit.")
@database_option
@state_option
@no_config_option
def terminal_move(
    terminal_id: str, oid: str, place: str | None, database: str | None, state: Path
) -> None:
    """Tell the terminal ID where it stands; it takes that with its next configuration.

    A change that staff make at the terminal before they see this one counts more.
    """
    with opened_store(state, database) as store:
        from sync.central.fleet.tending import Doing, move

        with store.writing() as connection:
            move(connection, terminal_id, oid, place, Doing())


@click.command("places")
@click.argument("terminal_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
@database_option
@state_option
@no_config_option
def terminal_places(terminal_id: str, as_json: bool, database: str | None, state: Path) -> None:
    """Where the terminal ID was told to stand, and where it said that it stood."""
    with opened_store(state, database) as store:
        rows = [
            {
                "revision": known.revision,
                "county": known.county,
                "unit": known.unit,
                "service": known.service,
                "place": known.place,
                "since": known.since,
                "set_by": known.set_by or None,
                "known_at": known.known_at.isoformat(),
                "used_at": known.used_at.isoformat() if known.used_at else None,
            }
            for known in store.places(terminal_id)
        ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        click.echo(_line(row))
    if not rows:
        click.echo("no places yet", err=True)


def _line(row: dict[str, Any]) -> str:
    where = " / ".join(each for each in (row["unit"], row["place"]) if each) or "nowhere known"
    used = f"used since {row['since'] or row['used_at']}" if row["used_at"] else "not used"
    return f"{row['revision']:4}  {where}  by {row['set_by'] or 'the terminal'}  {used}"
