"""The way to the centre, step by step: name, connection, certificate, and what answers there.

By the client's rules: no redirect is followed, no environment counts, each call has a deadline.
"""

import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import msgspec
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from device_config.checks.finding import Finding, fail, ok, skip, warn
from device_config.clock import Reading, rfc3339
from device_config.credentials import Credentials
from device_config.settings import CentralSettings
from sync.checks.bounded import within
from sync.client import CentralClient
from sync.outcome import Reply, Unreachable
from sync.status_screen import FAILURE_WORDS
from sync.wire import UNREADABLE, CentralConfig

OK = 200
NOT_ALLOWED = (401, 403)
BUSY = (429, 503)

STEP_S = 10.0
CALL_S = 20.0
SOON_S = 30 * 86400.0
"""A certificate with less time left than this is told of."""
APART_S = 120.0
"""Clocks further apart than this are not explained by a slow reply."""
NETWORK = "check the cable or Wi-Fi, and the network: ip address; resolvectl status"
ADDRESS = "check the address: palautepiste config show; config set central.url https://…"
ENROL = "get a code from the centre, then: palautepiste enrol CODE"
LOGIN = "open any page in a browser on this network: it may want a log-in; else check the address"
FIREWALL = "ask who runs the network to let this terminal out to it"
PROXY = "check central.proxy: palautepiste config show; ask who runs the proxy"
CLOCK = "see the clock's lines; a right clock comes first"
RENEW = "ask who runs the centre to renew its certificate"

CERTIFICATE_FAULTS = {
    9: ("it is not valid yet: this clock is behind, or the certificate is new", CLOCK),
    10: ("it is out of date, or this clock is ahead", f"{CLOCK}; else {RENEW}"),
    62: ("it is for another name", ADDRESS),
    64: ("it is for another address", ADDRESS),
}
"""By X509_STORE_CTX_get_error(3ssl)."""
UNTRUSTED = (
    "set central.ca_file to the file of the county's own authority; else a proxy reads along"
)
UNREACHABLE_MENDS = {
    "proxy": PROXY,
    "dns": NETWORK,
    "reply too long": LOGIN,
    "tls-certificate": UNTRUSTED,
    "tls-expired": f"{CLOCK}; else {RENEW}",
    "tls-not-yet-valid": CLOCK,
}
"""By the client's word for it; behind a proxy the certificate is seen by the client alone."""


@dataclass(frozen=True, slots=True)
class Way:
    """Where the first connection goes: to the centre, or to the proxy before it."""

    host: str
    port: int
    is_tls: bool
    is_proxy: bool


