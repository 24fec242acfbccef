"""The terminal's commands as a person runs them: what they say, and their exit codes."""

import csv
import errno
import io
import json
import os
from pathlib import Path

import click
import pytest
from builders import (
    TERMINAL,
    TOKEN,
    CentreAnswer,
    a_centre,
    a_content,
    a_dead_address,
    a_reading,
    a_state,
    an_id,
    an_outbox,
    by_state,
    refusal,
)
from click.testing import CliRunner

from device_config.assets import asset
from device_config.credentials import Credentials, write_credentials
from device_config.state import hold
from kiosk.cli import main
from sync.wire import Reason, Text

STATUS_MEMBERS = {
    *("state", "terminal_id", "location", "pending", "sent", "rejected", "last_seq"),
    *("oldest_pending_at", "last_push_at", "clock", "disk_free_bytes", "panels", "software"),
}


@pytest.fixture
def run(tmp_path):
    def run_command(*words, state=tmp_path / "state", config=None):
        more = ["--state", state] if words[:2] not in WITHOUT_STATE else []
        more += ["--config", config] if config else []
        return CliRunner().invoke(main, [str(word) for word in (*words, *more)])

    return run_command


WITHOUT_STATE = [("config", "check"), ("questionnaire", "list"), ("questionnaire", "check")]


def assert_said_kindly(result, exit_code):
    """Ended as promised, in words: neither a traceback nor silence."""
    assert result.exit_code == exit_code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    assert result.output.strip()


def enrolled(folder, url, responses=0):
    """A terminal's state whose centre is at `url`."""
    outbox = an_outbox(folder, responses)
    state = a_state(folder)
    write_credentials(state, Credentials(terminal_id=TERMINAL, token=TOKEN))
    file = folder / "terminal.toml"
    file.write_text(f'[central]\nurl = "{url}"\n[location]\nunit = "1.2.3"\n')
    return outbox, file


# config, questionnaire


def test_config_show_says_where_each_value_is_from_and_no_secret(run, tmp_path):
    file = tmp_path / "terminal.toml"
    file.write_text(f'[central]\ntoken = "{TOKEN}"\n[session]\nundo_s = 4\n')

    result = run("config", "show", config=file)

    assert result.exit_code == 0
    assert f"session.undo_s = 4  # {file}" in result.output
    assert "session.first_item = " in result.output
    assert TOKEN not in result.output


def test_config_set_and_rollback_work_and_say_so(run):
    assert run("config", "set", "session.undo_s", "4").exit_code == 0
    assert "session.undo_s = 4  # set" in run("config", "show").output

    assert run("config", "set", "session.undo_s", "5").exit_code == 0
    assert run("config", "rollback").exit_code == 0
    assert "session.undo_s = 4  # set" in run("config", "show").output


def test_config_check_names_every_problem_with_its_path(run, tmp_path):
    file = tmp_path / "terminal.toml"
    file.write_text('[sesion]\n[session]\nundo = 3\nfollow_up = "no"\n')

    result = run("config", "check", file)

    assert_said_kindly(result, 2)
    assert "sesion: unknown; did you mean 'session'?" in result.output
    assert "session.undo: unknown; did you mean 'undo_s'?" in result.output
    assert "session.follow_up: 'no' is not of type boolean" in result.output


@pytest.mark.parametrize("key", ["token", "proxy"])
@pytest.mark.parametrize("form", ["{0} {0}é\n", "{0}" * 40])
def test_no_command_says_a_secret_that_does_not_fit(run, tmp_path, key, form):
    secret = form.format(TOKEN)
    file = tmp_path / "terminal.toml"
    file.write_text(f"[central]\n{key} = {json.dumps([secret])}\n")

    for result in (
        run("config", "check", file),
        run("config", "show", config=file),
        run("status", config=file),
        run("config", "set", f"central.{key}", json.dumps([secret])),
        run("config", "set", "central.token", json.dumps(secret)),
    ):
        assert "central." in result.output
        assert TOKEN not in result.output


def test_config_check_of_a_right_file_is_fine(run, tmp_path):
    file = tmp_path / "terminal.toml"
    file.write_text('[central]\nurl = "https://palaute.example.fi"\n')

    assert_said_kindly(run("config", "check", file), 0)


