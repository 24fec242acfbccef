"""`palautepiste bench central`: what it measures is real, and the years it makes up add up."""

from collections import Counter
from contextlib import closing
from datetime import date

import msgspec
import pytest
from builders import a_content
from databases import a_database
from sqlalchemy import select

from sync import wire
from sync.bench import central, central_report, central_rows
from sync.bench.central import batches, enrolled, made, raw_seconds
from sync.central.errors import DatabaseUnusable
from sync.central.store import open_store
from sync.central.store.tables import responses, sequences, tallies
from sync.central.store.tallies import COUNTS, KEY, Tally

SAMPLES = [a_content(number) for number in range(1, 4)]
TODAY = date(2026, 11, 22)


@pytest.fixture
def store(database_url):
    with closing(open_store(database_url)) as opened:
        yield opened


def test_the_years_are_real_documents_that_their_tallies_and_sequences_count(store, monkeypatch):
    monkeypatch.setattr(central_rows, "DAYS", 2)

    filled = central_rows.fill(store, SAMPLES, 1, TODAY)

    with store.reading() as connection:
        rows = connection.execute(select(responses)).all()
        kept = {tuple(row[:8]): tuple(row[8:]) for row in connection.execute(select(tallies))}
        numbers = connection.execute(select(sequences)).all()
    tally, seqs = Tally(), Counter()
    for row in rows:
        document = msgspec.json.decode(row.document, type=wire.Response)
        assert (document.location.unit, document.terminal_id) == (row.unit, row.terminal_id)
        tally.count(document, row.day, row.standing)
        seqs[row.terminal_id, row.seq] += 1
    assert {key: tuple(found) for key, found in tally.rows().items()} == kept
    assert [column.name for column in tallies.c][:8] == list(KEY)
    assert [column.name for column in tallies.c][8:] == list(COUNTS)
    assert len(rows) == filled.responses == 2 * 20 * central_rows.A_DAY == len(seqs)
    assert {(row.lowest, row.highest, row.count) for row in numbers} == {(1, 36, 36)}


def test_the_bare_rows_are_those_that_the_service_stores(store):
    (sender,) = enrolled(store, 1)
    found = made(SAMPLES, sender, 7)

    assert raw_seconds(store, found) > 0

    with store.reading() as connection:
        assert set(connection.execute(select(responses.c.id)).scalars()) == {e.id for e in found}


def test_copy_stores_the_same_rows(tmp_path):
    with a_database("postgresql", tmp_path) as url, closing(open_store(url)) as store:
        (sender,) = enrolled(store, 1)

        assert raw_seconds(store, made(SAMPLES, sender, 7), by_copy=True) > 0


def test_bodies_hold_at_most_as_many_responses_as_the_contract_allows():
    sender = central.Sender("t-aaaaa", "-")

    assert len(batches(made(SAMPLES, sender, 501), sender)) == 2


def test_a_database_that_holds_something_is_left_alone(store, database_url):
    enrolled(store, 1)

    with pytest.raises(DatabaseUnusable, match="give an empty one"):
        list(central_report.lines(SAMPLES, 1, 1, database_url))


def test_the_report_says_what_was_received_shown_and_asked(monkeypatch):
    monkeypatch.setattr(central_rows, "DAYS", 2)
    monkeypatch.setattr(central_report, "SHOWN", 2)
    monkeypatch.setattr(central_report, "ROUNDS", 1)

    said = "\n".join(central_report.lines(SAMPLES, 6, 1, None))

    for words in ("the service, over HTTP", "bare rows, INSERT", "two processes", "/units"):
        assert words in said
