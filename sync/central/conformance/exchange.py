"""A call and what came of it, for a person to read: bounded, and without the token."""

from dataclasses import dataclass

from sync import wire
from sync.central.conformance.calls import Request
from sync.outcome import Reply, Unreachable

MOST_SHOWN = 1500
TOLD = ("content-type", "retry-after", "etag", "location", "accept-encoding")
"""The headers of a reply that are shown."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its reply."""

    request: Request
    reply: Reply | Unreachable

    @property
    def sent(self) -> str:
        """The request in one line."""
        return _sent(self.request)

    @property
    def came(self) -> str:
        """The reply in one line."""
        return _came(self.reply)


def _sent(request: Request) -> str:
    told = [
        f"{name}: {value}"
        for name, value in request.headers.items()
        if name not in ("Authorization", "User-Agent")
    ]
    if "Authorization" not in request.headers:
        told.append("no Authorization")
    head = f"{request.method} {wire.API_PATH}{request.path}"
    if told:
        head += f" ({', '.join(told)})"
    if request.body is None:
        return head
    if request.headers.get("Content-Encoding") == "gzip":
        return f"{head} {len(request.body)} bytes"
    return f"{head} {_shown(request.body)}"


def _came(reply: Reply | Unreachable) -> str:
    if isinstance(reply, Unreachable):
        return printable(reply.why)
    told = [f"{name}: {reply.headers[name][:200]}" for name in TOLD if name in reply.headers]
    return printable(f"{reply.status} ({', '.join(told)})") + f" {_shown(reply.body)}"


def _shown(body: bytes) -> str:
    if not body:
        return "(no body)"
    text = printable(body[: 4 * MOST_SHOWN].decode(errors="backslashreplace"))
    if len(text) <= MOST_SHOWN and len(body) <= 4 * MOST_SHOWN:
        return text
    return f"{text[:MOST_SHOWN]}… ({len(body)} bytes)"


def printable(text: str) -> str:
    """The text in one line, without what could steer a terminal."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )
