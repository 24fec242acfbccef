"""What the pretended terminal sends: whole documents, and such as a terminal would never send."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from device_config.questionnaire import Questionnaire
from sync import wire

Document = dict[str, Any]

SOFTWARE = "palautepiste conformance"
NO_SUCH = "no-such-thing-conformance"
"""An id, version or unit that no centre knows."""


def some_answers(questionnaire: Questionnaire) -> list[Document]:
    """The best answer to each item that has a scale."""
    scales = ((item, questionnaire.scale_of(item)) for item in questionnaire.all_items())
    return [{"item": item.id, "value": scale.max} for item, scale in scales if scale is not None]


def response(  # noqa: PLR0913 - the members that differ from one document to the next
    *,
    terminal_id: str,
    epoch: int,
    seq: int,
    questionnaire: Questionnaire,
    location: Mapping[str, Any],
    now: datetime,
) -> Document:
    """A closed response as a terminal would send it, flagged `simulated`."""
    at = now.astimezone().replace(second=0, microsecond=0).isoformat()
    return {
        "id": str(uuid.uuid4()),
        "epoch": epoch,
        "seq": seq,
        "terminal_id": terminal_id,
        "questionnaire": {"id": questionnaire.id, "version": questionnaire.version},
        "respondent": questionnaire.respondent,
        "language": "fi",
        "location": dict(location),
        "contact_mode": "on-site",
        "channel": "kiosk-touch",
        "instrument": "screen",
        "answered": {
            "at": at,
            "clock": "synced",
            "precision": "minute",
            "earliest": None,
            "latest": None,
        },
        "ended": "submitted",
        "answers": some_answers(questionnaire),
        "text": None,
        "masked": [],
        "flags": [{"rule": "simulated", "limit": None, "measured": None}],
    }


def without(document: Document, member: str) -> Document:
    """The document without one member."""
    return {name: value for name, value in document.items() if name != member}


def malformed(good: Document) -> dict[str, Document]:
    """The document spoilt in many ways, each under an id of its own; by what is wrong."""
    item = good["answers"][0]["item"]
    answered = good["answered"]
    changes: dict[str, Document] = {
        "seq is 0": {"seq": 0},
        "seq has thirty digits": {"seq": 10**30},
        "epoch is a text": {"epoch": "1"},
        "a time is none": {"answered": answered | {"at": "yesterday"}},
        "the clock's standing is none": {"answered": answered | {"clock": "wound up"}},
        "answers is no list": {"answers": "5"},
        "an answer says nothing": {"answers": [{"item": item}]},
        "an answer says two things": {"answers": [{"item": item, "value": 5, "status": "skipped"}]},
        "a value is a text": {"answers": [{"item": item, "value": "5"}]},
        "a value is no whole number": {"answers": [{"item": item, "value": 4.5}]},
        "a text is plain and sealed": {"text": {"plain": "a", "sealed": "b", "key": "c"}},
    }
    spoilt = {what: good | changed for what, changed in changes.items()}
    spoilt["answers is missing"] = without(good, "answers")
    spoilt["questionnaire is missing"] = without(good, "questionnaire")
    return {what: document | {"id": str(uuid.uuid4())} for what, document in spoilt.items()}


NO_RECORDS: tuple[Any, ...] = (None, 17, "a text", [], {})
"""Items of a batch that are no records at all."""


def event(kind: str, content: Document, now: datetime) -> Document:
    """An event whose time is right."""
    return {
        "id": str(uuid.uuid4()),
        "kind": kind,
        "at": now.astimezone().isoformat(timespec="seconds"),
        "clock": "synced",
        "data": content,
    }


def heartbeat(terminal_id: str, now: datetime) -> Document:
    """How a terminal is that has nothing to complain of."""
    sent_at = now.astimezone().isoformat(timespec="seconds")
    beat = wire.Heartbeat(
        state="ok",
        terminal_id=terminal_id,
        location=None,
        pending=0,
        sent=1,
        rejected=0,
        last_seq=1,
        oldest_pending_at=None,
        last_push_at=sent_at,
        clock="synced",
        disk_free_bytes=10**10,
        panels=(),
        software=SOFTWARE,
        uptime_s=60.5,
        push_failures={"dns": 1},
    )
    return dict(msgspec.to_builtins(beat))


def rewritten(document: Document) -> bytes:
    """The same content as other bytes: other order, blanks, and letters written as numbers."""
    turned = {name: _turned(document[name]) for name in reversed(document)}
    plain = msgspec.json.format(msgspec.json.encode(turned), indent=3)
    return plain.replace(b'"simulated"', b'"simul\\u0061ted"')


def _turned(value: Any) -> Any:
    match value:
        case dict():
            return {name: _turned(value[name]) for name in reversed(value)}
        case list():
            return [_turned(each) for each in value]
    return value
