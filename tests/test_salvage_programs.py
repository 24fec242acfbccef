"""A damaged terminal as its programs and the people at it find it."""

import json
import random
from contextlib import closing, suppress

import pytest
from builders import a_content, a_reading, an_id, an_outbox, by_state
from damage import (
    a_copy,
    damaged,
    tidy_up,
    zero_header,
)

from device_config.credentials import Credentials, write_credentials
from device_config.errors import StateDamaged
from device_config.state import StateDirectory
from kiosk.reach import WindowGone
from sync.salvage.rescue import damaged_files, open_or_rescue
from tests.world import Terminal, go_on, run, wait_for

COUNT = 30


@pytest.fixture
def state(tmp_path):
    return a_copy(tmp_path, COUNT)


# Without a rescue, nothing stops at one damaged document


def test_a_waiting_document_that_is_damaged_becomes_a_dead_letter_and_holds_up_nobody(tmp_path):
    with closing(an_outbox(tmp_path, responses=3)) as outbox:
        with outbox.db.conn as conn:
            body = '{"clock":"unknown"'
            conn.execute("UPDATE responses SET body = ? WHERE seq < 3", (body.encode(),))

        assert [each.id for each in outbox.take(1, 10**6, "t-1")] == [an_id(3)]
        assert by_state(outbox) == (0, 1, 0, 2)


def test_an_agent_that_finds_an_open_document_damaged_waits_for_the_kiosk(tmp_path):
    with closing(an_outbox(tmp_path)) as outbox:
        outbox.put(a_content(1, ended=None), a_reading())
        with outbox.db.conn as conn:
            conn.execute("UPDATE responses SET body = 'x'")

        with pytest.raises(StateDamaged, match="a kiosk that starts"):
            outbox.close_abandoned()


@pytest.mark.parametrize("command", ["status", "export", "requeue", "sync"])
def test_a_command_on_a_damaged_terminal_says_in_one_line_what_to_do(tmp_path, state, command):
    damaged(state, "a zeroed header")
    options = ["--state", state.path, "--config", tmp_path / "terminal.toml"]
    (tmp_path / "terminal.toml").write_text('[central]\nurl = "http://127.0.0.1:9"\n')
    write_credentials(state, Credentials(terminal_id="t-1", token="x" * 20))

    done = run(command, *options, check=False)

    assert done.returncode == 1
    [line] = done.stderr.strip().splitlines()
    assert "a kiosk that starts saves what can be read" in line


def test_the_status_says_that_a_damaged_file_was_put_aside_until_somebody_takes_it_away(state):
    damaged(state, "a zeroed header")
    open_or_rescue(state, a_reading()).close()
    seen = json.loads(run("status", "--json", "--state", state.path).stdout)
    assert "damaged-files" in seen["reasons"]

    for path in damaged_files(state.database):
        path.unlink()

    seen = json.loads(run("status", "--json", "--state", state.path).stdout)
    assert "damaged-files" not in seen["reasons"]


# The real programs


def test_a_kiosk_whose_database_is_damaged_while_it_runs_saves_it_and_goes_on(tmp_path):
    """The one open session of now goes on with the answer that it had."""
    terminal = Terminal(tmp_path, "")
    with terminal.window() as reach:
        go_on(reach, "answer:4")
        wait_for(lambda: len(terminal.rows()) == 1, "the first answer on disk")
        tidy_up(StateDirectory(terminal.state))
        zero_header(StateDirectory(terminal.state), random.Random())
        with suppress(WindowGone):  # a frame of another screen may come in between
            reach.touch("answer:3")
        wait_for(lambda: list(terminal.state.glob("*.damaged-1")), "the damaged file put aside")
        reach.wait(lambda seen: seen["screen"] == "faces", "the start screen again")
        go_on(reach, "answer:5")
        wait_for(lambda: len(terminal.rows()) == 2, "the next client's answer")

    [one, two] = terminal.rows()
    assert (one[1]["epoch"], one[1]["seq"]) == (1, 1)
    assert (two[1]["epoch"], two[1]["seq"]) == (2, 1)
    assert len(one[1]["answers"]) == 2


def test_a_terminal_collects_with_the_shipped_settings_when_both_copies_of_its_own_are_bad(
    tmp_path,
):
    terminal = Terminal(tmp_path, "")
    run("config", "set", "session.languages", '["sv"]', *terminal.options)
    for copy in ("settings.1", "settings.2"):
        (terminal.state / copy).write_bytes(b"damaged")

    ids = run("simulate", 1, "--as-fast-as-possible", *terminal.options).stdout.split()
    status = run("status", "--json", *terminal.options)

    assert [body["id"] for _, body in terminal.rows()] == ids
    assert "settings" in json.loads(status.stdout)["reasons"]
    assert "collecting without" in status.stderr


def test_one_bad_copy_of_the_settings_changes_nothing_and_is_made_good(tmp_path):
    terminal = Terminal(tmp_path, "")
    run("config", "set", "session.undo_s", "9", *terminal.options)
    (terminal.state / "settings.1").write_bytes(b"damaged")

    shown = run("config", "show", *terminal.options)

    assert "session.undo_s = 9  # set" in shown.stdout
    assert (terminal.state / "settings.1").read_bytes() == (
        terminal.state / "settings.2"
    ).read_bytes()
