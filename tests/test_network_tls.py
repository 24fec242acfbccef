"""Whom a terminal trusts, and how it says that it does not: TLS and proxies, over real sockets."""

import itertools
import socket
import threading
from datetime import timedelta

import pytest
from builders import TOKEN, a_dead_address, a_socket_server, central_settings
from certificates import Authority, a_tls_server, now

from sync.client import CentralClient
from sync.outcome import Reply, Unreachable

BATCH = b'{"responses": [{"id": "a"}]}'


def a_client(url, call_s=10.0, **changes):
    return CentralClient(central_settings(url, **changes), TOKEN, call_s)


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
