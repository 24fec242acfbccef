"""Rules of who may call what: tokens, addresses, methods, enrolment codes."""

import secrets

import msgspec

from sync import wire
from sync.central.conformance import documents
from sync.central.conformance.documents import NO_SUCH
from sync.central.conformance.pretended_terminal import PretendedTerminal, must
from sync.central.conformance.receiving import must_be
from sync.central.conformance.rules import ENROLMENTS, WHOLE_API, Broken, NotChecked, Rule
from sync.outcome import Reply

UNKNOWN_CODE = (wire.NO_KIND, wire.CODE_PROBLEM + "unknown")
NOT_TODAY = "the centre counts wrong codes, and takes none from here for now"


def _must_keep_out(terminal: PretendedTerminal, token: str | None) -> None:
    response = terminal.a_response()
    batch = terminal.batch((response,))
    beat = wire.encode(documents.heartbeat(terminal.id, terminal.now()))
    for method, path, body in (
        ("POST", "/responses", batch),
        ("POST", "/events", terminal.batch((terminal.an_event(),), "events")),
        ("POST", "/heartbeats", beat),
        ("GET", "/config", None),
        ("GET", "/units", None),
    ):
        must(terminal.call(method, path, body, token=token), 401)
    verdicts = terminal.responses(response)
    must_be(verdicts.of(response), "stored", "what was refused before, with the right token,")


def _no_token(terminal: PretendedTerminal) -> None:
    _must_keep_out(terminal, None)


def _wrong_token(terminal: PretendedTerminal) -> None:
    _must_keep_out(terminal, secrets.token_urlsafe(32))


def _unknown_address(terminal: PretendedTerminal) -> None:
    must(terminal.call("GET", f"/{NO_SUCH}"), 404)


def _wrong_method(terminal: PretendedTerminal) -> None:
    for method, path in (("GET", "/responses"), ("DELETE", "/config"), ("PUT", "/units")):
        must(terminal.call(method, path), 404, 405)


def _enrol(terminal: PretendedTerminal, code: str, attempt: str) -> Reply:
    wanted = wire.EnrolmentRequest(
        code=code,
        hardware_id=f"conformance-{terminal.epoch}",
        software=documents.SOFTWARE,
        attempt=attempt,
    )
    return terminal.call("POST", "/enrolments", wire.encode(wanted), token=None)


def _unknown_code(terminal: PretendedTerminal) -> None:
    reply = _enrol(terminal, f"no-such-{secrets.token_hex(4)}", secrets.token_urlsafe(32))
    if reply.status == 429:
        raise NotChecked(NOT_TODAY)
    must(reply, 404)
    try:
        kind = msgspec.json.decode(reply.body, type=dict[str, object]).get("type", wire.NO_KIND)
    except wire.UNREADABLE:
        kind = wire.NO_KIND
    if kind not in UNKNOWN_CODE:
        raise Broken(f"the problem's type is {kind!r}, which a terminal takes for a wrong address")


def _enrolment(terminal: PretendedTerminal) -> None:
    """Uses the code up; the terminal goes on with what it was given."""
    if terminal.code is None:
        raise NotChecked("no --code was given")
    attempt = secrets.token_urlsafe(32)
    _take(terminal, must(_enrol(terminal, terminal.code, attempt), 201))
    must(terminal.call("GET", "/config"), 200)
    again = must(_enrol(terminal, terminal.code, attempt), 201, 410)
    if again.status == 201:
        first = terminal.token
        _take(terminal, again)
        must(terminal.call("GET", "/config", token=first), 401)
        must(terminal.call("GET", "/config"), 200)
    must(_enrol(terminal, terminal.code, secrets.token_urlsafe(32)), 410)


def _take(terminal: PretendedTerminal, reply: Reply) -> None:
    try:
        enrolment = msgspec.json.decode(reply.body, type=wire.Enrolment)
    except wire.UNREADABLE as error:
        raise Broken(f"the reply is no enrolment: {error}") from None
    terminal.id, terminal.token = enrolment.terminal_id, enrolment.token


RULES = (
    Rule(
        "no-token",
        "Without a token every call but the enrolment is answered by 401.",
        WHOLE_API,
        _no_token,
    ),
    Rule(
        "wrong-token",
        "So it is with an unknown token, and nothing is stored.",
        WHOLE_API,
        _wrong_token,
    ),
    Rule(
        "unknown-address",
        "An address that is none is answered by 404.",
        WHOLE_API,
        _unknown_address,
    ),
    Rule(
        "wrong-method",
        "A method that an address lacks is answered by 405 or 404.",
        WHOLE_API,
        _wrong_method,
    ),
    Rule(
        "unknown-code",
        "An unknown enrolment code is answered by 404, and known from a wrong address.",
        ENROLMENTS,
        _unknown_code,
    ),
)
ENROLMENT = Rule(
    "enrolment",
    "A code gives a terminal its credentials once; the same attempt again gives others, or 410.",
    ENROLMENTS,
    _enrolment,
)
"""The first rule of all: with a code, it is where the terminal gets its name and token."""
