"""Rules of batches: how much fits, and what happens when the line is cut or two come at once."""

from concurrent.futures import ThreadPoolExecutor

import msgspec

from sync import wire
from sync.central.conformance.pretended_terminal import (
    PretendedTerminal,
    Verdicts,
    must,
    verdicts_in,
)
from sync.central.conformance.receiving import must_be
from sync.central.conformance.rules import EVENTS, RESPONSES, Broken, Rule

WORTH_A_RETRY = (409, 429, 503)


def _full_batch(terminal: PretendedTerminal) -> None:
    responses = [terminal.a_response() for _ in range(wire.MOST_RESPONSES)]
    verdicts = terminal.responses(*responses)
    for each in responses:
        must_be(verdicts.of(each), "stored", f"one of {wire.MOST_RESPONSES} new responses")


def _too_many(terminal: PretendedTerminal) -> None:
    one = terminal.a_response()
    many = [{"id": one["id"]}] * wire.MOST_RESPONSES
    must(terminal.call("POST", "/responses", terminal.batch((one, *many))), 413)
    must_be(terminal.responses(one).of(one), "stored", "one of the refused batch, sent alone,")


def _too_many_events(terminal: PretendedTerminal) -> None:
    many = (terminal.an_event(),) * (wire.MOST_RESPONSES + 1)
    must(terminal.call("POST", "/events", terminal.batch(many, "events")), 413)


def _largest_body(terminal: PretendedTerminal) -> None:
    response = terminal.a_response()
    body = terminal.batch((response,)).ljust(wire.MOST_BYTES)
    verdicts = verdicts_in(terminal.call("POST", "/responses", body))
    must_be(verdicts.of(response), "stored", "a response in a batch of exactly 1 MiB")


def _too_large(terminal: PretendedTerminal) -> None:
    response = terminal.a_response()
    body = terminal.batch((response,)).ljust(wire.MOST_BYTES + 1)
    must(terminal.call("POST", "/responses", body), 413)
    must_be(terminal.responses(response).of(response), "stored", "the response, sent alone,")


def _cut(terminal: PretendedTerminal) -> None:
    responses = [terminal.a_response() for _ in range(20)]
    body = terminal.batch(tuple(responses))
    terminal.calls.make_and_hang_up(terminal.request("POST", "/responses", body, {}))
    verdicts = verdicts_in(terminal.call("POST", "/responses", body))
    for each in responses:
        word = verdicts.of(each)
        if word not in ("stored", "duplicate"):
            raise Broken(f"a response sent again after a cut is {word}, not stored or duplicate")
    again = verdicts_in(terminal.call("POST", "/responses", body))
    for each in responses:
        must_be(again.of(each), "duplicate", "a response sent for the third time")


def _at_once(terminal: PretendedTerminal) -> None:
    responses = [terminal.a_response() for _ in range(50)]
    request = terminal.request("POST", "/responses", terminal.batch(tuple(responses)), {})
    both: list[Verdicts] = []
    with ThreadPoolExecutor(2) as pool:
        replies = list(pool.map(terminal.calls.make, (request, request)))
    for reply in replies:
        heard = terminal.heard_of(request, reply)
        if heard.status in WORTH_A_RETRY:
            heard = terminal.heard_of(request, terminal.calls.make(request))
        both.append(verdicts_in(heard))
    for each in responses:
        words = sorted(verdicts.of(each) for verdicts in both)
        if words != ["duplicate", "stored"]:
            raise Broken(f"of two copies at once, one is {words[0]} and the other {words[1]}")


def _other_sender(terminal: PretendedTerminal) -> None:
    response = terminal.a_response(terminal_id="t-another-terminal")
    body = msgspec.json.decode(terminal.batch((response,)))
    foreign = wire.encode(body | {"terminal_id": "t-another-terminal"})
    reply = terminal.call("POST", "/responses", foreign)
    if reply.status == 200:
        must_be(verdicts_in(reply).of(response), "rejected", "another terminal's batch")
    else:
        must(reply, 400, 403, 422)


RULES = (
    Rule("full-batch", "A batch of 500 responses is taken.", RESPONSES, _full_batch),
    Rule(
        "over-500",
        "More than 500 responses are refused with 413, and none stored.",
        RESPONSES,
        _too_many,
    ),
    Rule("events-over-500", "More than 500 events are refused with 413.", EVENTS, _too_many_events),
    Rule("full-size", "A body of exactly 1 MiB is taken.", RESPONSES, _largest_body),
    Rule(
        "over-1-mib",
        "A body over 1 MiB is refused with 413, and nothing stored.",
        RESPONSES,
        _too_large,
    ),
    Rule(
        "other-sender",
        "A batch that names another terminal than the token's stores nothing.",
        RESPONSES,
        _other_sender,
    ),
    Rule(
        "after-a-cut",
        "A batch whose reply was lost may come again, whole, and is stored once.",
        RESPONSES,
        _cut,
    ),
    Rule("at-once", "The same batch twice at the same time is stored once.", RESPONSES, _at_once),
)
