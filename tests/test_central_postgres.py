"""One schema on both databases, made and brought up to date by whoever comes first."""

import signal
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path

import postgres
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from databases import KINDS, a_database
from postgres import Cluster
from sqlalchemy import create_engine, func, insert, select
from sqlalchemy.exc import DBAPIError
from test_central_builders import UNIT, a_database_of_before, a_store, a_unit

from sync.central.errors import DatabaseUnavailable, DatabaseUnusable
from sync.central.store import open_store
from sync.central.store.tables import metadata, units

VERSIONS = ("0001", "0002", "0003", "0004")
OPENING = """
import sys
from sync.central.store import database, open_store
print("here", flush=True)
sys.stdin.readline()
open_store(sys.argv[1]).close()
"""
WITHOUT_WAITING = """
import sys
from sync.central.store import database, open_store
def go_on_together(_connection):
    print("here", flush=True)
    sys.stdin.readline()
database._wait_for_turn = go_on_together
open_store(sys.argv[1]).close()
"""


# Migrations


@pytest.mark.parametrize("before", [None, *VERSIONS])
@pytest.mark.parametrize("kind", KINDS)
def test_the_migrations_make_the_tables_that_the_code_expects_from_nothing_and_from_any_version(
    tmp_path, kind, before
):
    with a_database(kind, tmp_path, is_migrated=False) as url:
        if before is not None:
            a_database_of_before(tmp_path, before, url)
        with closing(open_store(url)) as store, store.reading() as connection:
            context = MigrationContext.configure(connection)

            assert compare_metadata(context, metadata) == []


def test_every_earlier_version_is_among_those_tried():
    folder = Path(open_store.__code__.co_filename).parent / "migrations" / "versions"
    every = sorted(path.name[1:5] for path in folder.glob("v*.py"))

    assert tuple(every[:-1]) == VERSIONS


@contextmanager
def processes(program, url, count=4):
    """So many processes that all wait at the same point."""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program, url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(count)
    ]
    try:
        for each in started:
            assert each.stdout.readline() == "here\n", each.stderr.read()
        yield started
    finally:
        for each in started:
            each.kill()
            each.communicate()


def exit_codes(program, url):
    with processes(program, url) as started:
        for each in started:
            each.stdin.write("\n")
            each.stdin.flush()
        return [each.wait(60) for each in started]


@pytest.mark.parametrize("kind", KINDS)
def test_of_several_processes_that_open_an_empty_database_at_once_one_migrates(tmp_path, kind):
    with a_database(kind, tmp_path, is_migrated=False) as url:
        assert exit_codes(OPENING, url) == [0, 0, 0, 0]


def test_processes_that_did_not_wait_for_their_turn_would_be_caught(tmp_path):
    with a_database("postgresql", tmp_path, is_migrated=False) as url:
        assert sorted(exit_codes(WITHOUT_WAITING, url)) != [0, 0, 0, 0]


# Transactions


def test_reading_sees_one_moment_whatever_is_written_meanwhile(tmp_path, database_url):
    with closing(a_store(tmp_path, database_url)) as store:
        count = select(func.count()).select_from(units)
        with store.reading() as connection:
            before = connection.execute(count).scalar_one()
            store.add_units([a_unit("1.2.3")])
            meanwhile = connection.execute(count).scalar_one()
        with store.reading() as connection:
            after = connection.execute(count).scalar_one()

    assert (before, meanwhile, after) == (2, 2, 3)


def test_writing_is_whole_or_nothing(tmp_path, database_url):
    with closing(a_store(tmp_path, database_url)) as store:
        new = {"unit": "1.2.3", "name": {}, "path": {}}

        def write_twice():
            with store.writing() as connection:
                connection.execute(insert(units), new)
                connection.execute(insert(units), new)

        with pytest.raises(DBAPIError):
            write_twice()
        assert "1.2.3" not in {unit.unit for unit in store.all_units()}


def test_reading_changes_nothing_on_postgresql(tmp_path):
    with (
        a_database("postgresql", tmp_path) as url,
        closing(a_store(tmp_path, url)) as store,
        pytest.raises(DBAPIError, match="read-only"),
        store.reading() as connection,
    ):
        connection.execute(insert(units), {"unit": "1.2.3", "name": {}, "path": {}})


def test_a_store_goes_on_after_all_its_connections_were_cut(tmp_path):
    with a_database("postgresql", tmp_path) as url, closing(a_store(tmp_path, url)) as store:
        postgres.the_cluster().cut(url)

        assert UNIT in {unit.unit for unit in store.all_units()}


# Addresses


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_an_address_may_be_written_as_postgresql_writes_it(tmp_path, scheme):
    with a_database("postgresql", tmp_path) as url:
        rest = url.partition("://")[2]
        with closing(open_store(f"{scheme}://{rest}")) as store:
            assert store.all_units() == ()


@pytest.mark.parametrize(
    ("url", "error", "said"),
    [
        ("postgresql://nobody:secret@127.0.0.1:1/central", DatabaseUnavailable, "check that"),
        ("postgresql+nothing://host/central", DatabaseUnusable, "no such kind"),
        ("mysql://host/central", DatabaseUnusable, "only SQLite and PostgreSQL"),
    ],
)
def test_an_address_that_leads_nowhere_is_told_in_a_line_without_its_password(url, error, said):
    with pytest.raises(error, match=said) as caught:
        open_store(url)

    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_database_that_does_not_exist_is_told(tmp_path):
    with (
        a_database("postgresql", tmp_path) as url,
        pytest.raises(DatabaseUnavailable, match="does not exist"),
    ):
        open_store(url.replace("@/", "@/no"))


# The tests' own PostgreSQL


def test_without_postgresql_the_tests_say_what_to_install(monkeypatch):
    monkeypatch.setattr(postgres, "DEBIAN_BINARIES", Path("/nowhere"))
    monkeypatch.setenv("PATH", "/nowhere")
    postgres._binary.cache_clear()

    with pytest.raises(RuntimeError, match="apt-get install postgresql"):
        postgres._binary("initdb")


def test_a_cluster_ends_with_the_process_that_started_it():
    program = """
import sys
sys.path[:0] = ["tests", "."]
from postgres import Cluster
cluster = Cluster()
print(cluster._process.pid, cluster._folder, flush=True)
sys.stdin.readline()
"""
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(postgres.__file__).parent.parent,
    ) as starter:
        pid, folder = starter.stdout.readline().split()
        starter.send_signal(signal.SIGKILL)

    assert has_ended(int(pid))
    Cluster().stop()  # the next one sweeps up
    assert not Path(folder).exists()


def has_ended(pid):
    """Whether a process ends, or is a dead one that nobody has buried yet."""
    import time

    for _ in range(1000):
        try:
            status = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if status == "Z":
            return True
        time.sleep(0.02)
    return False


def test_a_cluster_leaves_nothing_behind():
    cluster = Cluster()
    folder = cluster._folder
    engine = create_engine(cluster.new_database())
    with engine.connect():
        cluster.stop()
    engine.dispose(close=False)

    assert not folder.exists()
