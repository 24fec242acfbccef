"""Opens the database and brings it up to date; hands out reading and writing transactions."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, func, make_url, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.sql.schema import Table

from sync.central.errors import DatabaseUnavailable, DatabaseUnusable
from sync.central.store.changes import OnChange, Watch

BUSY_TIMEOUT_MS = 10_000
CONNECT_WITHIN_S = 10
DIALECTS = ("sqlite", "postgresql")
MIGRATION_LOCK = 0x70616C61
"""PostgreSQL's advisory lock of whoever migrates; any number that nobody else uses."""


class Database:
    """A migrated database and its two kinds of transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._is_postgresql = engine.dialect.name == "postgresql"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view of the database."""
        # SQLite's transactions see one moment by themselves.
        view = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        reader = self._engine.execution_options(**(view if self._is_postgresql else {}))
        with reader.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that is committed whole or not at all."""
        # SQLite: a deferred transaction that reads and then writes fails at once when another
        # writer came between, whatever the busy timeout.
        writer = self._engine.execution_options(writes=True)
        with writer.begin() as connection:
            yield connection

    def watch(self, on_change: OnChange) -> Watch:
        """Watch it for changes until the watch is closed."""
        return Watch(self._engine, on_change)

    def close(self) -> None:
        """Give back every connection."""
        self._engine.dispose()


def open_database(url: str) -> Database:
    """The database at an SQLAlchemy URL, migrated to the newest version.

    Raises DatabaseUnusable for a URL that says nothing to us and DatabaseUnavailable when the
    database cannot be opened.
    """
    parsed = _parsed(url)
    shown = parsed.render_as_string(hide_password=True)
    try:
        engine = _engine(parsed)
    except NoSuchModuleError:
        raise DatabaseUnusable(f"--database {shown}: no such kind of database") from None
    except ModuleNotFoundError as error:
        mend = f"install its driver: pip install {error.name}"
        raise DatabaseUnusable(
            f"--database {shown}: {error.name} is not installed; {mend}"
        ) from None
    database = Database(engine)
    try:
        _migrate(database)
    except DBAPIError as error:
        database.close()
        why = str(error.orig).strip().splitlines()[0] if error.orig else "no reason given"
        mend = "check that it exists, runs and can be written"
        raise DatabaseUnavailable(f"{shown}: {why}; {mend}") from None
    return database


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
        if parsed.drivername in {"postgresql", "postgres"}:  # as PostgreSQL's own tools write it
            parsed = parsed.set(drivername="postgresql+psycopg")
    except (ArgumentError, ValueError):
        example = "sqlite:////var/lib/palautepiste/central.db or postgresql+psycopg://host/name"
        raise DatabaseUnusable(f"--database: not a database URL; write it like {example}") from None
    if parsed.get_backend_name() not in DIALECTS:
        shown = parsed.render_as_string(hide_password=True)
        raise DatabaseUnusable(f"--database {shown}: only SQLite and PostgreSQL can be used")
    if parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise DatabaseUnusable("--database: SQLite needs a file, such as sqlite:////tmp/central.db")
    return parsed


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "postgresql":
        said = {"connect_timeout": str(CONNECT_WITHIN_S), "application_name": "palautepiste"}
        url = url.set(query={**said, **url.query})
    # What a statement carries is what clients wrote: no error may take it to the log.
    engine = create_engine(
        url, pool_size=10, max_overflow=30, pool_pre_ping=True, hide_parameters=True
    )
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, in _begin_sqlite
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    is_writing = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")


def _migrate(database: Database) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    with database.writing() as connection:
        _wait_for_turn(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _wait_for_turn(connection: Connection) -> None:
    """Let no other process migrate until this transaction ends; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(MIGRATION_LOCK)))


def dialect_insert(
    connection: Connection, table: Table
) -> sqlite.dml.Insert | postgresql.dml.Insert:
    """An INSERT that knows ON CONFLICT, in the dialect of this database."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)
