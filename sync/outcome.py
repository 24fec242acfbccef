"""What a reply of the centre means. Pure: a reply in, an outcome out.

docs/interfaces.md, "What a terminal keeps to, whatever the other side does".
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import msgspec

from device_config.clock import Reading
from sync.schedule import retry_after_s
from sync.wire import UNREADABLE, Reason, Verdict


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole reply, within bounds: its status, headers (lower-case names) and body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Unreachable:
    """No whole reply came: the network, a time-out, TLS, or a reply too long or cut short."""

    why: str


@dataclass(frozen=True, slots=True)
class Settled:
    """The centre's verdicts on what it was sent; what is in neither is still waiting."""

    stored: tuple[str, ...] = ()
    rejected: tuple[tuple[str, Reason], ...] = ()


@dataclass(frozen=True, slots=True)
class TooMuch:
    """The batch has to be smaller: too large, or something in it is wrong."""

    status: int


@dataclass(frozen=True, slots=True)
class NotAllowed:
    """The centre does not know this terminal, or not any more."""

    status: int


@dataclass(frozen=True, slots=True)
class TryLater:
    """Nothing is settled: try again, after so many seconds if the centre said.

    `is_about_these`: the centre works, and stumbles maybe over one of those that it was sent.
    """

    why: str
    after_s: float | None = None
    is_about_these: bool = False


Outcome = Settled | TooMuch | NotAllowed | TryLater

SPLIT = (400, 413, 422)
SLOW_DOWN = (429, 503)
STUMBLED = 500


def push_outcome(reply: Reply | Unreachable, ids: Collection[str], now: Reading) -> Outcome:
    """What a reply to a batch with these ids settles."""
    if isinstance(reply, Unreachable):
        return TryLater(reply.why)
    if reply.status in SPLIT:
        if len(ids) > 1:
            return TooMuch(reply.status)
        reason = Reason(f"http-{reply.status}", _detail(reply))
        return Settled(rejected=tuple((each, reason) for each in ids))
    if reply.status == STUMBLED:
        return TryLater(f"http-{reply.status}", is_about_these=True)
    if reply.status != 200:
        return failure(reply, now)
    return _verdicts(reply.body, frozenset(ids))


def failure(reply: Reply | Unreachable, now: Reading) -> NotAllowed | TryLater:
    """What a reply that is no success means for trying again."""
    if isinstance(reply, Unreachable):
        return TryLater(reply.why)
    if reply.status in (401, 403):
        return NotAllowed(reply.status)
    after_s = None
    if reply.status in SLOW_DOWN:
        own_wall = now.wall if now.is_synced else None
        headers = reply.headers
        after_s = retry_after_s(headers.get("retry-after"), headers.get("date"), own_wall)
    return TryLater(f"http-{reply.status}", after_s)


class _Results(msgspec.Struct, frozen=True):
    results: tuple[msgspec.Raw, ...]


@dataclass(slots=True)
class _Tally:
    """The verdicts so far, each id's last word, and the ids about which two disagree."""

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    disputed: set[str] = field(default_factory=set)


def _verdicts(body: bytes, ids: frozenset[str]) -> Outcome:
    try:
        entries = msgspec.json.decode(body, type=_Results).results
    except UNREADABLE:
        return TryLater("no verdicts in the reply")
    tally = _Tally()
    for entry in entries:
        _count(entry, ids, tally)
    agreed = [each for each in tally.verdicts.values() if each.id not in tally.disputed]
    if not agreed:
        return TryLater("no verdict on these", is_about_these=True)
    return Settled(
        stored=tuple(each.id for each in agreed if each.status != "rejected"),
        rejected=tuple(
            (each.id, each.reason or Reason("none-given"))
            for each in agreed
            if each.status == "rejected"
        ),
    )


def _count(entry: msgspec.Raw, ids: frozenset[str], tally: _Tally) -> None:
    """Count one entry of a reply; one of another shape, or about another id, settles nothing."""
    try:
        verdict = msgspec.json.decode(entry, type=Verdict)
    except UNREADABLE:
        return
    if verdict.id not in ids:
        return
    before = tally.verdicts.setdefault(verdict.id, verdict)
    if (before.status == "rejected") != (verdict.status == "rejected"):
        tally.disputed.add(verdict.id)


def _detail(reply: Reply) -> str:
    """What a problem document says, bounded."""
    try:
        problem = msgspec.json.decode(reply.body)
    except UNREADABLE:
        return ""
    detail = problem.get("detail") if isinstance(problem, dict) else None
    return detail[:2000] if isinstance(detail, str) else ""