def way_to(settings: CentralSettings) -> Way:
    """The first stop; raises ValueError for a proxy that is no address."""
    parts = urlsplit(settings.proxy or settings.url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if not parts.hostname:
        raise ValueError("no host in it")
    is_tls = parts.scheme == "https" and not settings.proxy
    return Way(parts.hostname, port, is_tls, is_proxy=bool(settings.proxy))


def centre_findings(
    settings: CentralSettings,
    credentials: Credentials | None,
    now: Reading,
    step_s: float = STEP_S,
    call_s: float = CALL_S,
) -> Iterator[Finding]:
    """Each step on the way, as far as it goes; never longer than the steps' deadlines together."""
    yield _enrolled(credentials)
    if not settings.url:
        yield fail("address", "no central service is set", f"enrol with --central, or {ADDRESS}")
        return
    yield ok("address", settings.url)
    if settings.ca_file and not os.access(settings.ca_file, os.R_OK):
        mend = "put the authority's file there, readable for all, or correct central.ca_file"
        yield fail("ca_file", f"{settings.ca_file} cannot be read", mend)
        return
    try:
        way = way_to(settings)
    except ValueError:  # whose words may hold the password
        yield fail("proxy", "its address cannot be used", PROXY)
        return
    if way.is_proxy:
        yield ok("proxy", f"by {way.host}:{way.port}")
    for step in (_name, _connection, _certificate):
        finding = step(way, settings, now, step_s)
        yield finding
        if finding.verdict == "fail":
            return
    yield from _service(settings, credentials, now, call_s)


def _enrolled(credentials: Credentials | None) -> Finding:
    if credentials is None:
        return fail("enrolled", "not enrolled: answers are kept, and cannot be sent", ENROL)
    return ok("enrolled", f"as {credentials.terminal_id}")


def _name(way: Way, _settings: CentralSettings, _now: Reading, step_s: float) -> Finding:
    try:
        found = within(
            step_s, lambda: socket.getaddrinfo(way.host, way.port, type=socket.SOCK_STREAM)
        )
    except TimeoutError:
        return fail("name", f"{way.host}: the name service does not answer", NETWORK)
    except (OSError, UnicodeError) as error:
        mend = f"{NETWORK}; if others work: {PROXY if way.is_proxy else ADDRESS}"
        return fail("name", f"{way.host} was not found ({_said(error)})", mend)
    return ok("name", f"{way.host} is {found[0][4][0]}")


def _connection(way: Way, _settings: CentralSettings, _now: Reading, step_s: float) -> Finding:
    where_to = f"{way.host}:{way.port}"
    try:
        within(step_s, lambda: _connected(way, step_s).close())
    except TimeoutError:
        return fail("connection", f"{where_to} does not answer", f"{NETWORK}; else {FIREWALL}")
    except ConnectionRefusedError:
        mend = (
            PROXY if way.is_proxy else f"{ADDRESS}; else the service does not run: tell who runs it"
        )
        return fail("connection", f"nobody listens at {where_to}", mend)
    except OSError as error:
        return fail("connection", f"{where_to}: {_said(error)}", f"{NETWORK}; else {FIREWALL}")
    return ok("connection", f"{where_to} answers")


def _certificate(way: Way, settings: CentralSettings, now: Reading, step_s: float) -> Finding:
    if way.is_proxy:
        return skip("certificate", "looked at behind the proxy only, with the next line")
    if not way.is_tls:
        return skip("certificate", "http, on this machine itself")
    try:
        ends_at = within(step_s, lambda: _certificate_ends_at(way, settings.ca_file, step_s))
    except OSError as error:  # SSLError and TimeoutError are such
        return _tls_fault(error)
    until = f"until {rfc3339(ends_at)}"
    if ends_at - now.wall < SOON_S:
        return warn("certificate", f"good {until} only", RENEW)
    return ok("certificate", f"trusted, for {way.host}, {until}")


def _tls_fault(error: OSError) -> Finding:
    if isinstance(error, ssl.SSLCertVerificationError):
        unknown = ("it is not trusted here", UNTRUSTED)
        says, mend = CERTIFICATE_FAULTS.get(error.verify_code, unknown)
        return fail("certificate", f"{says} ({error.verify_message})", mend)
    return fail("certificate", f"no secure connection: {_said(error)}", f"{ADDRESS}; {FIREWALL}")


def _connected(way: Way, step_s: float) -> socket.socket:
    return socket.create_connection((way.host, way.port), timeout=step_s)


def _certificate_ends_at(way: Way, ca_file: str, step_s: float) -> float:
    context = ssl.create_default_context(cafile=ca_file or DEFAULT_CA_BUNDLE_PATH)
    with (
        _connected(way, step_s) as plain,
        context.wrap_socket(plain, server_hostname=way.host) as secure,
    ):
        certificate = secure.getpeercert() or {}
        return float(ssl.cert_time_to_seconds(str(certificate.get("notAfter"))))


def _service(
    settings: CentralSettings, credentials: Credentials | None, now: Reading, call_s: float
) -> Iterator[Finding]:
    """What answers at `/api/v1`: the centre, to this terminal's token."""
    token = credentials.token if credentials else None
    with closing(CentralClient(settings, token, call_s)) as client:
        try:
            reply = within(call_s + 1.0, lambda: client.pull_config(None))
        except TimeoutError:
            reply = Unreachable("deadline")
    if isinstance(reply, Unreachable):
        words = FAILURE_WORDS.get(reply.why, reply.why)
        mend = UNREACHABLE_MENDS.get(reply.why, f"{FIREWALL}; else tell who runs the centre")
        yield fail("service", f"{words} ({reply.why})", mend)
        return
    yield _answer(reply, is_enrolled=credentials is not None)
    yield from _apart(reply, now)


def _answer(reply: Reply, *, is_enrolled: bool) -> Finding:
    if reply.status == OK and _is_config(reply.body):
        return ok("service", "the centre knows this terminal")
    if reply.status in NOT_ALLOWED and not is_enrolled:
        return skip("service", "a service answers, and wants a token: not enrolled yet")
    if reply.status in BUSY:
        says = f"the centre asks to wait ({reply.status})"
        return warn("service", says, "wait; if it stays so, tell who runs the centre")
    return fail("service", *_refusal(reply.status))


def _refusal(status: int) -> tuple[str, str]:
    """What a status means that no working centre answers to an enrolled terminal."""
    match status:
        case 200:
            return "something answers, but no centre: maybe a login page", LOGIN
        case 401 | 403:
            return f"the centre does not let this terminal in ({status})", ENROL
        case 404:
            return "nothing at this address (404)", ADDRESS
        case _ if 300 <= status < 400:
            return f"redirected ({status}): maybe to a login page", LOGIN
        case _:
            return f"the centre answers {status}", "tell who runs the centre"


def _is_config(body: bytes) -> bool:
    try:
        msgspec.json.decode(body, type=CentralConfig)
    except UNREADABLE:
        return False
    return True


def _apart(reply: Reply, now: Reading) -> Iterator[Finding]:
    """How this clock stands to the one of whoever answered."""
    try:
        theirs = parsedate_to_datetime(reply.headers.get("date", "")).timestamp()
    except (TypeError, ValueError, OverflowError, IndexError):
        return
    apart = now.wall - theirs
    if abs(apart) > APART_S:
        there = datetime.fromtimestamp(theirs).astimezone().isoformat(timespec="seconds")
        side = "ahead of" if apart > 0 else "behind"
        yield warn("its clock", f"this clock is {side} the centre's, where it is {there}", CLOCK)
    else:
        yield ok("its clock", "agrees with this one")


def _said(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
