"""The commands that give terminals what they ask and how they behave."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from device_config.disk import mend_reading
from device_config.errors import UsageProblem
from device_config.questionnaire_files import read_questionnaire_file
from device_config.settings_files import MOST_BYTES, TOO_LARGE
from device_config.state import ANY_PATH, no_config_option, state_option
from sync.central.commands.options import database_option, opened_store
from sync.central.scopes import Scope, parse_scope


class ScopeOption(click.ParamType[Scope]):
    """A part of the tree of units, as a person writes it."""

    name = "scope"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> Scope:
        """The scope; fails with the ways to write one."""
        scope = parse_scope(value)
        if scope is None:
            mend = "write county:20, path:Kainuu › Hammashoito, or unit:OID"
            self.fail(f"{value[:60]!r} is no part of the tree; {mend}", param, ctx)
        return scope


of_option: Callable[[Any], Any] = click.option(
    "--of",
    "scope",
    type=ScopeOption(),
    default="",
    metavar="SCOPE",
    help="A part of the tree: county:20, 'path:Kainuu › Hammashoito' or unit:OID.  "
    "[default: everywhere]",
)


@click.group()
def questionnaire() -> None:
    """The questionnaires that terminals fetch from here."""


@questionnaire.command("add")
@click.argument("file", type=ANY_PATH)
@database_option
@state_option
@no_config_option
def questionnaire_add(file: Path, database: str | None, state: Path) -> None:
    """Check FILE, and publish it: every terminal takes it with its next configuration.

    A published version is never changed: another content needs a higher version.
    """
    content, _ = read_questionnaire_file(file)
    with opened_store(state, database) as store:
        from sync.central.fleet.publishing import known_questionnaires, publish_questionnaire
        from sync.central.receiving.recounting import recheck
        from sync.central.store import utc_now

        with store.writing() as connection:
            found, is_new = publish_questionnaire(connection, content, str(file), None, utc_now())
        became = recheck(store, known_questionnaires(store), utc_now())
    if became:
        told = f"{became['valid']} valid, {became['invalid']} invalid"
        click.echo(f"responses that waited for it: {told}", err=True)
    standing = "published" if is_new else "is published already"
    click.echo(f"{found.id} {found.version}: {standing}")


@questionnaire.command("list")
@database_option
@state_option
@no_config_option
def questionnaire_list(database: str | None, state: Path) -> None:
    """List every version, shipped or published, with its languages."""
    with opened_store(state, database) as store:
        from sync.central.fleet.publishing import known_questionnaires

        for each in known_questionnaires(store).all():
            known = each.questionnaire
            came = each.added_at.date().isoformat() if each.added_at else "shipped"
            click.echo(f"{known.id:24} {known.version:10} {came:10}  {' '.join(known.languages)}")


@questionnaire.command("choose")
@click.argument("ids", nargs=-1, metavar="[ID]…")
@of_option
@database_option
@state_option
@no_config_option
def questionnaire_choose(
    ids: tuple[str, ...], scope: Scope, database: str | None, state: Path
) -> None:
    """Let the terminals of a part of the tree hold these questionnaires; without any: all."""
    with opened_store(state, database) as store:
        from sync.central.fleet.publishing import choose_questionnaires, take_back
        from sync.central.store import utc_now

        with store.writing() as connection:
            if ids:
                choose_questionnaires(connection, scope, ids, None, utc_now())
            else:
                take_back(connection, scope, "questionnaires", None, utc_now())


@click.group()
def settings() -> None:
    """The settings that terminals take from here."""


@settings.command("publish")
@click.argument("file", type=ANY_PATH)
@of_option
@database_option
@state_option
@no_config_option
def settings_publish(file: Path, scope: Scope, database: str | None, state: Path) -> None:
    """Check FILE, written like a terminal.toml, and publish it in place of what was before.

    Terminals take it with their next configuration, below their own terminal.toml. What is set
    deeper in the tree counts more, key by key.
    """
    text = _text_of(file)
    with opened_store(state, database) as store:
        from sync.central.fleet.publishing import publish_settings
        from sync.central.store import utc_now

        with store.writing() as connection:
            publish_settings(connection, scope, text, str(file), None, utc_now())
    click.echo(f"{file}: published")


@settings.command("show")
@of_option
@database_option
@state_option
@no_config_option
def settings_show(scope: Scope, database: str | None, state: Path) -> None:
    """Print what is published for a part of the tree, as it was written."""
    with opened_store(state, database) as store:
        from sync.central.store.desired import wishes_at

        with store.reading() as connection:
            found = [w for w in wishes_at(connection, [scope]) if w.kind == "settings"]
    if found:
        click.echo(found[0].body["text"], nl=False)
    else:
        click.echo(f"nothing is published for {scope or 'everywhere'}", err=True)


@settings.command("remove")
@of_option
@database_option
@state_option
@no_config_option
def settings_remove(scope: Scope, database: str | None, state: Path) -> None:
    """Publish nothing for a part of the tree any more; what is set above it counts again."""
    with opened_store(state, database) as store:
        from sync.central.fleet.publishing import take_back
        from sync.central.store import utc_now

        with store.writing() as connection:
            is_gone = take_back(connection, scope, "settings", None, utc_now())
    if not is_gone:
        raise UsageProblem(f"--of '{scope}': nothing is published there")


def _text_of(file: Path) -> str:
    try:
        size = file.stat().st_size
        content = file.read_bytes() if size <= MOST_BYTES else b""
    except OSError as error:
        what = mend_reading(error, file, "give an existing settings file")
        raise UsageProblem(f"{file}: {error.strerror}; {what}") from None
    if size > MOST_BYTES:
        raise UsageProblem(f"{file}: {TOO_LARGE}")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise UsageProblem(f"{file}: not UTF-8; save it as UTF-8") from None
