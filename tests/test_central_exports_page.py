"""The page of exports: who may, what is counted is what is sent, and who stops waiting stops it."""

import csv
import io
import json
import socket
import threading
from urllib.parse import urlencode

import pytest
from databases import KINDS, a_database
from export_builders import SEALED, keep, keep_everything
from logins import logged_in
from test_central_builders import NOON, OTHER_UNIT, UNIT, a_centre, a_response, a_store

from sync.central.exports import given as given_module
from sync.central.exports.export import FORMS, MEDIA_TYPES
from sync.central.pages.exports.routes import MOST_AT_ONCE
from sync.central.pages.exports.run import Run
from sync.central.store.audit import entries
from sync.central.store.export_runs import KEPT, SILENT_AFTER, advance, begin, progress_of

PATIENCE_S = 20
FRAME = {"accept": "text/html"}


@pytest.fixture(scope="module", params=KINDS)
def centre(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("centre")
    with (
        a_database(request.param, folder) as url,
        a_centre(folder, url, is_open=False) as running,
    ):
        keep_everything(running.store)
        yield running


@pytest.fixture
def team(centre):
    with logged_in(centre, "feedback-team") as http:
        yield http


def form_token(http):
    page = http.get("/exports", params={"lang": "en"}).text
    return page.partition('name="form_token" value="')[2].partition('"')[0]


def download(http, **fields):
    return http.post("/exports/file", data={"form_token": form_token(http)} | fields)


def counted(http, **query):
    page = http.get("/exports", params={"lang": "en"} | query).text
    return int(page.partition('<data id="count" value="')[2].partition('"')[0])


def noted(centre):
    """The latest export in the audit log."""
    with centre.store.reading() as connection:
        return entries(connection, 1, action="export-made")[0]


@pytest.mark.parametrize("path", ["/exports", "/exports/dictionary", "/exports/progress?run=1"])
@pytest.mark.parametrize(
    ("role", "status"),
    [("administrator", 200), ("feedback-team", 200), ("supervisor", 403), ("read-only", 403)],
)
def test_only_who_may_export_sees_it(centre, path, role, status):
    with logged_in(centre, role) as http:
        expected = 404 if status == 200 and "progress" in path else status
        assert http.get(path).status_code == expected
    assert centre.http.get(path).headers["location"].startswith("/login")


def test_a_download_needs_the_form_of_this_login(centre, team):
    assert team.post("/exports/file", data={"format": "csv"}).status_code == 403
    assert centre.http.post("/exports/file", data={"format": "csv"}).status_code == 303


@pytest.mark.parametrize("form", FORMS)
def test_what_is_counted_is_what_is_sent(team, form):
    chosen = {"of": f"unit:{UNIT}", "from": "2026-11-21", "misuse": "out"}

    reply = download(team, format=form, **chosen)

    assert reply.status_code == 200
    assert reply.headers["content-type"].partition(";")[0] == MEDIA_TYPES[form]
    name = reply.headers["content-disposition"]
    assert name.startswith('attachment; filename="palaute_unit-1.2.246')
    assert "_from-2026-11-21_" in name
    assert reply.headers["cache-control"] == "no-store"
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(reply.text, newline="")))
        assert len(rows) == counted(team, **chosen) == 2
        assert "text" not in rows[0]


def test_each_export_is_in_the_audit_log_with_what_it_had_and_without_a_text(centre, team):
    download(team, format="csv", of=f"unit:{UNIT}", texts="in", channel="kiosk-touch")

    entry = noted(centre)

    assert entry.account_name.startswith("feedback-team")
    assert entry.subject == f"unit:{UNIT}"
    assert entry.detail == {
        "format": "csv",
        "from": "",
        "to": "",
        "questionnaire": "",
        "channel": "kiosk-touch",
        "misuse": True,
        "simulated": False,
        "texts": "opened",
        "responses": 2,
    }
    with centre.store.reading() as connection:
        read = entries(connection, 1, action="texts-read")[0]
    assert (read.subject, read.detail) == (f"unit:{UNIT}", {"count": 1, "export": "csv"})


def test_an_export_without_texts_reads_none(centre, team):
    def readings():
        with centre.store.reading() as connection:
            return len(entries(connection, 1000, action="texts-read"))

    before = readings()
    download(team, format="ndjson")

    assert readings() == before


def test_rehearsals_go_out_only_where_they_are_asked_for(team):
    without, with_them = counted(team), counted(team, simulated="in")

    assert with_them == without + 1


def test_an_account_bound_to_a_unit_gets_only_its_responses(centre):
    with logged_in(centre, "feedback-team", [f"unit:{OTHER_UNIT}"]) as http:
        assert counted(http, simulated="in") == 1
        sent = download(http, format="csv", simulated="in").text
        assert {row["unit"] for row in csv.DictReader(io.StringIO(sent))} == {OTHER_UNIT}
        for of in (f"unit:{UNIT}", "county:99"):
            assert http.get("/exports", params={"of": of}).status_code == 403
            assert download(http, format="csv", of=of).status_code == 403


