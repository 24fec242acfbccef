"""What `doctor` says of the way to the centre: over real connections, each fault by its step."""

import socket
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from builders import (
    TERMINAL,
    TOKEN,
    CentreAnswer,
    a_centre,
    a_dead_address,
    a_socket_server,
    central_settings,
    refusal,
)
from certificates import Authority, a_tls_server, now
from patients import knows_it

from device_config import clock
from device_config.clock import Reading
from device_config.credentials import Credentials
from sync.checks.centre import centre_findings

KNOWN = Credentials(terminal_id=TERMINAL, token=TOKEN)
SECRET = "hush-hush"
OK_REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: 15\r\nConnection: close\r\n\r\n"


def at(wall):
    return Reading(wall, 1000.0, "this-boot", is_synced=True)


def look(url, credentials=KNOWN, wall=None, call_s=5.0, **changes):
    """What is found, by the check."""
    reading = clock.read() if wall is None else at(wall)
    found = centre_findings(
        central_settings(url, **changes), credentials, reading, step_s=5.0, call_s=call_s
    )
    return {each.check: each for each in found}


def ill(found):
    """The one that is not well."""
    [one] = [each for each in found.values() if each.verdict in {"warn", "fail"}]
    return one


def test_each_step_to_a_centre_that_knows_this_terminal_is_well():
    with a_centre(config=knows_it) as centre:
        found = look(centre.url)

    assert [each.verdict for each in found.values()] == ["ok"] * 4 + ["skip", "ok", "ok"]
    [request] = centre.requests
    assert request.path == "/api/v1/config"
    assert request.headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    ("answer", "verdict", "says", "mend"),
    [
        (refusal(401), "fail", "does not let this terminal in (401)", "palautepiste enrol CODE"),
        (refusal(403), "fail", "does not let this terminal in (403)", "palautepiste enrol CODE"),
        (refusal(302, Location="/login"), "fail", "redirected (302)", "may want a log-in"),
        (refusal(404), "fail", "nothing at this address", "check the address"),
        (refusal(429), "warn", "asks to wait", "wait"),
        (refusal(503), "warn", "asks to wait", "wait"),
        (refusal(500), "fail", "answers 500", "who runs the centre"),
        (lambda _: CentreAnswer(b"<html>Log in"), "fail", "maybe a login page", "log-in"),
        (lambda _: CentreAnswer(b"x" * 2**21), "fail", "too much came", "log-in"),
    ],
)
def test_what_answers_in_the_centres_place_is_told_with_what_to_do(answer, verdict, says, mend):
    with a_centre(config=answer) as centre:
        found = ill(look(centre.url))

    assert (found.check, found.verdict) == ("service", verdict)
    assert says in found.says
    assert mend in found.mend


def test_a_redirect_is_not_followed():
    with a_centre(config=knows_it) as elsewhere:
        location = f"{elsewhere.url}/api/v1/config"
        with a_centre(config=refusal(302, Location=location)) as centre:
            look(centre.url)

    assert elsewhere.requests == []


def test_before_enrolment_a_service_that_wants_a_token_is_no_fault_of_the_network():
    with a_centre(config=refusal(401)) as centre:
        found = look(centre.url, credentials=None)

    assert ill(found).check == "enrolled"
    assert found["service"].verdict == "skip"
    assert "authorization" not in centre.requests[0].headers


def test_without_an_address_it_says_so_and_goes_nowhere():
    found = look("")

    assert ill(found).check == "address"
    assert list(found) == ["enrolled", "address"]