def test_questionnaire_list_says_how_many_texts_are_verified_in_each_language(run):
    rows = json.loads(run("questionnaire", "list", "--json").output)

    assert [row["language"] for row in rows] == ["fi", "sv", "en"]
    assert all(0 < row["verified"] < row["texts"] for row in rows)
    assert "texts verified" in run("questionnaire", "list").output


def test_questionnaire_check_names_every_problem_of_a_file_with_its_path(run, tmp_path):
    body = json.loads(asset("questionnaires", "national-general.json").read_text("utf-8"))
    del body["items"][0]["text"]["sv"]
    body["items"][1]["id"] = "safety"
    body["items"][2]["scale"] = "recommendation"
    del body["title"]["en"]
    file = tmp_path / "questionnaire.json"
    file.write_text(json.dumps(body))

    result = run("questionnaire", "check", file)

    assert_said_kindly(result, 2)
    for problem in (
        "title.en: missing",
        "items[0].text.sv: missing",
        "items[3].id: 'safety' is also the id of items[1]",
        "items[2].scale: a statement is answered on 1–5, 'recommendation' is 0–10",
    ):
        assert problem in result.output


def test_questionnaire_check_asks_what_was_meant_by_each_unknown_key(run, tmp_path):
    body = json.loads(asset("questionnaires", "national-general.json").read_text("utf-8"))
    body["langauges"] = body.pop("languages")
    body["items"][4]["scal"] = "agreement"
    file = tmp_path / "questionnaire.json"
    file.write_text(json.dumps(body))

    result = run("questionnaire", "check", file)

    assert_said_kindly(result, 2)
    assert "languages: missing" in result.output
    assert "langauges: unknown; did you mean 'languages'?" in result.output
    assert "items[4].scal: unknown; did you mean 'scale'?" in result.output


# status, export, requeue


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


# sync --once


def test_sync_once_ends_with_0_when_nothing_waits_any_more(run, tmp_path):
    with a_centre() as centre:
        outbox, file = enrolled(tmp_path, centre.url, 3)

        assert run("sync", "--once", config=file).exit_code == 0

    assert centre.received == [an_id(1), an_id(2), an_id(3)]
    assert by_state(outbox) == (0, 0, 3, 0)


def test_open_and_rejected_responses_do_not_count_as_waiting(run, tmp_path):
    with a_centre(responses=refusal(422)) as centre:
        outbox, file = enrolled(tmp_path, centre.url, 1)
        outbox.put(a_content(2, ended=None), a_reading())

        with hold(a_state(tmp_path), "kiosk"):
            assert run("sync", "--once", config=file).exit_code == 0

    assert by_state(outbox) == (1, 0, 0, 1)


def test_sync_once_closes_and_sends_what_a_dead_kiosk_left_open(run, tmp_path):
    with a_centre() as centre:
        outbox, file = enrolled(tmp_path, centre.url)
        outbox.put(a_content(1, ended=None), a_reading())

        assert run("sync", "--once", config=file).exit_code == 0

    assert centre.seen("/responses")[0].json["responses"][0]["ended"] == "restart"


@pytest.mark.parametrize("status", [401, 403, 404, 500, 503])
def test_sync_once_ends_with_3_when_something_still_waits(run, tmp_path, status):
    with a_centre(responses=refusal(status)) as centre:
        outbox, file = enrolled(tmp_path, centre.url, 1)

        assert_said_kindly(run("sync", "--once", config=file), 3)

    assert by_state(outbox) == (0, 1, 0, 0)


def test_sync_once_ends_with_3_without_a_network(run, tmp_path):
    _, file = enrolled(tmp_path, a_dead_address(), 1)

    assert_said_kindly(run("sync", "--once", config=file), 3)


def test_sync_once_does_not_come_back_before_the_centre_asked(run, tmp_path):
    with a_centre(responses=refusal(503, Retry_After="3000")) as centre:
        _, file = enrolled(tmp_path, centre.url, 1)
        run("sync", "--once", config=file)
        centre.answers.pop("/responses")

        assert_said_kindly(run("sync", "--once", config=file), 3)

    assert len(centre.seen("/responses")) == 1


@pytest.mark.parametrize("words", [("sync", "--once"), ("sync",)])
def test_sync_ends_with_2_without_an_address_or_a_token(run, tmp_path, words):
    assert_said_kindly(run(*words), 2)

    file = tmp_path / "terminal.toml"
    file.write_text('[central]\nurl = "https://palaute.example.fi"\n')
    result = run(*words, config=file)
    assert_said_kindly(result, 2)
    assert "palautepiste enrol CODE" in result.output


