"""What the commands of the central service share: the option of the database, and the store."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from device_config.errors import NotSetUp
from device_config.state import StateDirectory, open_state

if TYPE_CHECKING:
    from sync.central.store import Store

database_option: Callable[[Any], Any] = click.option(
    "--database",
    metavar="URL",
    envvar="PALAUTEPISTE_DATABASE",
    help="An SQLAlchemy URL, SQLite or PostgreSQL.  [default: central.db in the state directory]",
)


@contextmanager
def opened_store(state: Path, database: str | None) -> Iterator["Store"]:
    """The store of these options; raises NotSetUp where its libraries are missing."""
    try:
        from sync.central.admin import database_url, open_store
        from sync.central.fleet.publishing import take_old_files
        from sync.central.store import utc_now
    except ModuleNotFoundError as error:
        mend = "install them with: pip install 'palautepiste[central]'"
        message = f"the central service's libraries are missing ({error.name}); {mend}"
        raise NotSetUp(message) from None
    store = open_store(database or database_url(open_state(state).path))
    try:
        take_old_files(store, StateDirectory(state), utc_now)
        yield store
    finally:
        store.close()
