"""docs/interfaces.md, "What a terminal keeps to", where it takes an agent and real HTTP to tell.

What one reply means is in test_outcome.py, single calls in test_client.py, how the agent sends and
tries again in test_agent_pushes.py and test_agent_back_off.py, events in test_report.py, TLS and
proxies in test_network_tls.py, any mixture of faults in test_any_network.py.
"""

import tempfile
from contextlib import closing
from math import ceil, log2
from pathlib import Path

import pytest
from builders import (
    CentreAnswer,
    a_centre,
    a_terminal,
    an_id,
    by_state,
    refusal,
    stored,
)
from fault_proxy import CutReply, Instead, LostAfter, LostBefore, Twice, a_bad_network
from hypothesis import given, settings
from hypothesis import strategies as st
from network_model import QUICK_DISK

from sync import way_round
from sync.outbox import open_outbox


def dead_letters(terminal):
    rows = terminal.outbox.db.execute(
        "SELECT id, reason_code FROM responses WHERE state = 'rejected' ORDER BY seq"
    )
    return list(rows.fetchall())


def tick_until_quiet(terminal, seconds=range(0, 40_000, 400)):
    for at_s in seconds:
        terminal.tick(at_s)
        if not terminal.outbox.has_pending():
            return


# Verdicts


def one_is(**about_the_second):
    """Verdicts on all, with one on the second response that is as told."""

    def answer(request):
        results = [{"id": each, "status": "stored"} for each in request.ids]
        if an_id(2) in request.ids:
            results[request.ids.index(an_id(2))] |= about_the_second
        return CentreAnswer({"results": results})

    return answer


def disagreeing(request):
    rejected = {"id": an_id(2), "status": "rejected", "reason": {"code": "no"}}
    answer = stored(request)
    if an_id(2) in request.ids:
        answer.body["results"].append(rejected)
    return answer


@pytest.mark.parametrize(
    "answering",
    [one_is(id="nobody's"), one_is(status="archived"), one_is(status=None), disagreeing],
)
def test_a_response_without_a_clear_verdict_waits_until_there_is_one(tmp_path, answering):
    with (
        a_centre(responses=answering) as centre,
        a_terminal(tmp_path, centre.url, 3) as terminal,
    ):
        terminal.tick()
        assert by_state(terminal.outbox) == (0, 1, 2, 0)

        centre.answers["/responses"] = stored
        terminal.tick(400)
        assert by_state(terminal.outbox) == (0, 0, 3, 0)


# Splitting


def refuses(poison, status):
    def answer(request):
        return refusal(status)(request) if poison & set(request.ids) else stored(request)

    return answer


@settings(max_examples=6, deadline=None)
@given(st.sets(st.integers(1, 500), min_size=1, max_size=3), st.sampled_from((400, 413, 422)))
def test_any_few_bad_ones_among_500_stand_alone_after_o_log_n_requests(numbers, status):
    poison = {an_id(number) for number in numbers}
    with (
        tempfile.TemporaryDirectory(dir=QUICK_DISK) as folder,
        a_centre(responses=refuses(poison, status)) as centre,
        a_terminal(Path(folder), centre.url, 500) as terminal,
    ):
        tick_until_quiet(terminal)

        assert dead_letters(terminal) == [(each, f"http-{status}") for each in sorted(poison)]
        assert by_state(terminal.outbox) == (0, 0, 500 - len(poison), len(poison))
        assert len(centre.seen("/responses")) <= len(poison) * (4 * ceil(log2(500)) + 6)


def test_a_dead_letter_goes_again_when_it_is_requeued_and_is_one_again_if_still_refused(tmp_path):
    answering = refuses({an_id(2)}, 422)
    with a_centre(responses=answering) as centre, a_terminal(tmp_path, centre.url, 3) as terminal:
        terminal.tick()
        for at_s in (1, 2):
            assert dead_letters(terminal) == [(an_id(2), "http-422")]
            with closing(open_outbox(terminal.state)) as command:
                command.requeue([an_id(2)])
            terminal.tick(at_s * 400)

        assert dead_letters(terminal) == [(an_id(2), "http-422")]
        assert centre.received.count(an_id(2)) >= 3


# Faults on the way


