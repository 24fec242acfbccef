"""Rules of POST /events: what happened to a terminal is kept like its responses."""

import uuid
from typing import Any

from sync.central.conformance import documents
from sync.central.conformance.documents import without
from sync.central.conformance.giving import configuration_of
from sync.central.conformance.pretended_terminal import PretendedTerminal
from sync.central.conformance.receiving import must_be, must_not_be_refused
from sync.central.conformance.rules import (
    CONFIGURATION,
    CORRECTIONS,
    EVENTS,
    Broken,
    NotChecked,
    Rule,
)

FLAGGED = "flag-later"
KINDS = ("started", FLAGGED, "panel-fault", "kind-of-tomorrow")


def _stored(terminal: PretendedTerminal) -> None:
    events = [terminal.an_event(kind) for kind in KINDS]
    verdicts = terminal.events(*events)
    for each in events:
        must_be(verdicts.of(each), "stored", f"a new event of the kind {each['kind']}")


def _duplicate(terminal: PretendedTerminal) -> None:
    event = terminal.an_event()
    must_be(terminal.events(event).of(event), "stored", "a new event")
    must_be(terminal.events(event).of(event), "duplicate", "the same event")
    verdicts = terminal.events(documents.rewritten(event))
    must_be(verdicts.of(event), "duplicate", "the same event written otherwise")


def _conflict(terminal: PretendedTerminal) -> None:
    event = terminal.an_event()
    must_be(terminal.events(event).of(event), "stored", "a new event")
    verdicts = terminal.events(event | {"kind": "stopped"})
    must_be(verdicts.of(event), "rejected", "another event under a stored id")


def _malformed(terminal: PretendedTerminal) -> None:
    good = terminal.an_event()
    spoilt = {
        "kind is missing": without(good, "kind"),
        "data is no object": good | {"data": "x"},
        "the clock's standing is none": good | {"clock": "wound up"},
    }
    bad = {what: event | {"id": str(uuid.uuid4())} for what, event in spoilt.items()}
    verdicts = terminal.events(*bad.values(), *documents.NO_RECORDS, good)
    for what, event in bad.items():
        must_be(verdicts.of(event), "rejected", f"an event in which {what}")
    must_be(verdicts.of(good), "stored", "a good event beside malformed ones")


def _correction(terminal: PretendedTerminal) -> None:
    unknown = {
        "at": None,
        "clock": "unknown",
        "precision": "minute",
        "earliest": None,
        "latest": None,
    }
    response = terminal.a_response(answered=unknown)
    must_be(terminal.responses(response).of(response), "stored", "a response without a time")
    at = terminal.now().astimezone().replace(second=0, microsecond=0).isoformat()
    content: dict[str, Any] = {
        "terminal_id": terminal.id,
        "epoch": response["epoch"],
        "first_seq": response["seq"],
        "last_seq": response["seq"],
        "answered": [unknown | {"at": at, "clock": "corrected"}],
    }
    event = terminal.an_event("clock-correction", content)
    must_be(terminal.events(event).of(event), "stored", "a clock correction")
    must_not_be_refused(terminal, "a response whose time was corrected", response)


def _location(terminal: PretendedTerminal) -> None:
    """The terminal says that it stands where it stands already, under a higher revision."""
    before = configuration_of(terminal).location
    if not before:
        raise NotChecked("the centre's configuration says nothing of a location")
    told = {
        "revision": before.revision + 1,
        "county": before.county,
        "unit": before.unit,
        "service": before.service,
        "place": before.place,
        "since": None,
        "set_by": "staff",
    }
    event = terminal.an_event("location-changed", told)
    must_be(terminal.events(event).of(event), "stored", "a change of place")
    after = configuration_of(terminal).location
    if not after or after.revision < before.revision + 1:
        raise Broken("GET /config does not give the newer place back that the terminal told")


RULES = (
    Rule("event-stored", "A new event is stored, whatever its kind.", EVENTS, _stored),
    Rule("event-duplicate", "An event that is stored already is a duplicate.", EVENTS, _duplicate),
    Rule("event-conflict", "Another event under a stored id is rejected.", EVENTS, _conflict),
    Rule("event-malformed-alone", "A malformed event is rejected alone.", EVENTS, _malformed),
    Rule(
        "clock-correction",
        "A clock correction is taken, and leaves the response as it came.",
        CORRECTIONS,
        _correction,
    ),
    Rule(
        "location-told",
        "The place with the higher revision wins, and comes back with the configuration.",
        CONFIGURATION,
        _location,
    ),
)
