"""PostgreSQL from Debian, on a socket of its own in a folder of its own. Holds no tests."""

import atexit
import functools
import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

from sqlalchemy import create_engine, text

OWNER = "palautepiste"
DEBIAN_BINARIES = Path("/usr/lib/postgresql")
TEMPLATE = "migrated"
PREFIX = "palautepiste-pg-"
READY_WITHIN_S = 30.0


class Cluster:
    """A running PostgreSQL that nobody else knows of. It ends with this process, whatever ends it.

    It survives the death of each of its processes, not that of the machine: nothing is flushed,
    unless `is_durable`.
    """

    def __init__(self, *, is_durable: bool = False) -> None:
        # Not below pytest's folders, which PostgreSQL's own user may not enter; and a socket's path
        # has at most 107 bytes.
        _sweep()
        self._folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
        if os.geteuid() == 0:
            shutil.chown(self._folder, "postgres", "postgres")
        self._files = self._folder / "files"
        try:
            self._make()
            self._process = self._start(is_durable=is_durable)
            self.wait()
        except BaseException:
            shutil.rmtree(self._folder)
            raise

    def url(self, name: str = "postgres") -> str:
        """The address of one of its databases."""
        return f"postgresql+psycopg://{OWNER}@/{name}?host={self._folder}"

    def new_database(self, template: str = "template0") -> str:
        """A database of its own; returns its address."""
        name = f"d{uuid.uuid4().hex[:12]}"
        # A copy of the files takes no checkpoint's time worth speaking of while nothing is flushed.
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
        return self.url(name)

    @functools.cached_property
    def template(self) -> str:
        """A database with every table and nothing in them, to be copied."""
        from sync.central.store.database import open_database

        self.run(f'CREATE DATABASE "{TEMPLATE}" TEMPLATE template0')
        open_database(self.url(TEMPLATE)).close()
        return TEMPLATE

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self.run(f'DROP DATABASE "{_name_in(url)}" WITH (FORCE)')

    def cut(self, url: str) -> None:
        """End every connection to a database, as a restart of it would."""
        with self._maintenance.connect() as connection:
            statement = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :d"
            connection.execute(text(statement), {"d": _name_in(url)})

    def run(self, statement: str) -> None:
        """Carry out a statement that no transaction may be around."""
        with self._maintenance.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text(statement))

    def backends(self) -> list[int]:
        """The process ids of every client's connection but the one that asks."""
        asked = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"
        with self._maintenance.connect() as connection:
            return list(connection.execute(text(f"{asked} AND pid <> pg_backend_pid()")).scalars())

    def wait(self) -> None:
        """Return when it takes connections."""
        ready = [_binary("pg_isready"), "--quiet", f"--host={self._folder}", "--timeout=1"]
        give_up_at = time.monotonic() + READY_WITHIN_S
        while subprocess.run(ready, check=False).returncode != 0:
            if self._process.poll() is not None or time.monotonic() > give_up_at:
                self._process.kill()
                raise RuntimeError(f"postgres: {(self._folder / 'log').read_text('utf-8')}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End it and remove its files."""
        if "_maintenance" in self.__dict__:
            self._maintenance.dispose()
        self._process.send_signal(signal.SIGINT)  # waits for no client
        self._process.wait(20)
        shutil.rmtree(self._folder)

    @functools.cached_property
    def _maintenance(self):
        return create_engine(self.url(), pool_size=1, pool_pre_ping=True)

    def _make(self) -> None:
        made = subprocess.run(
            [
                *_as_its_user(),
                _binary("initdb"),
                f"--pgdata={self._files}",
                f"--username={OWNER}",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ],
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            raise RuntimeError(f"initdb: {made.stderr.strip()}")

    def _start(self, *, is_durable: bool) -> subprocess.Popen:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._folder),
            "max_connections": "200",
            "fsync": "on" if is_durable else "off",
            "full_page_writes": "on" if is_durable else "off",
        }
        said = [f"--{name}={value}" for name, value in settings.items()]
        log = (self._folder / "log").open("wb")
        dying_with_us = [*_as_its_user(), "setpriv", "--pdeathsig", "QUIT"]
        process = subprocess.Popen(
            [*dying_with_us, _binary("postgres"), "-D", str(self._files), *said],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C at the tests lets them end first
        )
        log.close()
        return process


@functools.cache
def the_cluster() -> Cluster:
    """The cluster of this process's tests, started when the first of them wants it."""
    cluster = Cluster()
    atexit.register(cluster.stop)
    return cluster


def _sweep() -> None:
    """Remove what tests left that were killed: their PostgreSQL ended with them."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        starter = folder.name.removeprefix(PREFIX).partition("-")[0]
        if starter.isdecimal() and not Path("/proc", starter).exists():
            shutil.rmtree(folder, ignore_errors=True)


def _name_in(url: str) -> str:
    return url.partition("@/")[2].partition("?")[0]


@functools.cache
def _binary(name: str) -> str:
    folders = sorted(DEBIAN_BINARIES.glob("*/bin"), key=lambda path: float(path.parent.name))
    for folder in reversed(folders):
        if (folder / name).exists():
            return str(folder / name)
    found = shutil.which(name)
    if found is None:
        raise RuntimeError("PostgreSQL is not installed: sudo apt-get install postgresql")
    return found


def _as_its_user() -> list[str]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
