"""The commands about what is asked: `questionnaire list`, `check`, `import`, `export`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from device_config.catalogue import install_texts, shipped_texts
from device_config.config_store import ConfigStore
from device_config.disk import mend_reading
from device_config.errors import ConfigurationProblems, UsageProblem
from device_config.mo_file import MOST_BYTES, read_texts
from device_config.plain_file import read_plain
from device_config.questionnaire import Questionnaire
from device_config.questionnaire_files import (
    SHEETS,
    Found,
    found_in,
    install,
    newest_of_each,
    questionnaire_named,
    read_questionnaire,
    read_questionnaire_file,
    refuse_clash,
)
from device_config.sheet_import import questionnaire_from_sheet, sheet_of
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
@click.option("--base", metavar="ID", help="The installed questionnaire that a spreadsheet is for.")
@click.option("--as", "version", metavar="VERSION", help="The version that a spreadsheet makes.")
@state_option
@config_option
def import_(  # noqa: PLR0913, PLR0917 - the options of a command
    file: Path,
    texts: tuple[str, ...],
    base: str | None,
    version: str | None,
    state: Path,
    config: Path | None,
) -> None:
    """Install a questionnaire file, and with --texts the screen's words in its languages.

    A spreadsheet (.csv, .xlsx) with one row an item and one column a language becomes a new
    version of a questionnaire that is installed: `questionnaire export` makes one to fill in.
    """
    if file.suffix.lower() in SHEETS:
        directory = open_state(state)
        base = base or ConfigStore(directory, config).effective().settings.session.questionnaire
        content, found, said = questionnaire_from_sheet(
            file, base, version, directory.questionnaires
        )
        click.echo(f"{file}: read as {said}")
    elif base is not None or version is not None:
        raise UsageProblem(f"{file}: --base and --as are for a spreadsheet ({', '.join(SHEETS)})")
    else:
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


@questionnaire.command()
@click.argument("questionnaire_id", metavar="[ID]", required=False)
@click.option("--csv", "is_csv", is_flag=True, required=True, help="As a .csv for a spreadsheet.")
@click.option("--language", "more", multiple=True, help="With room for another language, like se.")
@state_option
@config_option
def export(
    questionnaire_id: str | None,
    is_csv: bool,
    more: tuple[str, ...],
    state: Path,
    config: Path | None,
) -> None:
    """Print an installed questionnaire as a sheet, one row an item and one column a language."""
    del is_csv  # the one form that there is, and named so that there can be others
    directory = StateDirectory(state)
    if questionnaire_id is None:
        questionnaire_id = ConfigStore(directory, config).effective().settings.session.questionnaire
    click.echo(sheet_of(questionnaire_id, more, directory.questionnaires), nl=False)


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


def _rows(each: Questionnaire) -> list[dict[str, Any]]:
    return [_row(each, language) for language in each.languages]


def _row(each: Questionnaire, language: str) -> dict[str, Any]:
    texts = [said[language] for said in each.all_texts()]
    return {
        "questionnaire": each.id,
        "version": each.version,
        "language": language,
        "texts": len(texts),
        "verified": sum(text.status == "verified" for text in texts),
    }
