"""The terminal's commands when people slip and the world fails: a line, and an exit code."""

import errno
import json
import os
from pathlib import Path

import click
import pytest
from builders import (
    TERMINAL,
    a_dead_address,
    a_state,
)
from click.testing import CliRunner
from command_runs import assert_said_kindly, commands_of, enrolled

from kiosk.cli import main


@pytest.fixture
def run(tmp_path):
    return commands_of(tmp_path)


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
