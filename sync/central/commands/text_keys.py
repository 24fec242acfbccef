"""The commands about the keys to sealed texts: `central-admin text-key`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from device_config.state import ANY_PATH, no_config_option, open_state, state_option
from sync.central.commands.options import database_option, opened_store

if TYPE_CHECKING:
    from sync.central.text_keys import TextKeys

text_keys_option: Callable[[Any], Any] = click.option(
    "--text-keys",
    "keys_path",
    type=ANY_PATH,
    envvar="PALAUTEPISTE_TEXT_KEYS",
    metavar="FILE",
    help="Where the keys to sealed texts are kept, as FILE.1 and FILE.2, apart from the "
    "database and its backups.  [default: text-keys in the state directory]",
)


def opened_keys(state: Path, keys_path: Path | None) -> "TextKeys":
    """The keys of these options."""
    from sync.central.text_keys import NAME, keys_in

    return keys_in(keys_path or open_state(state).file(NAME))


@click.group("text-key")
def text_key() -> None:
    """The keys to what clients write: terminals seal with the newest, only here it is opened."""


@text_key.command("new")
@text_keys_option
@database_option
@state_option
@no_config_option
def text_key_new(keys_path: Path | None, database: str | None, state: Path) -> None:
    """Make a key pair; terminals seal with it from their next configuration on.

    Copy the file to a safe place: what was sealed can never be opened without it.
    """
    with opened_store(state, database) as store:
        from random import SystemRandom

        from sync.central.store import utc_now
        from sync.central.store.audit import note

        key = opened_keys(state, keys_path).new(utc_now(), SystemRandom())
        with store.writing() as connection:
            note(connection, None, "text-key-made", key.id)
    click.echo(key.id)


@text_key.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
@text_keys_option
@state_option
@no_config_option
def text_key_list(as_json: bool, keys_path: Path | None, state: Path) -> None:
    """List the keys by their ids, with their public halves only."""
    keys = opened_keys(state, keys_path)
    published = keys.published()
    rows = [
        {
            "id": key.id,
            "public": key.public,
            "made_at": key.made_at.isoformat(timespec="seconds"),
            "retired_at": key.retired_at.isoformat(timespec="seconds") if key.retired_at else None,
            "is_published": published is not None and key.id == published.id,
        }
        for key in keys.all()
    ]
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        standing = "retired" if row["retired_at"] else "good"
        used = "  terminals seal with it" if row["is_published"] else ""
        click.echo(f"{row['id']}  {standing:8}{row['public']}{used}")
    if not rows:
        hint = "no text keys yet: palautepiste central-admin text-key new"
        click.echo(f"{hint}; until then terminals send texts in the clear", err=True)


@text_key.command("retire")
@click.argument("key_id", metavar="ID")
@text_keys_option
@database_option
@state_option
@no_config_option
def text_key_retire(key_id: str, keys_path: Path | None, database: str | None, state: Path) -> None:
    """Seal with the key ID no more; what it sealed can still be opened."""
    with opened_store(state, database) as store:
        from sync.central.store import utc_now
        from sync.central.store.audit import note

        opened_keys(state, keys_path).retire(key_id, utc_now())
        with store.writing() as connection:
            note(connection, None, "text-key-retired", key_id)