@pytest.mark.parametrize(
    "fields",
    [
        {"format": "doc"},
        {"format": "csv", "from": "yesterday"},
        {"format": "csv", "to": "2026-13-01"},
        {"format": "csv", "of": "planet:mars"},
        {"format": "csv", "channel": "a\0b"},
        {"format": "csv", "questionnaire": "x" * 200},
        {"format": "csv", "run": "../../etc"},
    ],
    ids=str,
)
def test_what_nobody_could_mean_is_refused_with_what_to_write(team, fields):
    reply = download(team, **fields)

    assert reply.status_code == 400
    assert reply.json()["detail"]


def test_progress_is_told_to_who_began_it_and_to_nobody_else(centre, team):
    download(team, format="csv", run="abc-1", simulated="in")

    told = team.get("/exports/progress", params={"run": "abc-1"}).json()

    assert told == {"done": 6, "total": 6, "state": "done"}
    with logged_in(centre, "feedback-team") as another:
        assert another.get("/exports/progress", params={"run": "abc-1"}).status_code == 404


def test_a_dictionary_is_a_file_of_its_own(team):
    reply = team.get("/exports/dictionary", params={"format": "parquet", "as": "json"})

    assert 'filename="palaute_parquet_dictionary.json"' in reply.headers["content-disposition"]
    assert json.loads(reply.text)["format"] == "parquet"
    as_csv = team.get("/exports/dictionary", params={"format": "happyornot"})
    assert as_csv.text.startswith("part,name,type,meaning_fi")


@pytest.fixture
def store(tmp_path):
    opened = a_store(tmp_path)
    yield opened
    opened.close()


def test_no_more_exports_run_at_once_than_a_service_bears(centre, team):
    now = centre.clock()
    with centre.store.writing() as connection:
        for number in range(MOST_AT_ONCE):
            assert begin(connection, f"full-{number}", "somebody", 10, now, MOST_AT_ONCE)
    before = noted(centre).number

    reply = download(team, format="csv")

    assert reply.status_code == 429
    assert int(reply.headers["retry-after"]) > 0
    assert noted(centre).number == before
    with centre.store.writing() as connection:
        for number in range(MOST_AT_ONCE):
            advance(connection, f"full-{number}", "somebody", 10, "done", now)
    assert download(team, format="csv").status_code == 200


def test_an_export_that_died_with_its_process_makes_room_and_is_told_as_broken(store):
    at = NOON
    with store.writing() as connection:
        assert begin(connection, "a", "x", 10, at, 1)
        assert not begin(connection, "b", "x", 10, at + SILENT_AFTER / 2, 1)
        assert begin(connection, "b", "x", 10, at + SILENT_AFTER, 1)
        assert progress_of(connection, "a", "x", at + SILENT_AFTER).state == "broken"
        assert progress_of(connection, "b", "x", at + SILENT_AFTER).state == "running"
        assert begin(connection, "c", "x", 10, at + SILENT_AFTER + KEPT * 2, 1)
        assert progress_of(connection, "a", "x", at) is None


class Gate:
    """In place of the text keys: opens some texts, and the next ones only when it is let."""

    def __init__(self, free):
        self.opened = 0
        self.is_waiting = threading.Event()
        self.go_on = threading.Event()
        self._free = free

    def open_text(self, _text):
        self.opened += 1
        if self.opened > self._free:
            self.is_waiting.set()
            assert self.go_on.wait(PATIENCE_S)
        return "avattu"


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_download_that_is_broken_off_ends_its_work(kind, form, tmp_path, monkeypatch):
    """The piece that was being made when the browser left is the last one."""
    gate = Gate(free=7)
    ended = threading.Event()
    stop = Run._stop

    def stop_and_tell(run):
        gate.go_on.set()
        stop(run)
        ended.set()

    monkeypatch.setattr(Run, "_stop", stop_and_tell)
    monkeypatch.setattr(given_module, "AT_ONCE", 5)
    spool = tmp_path / "spool"
    spool.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(spool))
    with (
        a_database(kind, tmp_path) as url,
        a_centre(tmp_path, url, text_keys=gate) as centre,
    ):
        keep(centre.store, *(a_response(seq=n, text=SEALED) for n in range(1, 101)))
        leave_while_it_waits(centre, form, gate)

        assert ended.wait(PATIENCE_S)

        assert gate.opened == 10
        assert list(spool.iterdir()) == []
        with centre.store.reading() as connection:
            found = progress_of(connection, "r", "", centre.clock())
        assert (found.total, found.state) == (100, "broken")


def leave_while_it_waits(centre, form, gate):
    """Ask for a file, and go away while it is made."""
    body = urlencode({"form_token": "", "format": form, "texts": "in", "run": "r"})
    host, port = centre.url.removeprefix("http://").rstrip("/").split(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE_S) as connection:
        head = f"POST /exports/file HTTP/1.1\r\nHost: {host}:{port}\r\n"
        kind = "Content-Type: application/x-www-form-urlencoded\r\n"
        length = f"Content-Length: {len(body)}\r\n\r\n"
        connection.sendall((head + kind + length + body).encode())
        assert gate.is_waiting.wait(PATIENCE_S)