@pytest.mark.parametrize(
    ("fault", "times_heard"),
    [
        (LostBefore(), 1),
        (LostAfter(), 2),
        (CutReply(0.5), 2),
        (CutReply(0.5, is_length_said=False), 2),
        (Twice(), 2),
        (Instead(502, is_heard=True), 2),
        (Instead(504), 1),
    ],
    ids=str,
)
def test_a_response_is_settled_once_whatever_happens_on_the_way(tmp_path, fault, times_heard):
    with (
        a_centre() as centre,
        a_bad_network(centre.url) as network,
        a_terminal(tmp_path, network.url, 1) as terminal,
    ):
        network.faults.append(fault)
        terminal.tick()
        terminal.tick(400)

        assert by_state(terminal.outbox) == (0, 0, 1, 0)
        assert len(centre.received) == times_heard
        assert (
            len({request.json["responses"][0]["id"] for request in centre.seen("/responses")}) == 1
        )


def test_failures_are_counted_by_reason_in_the_heartbeats(tmp_path):
    with (
        a_centre() as centre,
        a_bad_network(centre.url) as network,
        a_terminal(tmp_path, network.url, 1) as terminal,
    ):
        faults = (LostAfter(), Instead(500), Instead(500), Instead(200), Instead(401))
        for number, fault in enumerate(faults):
            network.faults.append(fault)
            terminal.tick(number * 400)
        terminal.tick(4000)
        terminal.tick(4100)

        assert centre.seen("/heartbeats")[-1].json["push_failures"] == {
            "connection": 1,
            "http-500": 2,
            "no verdicts in the reply": 1,
            "http-401": 1,
        }


# When to come back


def test_retry_after_counts_from_its_reply_and_nobody_comes_early_but_a_little_later(tmp_path):
    with (
        a_centre(responses=refusal(429, Retry_After="100")) as centre,
        a_terminal(tmp_path, centre.url, 1, jitter=0.5) as terminal,
    ):
        terminal.tick()
        came = []
        for at_s in range(1, 400):
            before = len(centre.seen("/responses"))
            terminal.tick(at_s)
            if len(centre.seen("/responses")) > before:
                came.append(at_s)

        assert came[:2] == [150, 300]


# One that the centre stumbles over


def stumbles_over(poison, answer):
    def answering(request):
        return answer(request) if poison in request.ids else stored(request)

    return answering


def no_word(_):
    return CentreAnswer({"results": []})


@pytest.mark.parametrize("answer", [refusal(500), no_word], ids=["500", "silence"])
@pytest.mark.parametrize("poison", [1, 30, 60])
def test_one_that_the_centre_stumbles_over_holds_up_no_other_and_is_kept(tmp_path, poison, answer):
    answering = stumbles_over(an_id(poison), answer)
    with a_centre(responses=answering) as centre, a_terminal(tmp_path, centre.url, 60) as terminal:
        for at_s in range(0, 16_000, 400):
            terminal.tick(at_s)
        assert by_state(terminal.outbox) == (0, 1, 59, 0)

        terminal.close_response(61)
        for at_s in range(16_000, 32_000, 400):
            terminal.tick(at_s)
        assert by_state(terminal.outbox) == (0, 1, 60, 0)

        centre.answers["/responses"] = stored
        tick_until_quiet(terminal, range(32_000, 40_000, 400))
        assert by_state(terminal.outbox) == (0, 0, 61, 0)


def test_an_agent_that_never_passes_it_over_is_found_out(tmp_path, monkeypatch):
    monkeypatch.setattr(way_round, "PATIENCE", 1000)
    answering = stumbles_over(an_id(1), refusal(500))
    with a_centre(responses=answering) as centre, a_terminal(tmp_path, centre.url, 3) as terminal:
        for at_s in range(0, 16_000, 400):
            terminal.tick(at_s)

        assert by_state(terminal.outbox) == (0, 3, 0, 0)


def test_one_without_a_verdict_before_one_that_is_wrong_holds_up_neither(tmp_path):
    def answering(request):
        if an_id(2) in request.ids:
            return refusal(400)(request)
        return no_word(request) if request.ids == [an_id(1)] else stored(request)

    with a_centre(responses=answering) as centre, a_terminal(tmp_path, centre.url, 3) as terminal:
        for at_s in range(0, 12_000, 400):
            terminal.tick(at_s)

        assert dead_letters(terminal) == [(an_id(2), "http-400")]
        assert by_state(terminal.outbox)[2] >= 1


def test_a_short_trouble_of_the_centres_own_leaves_the_order_alone(tmp_path):
    with (
        a_centre(responses=refusal(500)) as centre,
        a_terminal(tmp_path, centre.url, 20) as terminal,
    ):
        for at_s in range(0, 2000, 400):
            terminal.tick(at_s)
        centre.answers["/responses"] = stored
        failed = len(centre.received)
        tick_until_quiet(terminal, range(2000, 8000, 400))

        assert centre.received[failed:] == [an_id(number) for number in range(1, 21)]
        assert len(centre.seen("/responses")) <= 5 + 2
