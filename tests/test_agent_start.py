"""An agent's first calls: a county whose power comes back does not call in one second."""

import pytest
from builders import a_centre, a_content, a_reading, a_state, a_terminal, an_id, beat_with
from click.testing import CliRunner

from device_config import road
from kiosk.cli import main
from sync import service
from sync.agent import BEAT_S, CONFIG_S, FIRST_WITHIN_S
from sync.outbox import open_outbox
from sync.schedule import START_SPREAD_S

PATHS = {
    "push": "/responses",
    "report": "/events",
    "beat": "/heartbeats",
    "pull": "/config",
    "units": "/units",
}
HALF = {kind: within_s / 2 for kind, within_s in FIRST_WITHIN_S.items()}


def first_calls(terminal, centre, seconds=range(0, 700, 5)):
    """When each kind of call was first made."""
    first = {}
    for at_s in seconds:
        terminal.tick(at_s)
        for kind, path in PATHS.items():
            if centre.seen(path):
                first.setdefault(kind, at_s)
    return first


def note_one(terminal):
    road.note(terminal.outbox.db, road.entry_now("started", {}, a_reading()))


def close_one(terminal, number, at_s, **changes):
    kiosk = open_outbox(terminal.state)
    kiosk.put(a_content(number), a_reading(at_s, **changes))
    kiosk.close()


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_each_first_call_comes_at_its_share_of_its_own_span(tmp_path, share):
    with (
        a_centre() as centre,
        a_terminal(tmp_path, centre.url, 1, jitter=share, spread_s=START_SPREAD_S) as terminal,
    ):
        note_one(terminal)

        assert first_calls(terminal, centre) == {
            kind: share * within_s for kind, within_s in FIRST_WITHIN_S.items()
        }


def test_no_first_call_comes_later_than_the_spread(tmp_path):
    with (
        a_centre() as centre,
        a_terminal(tmp_path, centre.url, 1, jitter=1.0, spread_s=20.0) as terminal,
    ):
        note_one(terminal)

        assert first_calls(terminal, centre) == dict.fromkeys(PATHS, 20)


def test_the_first_heartbeat_does_not_hurry_the_first_pull(tmp_path):
    with (
        a_centre(heartbeats=beat_with('"news"')) as centre,
        a_terminal(tmp_path, centre.url, jitter=0.5, spread_s=START_SPREAD_S) as terminal,
    ):
        first = first_calls(terminal, centre)

        assert (first["beat"], first["pull"]) == (BEAT_S / 2, CONFIG_S / 2)


def test_an_answer_given_after_the_start_goes_at_once_with_what_waits_before_it(tmp_path):
    with (
        a_centre() as centre,
        a_terminal(tmp_path, centre.url, 2, jitter=1.0, spread_s=START_SPREAD_S) as terminal,
    ):
        terminal.agent.tick(a_reading(1))
        close_one(terminal, 3, at_s=2)
        assert centre.received == []

        terminal.agent.tick(a_reading(2.1))
        assert centre.received == [an_id(1), an_id(2), an_id(3)]

        close_one(terminal, 4, at_s=3)
        terminal.agent.tick(a_reading(3.1))
        assert centre.received[3:] == [an_id(4)]


def test_what_a_kiosk_closes_that_was_given_before_the_power_cut_is_no_news(tmp_path):
    with (
        a_centre() as centre,
        a_terminal(tmp_path, centre.url, jitter=1.0, spread_s=START_SPREAD_S) as terminal,
    ):
        terminal.agent.tick(a_reading(1))
        close_one(terminal, 1, at_s=5000, boot_id="the-boot-before")
        for at_s in range(2, 500, 10):
            terminal.tick(at_s)

        assert centre.received == []


def test_facts_of_the_kiosk_are_no_news_either(tmp_path):
    with (
        a_centre() as centre,
        a_terminal(tmp_path, centre.url, 1, jitter=1.0, spread_s=START_SPREAD_S) as terminal,
    ):
        terminal.tick()
        kiosk = open_outbox(terminal.state)
        road.state_fact(kiosk.db, "kiosk", "storage", "ok")
        kiosk.close()
        terminal.tick(10)

        assert centre.received == []


def test_who_asks_to_send_now_does_not_wait(tmp_path):
    with (
        a_centre() as centre,
        a_terminal(tmp_path, centre.url, 1, jitter=1.0, spread_s=START_SPREAD_S) as terminal,
    ):
        terminal.tick()
        road.leave_order(terminal.outbox.db, "send-now", {})
        terminal.tick(1)

        assert centre.received == [an_id(1)]
        assert len(centre.seen("/heartbeats")) == len(centre.seen("/config")) == 1


def test_one_pass_does_not_wait(tmp_path):
    with (
        a_centre() as centre,
        a_terminal(tmp_path, centre.url, 1, jitter=1.0, spread_s=START_SPREAD_S) as terminal,
    ):
        assert terminal.agent.one_pass(a_reading())
        assert len(centre.seen("/heartbeats")) == len(centre.seen("/config")) == 1


def test_a_fresh_answer_that_fails_backs_off_as_any_other(tmp_path):
    with (
        a_centre() as centre,
        a_terminal(tmp_path, centre.url, jitter=1.0, spread_s=START_SPREAD_S) as terminal,
    ):
        centre.answers.pop("/responses")  # 404
        terminal.tick()
        close_one(terminal, 1, at_s=1)
        for tenth in range(10, 40):
            terminal.tick(tenth / 10)

        assert len(centre.seen("/responses")) == 2


@pytest.mark.parametrize(
    ("words", "spread_s"),
    [((), START_SPREAD_S), (("--spread", "0"), 0.0), (("--spread", "7"), 7.0)],
)
def test_the_command_spreads_its_start_unless_it_is_told_otherwise(
    tmp_path, monkeypatch, words, spread_s
):
    given = []
    monkeypatch.setattr(service, "run_agent", lambda *arguments: given.append(arguments[2]))
    options = ["--state", str(a_state(tmp_path).path)]

    done = CliRunner().invoke(main, ["sync", *words, *options], catch_exceptions=False)

    assert done.exit_code == 0
    assert given == [spread_s]
