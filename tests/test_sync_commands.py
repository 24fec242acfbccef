"""`sync --once` and `enrol` as a person runs them: what they say, and their exit codes."""

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
    by_state,
    refusal,
)
from command_runs import assert_said_kindly, commands_of, enrolled

from device_config.state import hold


@pytest.fixture
def run(tmp_path):
    return commands_of(tmp_path)


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


@pytest.mark.parametrize(("waiting", "exit_code"), [(0, 0), (1, 3)])
def test_a_revoked_terminal_says_so_though_nothing_waits(run, tmp_path, waiting, exit_code):
    refused = refusal(401)
    with a_centre(responses=refused, heartbeats=refused, config=refused) as centre:
        _, file = enrolled(tmp_path, centre.url, waiting)

        result = run("sync", "--once", config=file)

    assert result.exit_code == exit_code
    assert "the centre does not let this terminal in" in result.stderr.splitlines()[0]


def test_a_terminal_that_is_let_in_does_not_say_that_it_is_not(run, tmp_path):
    with a_centre() as centre:
        _, file = enrolled(tmp_path, centre.url)

        assert run("sync", "--once", config=file).stderr == ""


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


def test_one_pass_ends_with_2_without_an_address_or_a_token(run, tmp_path):
    words = ("sync", "--once")
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
