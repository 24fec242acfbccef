"""Rules of bodies: what cannot be read is refused with a 4xx, and never stored or stumbled over."""

import gzip

from sync import wire
from sync.central.conformance.documents import NO_SUCH
from sync.central.conformance.pretended_terminal import PretendedTerminal, must, verdicts_in
from sync.central.conformance.receiving import must_be, must_not_be_refused
from sync.central.conformance.rules import RESPONSES, WHOLE_API, Broken, NotChecked, Rule

REFUSED = (400, 422)
DEEP = 100_000
BOMB = 4 * wire.MOST_BYTES
GZIP = {"Content-Encoding": "gzip"}


def _not_json(terminal: PretendedTerminal) -> None:
    whole = terminal.batch((terminal.a_response(),))
    for body in (b"", whole[:-2], b"null", b"[]", b'"text"', b"{}", whole + whole):
        must(terminal.call("POST", "/responses", body), *REFUSED)
    for path in ("/events", "/heartbeats"):
        for body in (whole[:-2], b"[]"):
            must(terminal.call("POST", path, body), *REFUSED)


def _not_utf_8(terminal: PretendedTerminal) -> None:
    response = terminal.a_response(text={"plain": "LETTER"})
    body = terminal.batch((response,))
    must(terminal.call("POST", "/responses", body.replace(b"LETTER", b"\xff\xfe")), *REFUSED)
    must(terminal.call("POST", "/responses", body.decode().encode("utf-16")), *REFUSED)
    must_be(terminal.responses(response).of(response), "stored", "the response in UTF-8")


def _nested(terminal: PretendedTerminal) -> None:
    response = terminal.a_response()
    deep = b'{"id":"' + NO_SUCH.encode() + b'","answers":' + b"[" * DEEP + b"]" * DEEP + b"}"
    reply = terminal.call("POST", "/responses", terminal.batch((deep, response)))
    if reply.status == 200:
        must_be(verdicts_in(reply).of(response), "stored", "a good response beside a deep one")
    else:
        must(reply, *REFUSED)


def _announced(terminal: PretendedTerminal) -> None:
    if not terminal.heard.announces_gzip:
        raise NotChecked("no reply announces gzip (Accept-Encoding), so terminals send plain")


def _gzip(terminal: PretendedTerminal) -> None:
    _announced(terminal)
    response = terminal.a_response()
    packed = gzip.compress(terminal.batch((response,)))
    verdicts = verdicts_in(terminal.call("POST", "/responses", packed, GZIP))
    must_be(verdicts.of(response), "stored", "a response in a gzip body")
    must_not_be_refused(terminal, "a response in a gzip body, plain,", response)


def _gzip_damaged(terminal: PretendedTerminal) -> None:
    _announced(terminal)
    packed = gzip.compress(terminal.batch((terminal.a_response(),)))
    for body in (packed[:-9], b"plain" + packed, b""):
        must(terminal.call("POST", "/responses", body, GZIP), *REFUSED)


def _gzip_bomb(terminal: PretendedTerminal) -> None:
    _announced(terminal)
    response = terminal.a_response()
    bomb = gzip.compress(terminal.batch((response,)).ljust(BOMB))
    must(terminal.call("POST", "/responses", bomb, GZIP), 413)
    must_be(terminal.responses(response).of(response), "stored", "the response, sent plain,")


def _other_encoding(terminal: PretendedTerminal) -> None:
    response = terminal.a_response()
    body = terminal.batch((response,))
    reply = terminal.call("POST", "/responses", body, {"Content-Encoding": NO_SUCH})
    must(reply, 415)
    must_be(terminal.responses(response).of(response), "stored", "the response, sent plain,")


def _same_gzip_everywhere(terminal: PretendedTerminal) -> None:
    _announced(terminal)
    events = gzip.compress(terminal.batch((terminal.an_event(),), "events"))
    reply = terminal.call("POST", "/events", events, GZIP)
    if reply.status != 200:
        raise Broken(f"POST /events with gzip is answered by {reply.status}, not 200")


RULES = (
    Rule(
        "not-json",
        "A body that is not the JSON asked for is refused with 400 or 422.",
        WHOLE_API,
        _not_json,
    ),
    Rule(
        "not-utf-8",
        "A body that is not UTF-8 is refused, and nothing stored.",
        WHOLE_API,
        _not_utf_8,
    ),
    Rule(
        "nested-deeply",
        "A document nested without end is rejected alone, or refused with its batch.",
        RESPONSES,
        _nested,
    ),
    Rule("gzip", "Whoever announces gzip takes it in requests.", WHOLE_API, _gzip),
    Rule("gzip-events", "That holds for every call.", WHOLE_API, _same_gzip_everywhere),
    Rule(
        "gzip-damaged", "A damaged gzip body is refused with 400 or 422.", WHOLE_API, _gzip_damaged
    ),
    Rule(
        "gzip-bomb",
        "The bound of 1 MiB counts uncompressed: more is refused with 413.",
        WHOLE_API,
        _gzip_bomb,
    ),
    Rule(
        "other-encoding",
        "An encoding that is not understood is refused with 415, so that the terminal sends plain.",
        WHOLE_API,
        _other_encoding,
    ),
)