@pytest.mark.parametrize("words", [("sync", "--once"), ("sync",)])
def test_a_second_agent_on_one_state_ends_with_1(run, tmp_path, words):
    _, file = enrolled(tmp_path, a_dead_address(), 1)

    with hold(a_state(tmp_path), "sync"):
        result = run(*words, config=file)

    assert_said_kindly(result, 1)
    assert "already runs" in result.output


# enrol


def test_enrol_makes_a_terminal_that_can_sync(run):
    enrolment = {"terminal_id": TERMINAL, "token": TOKEN}
    with a_centre(enrolments=lambda _: CentreAnswer(enrolment, 201)) as centre:
        result = run("enrol", "K7-42", "--central", centre.url)

        assert_said_kindly(result, 0)
        assert TERMINAL in result.output
        assert TOKEN not in result.output
        assert run("sync", "--once").exit_code == 0


def test_a_code_that_the_centre_does_not_know_ends_with_1_and_what_to_do(run):
    with a_centre(enrolments=refusal(404)) as centre:
        result = run("enrol", "K7-42", "--central", centre.url)

    assert_said_kindly(result, 1)
    assert "letter by letter" in result.output


def test_an_address_is_kept_only_after_an_enrolment_there(run):
    with a_centre(enrolments=refusal(404)) as centre:
        run("enrol", "K7-42", "--central", centre.url)
        assert centre.url not in run("config", "show").output

        enrolment = {"terminal_id": TERMINAL, "token": TOKEN}
        centre.answers["/enrolments"] = lambda _: CentreAnswer(enrolment, 201)
        run("enrol", "K7-42", "--central", centre.url)
        assert centre.url in run("config", "show").output


@pytest.mark.parametrize("more", [(), ("--central", "palaute"), ("--central", "http://a.example")])
def test_enrol_without_an_address_that_can_be_used_ends_with_2(run, more):
    assert_said_kindly(run("enrol", "K7-42", *more), 2)


# Mistakes of people and faults of the world

STATE_COMMANDS = [
    ("status",),
    ("status", "--json"),
    ("export",),
    ("requeue",),
    ("sync",),
    ("sync", "--once"),
    ("enrol", "K7-42"),
    ("config", "show"),
    ("config", "set", "session.undo_s", "4"),
    ("config", "rollback"),
]
WITH_CONFIG = [words for words in STATE_COMMANDS if words[0] not in ("export", "requeue")]
STOPPED_BY_CONFIG = [words for words in WITH_CONFIG if words[0] != "status"]
READS_DATABASE = [("status",), ("export",), ("export", "--format", "csv"), ("requeue",)]


@pytest.mark.parametrize("words", STATE_COMMANDS)
def test_a_state_that_cannot_be_written_ends_with_1(run, tmp_path, words):
    (tmp_path / "file").write_text("")

    result = run(*words, state=tmp_path / "file" / "state")

    assert_said_kindly(result, 1)
    assert "--state" in result.output


@pytest.mark.parametrize("words", STOPPED_BY_CONFIG)
@pytest.mark.parametrize("content", [None, "[broken", "[panel]\nkind = 'gpio'", "[session]\nx = 1"])
def test_a_settings_file_that_is_missing_or_wrong_ends_with_2(run, tmp_path, words, content):
    file = tmp_path / "terminal.toml"
    if content is not None:
        file.write_text(content)

    assert_said_kindly(run(*words, config=file), 2)


def test_status_with_a_wrong_settings_file_says_so_and_all_else_that_it_can(run, tmp_path):
    _, file = enrolled(tmp_path, a_dead_address(), 2)
    file.write_text("[session]\nundo = 3\n")

    result = run("status", "--json", config=file)
    status = json.loads(result.stdout)

    assert result.exit_code == 0
    assert (status["state"], status["reasons"][0]) == ("attention", "settings")
    assert (status["pending"], status["terminal_id"]) == (2, TERMINAL)
    assert "session.undo: unknown; did you mean 'undo_s'?" in result.stderr
    assert "call support" in run("status", config=file).stdout


