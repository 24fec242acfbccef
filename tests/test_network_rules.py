"""docs/interfaces.md, "What a terminal keeps to", where it takes an agent and real HTTP to tell.

What one reply means is in test_outcome.py, single calls in test_client.py, the agent's duties in
test_agent.py, any mixture of faults in test_any_network.py.
"""

import itertools
import socket
import tempfile
import threading
from contextlib import closing
from datetime import timedelta
from math import ceil, log2
from pathlib import Path

import pytest
from builders import (
    TOKEN,
    CentreAnswer,
    a_centre,
    a_dead_address,
    a_socket_server,
    a_terminal,
    an_id,
    by_state,
    central_settings,
    refusal,
    stored,
)
from certificates import Authority, a_tls_server, now
from fault_proxy import CutReply, Instead, LostAfter, LostBefore, Twice, a_bad_network
from hypothesis import given, settings
from hypothesis import strategies as st
from network_model import QUICK_DISK

from sync import way_round
from sync.client import CentralClient
from sync.outbox import open_outbox
from sync.outcome import Reply, Unreachable

BATCH = b'{"responses": [{"id": "a"}]}'


def a_client(url, call_s=10.0, **changes):
    return CentralClient(central_settings(url, **changes), TOKEN, call_s)


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


# TLS


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls") / "authority")


def says_ok(secure):
    secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")


def test_a_private_authority_of_the_settings_is_trusted(authority):
    with a_tls_server(authority.server(now() - timedelta(days=1)), says_ok) as url:
        reply = a_client(url, ca_file=str(authority.certificate)).push(BATCH)

    assert isinstance(reply, Reply)


def test_a_certificate_that_nobody_vouches_for_is_never_trusted_and_hears_no_token(authority):
    heard = []
    server = authority.server(now() - timedelta(days=1))
    with a_tls_server(server, heard.append) as url:
        assert a_client(url).push(BATCH) == Unreachable("tls-certificate")

    assert heard == []


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_no_variable_says_whom_to_trust(authority, monkeypatch, name):
    monkeypatch.setenv(name, str(authority.certificate))
    with a_tls_server(authority.server(now() - timedelta(days=1)), says_ok) as url:
        assert a_client(url).push(BATCH) == Unreachable("tls-certificate")


def test_a_certificate_of_another_name_is_not_trusted(authority):
    server = authority.server(now() - timedelta(days=1), names="DNS:elsewhere.invalid")
    with a_tls_server(server, says_ok) as url:
        client = a_client(url, ca_file=str(authority.certificate))
        assert client.push(BATCH) == Unreachable("tls-certificate")


@pytest.mark.parametrize(("since_days", "why"), [(3, "tls-not-yet-valid"), (-60, "tls-expired")])
def test_a_clock_too_wrong_for_tls_is_told_from_a_certificate_that_is_wrong(
    authority, since_days, why
):
    server = authority.server(now() + timedelta(days=since_days))
    with a_tls_server(server, says_ok) as url:
        client = a_client(url, ca_file=str(authority.certificate))
        assert client.push(BATCH) == Unreachable(why)


def test_a_handshake_that_never_ends_ends_at_the_deadline():
    is_over = threading.Event()
    with a_socket_server(lambda _: is_over.wait()) as url:
        reply = a_client(url.replace("http:", "https:"), call_s=0.3).push(BATCH)
        is_over.set()

    assert reply == Unreachable("deadline")


# Proxies


def test_a_proxy_that_is_not_there_is_a_word_of_its_own():
    client = a_client("https://palaute.invalid", proxy=a_dead_address())

    assert client.push(BATCH) == Unreachable("proxy")


def test_a_proxy_whose_tunnel_drips_ends_at_the_deadline():
    is_over = threading.Event()

    def talk(caller: socket.socket) -> None:
        caller.sendall(b"HTTP/1.1 200 OK\r\n")
        for number in itertools.count():
            if is_over.wait(0.02):
                return
            caller.sendall(b"X-%d: y\r\n" % (number % 7))

    with a_socket_server(talk) as proxy:
        reply = a_client("https://palaute.invalid", call_s=0.3, proxy=proxy).push(BATCH)
        is_over.set()

    assert reply == Unreachable("deadline")


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
