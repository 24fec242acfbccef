"""The commands about how the service itself behaves: `central-admin option`."""

import json
from pathlib import Path

import click

from device_config.state import no_config_option, state_option
from sync.central.commands.options import database_option, opened_store


@click.group()
def option() -> None:
    """How the service itself behaves: what is public, and what is an alarm."""


@option.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@database_option
@state_option
@no_config_option
def option_list(as_json: bool, database: str | None, state: Path) -> None:
    """List the options and what they are now."""
    with opened_store(state, database) as store:
        from sync.central.behaviour import DEFAULTS, NAMES, read_behaviour

        with store.reading() as connection:
            now = read_behaviour(connection)
        values = {name: getattr(now, name.replace("-", "_")) for name in NAMES}
        if as_json:
            click.echo(json.dumps(values, ensure_ascii=False))
            return
        for name, value in values.items():
            default = getattr(DEFAULTS, name.replace("-", "_"))
            note = "" if value == default else f"  (default {_shown(default)})"
            click.echo(f"{name:16}  {_shown(value)}{note}")


@option.command("set")
@click.argument("name")
@click.argument("value")
@database_option
@state_option
@no_config_option
def option_set(name: str, value: str, database: str | None, state: Path) -> None:
    """Set the option NAME; an empty VALUE gives its default back."""
    with opened_store(state, database) as store:
        from sync.central.behaviour import set_option
        from sync.central.store.audit import note

        with store.writing() as connection:
            set_option(connection, name, value)
            note(connection, None, "option-set", name, {"value": value})


def _shown(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case tuple():
            return " ".join(value) or "none"
    return str(value) if value != "" else "none"
