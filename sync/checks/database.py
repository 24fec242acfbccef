"""Whether the database is whole, looked at without writing a byte.

A look through SQLite as usual would begin a log, an index, or a new epoch.
"""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlite_utils import Database

from device_config.checks.finding import Finding, fail, ok, skip, warn
from device_config.database import MEND, RESCUED
from device_config.errors import KioskError
from device_config.state import StateDirectory
from device_config.wal import index_of, log_of, missing_part
from sync.salvage.rescue import damaged_files

OLDEST_SQLITE = (3, 35)
"""The first one with RETURNING (https://sqlite.org/releaselog/3_35_0.html)."""
LOOK_S = 20.0
MIB = 2**20
STEPS = 1000
"""SQLite asks after so many of its steps whether it may go on; older ones take the pages of a whole
table in one step, which only an interruption ends."""
START = "start the kiosk: sudo systemctl restart palautepiste-kiosk"


class NotReadable(KioskError):
    """The database cannot be looked at now."""


@contextmanager
def read_only(path: Path) -> Iterator[Database]:
    """A connection that writes nothing: no log, no index, no lock file.

    Raises NotReadable, or sqlite3.Error. With an index (`-shm`) the log is read as well. Without
    one nobody has the file open.
    """
    has_index, log_bytes = index_of(path).exists(), _size(log_of(path))
    if not has_index and log_bytes:
        raise NotReadable(f"{log_of(path).name} waits to be taken up by a kiosk")
    # https://sqlite.org/wal.html#read_only_databases
    how = "readonly_shm=1" if has_index else "immutable=1"
    address = f"file:{quote(str(path.absolute()))}?mode=ro&{how}"
    with closing(sqlite3.connect(address, uri=True, timeout=1.0)) as connection:
        yield Database(connection)


def version_findings(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> Iterator[Finding]:
    """Whether SQLite is new enough."""
    said = ".".join(map(str, version))
    if version < OLDEST_SQLITE:
        wanted = ".".join(map(str, OLDEST_SQLITE))
        yield fail("SQLite", f"{said} is older than {wanted}", "upgrade the operating system")
    else:
        yield ok("SQLite", said)


def database_findings(state: StateDirectory, look_s: float = LOOK_S) -> Iterator[Finding]:
    """Whether the file is there and whole, its log, and its numbering. Raises OSError."""
    path = state.database
    yield from _put_aside(path)
    if path.with_name(path.name + RESCUED).exists():
        yield fail("file", "a damaged one is being saved", MEND)
        return
    missing = missing_part(path)
    if missing is not None:
        yield fail("file", missing, MEND)
        return
    if not path.exists():
        yield fail("file", f"{path.name} is not there", f"enrol this terminal, or {START}")
        return
    yield ok("log", f"{_size(log_of(path)) / MIB:.1f} MiB, no commit in it is lost")
    try:
        with read_only(path) as db:
            yield _whole(db, look_s)
            yield from _epoch(db, state)
    except NotReadable as error:
        yield warn("file", str(error), START)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        yield fail("file", str(error), _mend_of(error))


def _put_aside(path: Path) -> Iterator[Finding]:
    aside = damaged_files(path)
    if aside:
        names = ", ".join(each.name for each in aside)
        mend = f"copy {path.parent}/{path.name}.damaged-* for support, then remove them"
        yield warn("put aside", f"{names}: the database was damaged once", mend)


def _whole(db: Database, look_s: float) -> Finding:
    give_up_at = time.monotonic() + look_s
    db.conn.set_progress_handler(lambda: time.monotonic() > give_up_at, STEPS)
    alarm = threading.Timer(look_s, db.conn.interrupt)
    alarm.start()
    try:
        said = [row[0] for row in db.conn.execute("PRAGMA quick_check(1)")]
    except sqlite3.OperationalError as error:
        if "interrupted" not in str(error):
            raise
        return skip("whole", f"too large to be looked through in {look_s:.0f} s")
    finally:
        alarm.cancel()
        alarm.join()
        db.conn.set_progress_handler(None, STEPS)
    if said != ["ok"]:
        return fail("whole", " ".join(" ".join(said).split()), MEND)
    return ok("whole", f"{_size(Path(_file_of(db))) / MIB:.1f} MiB, every page fits")


def _file_of(db: Database) -> str:
    return str(db.conn.execute("PRAGMA database_list").fetchone()[2])


def _epoch(db: Database, state: StateDirectory) -> Iterator[Finding]:
    """Whether numbers go on where they were: an older copy put back would use them twice."""
    row = db.conn.execute("SELECT epoch, last_seq FROM epochs ORDER BY epoch DESC").fetchone()
    if row is None:
        yield warn("numbering", "not begun", START)
        return
    epoch, last = row
    body = state.durable("epoch").read()
    beside = int(body.get("epoch", 0)) if isinstance(body, dict) else 0
    if epoch < beside:
        says = f"epoch {epoch}, but this terminal was in {beside}: an older database was put back"
        yield fail("numbering", says, "keep the folder as it is and call support")
    elif epoch > beside:
        yield warn("numbering", f"epoch {epoch} is not noted beside the database", START)
    else:
        yield ok("numbering", f"epoch {epoch}, last number {last}")


def _mend_of(error: Exception) -> str:
    if "no such table" in str(error):
        return f"it has not been set up: {START}"
    if "unable to open" in str(error):
        return "run this as root: sudo palautepiste doctor"
    return MEND


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
