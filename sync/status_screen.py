"""How the terminal is, as one screen for a nurse and for IT. Pure."""

from collections.abc import Iterator, Mapping

from sync.wire import Heartbeat, Location

STATE_WORDS = {
    "ok": "works",
    "offline": "no network: answers are kept and sent later",
    "attention": "call support",
}
REASON_WORDS = {
    "out-of-order": "it takes no answers, since nothing can be stored; see: palautepiste doctor",
    "settings": "the settings have a mistake; see: palautepiste config show",
    "disk-full": "the disk is full: answers cannot be taken until there is room",
    "disk-low": "the disk is nearly full",
    "damaged-files": "a damaged database was put aside, and what could be read of it kept;"
    " give support device.db.damaged-* in the state folder, then delete it",
    "not-enrolled": "not enrolled; get a code from the centre, then: palautepiste enrol CODE",
    "not-allowed": "the centre does not let this terminal in; enrol it again with a new code",
    "no-location": "nobody said where it stands: palautepiste location set --unit OID",
    "dead-letters": "the centre refused some responses; they are kept, see below",
    "panel-lost": "a button panel does not answer; check its cable",
    "button-stuck": "a button is stuck",
}
FAILURE_WORDS = {
    "connection": "no connection",
    "deadline": "the reply took too long",
    "dns": "the centre's name was not found",
    "http-401": "not let in",
    "http-403": "not let in",
    "http-404": "nothing at this address",
    "http-429": "the centre asked to wait",
    "http-503": "the centre asked to wait",
    "no verdict on these": "the centre did not say what became of them",
    "no verdicts in the reply": "no centre answered, maybe a login page",
    "proxy": "the proxy does not work",
    "reply too long": "no centre answered, too much came",
    "timeout": "no answer in time",
    "tls": "no secure connection",
    "tls-certificate": "the centre's certificate is not trusted",
    "tls-expired": "the centre's certificate is out of date, or this clock is ahead",
    "tls-not-yet-valid": "the centre's certificate is not valid yet: this clock is behind",
}


def lines(beat: Heartbeat, unit: str = "") -> Iterator[str]:
    """The screen, line by line; what has no words yet is said as it is named.

    `unit` is the name of the one that the terminal stands in, if the list knows it.
    """
    for name, values in _rows(beat, unit):
        first, *more = values or ("-",)
        yield f"{name:10} {first}"
        yield from (f"{'':10} {each}" for each in more)


def _rows(beat: Heartbeat, unit: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "state", (STATE_WORDS[beat.state],)
    yield "because", tuple(REASON_WORDS.get(each, each) for each in beat.reasons)
    yield "terminal", (beat.terminal_id or "not enrolled",)
    yield "stands at", (_place(beat.location, unit),)
    yield "open", (f"{beat.open} not finished yet",) if beat.open else ()
    yield "waiting", (_waiting(beat),)
    yield "sent", (str(beat.sent),)
    yield "refused", tuple(_refused(beat))
    unknown = "at a time not known" if beat.sent else "none yet"
    yield "last push", (beat.last_push_at or unknown,)
    yield "failed", tuple(_failures(beat.push_failures))
    yield "clock", (beat.clock,)
    yield "disk free", (f"{beat.disk_free_bytes // 2**20} MiB",)
    yield "panels", tuple(f"{each.kind} {each.id}: {each.state}" for each in beat.panels)
    yield "software", (beat.software,)


def _place(location: Location | None, unit: str) -> str:
    if location is None:
        return "-"
    oid = location.unit or ""
    named = f"{unit} ({oid})" if unit and oid else oid
    return ", ".join(filter(None, (named, location.place))) or "-"


def _waiting(beat: Heartbeat) -> str:
    if not beat.pending:
        return "0"
    return f"{beat.pending}, the oldest from {beat.oldest_pending_at or 'a time not known yet'}"


def _refused(beat: Heartbeat) -> Iterator[str]:
    """How many the centre refused and why, and what can be done about it."""
    if beat.rejected:
        yield f"{beat.rejected} by the centre, kept here: {_counted(beat.rejected_by_reason)}"
        yield "when the centre has mended why: palautepiste requeue"
    else:
        yield "0"
    if beat.events_rejected:
        yield f"and {beat.events_rejected} events, kept here; no answers are among them"
    if beat.events_dropped:
        yield f"{beat.events_dropped} events had to go, since too many waited; no answers were lost"


def _failures(failures: Mapping[str, int]) -> Iterator[str]:
    """How often a push failed since the terminal was set up, the commonest reason first."""
    for reason, count in sorted(failures.items(), key=lambda each: (-each[1], each[0])):
        words = FAILURE_WORDS.get(reason)
        yield f"{count} × {words} ({reason})" if words else f"{count} × {reason}"


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} × {reason}" for reason, count in counts.items())
