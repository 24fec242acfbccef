"""`palautepiste bench sync`: what it measures is real, and what it promises is held."""

import json

import pytest
from builders import a_content
from click.testing import CliRunner

from device_config.errors import KioskError
from device_config.state import open_state
from kiosk.bench.sync import samples
from kiosk.cli import main
from sync.bench import drain, put, report
from sync.bench.backlog import contents, fill, write_batches
from sync.outbox import Outbox, open_outbox
from sync.push import Pusher

SAMPLES = [a_content(number) for number in range(1, 4)]
MIB = 2**20
BACKLOG = 30_000
"""Three of the agent's turns."""


def filled(folder, count):
    state = open_state(folder / "state")
    fill(state, SAMPLES, count)
    return state


# What is measured


def test_the_documents_are_what_pretend_clients_answer():
    documents = samples(5, 1)

    assert len(documents) == 5
    assert all(each.ended for each in documents)
    assert len({len(each.answers) for each in documents}) > 1


def test_each_response_of_a_backlog_is_one_of_its_own_with_a_right_time():
    made = list(contents(SAMPLES, 10))

    assert len({each.id for each in made}) == 10
    assert {each.answered.clock for each in made} == {"synced"}


def test_the_raw_way_posts_the_bytes_that_the_agent_sends(tmp_path, monkeypatch):
    state = filled(tmp_path, 700)
    write_batches(state, "t-bench", tmp_path / "plain", zipped=False)
    raw = [json.loads(path.read_bytes()) for path in sorted((tmp_path / "plain").iterdir())]
    sent = []
    encoded = Pusher._encoded
    monkeypatch.setattr(Pusher, "_encoded", lambda *a: sent.append(encoded(*a)) or sent[-1])

    with drain.least_centre(tmp_path) as centre:
        drain.drain(state.path, centre.url, centre.credentials)

    assert [json.loads(each)["responses"] for each in sent] == [each["responses"] for each in raw]
    assert [len(each["responses"]) for each in raw] == [500, 200]


@pytest.mark.parametrize("centre_at", [drain.least_centre, drain.reference_centre])
def test_a_backlog_reaches_each_centre_once_by_the_agent_and_raw(tmp_path, centre_at):
    drained = drain.measure(tmp_path, centre_at, SAMPLES, 600)

    assert min(drained.agent.seconds, drained.plain_s, drained.zipped_s) > 0
    outbox = open_outbox(open_state(tmp_path / "state"))
    assert outbox.counts().sent == 600
    outbox.close()


def test_a_response_that_came_twice_or_not_at_all_ends_the_benchmark(tmp_path):
    state = filled(tmp_path, 3)
    write_batches(state, "t-bench", tmp_path / drain.PLAIN, zipped=False)

    with drain.least_centre(tmp_path) as centre:
        drain.post(tmp_path / drain.PLAIN, centre.url, "token")
        with pytest.raises(KioskError, match="3 responses of 4"):
            drain.check(centre, 4)
        drain.post(tmp_path / drain.PLAIN, centre.url, "token")
        with pytest.raises(KioskError, match="more than once"):
            drain.check(centre, 3)


def test_a_centre_that_takes_nothing_ends_the_benchmark(tmp_path):
    state = filled(tmp_path, 3)
    nowhere = "http://127.0.0.1:1"
    with drain.least_centre(tmp_path) as centre:
        credentials = centre.credentials

    with pytest.raises(KioskError, match="stopped with 3"):
        drain.drain(state.path, nowhere, credentials)


# Flat memory


def hoarding_drain(folder, url, credentials):
    """An agent that keeps all that it ever took."""
    kept, take = [], Outbox.take

    def take_and_keep(*arguments):
        parcels = take(*arguments)
        kept.append(parcels)
        return parcels

    Outbox.take = take_and_keep
    return drain.drain(folder, url, credentials)


def grown_after_the_first_turn(folder, work):
    state = filled(folder, BACKLOG)
    with drain.least_centre(folder) as centre:
        sending = drain.in_a_process(work, state.path, centre.url, centre.credentials)
    return sending.grown - sending.grown_first


def test_the_agents_memory_stays_flat_however_long_the_backlog(tmp_path):
    assert grown_after_the_first_turn(tmp_path, drain.drain) < 4 * MIB


def test_an_agent_whose_memory_grows_with_the_backlog_would_be_caught(tmp_path):
    assert grown_after_the_first_turn(tmp_path, hoarding_drain) > 4 * MIB


# Keeping


def test_every_way_to_keep_a_response_is_measured_and_keeps_it(tmp_path):
    medians = put.medians(tmp_path, SAMPLES, 5)

    assert {put.OURS, put.PLAIN, put.POST} <= set(medians)
    assert min(medians.values()) > 0
    outbox = open_outbox(open_state(tmp_path / "state"))
    assert outbox.counts().pending == put.WARM_UP + 5
    outbox.close()


# The command


def test_bench_sync_reports_keeping_and_draining_beside_their_baselines():
    done = CliRunner().invoke(main, ["bench", "sync", "--responses", "30"], catch_exceptions=False)

    assert done.exit_code == 0, done.output
    for words in (put.OURS, put.PLAIN, put.POST, "reference centre", "stores nothing", "MiB"):
        assert words in done.output
    assert ("persist-queue is not installed" in done.output) != put.has_persist_queue()


def test_bench_sync_says_plainly_what_is_not_installed(monkeypatch):
    monkeypatch.setattr(put, "has_persist_queue", lambda: False)
    monkeypatch.setattr(drain, "has_reference_centre", lambda: False)

    said = "\n".join(report.lines(SAMPLES, 10))

    assert "persist-queue is not installed: pip install persist-queue" in said
    assert "the reference centre is not installed: pip install 'palautepiste[central]'" in said
