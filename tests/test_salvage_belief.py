"""What is believed of the bytes of a damaged database: whole documents, in their own places."""

import errno
import json
import random
import sqlite3
import struct
from contextlib import closing
from io import BytesIO
from pathlib import Path

import msgspec
import pytest
from builders import a_content, a_reading, an_id
from damage import (
    OF_THE_FILE,
    a_copy,
    damaged,
    flip_bytes,
    overwrite,
    rows_of,
    tidy_up,
    told,
    truncate,
    zero_header,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device_config.wal import is_log_damaged, log_of
from sync.outbox import open_outbox
from sync.salvage import rebuild, rescue
from sync.salvage.pages import (
    Pages,
    current_records,
    documents_in,
    open_pages,
    rows_in_file,
    rows_in_log,
)
from sync.salvage.rescue import open_or_rescue
from sync.salvage.rows import checked_row, row_of_document
from sync.wire import Response, Text, encode

COUNT = 80
MOMENT = struct.pack(">d", 1234.5678)


@pytest.fixture
def state(tmp_path):
    return a_copy(tmp_path, COUNT)


# What is believed


def a_document(number=1, **changes):
    members = {**msgspec.structs.asdict(a_content(number)), "epoch": 1, "seq": number, **changes}
    return encode(Response(**members))


def a_row(body, state="sent", **changes):
    columns = {"epoch": 1, "seq": 1, "id": an_id(1), "state": state, "body": body, "is_fixed": 1}
    columns |= {"boot_id": "b", "boottime": 1.0, "wall": 2.0, "code": None, "detail": None}
    return checked_row([*(columns | changes).values()])


def test_a_whole_row_is_believed_as_it_stands():
    row = a_row(a_document(), state="rejected", code="no", detail="because")

    assert (row.state, row.reason_code, row.reason_detail) == ("rejected", "no", "because")
    assert (row.is_fixed, row.boot_id, row.boottime, row.wall) == (True, "b", 1.0, 2.0)


@pytest.mark.parametrize(
    "row",
    [
        {"body": b"{"},
        {"body": None},
        {"body": 7},
        {"body": a_document() + b"x"},
        {"body": a_document().replace(b'"value":5', b'"value":55')},
        {"body": a_document().replace(b"submitted", b"submittee")},
        {"body": a_document().replace(b"Aula", b"Au\xffa")},
        {"body": a_document(), "seq": 2},
        {"body": a_document(), "epoch": 2},
        {"body": a_document(), "id": an_id(2)},
    ],
    ids=lambda row: str(row)[:60],
)
def test_a_row_whose_document_is_not_whole_or_belongs_elsewhere_is_not_believed(row):
    assert a_row(**row) is None


@pytest.mark.parametrize("state", ["open", "sant", None, 3, b"sent"])
def test_a_closed_response_in_a_state_that_makes_no_sense_waits(state):
    """The centre answers "duplicate" for what it has; a response taken for sent would be lost."""
    row = a_row(a_document(), state=state)

    assert (row.state, row.is_state_known) == ("pending", False)


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), -float("inf")])
def test_a_number_that_a_page_holds_and_no_clock_shows_costs_no_response(wrong):
    """SQLite takes a NaN for nothing, and would leave the row out without a word."""
    row = a_row(a_document(), boottime=wrong, wall=wrong)

    assert (row.boot_id, row.boottime, row.wall) == ("", 0.0, 1_795_255_200.0)


def test_a_response_whose_moment_is_no_number_on_its_page_is_saved(state):
    tidy_up(state)
    with closing(sqlite3.connect(state.database)) as connection, connection:
        connection.execute("UPDATE responses SET boottime = 1234.5678, wall = 1234.5678")
    tidy_up(state)
    content = state.database.read_bytes()
    assert content.count(MOMENT) >= 2 * COUNT
    state.database.write_bytes(content.replace(MOMENT, struct.pack(">d", float("nan"))))
    zero_header(state, random.Random())

    with closing(open_or_rescue(state, a_reading())) as outbox:
        assert len(rows_of(outbox)) == COUNT


