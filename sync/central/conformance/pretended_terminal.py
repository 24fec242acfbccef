"""The terminal that the tester plays: who it is, what it sends, what it remembers of replies."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import msgspec

from device_config.questionnaire import Questionnaire
from sync import wire
from sync.central.conformance import documents
from sync.central.conformance.calls import Calls, Request, Stopped
from sync.central.conformance.documents import Document
from sync.central.conformance.exchange import Exchange
from sync.central.conformance.rules import Broken
from sync.outcome import Reply, Unreachable

MOST_SILENT = 3
"""Calls in a row without a reply; then the centre is taken for dead."""
OWN: Final = "own"
PLAIN = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What the centre said of each record, by its id, in the order of the reply."""

    by_id: Mapping[str, tuple[str, ...]]

    def of(self, record: Document) -> str:
        """The one word on a record; Broken when there is none or more than one."""
        words = self.by_id.get(record["id"], ())
        if len(words) != 1:
            raise Broken(f"{len(words)} verdicts on the record {record['id']}, not one")
        return words[0]


@dataclass(slots=True)
class Heard:
    """What all replies together have shown; `odd_error`: the first that is no problem document."""

    announces_gzip: bool = False
    odd_error: Exchange | None = None
    errors: int = 0


@dataclass(slots=True)
class PretendedTerminal:
    """A terminal made for the test.

    `epoch` is one that it has not used before, so that its numbers are new. `location` is where
    the centre says that it stands; `offered` the questionnaire that the centre hands out, if any,
    and `asked` that one or the one that travels with the program.
    """

    calls: Calls
    id: str
    token: str
    epoch: int
    asked: Questionnaire
    now: Callable[[], datetime]
    offered: Questionnaire | None = None
    location: dict[str, Any] = field(default_factory=dict)
    code: str | None = None
    last: Exchange | None = None
    heard: Heard = field(default_factory=Heard)
    _seq: int = 0
    _silent: int = 0

    def call(  # noqa: PLR0913 - a call has as many sides
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        token: str | None = OWN,
        most_bytes: int = wire.MOST_BYTES,
    ) -> Reply:
        """Make a call; raises Broken when no whole reply comes, and Stopped after three such."""
        request = self.request(
            method, path, body, headers or {}, token=token, most_bytes=most_bytes
        )
        return self.heard_of(request, self.calls.make(request))

    def request(  # noqa: PLR0913 - a call has as many sides
        self,
        method: str,
        path: str,
        body: bytes | None,
        headers: Mapping[str, str],
        *,
        token: str | None = OWN,
        most_bytes: int = wire.MOST_BYTES,
    ) -> Request:
        """A call with this terminal's token, another one, or none."""
        sent_token = self.token if token == OWN else token
        bearer = {"Authorization": f"Bearer {sent_token}"} if sent_token is not None else {}
        plain = PLAIN if body is not None else {}
        return Request(
            method=method,
            path=path,
            body=body,
            headers={"User-Agent": documents.SOFTWARE, **plain, **bearer, **headers},
            most_bytes=most_bytes,
        )

    def heard_of(self, request: Request, reply: Reply | Unreachable) -> Reply:
        """Remember what came of a call; raises Broken when that is no whole reply."""
        self.last = Exchange(request, reply)
        if isinstance(reply, Unreachable):
            self._silent += 1
            if self._silent >= MOST_SILENT:
                raise Stopped(f"{MOST_SILENT} calls in a row got no whole reply: {reply.why}")
            raise Broken(reply.why)
        self._silent = 0
        _note(self.heard, reply, self.last)
        return reply

    def a_response(self, **changes: Any) -> Document:
        """A new response with the next number."""
        self._seq += 1
        plain = documents.response(
            terminal_id=self.id,
            epoch=self.epoch,
            seq=self._seq,
            questionnaire=self.asked,
            location=self.location,
            now=self.now(),
        )
        return plain | changes

    def an_event(self, kind: str = "started", content: Document | None = None) -> Document:
        """A new event."""
        return documents.event(kind, content or {"software": documents.SOFTWARE}, self.now())

    def batch(self, records: tuple[Any, ...], name: str = "responses", **more: Any) -> bytes:
        """The records as a batch, each of them a document or its bytes."""
        raw = [msgspec.Raw(each) if isinstance(each, bytes) else each for each in records]
        sent_at = self.now().astimezone().isoformat(timespec="seconds")
        return wire.encode({"terminal_id": self.id, "sent_at": sent_at, name: raw, **more})

    def responses(self, *records: Any) -> Verdicts:
        """Send responses in one batch; the verdicts on them. Raises Broken."""
        return verdicts_in(self.call("POST", "/responses", self.batch(records)))

    def events(self, *records: Any) -> Verdicts:
        """Send events in one batch; the verdicts on them. Raises Broken."""
        return verdicts_in(self.call("POST", "/events", self.batch(records, "events")))


def verdicts_in(reply: Reply) -> Verdicts:
    """The verdicts in the reply to a batch; raises Broken."""
    must(reply, 200)
    try:
        results = msgspec.json.decode(reply.body, type=wire.Verdicts).results
    except wire.UNREADABLE as error:
        raise Broken(f"the reply is no list of verdicts: {error}") from None
    words: dict[str, tuple[str, ...]] = {}
    for each in results:
        words[each.id] = (*words.get(each.id, ()), each.status)
    return Verdicts(words)


def must(reply: Reply, *statuses: int) -> Reply:
    """The reply, if it has one of these statuses; raises Broken."""
    if reply.status not in statuses:
        wanted = " or ".join(str(each) for each in statuses)
        raise Broken(f"the reply's status is {reply.status}, not {wanted}")
    return reply


def _note(heard: Heard, reply: Reply, last: Exchange) -> None:
    heard.announces_gzip |= "gzip" in reply.headers.get("accept-encoding", "").lower()
    if reply.status >= 400:
        heard.errors += 1
        if heard.odd_error is None and not _is_problem(reply):
            heard.odd_error = last


def _is_problem(reply: Reply) -> bool:
    """Whether a reply is an RFC 9457 problem document; all its members are optional there."""
    media_type = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/problem+json":
        return False
    try:
        problem = msgspec.json.decode(reply.body, type=dict[str, Any])
    except wire.UNREADABLE:
        return False
    texts = (problem.get(name, "") for name in ("type", "title", "detail"))
    is_right = problem.get("status", reply.status) == reply.status
    return is_right and all(isinstance(text, str) for text in texts)
