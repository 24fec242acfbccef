"""The client: a whole reply or `Unreachable`, in time, whatever is at the other end."""

import gzip
import itertools
import json
import socket
import threading
from contextlib import ExitStack

import pytest
from builders import (
    TOKEN,
    CentreAnswer,
    a_centre,
    a_dead_address,
    a_socket_server,
    central_settings,
    refusal,
    stored,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sync.client
from sync.client import CentralClient
from sync.outcome import Reply, Unreachable
from sync.wire import MOST_BYTES

BATCH = b'{"responses": [{"id": "a"}]}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def a_client(url, call_s=10.0, token=TOKEN, **changes):
    return CentralClient(central_settings(url, **changes), token, call_s)


def takes_gzip(request):
    answer = stored(request)
    return CentreAnswer(answer.body, headers={"Accept-Encoding": "gzip"})


def test_a_reply_comes_whole_with_its_names_in_lower_case():
    with a_centre(responses=refusal(503, Retry_After="7")) as centre:
        reply = a_client(centre.url).push(BATCH)

    assert reply.status == 503
    assert reply.headers["retry-after"] == "7"
    assert json.loads(reply.body)["status"] == 503


def test_every_call_carries_the_token_and_goes_below_the_services_root():
    with a_centre() as centre:
        client = a_client(centre.url + "/")
        client.push(BATCH)
        client.pull_config('"one"')
        client.pull_config(None)

    push, pull, first_pull = centre.requests
    assert push.path == "/api/v1/responses"
    assert {each.headers["authorization"] for each in centre.requests} == {f"Bearer {TOKEN}"}
    assert push.headers["content-type"] == "application/json"
    assert pull.headers["if-none-match"] == '"one"'
    assert "if-none-match" not in first_pull.headers


# Compression


def test_a_request_is_plain_until_the_centre_has_said_gzip_and_zipped_from_then_on():
    with a_centre(responses=takes_gzip) as centre:
        client = a_client(centre.url)
        for _ in range(3):
            client.push(BATCH)

    encodings = [each.headers.get("content-encoding") for each in centre.requests]
    assert encodings == [None, "gzip", "gzip"]
    assert [each.body for each in centre.requests] == [BATCH] * 3


def test_a_415_returns_to_plain_at_once_and_stays_there():
    def answer(request):
        if "content-encoding" in request.headers:
            return CentreAnswer(status=415)
        is_first = len(centre.requests) == 1
        return CentreAnswer({}, headers={"Accept-Encoding": "gzip"} if is_first else {})

    with a_centre(responses=answer) as centre:
        client = a_client(centre.url)
        replies = [client.push(BATCH) for _ in range(3)]

    assert [reply.status for reply in replies] == [200, 200, 200]
    encodings = [each.headers.get("content-encoding") for each in centre.requests]
    assert encodings == [None, "gzip", None, None]


# Ways that are not taken


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed_and_the_token_goes_nowhere_else(status):
    with a_centre() as elsewhere:
        location = elsewhere.url + "/api/v1/responses"
        with a_centre(responses=refusal(status, Location=location)) as centre:
            reply = a_client(centre.url).push(BATCH)

    assert reply.status == status
    assert elsewhere.requests == []
    assert len(centre.requests) == 1


def test_a_redirect_with_a_body_without_end_is_left_at_a_mebibyte():
    def talk(caller):
        caller.sendall(b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\n\r\n")
        while True:
            caller.sendall(b"x" * 65536)

    with a_socket_server(talk) as url:
        assert a_client(url).push(BATCH) == Unreachable("reply too long")


def test_proxy_variables_and_netrc_are_not_used(monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login eve password secret\n")
    netrc.chmod(0o600)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, a_dead_address())
    monkeypatch.setenv("NETRC", str(netrc))

    with a_centre() as centre:
        reply = a_client(centre.url).push(BATCH)

    assert reply.status == 200
    assert centre.requests[0].headers["authorization"] == f"Bearer {TOKEN}"


def test_the_proxy_of_the_settings_is_used():
    with a_centre() as proxy:
        a_client("http://palaute.invalid", proxy=proxy.url).push(BATCH)

    assert [each.path for each in proxy.requests] == ["http://palaute.invalid/api/v1/responses"]


# Replies that are none


def cut(caller):
    caller.sendall(HEAD + b'Content-Length: 100\r\n\r\n{"results": [')


def cut_chunks(caller):
    caller.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n20\r\n{")


def bad_zip(caller):
    caller.sendall(HEAD + b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello")


def silence(caller):
    caller.close()


@pytest.mark.parametrize("talk", [cut, cut_chunks, bad_zip, silence])
def test_a_reply_that_is_not_whole_is_none(talk):
    with a_socket_server(talk) as url:
        assert isinstance(a_client(url).push(BATCH), Unreachable)


def test_a_reply_over_a_mebibyte_is_none_also_when_it_travels_small():
    bomb = gzip.compress(b" " * (20 * MOST_BYTES))
    head = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)

    with a_socket_server(lambda caller: caller.sendall(head + bomb)) as url:
        assert a_client(url).push(BATCH) == Unreachable("reply too long")


def test_a_reply_of_just_a_mebibyte_is_one():
    body = b" " * MOST_BYTES
    with a_centre(responses=lambda _: CentreAnswer(body)) as centre:
        assert a_client(centre.url).push(BATCH).body == body


@given(st.binary(max_size=80), st.booleans())
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_bytes_at_all_from_the_other_side_make_it_raise(content, has_head):
    greeting = (b"HTTP/1.1 200 OK\r\n" if has_head else b"") + content

    with a_socket_server(lambda caller: caller.sendall(greeting)) as url:
        assert isinstance(a_client(url, call_s=2).push(BATCH), Reply | Unreachable)


MOST_DRIPS = 150
"""Ten times as long as any deadline here: whoever keeps none fails, and does not hang."""


def drips(is_over):
    """Ring every 20 ms, for long."""
    for number in range(MOST_DRIPS):
        if is_over.wait(0.02):
            return
        yield number


def drip_a_body(caller, is_over):
    caller.sendall(HEAD + b"Content-Length: 1000000\r\n\r\n")
    for _ in drips(is_over):
        caller.sendall(b" ")


def drip_without_a_length(caller, is_over):
    caller.sendall(HEAD + b"\r\n{")
    for _ in drips(is_over):
        caller.sendall(b" ")


def drip_headers(caller, is_over):
    caller.sendall(b"HTTP/1.1 200 OK\r\n")
    for number in drips(is_over):
        caller.sendall(b"X-%d: y\r\n" % (number % 7))


def drip_continues(caller, is_over):
    for _ in drips(is_over):
        caller.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")


def say_nothing(_, is_over):
    for _ in drips(is_over):
        pass


@pytest.mark.parametrize(
    "talk",
    [drip_a_body, drip_without_a_length, drip_headers, drip_continues, say_nothing],
)
def test_a_reply_that_drips_ends_at_the_deadline(talk):
    is_over = threading.Event()

    with a_socket_server(lambda caller: talk(caller, is_over)) as url:
        reply = a_client(url, call_s=0.3).push(BATCH)
        is_over.set()

    assert reply == Unreachable("deadline")


def test_a_call_after_a_deadline_works_again():
    calls = itertools.count()
    is_over = threading.Event()

    def talk(caller):
        if next(calls) == 0:
            say_nothing(caller, is_over)
        else:
            caller.sendall(HEAD + b"Content-Length: 2\r\n\r\n{}")

    with a_socket_server(talk) as url:
        client = a_client(url, call_s=0.3)
        replies = [client.push(BATCH), client.push(BATCH)]
        is_over.set()

    assert replies[0] == Unreachable("deadline")
    assert replies[1].body == b"{}"


def test_a_deadline_that_passes_while_it_connects_counts_too():
    """There is no socket to shut down yet; the call must not go on without its deadline."""
    is_over = threading.Event()
    with a_socket_server(lambda caller: drip_a_body(caller, is_over)) as url:
        client = a_client(url, call_s=0.0)
        reply = client.push(BATCH)
        is_over.set()

    assert reply == Unreachable("deadline")


def of_centre(monkeypatch, *addresses):
    """The name centre.test has these addresses; returns those that were taken up, as they are."""
    taken_up = []

    def each():
        for address in addresses:
            taken_up.append(address)
            yield socket.AF_INET, socket.SOCK_STREAM, 6, "", address

    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: each())
    return taken_up


def test_of_many_addresses_that_do_not_answer_none_is_tried_beyond_the_deadline(monkeypatch):
    monkeypatch.setattr(sync.client, "CONNECT_S", 0.1)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as silent, ExitStack() as stack:
        address = silent.getsockname()
        for _ in range(3):  # its queue is full: nobody else gets an answer
            caller = stack.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(address)
        tried = of_centre(monkeypatch, *[address] * 50)

        reply = a_client(f"http://centre.test:{address[1]}", call_s=0.4).push(BATCH)

    assert reply == Unreachable("deadline")
    assert len(tried) <= 5


def test_an_address_that_refuses_leaves_the_next_one_its_turn(monkeypatch):
    with a_centre() as centre:
        host, port = centre.url.removeprefix("http://").split(":")
        tried = of_centre(monkeypatch, (host, 1), (host, int(port)), (host, 2))

        assert a_client(f"http://centre.test:{port}").push(BATCH).status == 200

    assert tried == [(host, 1), (host, int(port))]


def test_a_name_without_an_address_is_a_word_for_the_status(monkeypatch):
    of_centre(monkeypatch)

    assert a_client("http://centre.test").push(BATCH) == Unreachable("connection")


@pytest.mark.parametrize(
    ("url", "why"),
    [("http://no-such-host.invalid", "dns"), ("https://127.0.0.1:1", "connection")],
)
def test_a_centre_that_cannot_be_reached_is_a_word_for_the_status(url, why):
    assert a_client(url).push(BATCH) == Unreachable(why)


def test_a_centre_that_speaks_no_tls_gets_no_token():
    heard = []

    def talk(caller):
        caller.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        heard.append(caller.recv(65536))

    with a_socket_server(talk) as url:
        reply = a_client(url.replace("http:", "https:")).push(BATCH)

    assert reply == Unreachable("tls")
    assert TOKEN.encode() not in b"".join(heard)


@pytest.mark.parametrize("changes", [{"ca_file": "/no/such/ca.pem"}, {"proxy": "no proxy"}])
def test_settings_that_lead_nowhere_do_not_make_it_raise(changes):
    client = a_client("https://127.0.0.1:1", **changes)

    assert isinstance(client.push(BATCH), Unreachable)


@pytest.mark.parametrize("token", ["with\nline", "ä…"])
def test_a_token_that_no_header_can_carry_does_not_make_it_raise(token):
    with a_centre() as centre:
        assert isinstance(a_client(centre.url, token=token).push(BATCH), Unreachable)
