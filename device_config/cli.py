"""The commands about what this terminal is and asks: config, questionnaire."""

import json
import tomllib
from pathlib import Path
from typing import Any

import click

from device_config.config_store import ConfigStore, check_file
from device_config.errors import ConfigurationProblems
from device_config.questionnaire import LocalText, Questionnaire
from device_config.questionnaire_files import read_questionnaire, shipped
from device_config.settings import SECRETS
from device_config.state import (
    config_option,
    no_config_option,
    no_state_option,
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
        click.echo(f"{key} = {shown}  # {effective.sources[key]}")


@config.command()
@click.argument("file", type=click.Path(path_type=Path))
@no_state_option
@no_config_option
def check(file: Path) -> None:
    """Say whether a settings file can be used: every problem, each with its path."""
    problems = check_file(file)
    if problems:
        raise ConfigurationProblems(str(file), problems)
    click.echo(f"{file}: fine")


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


@click.group()
def questionnaire() -> None:
    """What is asked: the questionnaires that are installed, and files to be."""


@questionnaire.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@no_state_option
@no_config_option
def list_(as_json: bool) -> None:
    """What is installed, language by language, verified or not."""
    rows = [row for each in shipped() for row in _rows(each)]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for each in shipped():
        click.echo(f"{each.id} {each.version}  ({each.respondent})")
        for row in _rows(each):
            click.echo(
                f"  {row['language']:4} {row['verified']:3} of {row['texts']} texts verified"
            )
        if each.note:
            click.echo(f"  {each.note}")


@questionnaire.command("check")
@click.argument("file", type=click.Path(path_type=Path))
@no_state_option
@no_config_option
def check_questionnaire(file: Path) -> None:
    """Say whether a questionnaire file can be used: every problem, each with its path."""
    found = read_questionnaire(file)
    items = len(found.all_items())
    click.echo(f"{file}: fine ({found.id} {found.version}, {items} items)")


def _flat(body: dict[str, Any]) -> list[tuple[str, Any]]:
    rows = []
    for table, value in body.items():
        if isinstance(value, dict):
            rows += [(f"{table}.{key}", inner) for key, inner in value.items()]
        else:
            rows.append((table, value))
    return rows


def _value(text: str) -> Any:
    """A value as TOML has it; what is no TOML value is a text."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _rows(each: Questionnaire) -> list[dict[str, Any]]:
    return [_row(each, language) for language in each.languages]


def _row(each: Questionnaire, language: str) -> dict[str, Any]:
    texts = [said[language] for said in _all_texts(each)]
    return {
        "questionnaire": each.id,
        "version": each.version,
        "language": language,
        "texts": len(texts),
        "verified": sum(text.status == "verified" for text in texts),
    }


def _all_texts(each: Questionnaire) -> list[dict[str, LocalText]]:
    """Everything that a client reads of a questionnaire."""
    texts = [each.title, *(item.text for item in each.all_items())]
    for scale in each.scales.values():
        texts += scale.labels.values()
        if scale.not_applicable is not None:
            texts.append(scale.not_applicable)
    return texts
