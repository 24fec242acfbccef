"""`status`, `export` and `requeue`: what a terminal holds, and how it is."""

import csv
import io
import json

import pytest
from builders import (
    TERMINAL,
    TOKEN,
    a_content,
    a_dead_address,
    a_reading,
    an_id,
    an_outbox,
    by_state,
)
from command_runs import assert_said_kindly, commands_of, enrolled

from sync.wire import Reason, Text

STATUS_MEMBERS = {
    *("state", "terminal_id", "location", "pending", "sent", "rejected", "last_seq"),
    *("oldest_pending_at", "last_push_at", "clock", "disk_free_bytes", "panels", "software"),
}


@pytest.fixture
def run(tmp_path):
    return commands_of(tmp_path)


def test_status_of_a_new_terminal_asks_for_a_person(run):
    status = json.loads(run("status", "--json").output)

    assert set(status) >= STATUS_MEMBERS
    assert status["state"] == "attention"
    assert (status["pending"], status["terminal_id"]) == (0, None)
    assert_said_kindly(run("status"), 0)


def test_status_counts_what_waits_and_says_offline_after_a_failed_push(run, tmp_path):
    _, file = enrolled(tmp_path, a_dead_address(), 2)
    assert json.loads(run("status", "--json", config=file).output)["state"] == "ok"

    run("sync", "--once", config=file)

    result = run("status", "--json", config=file)
    status = json.loads(result.output)
    assert result.exit_code == 0
    assert (status["state"], status["pending"], status["last_seq"]) == ("offline", 2, 2)
    assert status["terminal_id"] == TERMINAL
    assert status["location"]["unit"] == "1.2.3"
    assert status["oldest_pending_at"]
    assert TOKEN not in result.output


def test_status_asks_for_a_person_when_there_are_dead_letters(run, tmp_path):
    outbox, file = enrolled(tmp_path, "https://palaute.example.fi", 1)
    outbox.settle((), [(an_id(1), Reason("no"))])

    status = json.loads(run("status", "--json", config=file).output)

    assert (status["state"], status["reasons"]) == ("attention", ["dead-letters"])


def test_export_prints_a_document_a_line_with_its_state_and_sealed_texts_sealed(run, tmp_path):
    outbox = an_outbox(tmp_path)
    outbox.put(a_content(1, ended=None), a_reading())
    outbox.put(a_content(2, text=Text(sealed="c2VhbGVk", key="k1")), a_reading())
    outbox.put(a_content(3), a_reading())
    outbox.settle([an_id(3)])

    lines = [json.loads(line) for line in run("export").output.splitlines()]

    assert [(each["seq"], each["state"]) for each in lines] == [
        (1, "open"),
        (2, "pending"),
        (3, "sent"),
    ]
    assert lines[1]["text"] == {"sealed": "c2VhbGVk", "key": "k1"}


def test_export_as_csv_has_a_row_a_response(run, tmp_path):
    outbox = an_outbox(tmp_path)
    outbox.put(a_content(1, text=Text(plain='Hyvä, "kiitos"\n=1+1')), a_reading())
    outbox.put(a_content(2, text=Text(sealed="c2VhbGVk", key="k1")), a_reading())

    one, two = csv.DictReader(io.StringIO(run("export", "--format", "csv").output))

    assert (one["id"], one["answers"], one["unit"]) == (
        an_id(1),
        "usefulness=5",
        "1.2.246.10.2085212.10.1314",
    )
    assert "kiitos" in one["text"]
    assert two["text"] == "(sealed)"


DAMAGES = {
    "rubbish": "body = 'x'",
    "no utf-8": "body = X'ff'",
    "another type": "body = 7",
    "half a document": "body = substr(body, 1, 100)",
    "an unknown word": """body = replace(body, '"ended":"submitted"', '"ended":"submittee"')""",
}


def a_damaged_outbox(folder, damage):
    """Three responses, the second refused, and damaged on the disk."""
    outbox = an_outbox(folder, 3)
    outbox.settle((), [(an_id(2), Reason("no", "because"))])
    with outbox.db.conn as conn:
        conn.execute("PRAGMA ignore_check_constraints = ON")
        conn.execute(f"UPDATE responses SET {damage} WHERE seq = 2")
    return outbox


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_export_goes_on_after_a_damaged_document_and_says_which_one(run, tmp_path, damage):
    a_damaged_outbox(tmp_path, damage).close()

    result = run("export")
    lines = [json.loads(line) for line in result.stdout.splitlines()]

    assert result.exit_code == 0
    assert [(each["id"], each["seq"]) for each in lines] == [(an_id(n), n) for n in (1, 2, 3)]
    reason = {"code": "no", "detail": "because"}
    number = {"id": an_id(2), "epoch": 1, "seq": 2}
    assert lines[1] == {**number, "state": "rejected", "reason": reason}
    assert result.stderr == "the document of response 1/2 is damaged; the rest follows\n"


def test_export_as_csv_has_a_row_for_a_damaged_document_too(run, tmp_path):
    outbox = a_damaged_outbox(tmp_path, "body = 'x'")
    outbox.requeue(())

    rows = list(csv.DictReader(io.StringIO(run("export", "--format", "csv").stdout)))

    assert [each["seq"] for each in rows] == ["1", "2", "3"]
    assert (rows[1]["state"], rows[1]["reason"], rows[1]["answers"]) == (
        "pending",
        "unreadable",
        "",
    )


def test_export_takes_letters_of_a_key_that_are_damaged_for_what_they_are(run, tmp_path):
    a_damaged_outbox(tmp_path, "id = CAST(X'ff41' AS TEXT), reason_code = NULL").close()

    lines = [json.loads(line) for line in run("export").stdout.splitlines()]

    assert [each["seq"] for each in lines] == [1, 2, 3]
    assert lines[1]["reason"]["code"] == "none-given"


def test_export_of_a_terminal_that_holds_nothing_is_empty(run):
    result = run("export")

    assert (result.exit_code, result.output) == (0, "")


def test_requeue_puts_dead_letters_back_and_refuses_an_unknown_id(run, tmp_path):
    outbox = an_outbox(tmp_path, 3)
    outbox.settle((), [(an_id(1), Reason("no")), (an_id(2), Reason("no"))])

    assert_said_kindly(run("requeue", an_id(1), "nobody"), 1)
    assert by_state(outbox) == (0, 1, 0, 2)

    assert run("requeue", an_id(1)).exit_code == 0
    assert by_state(outbox) == (0, 2, 0, 1)
    assert run("requeue").exit_code == 0
    assert by_state(outbox) == (0, 3, 0, 0)
