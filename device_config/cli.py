"""The commands about what this terminal is and asks: config, questionnaire."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from device_config.catalogue import install_texts, shipped_texts
from device_config.config_store import ConfigStore, check_file
from device_config.disk import mend_reading
from device_config.errors import ConfigurationProblems, UsageProblem
from device_config.mo_file import MOST_BYTES, read_texts
from device_config.plain_file import read_plain
from device_config.questionnaire import LocalText, Questionnaire
from device_config.questionnaire_files import (
    Found,
    found_in,
    install,
    newest_of_each,
    questionnaire_named,
    read_questionnaire,
    read_questionnaire_file,
    refuse_clash,
)
from device_config.settings import SECRETS
from device_config.state import (
    ANY_PATH,
    StateDirectory,
    config_option,
    no_config_option,
    no_state_option,
    open_state,
    state_option,
)

DOMAIN = "kiosk"
"""The one domain that a language pack may bring: the words on the terminal's screen."""


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
@click.argument("file", type=ANY_PATH)
@state_option
@no_config_option
def check(file: Path, state: Path) -> None:
    """Say whether a settings file can be used: every problem, each with its path."""
    problems = check_file(file, StateDirectory(state).questionnaires)
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
@state_option
@no_config_option
def list_(as_json: bool, state: Path) -> None:
    """What is installed, language by language, verified or not, and which version counts."""
    found, problems = found_in(StateDirectory(state).questionnaires)
    counting = newest_of_each(each.questionnaire for each in found)
    if as_json:
        rows = [
            {**row, "file": str(each.path) if each.path else None, "counts": counts}
            for each in found
            for counts in (each.questionnaire in counting,)
            for row in _rows(each.questionnaire)
        ]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        for each in found:
            _tell(each, each.questionnaire in counting)
    for problem in problems:
        click.echo(f"# {problem}", err=True)


def _tell(found: Found, counts: bool) -> None:
    each = found.questionnaire
    standing = "" if counts else "  does not count: there is a higher version"
    click.echo(f"{each.id} {each.version}  ({each.respondent}){standing}")
    if found.path is not None:
        click.echo(f"  {found.path}")
    for row in _rows(each):
        click.echo(f"  {row['language']:4} {row['verified']:3} of {row['texts']} texts verified")
    if each.note:
        click.echo(f"  {each.note}")


@questionnaire.command("check")
@click.argument("file", type=ANY_PATH)
@no_state_option
@no_config_option
def check_questionnaire(file: Path) -> None:
    """Say whether a questionnaire file can be used: every problem, each with its path."""
    found = read_questionnaire(file)
    items = len(found.all_items())
    click.echo(f"{file}: fine ({found.id} {found.version}, {items} items)")


@questionnaire.command("import")
@click.argument("file", type=ANY_PATH)
@click.option(
    "--texts",
    multiple=True,
    metavar="LANGUAGE=FILE.mo",
    help="The screen's own words in a language of it, compiled from a .po file.",
)
@state_option
@config_option
def import_(file: Path, texts: tuple[str, ...], state: Path, config: Path | None) -> None:
    """Install a questionnaire file, and with --texts the screen's words in its languages."""
    content, found = read_questionnaire_file(file)
    catalogues = [_read_texts(each, found) for each in texts]
    directory = open_state(state)
    refuse_clash(found, directory.questionnaires)
    problems = ConfigStore(directory, config).problems_with(found)
    if problems:
        raise ConfigurationProblems(f"{file}: the settings would not fit it, so it", problems)
    # The words first: no language is offered before it has them.
    for language, catalogue in catalogues:
        install_texts(catalogue, DOMAIN, language, directory.locales)
        click.echo(f"{language}: the screen's words are installed")
    path = install(content, found, directory.questionnaires)
    standing = f"installed as {path}" if path else "is installed already"
    click.echo(f"{found.id} {found.version}: {standing}; a running kiosk takes it between sessions")
    counting = questionnaire_named(found.id, directory.questionnaires)
    if counting != found:
        click.echo(f"{counting.id} {counting.version} is higher, and is the one that is asked")
    else:
        for line in _next_steps(found, ConfigStore(directory, config)):
            click.echo(line)


def _next_steps(found: Questionnaire, store: ConfigStore) -> Iterator[str]:
    """The commands by which what was installed is used, where the settings do not use it yet."""
    try:
        session = store.effective().settings.session
    except (ConfigurationProblems, UsageProblem):
        return  # said by the commands that use them
    wanted = {
        "client": session.questionnaire,
        "child": session.child_questionnaire,
        "relative": session.relative_questionnaire,
    }[found.respondent]
    if wanted != found.id:
        key = "" if found.respondent == "client" else f"{found.respondent}_"
        yield f"to have it asked: palautepiste config set session.{key}questionnaire {found.id}"
    more = [each for each in found.languages if each not in session.languages]
    if more and found.respondent == "client":
        every = json.dumps([*session.languages, *more])
        yield (f"to offer {', '.join(more)}: palautepiste config set session.languages '{every}'")


def _read_texts(option: str, questionnaire: Questionnaire) -> tuple[str, bytes]:
    """The language and the checked bytes of a `--texts LANGUAGE=FILE.mo`."""
    language, _, name = option.partition("=")
    if not name:
        raise UsageProblem(f"--texts {option}: write it like --texts se=kiosk.mo")
    if language not in questionnaire.languages:
        known = ", ".join(questionnaire.languages)
        raise UsageProblem(
            f"--texts {option}: {questionnaire.id} has nothing in {language!r}, only in {known}"
        )
    try:
        content = read_plain(Path(name), MOST_BYTES)
        known_texts = read_texts(content).keys() & shipped_texts(DOMAIN)
    except OSError as error:
        what = mend_reading(error, Path(name), "give the path of a .mo file")
        raise UsageProblem(f"{name}: {error.strerror}; {what}") from None
    except ValueError as error:
        raise UsageProblem(f"{name}: {error}; compile it with pybabel compile") from None
    if not known_texts:
        raise UsageProblem(f"{name}: has none of the screen's words; make it from kiosk.pot")
    return language, content


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
    if each.reasons is not None:
        texts += [each.reasons.text, *(option.text for option in each.reasons.options)]
    for scale in each.scales.values():
        texts += scale.labels.values()
        if scale.not_applicable is not None:
            texts.append(scale.not_applicable)
    return texts
