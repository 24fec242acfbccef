"""The commands about what this terminal is: `config show`, `check`, `set`, `rollback`."""

import json
import tomllib
from pathlib import Path
from typing import Any

import click

from device_config.config_store import ConfigStore
from device_config.errors import ConfigurationProblems
from device_config.questionnaire_command import questionnaire as questionnaire  # noqa: PLC0414
from device_config.settings import SECRETS
from device_config.settings_files import check_file, file_overlaps
from device_config.state import (
    ANY_PATH,
    StateDirectory,
    config_option,
    no_config_option,
    open_state,
    state_option,
)


@click.group()
def config() -> None:
    """The effective configuration, and where each value came from."""


@config.command()
@state_option
@config_option
def show(state: Path, config: Path | None) -> None:
    """Every setting with its value and the layer it comes from."""
    effective = ConfigStore(open_state(state), config).effective()
    for warning in effective.warnings:
        click.echo(f"# {warning}", err=True)
    for key, value in _flat(effective.body):
        shown = "(secret)" if key in SECRETS and value else json.dumps(value, ensure_ascii=False)
        click.echo(f"{key} = {shown}  # {effective.sources[_source_key(key)]}")


@config.command()
@click.argument("file", type=ANY_PATH)
@state_option
@no_config_option
def check(file: Path, state: Path) -> None:
    """Say whether a settings file can be used: every problem, each with its path."""
    problems = check_file(file, StateDirectory(state).questionnaires)
    if problems:
        raise ConfigurationProblems(str(file), problems)
    click.echo(f"{file}: fine")
    for line in file_overlaps(file):
        click.echo(f"# {line}", err=True)


@config.command("set")
@click.argument("key")
@click.argument("value")
@state_option
@config_option
def set_(key: str, value: str, state: Path, config: Path | None) -> None:
    """Set one value above all other layers, like `config set session.undo_s 3`."""
    ConfigStore(open_state(state), config).set_value(key, _value(value))
    shown = "(secret)" if key in SECRETS else value
    click.echo(f"{key} = {shown}: set; a running kiosk takes it between sessions")


@config.command()
@state_option
@config_option
def rollback(state: Path, config: Path | None) -> None:
    """Go back to the configuration before the last change."""
    ConfigStore(open_state(state), config).roll_back()
    click.echo("rolled back; the same command again undoes that")


def _flat(body: dict[str, Any]) -> list[tuple[str, Any]]:
    rows = []
    for table, value in body.items():
        if isinstance(value, dict):
            rows += [(f"{table}.{key}", inner) for key, inner in value.items()]
        elif value:
            for number, each in enumerate(value):
                rows += [(f"{table}[{number}].{key}", inner) for key, inner in each.items()]
        else:
            rows.append((table, value))
    return rows


def _source_key(key: str) -> str:
    """Lists of tables come from one layer all together: `panel` for `panel[0].kind`."""
    return key.partition("[")[0]


def _value(text: str) -> Any:
    """A value as TOML has it; what is no TOML value is a text."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
