"""Rules that every reply keeps to; checked last, from what all of them have shown."""

import msgspec

from sync import wire
from sync.central.conformance.pretended_terminal import PretendedTerminal, must
from sync.central.conformance.rules import WHOLE_API, Broken, NotChecked, Rule


def _problems(terminal: PretendedTerminal) -> None:
    odd = terminal.heard.odd_error
    if odd is not None:
        terminal.last = odd
        raise Broken("an error is no application/problem+json with the status of the reply")
    if not terminal.heard.errors:
        raise NotChecked("no call was refused")


def _openapi(terminal: PretendedTerminal) -> None:
    reply = terminal.call("GET", "/openapi.json", token=None)
    if reply.status in (401, 404):
        raise NotChecked("the centre publishes none; terminals do not ask for it")
    must(reply, 200)
    try:
        version = msgspec.json.decode(reply.body, type=dict[str, object]).get("openapi")
    except wire.UNREADABLE as error:
        raise Broken(f"the OpenAPI document cannot be read: {error}") from None
    if not str(version).startswith("3.1"):
        raise Broken(f"openapi is {version!r}, not 3.1")


RULES = (
    Rule("openapi", "The service publishes its OpenAPI 3.1 document.", WHOLE_API, _openapi),
    Rule("problems", "Errors are RFC 9457 problem documents.", WHOLE_API, _problems),
)
