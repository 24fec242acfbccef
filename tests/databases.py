"""Both kinds of database, for tests that promise the same of each. Holds no tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from postgres import the_cluster

KINDS = ("sqlite", "postgresql")


@contextmanager
def a_database(kind: str, folder: Path, *, is_migrated: bool = True) -> Iterator[str]:
    """The address of a database of its own; with its tables unless told otherwise.

    On SQLite it is `folder`/central.db, made when it is first opened.
    """
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'central.db'}"
        return
    cluster = the_cluster()
    url = cluster.new_database(cluster.template if is_migrated else "template0")
    try:
        yield url
    finally:
        cluster.drop(url)


@pytest.fixture(params=KINDS)
def database_url(request, tmp_path):
    with a_database(request.param, tmp_path) as url:
        yield url
