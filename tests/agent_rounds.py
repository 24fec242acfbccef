"""What a test of the agent makes, and asks of its centre. No tests."""

import json
from email.utils import formatdate

import msgspec
from builders import (
    NOON,
    CentreAnswer,
    an_id,
    refusal,
    stored,
)

from device_config import road
from sync.wire import RawBatch

DAY_S = 86_400


def ids_up_to(number):
    return [an_id(each) for each in range(1, number + 1)]


def refuses(*poison, status=422):
    """Refuses a whole batch for one response in it."""

    def answer(request):
        bad = set(poison) & set(request.ids)
        return refusal(status)(request) if bad else stored(request)

    return answer


def sent_bytes(centre):
    """Every response as it travelled, as (id, bytes)."""
    for request in centre.seen("/responses"):
        for raw in msgspec.json.decode(request.body, type=RawBatch).responses:
            yield json.loads(bytes(raw))["id"], bytes(raw)


def push_times(terminal, centre, times):
    """At which of these times a push was tried."""
    tried = []
    for at_s in times:
        before = len(centre.seen("/responses"))
        terminal.tick(at_s)
        if len(centre.seen("/responses")) > before:
            tried.append(at_s)
    return tried


def header_date(at_s):
    return formatdate(NOON + at_s, usegmt=True)


def an_event(number):
    return road.JournalEntry(f"event-{number}", "panel-lost", None, "unknown", {"n": number})


def a_config(etag='"one"', **members):
    """Answers with this configuration, or 304 to whoever has it."""

    def answer(request):
        if request.headers.get("if-none-match") == etag:
            return CentreAnswer(status=304)
        return CentreAnswer(members, headers={"ETag": etag})

    return answer
