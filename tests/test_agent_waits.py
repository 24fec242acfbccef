"""The agent's waits count from the reply: a call may take a minute, and a tick twenty calls."""

import pytest
from builders import a_centre, a_reading, a_terminal, refusal
from small_disk import a_small_disk, fill_up, only_root

from device_config.road import entry_now, note, state_fact
from sync.health import read_push

SLOW_S = 50.0
"""What the slow call takes by the terminal's clock."""


class SlowCentre:
    """It is slow to say `Retry-After`, by the terminal's clock: real time does not pass."""

    def __init__(self):
        self.boottime = 7.0

    def __call__(self):
        return self.boottime

    def refuses(self, request):
        self.boottime += SLOW_S
        return refusal(503, Retry_After="60")(request)


@pytest.mark.parametrize("path", ["responses", "events", "heartbeats", "config", "units"])
def test_what_the_centre_asks_for_counts_from_its_reply_and_not_from_the_tick(tmp_path, path):
    clock = SlowCentre()
    with (
        a_centre(**{path: clock.refuses}) as centre,
        a_terminal(tmp_path, centre.url, 1, jitter=0.0, boottime=clock) as terminal,
    ):
        note(terminal.outbox.db, entry_now("started", {}, a_reading()))
        terminal.tick(0.0)
        assert len(centre.seen(f"/{path}")) == 1
        terminal.tick(SLOW_S + 59.0)
        early = len(centre.seen(f"/{path}"))
        terminal.tick(SLOW_S + 60.0)

        assert (early, len(centre.seen(f"/{path}"))) == (1, 2)


def test_the_back_off_counts_from_the_reply_too(tmp_path):
    clock = SlowCentre()

    def fails(request):
        clock.boottime += SLOW_S
        return refusal(502)(request)

    with (
        a_centre(responses=fails) as centre,
        a_terminal(tmp_path, centre.url, 1, jitter=0.0, boottime=clock) as terminal,
    ):
        for at_s in (0.0, SLOW_S, SLOW_S + 1.0):
            terminal.tick(at_s)

        assert len(centre.seen("/responses")) == 2


def test_what_is_kept_for_the_next_agent_counts_from_the_reply_too(tmp_path):
    clock = SlowCentre()
    with a_centre(responses=clock.refuses) as centre:
        with a_terminal(tmp_path, centre.url, 1, boottime=clock) as terminal:
            terminal.tick(0.0)
        with a_terminal(tmp_path, centre.url) as terminal:
            terminal.tick(SLOW_S + 59.0)
            assert len(centre.seen("/responses")) == 1
            terminal.tick(SLOW_S + 61.0)

        assert len(centre.seen("/responses")) == 2


@pytest.mark.parametrize("until", [{"this-boot": 1e300}, {"this-boot": "later"}, ["this-boot"], 7])
def test_a_damaged_note_of_what_was_asked_for_stops_no_push(tmp_path, until):
    with a_centre() as centre:
        with a_terminal(tmp_path, centre.url, 1) as terminal:
            state_fact(terminal.outbox.db, "sync", "asked-until", until)
        with a_terminal(tmp_path, centre.url) as terminal:
            terminal.tick()

        assert len(centre.received) == 1


def test_a_push_by_a_clock_that_may_be_wrong_is_told_without_a_time(tmp_path):
    with a_centre() as centre, a_terminal(tmp_path, centre.url, 1) as terminal:
        terminal.agent.tick(a_reading(is_synced=False, wall=0.0))
        assert len(centre.received) == 1
        assert read_push(terminal.outbox).last_at is None

        terminal.close_response(2)
        terminal.tick(60.0)
        assert read_push(terminal.outbox).last_at is not None


@only_root
def test_on_a_full_disk_what_the_centre_asked_for_is_not_forgotten(tmp_path):
    with (
        a_small_disk(tmp_path / "disk", 24) as disk,
        a_centre(responses=refusal(502)) as centre,
        a_terminal(disk, centre.url, 1) as terminal,
    ):
        terminal.tick(-60.0)  # what is on its way is fixed on disk from the first time on
        terminal.outbox.db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        fill_up(disk)
        centre.answers["/responses"] = refusal(503, Retry_After="600")

        for at_s in (0.0, 60.0, 300.0, 599.0):
            terminal.tick(at_s)

        assert len(centre.seen("/responses")) == 2
        assert len(centre.seen("/heartbeats")) > 2
