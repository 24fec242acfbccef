"""The commands that let terminals in and keep them out: `central-admin code` and `terminal`."""

import json
from pathlib import Path
from random import SystemRandom

import click

from device_config.state import no_config_option, state_option
from sync.central.commands.options import database_option, opened_store


@click.group()
def code() -> None:
    """One-time enrolment codes."""


_days_option = click.option(
    "--days", type=click.IntRange(1, 365), default=7, show_default=True, help="How long it is good."
)
_pin_option = click.option(
    "--pin", metavar="NNNN", help="The staff PIN of the terminal.  [default: six digits, drawn]"
)


def _show_code(code: str, pin: str) -> None:
    """The code alone on standard output, for scripts; the PIN beside it, this once."""
    click.echo(code)
    click.echo(
        f"staff PIN {pin}  (for the unit's staff; it is kept nowhere and not shown again)", err=True
    )


@code.command("new")
@click.option("--unit", "oid", required=True, metavar="OID", help="Where the terminal will stand.")
@click.option("--place", metavar="P", help="The place within the unit.")
@_pin_option
@_days_option
@database_option
@state_option
@no_config_option
def code_new(  # noqa: PLR0913, PLR0917 - one parameter an option
    oid: str, place: str | None, pin: str | None, days: int, database: str | None, state: Path
) -> None:
    """Make a code that lets one terminal in, and the PIN for its staff pages."""
    from device_config.pin import hash_pin, random_pin

    pin = pin or random_pin()
    pin_hash = hash_pin(pin)
    with opened_store(state, database) as store:
        from sync.central.fleet.tending import Doing, new_codes

        with store.writing() as connection:
            (made,) = new_codes(connection, oid, place, 1, days, pin_hash, Doing(), SystemRandom())
    _show_code(made.code, pin)


@code.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
@database_option
@state_option
@no_config_option
def code_list(as_json: bool, database: str | None, state: Path) -> None:
    """List the codes by their ids: what became of each, never the code itself."""
    with opened_store(state, database) as store:
        from sync.central.store import utc_now

        now = utc_now()
        rows = [
            {
                "id": known.id,
                "state": known.standing(now),
                "unit": known.unit,
                "place": known.place,
                "expires_at": known.expires_at.isoformat(timespec="seconds"),
                "used_at": known.used_at.isoformat(timespec="seconds") if known.used_at else None,
                "terminal_id": known.terminal_id,
                "replaces": known.replaces,
            }
            for known in store.all_codes()
        ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        what = f"until {row['expires_at']}"
        if row["used_at"]:
            what = f"on {row['used_at']}" + (
                f" by {row['terminal_id']}" if row["terminal_id"] else ""
            )
        click.echo(f"{row['id'] or '-':10}{row['state']:10}{row['unit']}  {what}")
    if not rows:
        click.echo("no codes yet: palautepiste central-admin code new --unit OID", err=True)


@code.command("withdraw")
@click.argument("which", metavar="ID")
@database_option
@state_option
@no_config_option
def code_withdraw(which: str, database: str | None, state: Path) -> None:
    """Let nobody in with the code ID any more; the code itself will do, too."""
    with opened_store(state, database) as store:
        from sync.central.fleet.tending import Doing, withdraw_code

        with store.writing() as connection:
            withdraw_code(connection, which, Doing())


@click.group()
def terminal() -> None:
    """The terminals that have been let in."""


@terminal.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
@database_option
@state_option
@no_config_option
def terminal_list(as_json: bool, database: str | None, state: Path) -> None:
    """List the terminals."""
    with opened_store(state, database) as store:
        last_seen = store.last_seen()
        rows = [
            {
                "terminal_id": known.id,
                "unit": known.location.unit,
                "place": known.location.place,
                "location_revision": known.location.revision,
                "hardware_id": known.hardware_id,
                "software": known.software,
                "predecessor": known.predecessor,
                "replaces": known.replaces,
                "enrolled_at": known.enrolled_at.isoformat(),
                "last_seen_at": seen.isoformat() if (seen := last_seen.get(known.id)) else None,
                "revoked_at": known.revoked_at.isoformat() if known.revoked_at else None,
                "retired_at": known.retired_at.isoformat() if known.retired_at else None,
            }
            for known in store.all_terminals()
        ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        standing = f"revoked {row['revoked_at']}" if row["revoked_at"] else "let in"
        if row["retired_at"]:
            standing = f"out of use {row['retired_at']}"
        seen_at = row["last_seen_at"] or "never"
        unit = row["unit"] or "no unit"
        click.echo(f"{row['terminal_id']}  {unit}  {standing}  last seen {seen_at}")
    if not rows:
        click.echo("no terminals yet: each needs a code to be let in", err=True)


@terminal.command("revoke")
@click.argument("terminal_id", metavar="ID")
@database_option
@state_option
@no_config_option
def terminal_revoke(terminal_id: str, database: str | None, state: Path) -> None:
    """Refuse the terminal ID from now on; what it has sent stays."""
    with opened_store(state, database) as store:
        from sync.central.fleet.tending import Doing, revoke

        with store.writing() as connection:
            revoke(connection, terminal_id, Doing())


@terminal.command("retire")
@click.argument("terminal_id", metavar="ID")
@database_option
@state_option
@no_config_option
def terminal_retire(terminal_id: str, database: str | None, state: Path) -> None:
    """Take the terminal ID out of use: refused, without alarms; what it has sent stays."""
    with opened_store(state, database) as store:
        from sync.central.fleet.tending import Doing, retire

        with store.writing() as connection:
            retire(connection, terminal_id, Doing())


@terminal.command("show")
@click.argument("terminal_id", metavar="ID")
@database_option
@state_option
@no_config_option
def terminal_show(terminal_id: str, database: str | None, state: Path) -> None:
    """Print what is known of the terminal ID, what is the matter with it, what it should be."""
    with opened_store(state, database) as store:
        from sync.central.fleet.look import look_at_one
        from sync.central.store import utc_now

        with store.reading() as connection:
            seen = look_at_one(connection, terminal_id, utc_now())
    click.echo(json.dumps(seen.as_json(), ensure_ascii=False, indent=2))


@terminal.command("replace")
@click.argument("terminal_id", metavar="ID")
@_pin_option
@_days_option
@database_option
@state_option
@no_config_option
def terminal_replace(
    terminal_id: str, pin: str | None, days: int, database: str | None, state: Path
) -> None:
    """Make a code for the machine that takes the place of the terminal ID.

    It goes on with that one's unit, place and history; using the code revokes that one.
    """
    from device_config.pin import hash_pin, random_pin

    pin = pin or random_pin()
    pin_hash = hash_pin(pin)
    with opened_store(state, database) as store:
        from sync.central.fleet.tending import Doing, replacement_code

        with store.writing() as connection:
            made = replacement_code(
                connection, terminal_id, days, pin_hash, Doing(), SystemRandom()
            )
    _show_code(made.code, pin)
