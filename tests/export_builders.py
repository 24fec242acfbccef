"""Responses worth exporting, and exports of them. Holds no tests."""

import json
from datetime import timedelta

from msgspec import Raw
from test_central_builders import NOON, OTHER_UNIT, UNIT, a_response, at_unit

from sync.central.exports.export import Order, prepare
from sync.central.fleet.publishing import known_questionnaires
from sync.central.receiving.checking import check_response
from sync.central.store.selection import Selection

NASTY = '=HYPERLINK("http://x")\nrivi 2; "lainaus", \'heitto\' 😀\r\nloppu\t\u2028'
UNKNOWN_UNIT = "1.2.246.10.9999999.10.1"
SEALED = {"sealed": "c2luZXRvaXR5", "key": "k-1"}
NO_CLOCK = {
    "at": None,
    "clock": "estimated",
    "precision": "minute",
    "earliest": "2026-11-20T08:00:00+02:00",
    "latest": "2026-11-21T16:00:00+02:00",
}
EVERYTHING = {
    "location": {
        "county": "20",
        "unit": UNIT,
        "service": "hammas",
        "place": "Aula 1",
        "since": "2026-11-02T08:00:00+02:00",
    },
    "answers": [
        {"item": "usefulness", "value": 2},
        {"item": "reasons", "options": ["waiting", "other"]},
        {"item": "safety", "status": "not-applicable"},
        {"item": "participation", "status": "skipped"},
        {"item": "nps", "value": 0},
    ],
    "text": {"plain": NASTY},
    "masked": ["identity-code", "phone"],
    "flags": [{"rule": "min-interval", "limit": 5, "measured": 1.2}],
    "answered": {
        "at": "2026-11-21T14:00:00+02:00",
        "clock": "synced",
        "precision": "hour",
        "earliest": None,
        "latest": None,
    },
}
RESPONSES = {
    "everything": EVERYTHING,
    "no-clock": {"answered": NO_CLOCK},
    "unknown": {
        "location": at_unit(UNKNOWN_UNIT),
        "questionnaire": {"id": "county-own", "version": "7"},
        "answers": [{"item": "parking", "value": 3}, {"item": "why", "options": ["a", "b"]}],
    },
    "simulated": {"flags": [{"rule": "simulated"}], "location": at_unit(OTHER_UNIT)},
    "sealed": {"text": SEALED, "channel": "kiosk-button", "instrument": "panel-4"},
    "nothing": {"answers": [], "location": {"unit": None}, "ended": "exit"},
}
"""What is different in each, by name."""


def keep(store, *responses, at=NOON):
    """Store responses as if they had just come."""
    known = known_questionnaires(store)
    good = [
        check_response(Raw(json.dumps(each).encode()), {"t-aaaaa"}, known) for each in responses
    ]
    verdicts = store.keep_responses(good, at)
    assert [verdict.status for verdict in verdicts] == ["stored"] * len(responses)


def keep_everything(store):
    """Store RESPONSES, a minute apart; the documents by name."""
    documents = {
        name: a_response(seq=number, **changes)
        for number, (name, changes) in enumerate(RESPONSES.items(), start=1)
    }
    for minute, document in enumerate(documents.values()):
        keep(store, document, at=NOON + timedelta(minutes=minute))
    return documents


def opened(text):
    """In place of the text keys: knows one."""
    return "avattu" if text.key == "k-1" else None


def an_export(store, form, texts="opened", open_text=opened, **chosen):
    order = Order(form=form, selection=Selection(**chosen), texts=texts)
    return prepare(store, known_questionnaires(store), order, open_text, NOON)


def exported(store, form, texts="opened", open_text=opened, **chosen):
    """The bytes of a file."""
    return b"".join(an_export(store, form, texts, open_text, **chosen).pieces(lambda _done: None))
