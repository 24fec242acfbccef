"""The command: the same files from the shell, with a line of progress where somebody looks."""

import base64
import csv
import io
import json
import os
import pty
import subprocess
import sys
from random import Random

import openpyxl
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from export_builders import keep, keep_everything
from nacl.public import PublicKey, SealedBox
from test_central_builders import NOON, OTHER_UNIT, UNIT, a_response, a_store

from device_config.errors import KioskError, UsageProblem
from sync.central.cli import central_admin
from sync.central.errors import UnknownScope
from sync.central.store.audit import COMMAND, entries
from sync.central.text_keys import keys_in


@pytest.fixture
def store(tmp_path):
    opened = a_store(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def export(tmp_path):
    def run(*words):
        words = ["export", *words, "--state", str(tmp_path)]
        result = CliRunner().invoke(central_admin, words)
        if isinstance(result.exception, KioskError):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.stdout_bytes

    return run


def test_unless_told_otherwise_it_prints_whole_documents_as_they_came(store, export):
    documents = keep_everything(store)

    lines = [json.loads(line) for line in export().splitlines()]

    for line, document in zip(lines, documents.values(), strict=True):
        assert line | document == line
        assert set(line) - set(document) == {"received_at"}


def test_options_choose_the_responses(store, export):
    documents = keep_everything(store)

    def names(*words):
        ids = {json.loads(line)["id"] for line in export(*words).splitlines()}
        return {name for name, document in documents.items() if document["id"] in ids}

    assert names("--of", f"unit:{UNIT}", "--no-misuse") == {"no-clock", "sealed"}
    assert names("--of", "county:20") == set(documents) - {"unknown", "nothing"}
    assert names("--channel", "kiosk-button") == {"sealed"}
    assert names("--questionnaire", "county-own") == {"unknown"}
    assert names("--no-simulated") == set(documents) - {"simulated"}
    assert names("--from", "2026-11-22") == set()
    assert names("--to", "2026-11-21") == set(documents)
    assert OTHER_UNIT.encode() not in export("--format", "happyornot")


def test_texts_go_out_of_a_table_only_when_asked_for(store, export):
    keep(store, a_response(text={"plain": "salainen"}))

    assert b"salainen" not in export("--format", "csv")
    assert b"salainen" in export("--format", "csv", "--texts")
    assert b"salainen" not in export("--no-texts")


def test_sealed_texts_are_opened_with_the_keys_of_the_option(store, export, tmp_path):
    keys = keys_in(tmp_path / "keys")
    key = keys.new(NOON, Random(1))
    box = SealedBox(PublicKey(base64.b64decode(key.public)))
    sealed = base64.b64encode(box.encrypt(b"kiitos")).decode()
    keep(store, a_response(text={"sealed": sealed, "key": key.id}))

    assert b"kiitos" in export("--format", "csv", "--texts", "--text-keys", str(tmp_path / "keys"))
    assert b"kiitos" not in export("--format", "csv", "--texts")


def test_a_file_takes_its_place_when_it_is_whole_for_its_owner_alone(store, export, tmp_path):
    keep_everything(store)
    out = tmp_path / "out"
    out.mkdir()
    for form in ("xlsx", "parquet"):
        path = str(out / f"r.{form}")
        export("--format", form, "--output", path, "--dictionary", str(out / "d.csv"))

    assert openpyxl.load_workbook(out / "r.xlsx")["responses"].max_row == 7
    assert pq.read_table(out / "r.parquet").num_rows == 6
    parts = [row["part"] for row in csv.DictReader(io.StringIO((out / "d.csv").read_text()))]
    assert set(parts) == {"note", "column", "wording"}
    assert sorted(path.name for path in out.iterdir()) == ["d.csv", "r.parquet", "r.xlsx"]
    assert {path.stat().st_mode & 0o777 for path in out.iterdir()} == {0o600}


def test_a_file_that_cannot_be_written_leaves_nothing_behind(store, export, tmp_path, monkeypatch):
    keep_everything(store)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "kept").write_text("before")

    def fail(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(UsageProblem, match="No space left"):
        export("--output", str(tmp_path / "out" / "kept"))

    assert (tmp_path / "out" / "kept").read_text() == "before"
    assert len(list((tmp_path / "out").iterdir())) == 1


@pytest.mark.parametrize(
    ("words", "error", "said"),
    [
        (["--of", "planet:mars"], UsageProblem, "county:20"),
        (["--of", "county:99"], UnknownScope, "county:99"),
        (["--dictionary", "meaning.txt"], UsageProblem, ".json or .csv"),
        (["--output", "/no/such/folder/file"], UsageProblem, "/no/such/folder/file"),
    ],
    ids=["scope", "no-units", "dictionary", "folder"],
)
def test_a_mistake_is_told_with_what_to_do(store, export, words, error, said):
    del store
    with pytest.raises(error, match=said):
        export(*words)


def test_each_export_is_in_the_audit_log(store, export):
    keep_everything(store)

    export("--format", "csv", "--of", f"unit:{UNIT}")

    with store.reading() as connection:
        entry = entries(connection, 1)[0]
    assert (entry.account_name, entry.action) == (COMMAND, "export-made")
    assert (entry.subject, entry.detail["responses"]) == (f"unit:{UNIT}", 3)
    assert entry.detail["texts"] == "none"


def test_progress_is_a_line_on_the_terminal_of_who_waits(store, tmp_path):
    keep_everything(store)
    program = "from sync.central.cli import central_admin; central_admin()"
    words = [sys.executable, "-c", program, "export", "--state", str(tmp_path)]
    ours, theirs = pty.openpty()
    run = subprocess.run(words, stdout=subprocess.PIPE, stderr=theirs, check=True, timeout=60)
    os.close(theirs)
    told = os.read(ours, 10_000).decode()
    os.close(ours)

    assert "6/6" in told
    assert len(run.stdout.splitlines()) == 6
    quiet = subprocess.run(words, capture_output=True, check=True, timeout=60)
    assert quiet.stderr == b""