@pytest.mark.parametrize(
    "words",
    [
        ("config", "check", "{here}"),
        ("questionnaire", "check", "{here}"),
        ("questionnaire", "import", "{here}"),
        ("config", "show", "--config", "{here}"),
        ("export", "--state", "{file}"),
        ("status", "--state", "{file}"),
        ("config", "show", "--state", "{file}"),
    ],
)
def test_a_folder_for_a_file_and_a_file_for_a_folder_are_one_line(tmp_path, words):
    file = tmp_path / "file"
    file.write_text("")
    state = [] if "--state" in words or words[1] == "check" else ["--state", str(tmp_path / "s")]

    result = CliRunner().invoke(
        main, [*(word.format(here=tmp_path, file=file) for word in words), *state]
    )

    assert_said_kindly(result, 1 if "{file}" in words else 2)
    assert "Usage:" not in result.output
    assert result.output.startswith("palautepiste: ")
    assert len(result.output.splitlines()) == 1


@pytest.mark.parametrize(
    "words",
    [
        ("config", "check", "{file}"),
        ("questionnaire", "check", "{file}"),
        ("config", "show", "--config", "{file}"),
    ],
)
def test_a_file_that_may_not_be_read_is_one_line_with_the_account(tmp_path, words, monkeypatch):
    file = tmp_path / "file"
    file.write_text("")
    may_open, may_read = os.open, Path.read_bytes

    def refuse(path, *more, **options):
        if str(path) == str(file):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return (may_read if not more else may_open)(path, *more, **options)

    monkeypatch.setattr(os, "open", refuse)
    monkeypatch.setattr(Path, "read_bytes", refuse)
    state = ["--state", str(tmp_path / "state")] if words[1] == "show" else []
    result = CliRunner().invoke(main, [*(word.format(file=file) for word in words), *state])

    assert_said_kindly(result, 2)
    assert len(result.output.splitlines()) == 1
    assert "Permission denied; give" in result.output


def test_status_with_a_settings_file_that_is_missing_ends_with_2(run, tmp_path):
    assert_said_kindly(run("status", config=tmp_path / "terminal.toml"), 2)


@pytest.mark.parametrize("words", [("config", "check"), ("questionnaire", "check")])
@pytest.mark.parametrize(
    "content", [None, b"", b"{", b"\xff", b"[" * 9999, b"a = " + b"9" * 9999, b"7", b"null"]
)
def test_checking_a_file_that_is_missing_or_garbage_ends_with_2(run, tmp_path, words, content):
    file = tmp_path / "file"
    if content is not None:
        file.write_bytes(content)
    if (words[0], content) == ("config", b""):
        return  # no settings at all are fine

    assert_said_kindly(run(*words, file), 2)


@pytest.mark.parametrize("words", [*READS_DATABASE, ("sync", "--once")])
def test_a_database_that_is_none_ends_with_1(run, tmp_path, words):
    _, file = enrolled(tmp_path, a_dead_address())
    database = a_state(tmp_path).database
    for each in database.parent.glob("device.db*"):
        each.unlink()
    config = file if words[0] in ("status", "sync") else None

    database.write_bytes(b"no database" * 1000)
    assert_said_kindly(run(*words, config=config), 1)

    database.unlink()
    database.mkdir()
    assert_said_kindly(run(*words, config=config), 1)


def test_with_damaged_credentials_nothing_is_sent_and_status_calls_for_support(run, tmp_path):
    _, file = enrolled(tmp_path, a_dead_address())
    for copy in ("credentials.1", "credentials.2"):
        (a_state(tmp_path).path / copy).write_bytes(b"damaged")

    status = run("status", config=file)

    assert_said_kindly(run("sync", "--once", config=file), 1)
    assert status.exit_code == 0
    assert "call support" in status.output
    assert "enrol again" in status.stderr


@pytest.mark.parametrize(
    "words",
    [("config", "set", "panel.kind", "gpio"), ("config", "set", "x", "1"), ("config", "rollback")],
)
def test_what_cannot_be_set_or_rolled_back_ends_with_2(run, words):
    assert_said_kindly(run(*words), 2)


def _commands(group, path=()):
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _commands(command, (*path, name))
        else:
            yield (*path, name), command


def test_every_command_but_the_demo_takes_state_and_config():
    lacking = [
        " ".join(path)
        for path, command in _commands(main)
        if not {"--state", "--config"} <= {name for each in command.params for name in each.opts}
    ]

    assert lacking == ["demo"]  # its data is its own, and thrown away