def test_a_name_that_nobody_knows_is_told_and_nothing_further_is_tried(monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    found = look("https://palaute.example.fi")

    assert "palaute.example.fi was not found" in ill(found).says
    assert "resolvectl" in ill(found).mend
    assert list(found)[-1] == "name"


def test_a_name_service_that_never_answers_does_not_hold_it_up(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(3600))

    settings = central_settings("https://palaute.example.fi")
    [*_, found] = centre_findings(settings, KNOWN, clock.read(), step_s=0.05)

    assert found.says.endswith("the name service does not answer")


def test_a_name_service_that_stops_answering_on_the_way_does_not_hold_it_up(monkeypatch):
    answers = iter([socket.getaddrinfo] * 2)  # for the name, and for the connection

    def slowing(*words, **more):
        return next(answers, lambda *_, **__: time.sleep(3600))(*words, **more)

    with a_centre(config=knows_it) as centre:
        monkeypatch.setattr(socket, "getaddrinfo", slowing)
        found = ill(look(centre.url, call_s=0.1))

    assert found.check == "service"


def test_a_port_at_which_nobody_listens_is_told():
    found = ill(look(a_dead_address()))

    assert found.check == "connection"
    assert "nobody listens" in found.says


def test_a_centre_that_says_nothing_or_drips_is_left_in_time():
    def drip(caller):
        caller.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            caller.sendall(b"X: y\r\n")
            time.sleep(0.01)

    for talk in (lambda _: time.sleep(60), drip):
        with a_socket_server(talk) as url:
            assert ill(look(url, call_s=0.3)).check == "service"


@pytest.mark.parametrize("apart", [-3600, 3600])
def test_a_clock_that_differs_from_the_centres_is_told_with_the_side(apart):
    with a_centre(config=knows_it) as centre:
        found = ill(look(centre.url, wall=time.time() + apart))

    assert found.check == "its clock"
    assert ("ahead of" if apart > 0 else "behind") in found.says


# TLS


@contextmanager
def a_secure_centre(tmp_path, starts_in_days=-1, days=90, names=None):
    authority = Authority(tmp_path / "authority")
    more = {} if names is None else {"names": names}
    chain = authority.server(now() + timedelta(days=starts_in_days), days=days, **more)

    def talk(secure):
        secure.sendall(OK_REPLY + b'{"settings":{}}')

    with a_tls_server(chain, talk) as url:
        yield url, str(authority.certificate)


def test_a_good_certificate_is_told_with_its_end(tmp_path):
    with a_secure_centre(tmp_path) as (url, ca_file):
        found = look(url, ca_file=ca_file)

    assert found["certificate"].verdict == "ok"
    assert found["service"].verdict == "ok"


@pytest.mark.parametrize(
    ("certificate", "verdict", "says", "mend"),
    [
        ({"starts_in_days": -30, "days": 10}, "fail", "out of date", "renew"),
        ({"starts_in_days": 10}, "fail", "not valid yet", "clock"),
        ({"days": 20}, "warn", "only", "renew"),
        ({"names": "DNS:elsewhere.example.fi"}, "fail", "another address", "check the address"),
    ],
)
def test_a_certificate_that_does_not_do_is_told_with_what_to_do(
    tmp_path, certificate, verdict, says, mend
):
    with a_secure_centre(tmp_path, **certificate) as (url, ca_file):
        found = ill(look(url, ca_file=ca_file))

    assert (found.check, found.verdict) == ("certificate", verdict)
    assert says in found.says
    assert mend in found.mend


def test_a_certificate_for_another_name_is_told(tmp_path):
    with a_secure_centre(tmp_path, names="DNS:elsewhere.example.fi") as (url, ca_file):
        found = ill(look(url.replace("127.0.0.1", "localhost"), ca_file=ca_file))

    assert "another name" in found.says


def test_an_authority_that_nobody_knows_is_told_with_the_setting_for_it(tmp_path):
    with a_secure_centre(tmp_path) as (url, _):
        found = ill(look(url))

    assert (found.check, found.verdict) == ("certificate", "fail")
    assert "central.ca_file" in found.mend


def test_where_no_tls_is_spoken_that_is_told():
    with a_centre() as centre:
        found = ill(look(centre.url.replace("http:", "https:")))

    assert "no secure connection" in found.says


def test_an_authoritys_file_that_is_not_there_is_told():
    found = ill(look("https://127.0.0.1:9", ca_file="/nowhere/county.pem"))

    assert (found.check, found.verdict) == ("ca_file", "fail")


# The proxy


def test_a_proxy_that_is_down_is_told_as_that_and_its_password_never():
    dead = a_dead_address().replace("http://", f"http://user:{SECRET}@")
    found = look("https://palaute.example.fi", proxy=dead)

    assert ill(found).check == "connection"
    assert "central.proxy" in ill(found).mend
    assert SECRET not in str(found)


@pytest.mark.parametrize(
    "proxy", ["http://", f"http://user:{SECRET}@host:port", f"http://user:{SECRET}/@host:80"]
)
def test_a_proxy_that_is_no_address_is_told_without_what_it_holds(proxy):
    found = look("https://palaute.example.fi", proxy=proxy)

    assert (ill(found).check, ill(found).verdict) == ("proxy", "fail")
    assert SECRET not in str(found)


def test_variables_of_the_environment_are_not_used(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, a_dead_address())
    with a_centre(config=knows_it) as centre:
        found = look(centre.url)

    assert found["service"].verdict == "ok"