@pytest.mark.parametrize("wrong", [(2**53, 7), (2**62, 7), (2, 2**53), (2, -5), (2, "many")])
def test_a_number_of_an_epoch_that_cannot_be_is_not_gone_on_from(state, wrong):
    """The centre refuses every answer whose epoch is above 2^53."""
    tidy_up(state)
    with closing(sqlite3.connect(state.database)) as connection, connection:
        connection.execute("INSERT INTO epochs VALUES (?, ?)", wrong)
        connection.execute("UPDATE responses SET body = 'x' WHERE seq = ?", (COUNT,))

    with closing(open_or_rescue(state, a_reading())) as outbox:
        assert outbox.counts().epoch == 2
        assert [each["epoch"] for each in told(outbox)["last_numbers"]] == [1]


def test_an_open_response_is_never_taken_for_a_closed_one():
    assert a_row(a_document(ended=None), state="sent").state == "open"


def test_a_document_alone_is_fixed_if_the_terminal_is_named_in_it():
    assert row_of_document(a_document(terminal_id="t-1")).is_fixed
    assert not row_of_document(a_document()).is_fixed
    assert row_of_document(a_document()).wall == 1_795_255_200.0


def test_documents_are_found_between_rubbish_and_half_ones_are_not_taken_for_whole():
    one, two, three = (a_document(number) for number in (1, 2, 3))

    found = [
        row.seq
        for body, *_ in documents_in(b"\0\xff" + one + two[: len(two) // 2] + three + b'{"id":"')
        if (row := row_of_document(body))
    ]

    assert found == [1, 3]


def test_a_document_that_a_client_wrote_into_the_text_is_no_response():
    forged = a_document(2).decode()
    body = a_document(1, text=Text(plain=forged))

    assert [row_of_document(each).seq for each, *_ in documents_in(body)] == [1]


def test_a_document_of_an_epoch_that_has_not_begun_is_not_believed(state):
    tidy_up(state)
    with closing(sqlite3.connect(state.database)) as connection, connection:
        connection.execute("UPDATE responses SET epoch = 1")
        body = a_document(COUNT - 1, epoch=4000)
        connection.execute("CREATE TABLE rubbish (body BLOB)")
        connection.execute("INSERT INTO rubbish VALUES (?)", (body,))
    tidy_up(state)
    zero_header(state, random.Random())

    with closing(open_or_rescue(state, a_reading())) as outbox:
        assert {epoch for epoch, _ in rows_of(outbox)} == {1}
        assert outbox.counts().epoch == 2


@given(seed=st.integers(0, 10**6), name=st.sampled_from(list(OF_THE_FILE)))
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_damage_to_the_file_leaves_a_terminal_that_works_and_says_nothing_wrong(
    tmp_path_factory, seed, name
):
    state = damaged(a_copy(tmp_path_factory.mktemp("any"), COUNT), name, seed)

    with closing(open_or_rescue(state, a_reading(), is_thorough=True)) as outbox:
        outbox.close_abandoned()
        outbox.put(a_content(9999), a_reading())
        for number, (_, seq, response_id, _, body, _) in enumerate(rows_of(outbox).values()):
            assert number < COUNT + 1
            document = json.loads(body)
            assert (document["seq"], document["id"]) == (seq, response_id)
        outbox.take(500, 10**9, "t-7f3k9")


def test_a_salvage_that_believes_an_unchecked_document_would_be_caught(state, monkeypatch):
    """The broken variant: what looks like a row is taken as one."""
    from sync.salvage import reading

    def unchecked(columns):
        epoch, seq, response_id, held, body, *rest = columns
        return reading.Row(epoch, seq, response_id, held, body, *rest)

    with closing(open_outbox(state)) as outbox, outbox.db.conn as conn:
        conn.execute("UPDATE responses SET body = 'x' WHERE seq = ?", (COUNT - 1,))
    monkeypatch.setattr(reading, "damage_of", lambda *_, **__: "yes")
    monkeypatch.setattr(rescue, "damage_of", lambda *_, **__: "yes")
    monkeypatch.setattr(reading, "checked_row", unchecked)

    with closing(open_or_rescue(state, a_reading())) as outbox:
        believed = [row[4] for row in rows_of(outbox).values()]

    assert "x" in believed


# Reading pages


class BadSector(BytesIO):
    """A disk that cannot read what lies at one place."""

    def read(self, size=-1):
        if self.tell() == 4096 * 5:
            raise OSError(errno.EIO, "Input/output error")
        return super().read(size)


def test_a_sector_that_cannot_be_read_costs_its_page_and_no_other(state):
    tidy_up(state)
    with open_pages(state.database, log_of(state.database)) as pages:
        whole = {row.seq for row in rows_in_file(pages)}
        bad = Pages(BadSector(state.database.read_bytes()), *pages_but_file(pages))
        left = {row.seq for row in rows_in_file(bad)}

    assert len(whole) == COUNT
    assert COUNT - 6 <= len(left) <= COUNT


class BadLog(BytesIO):
    """A log of which the disk cannot read one sector."""

    bad = range(0)

    def read(self, size=-1):
        begin = self.tell()
        content = super().read(size)
        if set(self.bad) & set(range(begin, begin + len(content))):
            raise OSError(errno.EIO, "Input/output error")
        return content


@pytest.mark.parametrize("sector", [0, 1, 100, 1000, 2000])
def test_a_sector_of_the_log_that_cannot_be_read_costs_its_frames_and_no_others(
    tmp_path, state, monkeypatch, sector
):
    """SQLite opens no such database."""
    true = set(rows_of_copy(tmp_path))
    opened, inode = Path.open, log_of(state.database).stat().st_ino

    def open_on_a_bad_disk(path, *arguments, **options):
        file = opened(path, *arguments, **options)
        if path.stat().st_ino != inode:
            return file
        with file:
            log = BadLog(file.read())
        log.bad = range(512 * sector, 512 * (sector + 1))
        return log

    def no_sqlite(_):
        raise sqlite3.OperationalError("disk I/O error")

    assert 512 * sector < log_of(state.database).stat().st_size
    monkeypatch.setattr(Path, "open", open_on_a_bad_disk)
    monkeypatch.setattr(rebuild, "reading_only", no_sqlite)

    with closing(open_or_rescue(state, a_reading())) as outbox:
        saved = set(rows_of(outbox))
        assert told(outbox)["why"] == "its log is damaged"

    assert saved <= true
    assert len(saved) >= COUNT - 6


def rows_of_copy(folder):
    with closing(open_outbox(a_copy(folder / "true", COUNT))) as outbox:
        return rows_of(outbox)


def pages_but_file(pages):
    return (getattr(pages, name) for name in list(Pages.__dataclass_fields__)[1:])


def test_long_texts_that_lie_on_several_pages_are_read_whole(state):
    tidy_up(state)

    with open_pages(state.database, log_of(state.database)) as pages:
        texts = [json.loads(row.body)["text"] for row in rows_in_file(pages)]

    assert sum(text is not None for text in texts) == COUNT // 10


def test_rows_come_from_the_newest_images_of_the_log_first(state):
    with open_pages(state.database, log_of(state.database)) as pages:
        found = [row.seq for row in rows_in_log(pages)]

    assert found[0] > COUNT - 10


@given(st.sampled_from([b"\x0a", b"\x02", b"\x0d"]), st.binary(max_size=6000))
@settings(deadline=None)
def test_no_bytes_at_all_make_the_scan_stumble(tmp_path_factory, kind, content):
    folder = tmp_path_factory.getbasetemp()
    (folder / "any.db").write_bytes(kind + content)
    (folder / "any.db-wal").write_bytes(content)

    with open_pages(folder / "any.db", folder / "any.db-wal") as pages:
        assert [*rows_in_log(pages), *rows_in_file(pages)] == []
        assert all(len(record) == 2 for record in current_records(pages))


@pytest.mark.parametrize("place", [4, 20, 28, 50, 5000, 40_000])
def test_one_flipped_bit_in_a_log_is_noticed_wherever_commits_come_after_it(state, place):
    log = log_of(state.database)
    assert not is_log_damaged(log)

    overwrite(log, place, bytes([log.read_bytes()[place] ^ 1]))

    assert is_log_damaged(log)


def test_half_a_database_or_forty_wrong_bytes_never_end_a_start(state):
    tidy_up(state)
    for seed in range(5):
        truncate(state, random.Random(seed))
        flip_bytes(state, random.Random(seed))
        with closing(open_or_rescue(state, a_reading())) as outbox:
            outbox.put(a_content(9000 + seed), a_reading())
            assert an_id(9000 + seed) in {each[2] for each in rows_of(outbox).values()}
        tidy_up(state)
