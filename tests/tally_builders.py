"""Responses in a store, what is learnt of them, and what they count for. Holds no tests."""

import json
import time
from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Raw
from questionnaire_bodies import a_version
from sqlalchemy import select, text
from test_central_builders import (
    NOON,
    an_event,
)

from sync import wire
from sync.central.questionnaires import Questionnaires, shipped_questionnaires
from sync.central.receiving.checking import GoodResponse, check_response
from sync.central.store import tallies as tallies_module
from sync.central.store.corrections import correct_times
from sync.central.store.later_flags import flag_later
from sync.central.store.tables import ALL_UNITS, later_flags, responses, tallies
from sync.central.store.tallies import COUNTS, KEY, STANDINGS, Filter, Tally, counts_by

SHIPPED = shipped_questionnaires()
TOMORROW = Questionnaires(
    tuple(json.dumps(a_version(version)).encode() for version in ("2024.1", "2031.1"))
)
HELSINKI = ZoneInfo("Europe/Helsinki")
UNKNOWN = {"at": None, "clock": "unknown", "precision": "minute", "earliest": None, "latest": None}


def keep(store, *documents):
    checked = [check_response(Raw(wire.encode(each)), {"t-aaaaa"}, SHIPPED) for each in documents]
    assert all(isinstance(each, GoodResponse) for each in checked), checked
    return store.keep_responses(checked, NOON)


def stored_counts(store):
    with store.reading() as connection:
        rows = connection.execute(select(*(tallies.c[name] for name in (*KEY, *COUNTS)))).all()
    return {
        (*row[: len(KEY)], name): count
        for row in rows
        for name, count in zip(COUNTS, row[len(KEY) :], strict=True)
        if count
    }


def counts_of_documents(store):
    """The same, from every document by itself and nothing else that the service has worked out."""
    columns = ("document", "corrected", "received_at", "validity", "terminal_id", "epoch", "seq")
    with store.reading() as connection:
        rows = connection.execute(select(*(responses.c[name] for name in columns))).all()
        told = connection.execute(select(later_flags)).all()
    assert {row.terminal_id for row in rows} <= {"t-aaaaa"}
    counted = Counter()
    for row in rows:
        if row.validity == "invalid":
            continue
        document = json.loads(row.document)
        at = (json.loads(row.corrected) if row.corrected else document["answered"])["at"]
        moment = datetime.fromisoformat(at) if at else row.received_at
        rules = {each["rule"] for each in document["flags"]} | {
            each.rule
            for each in told
            if each.epoch == row.epoch and each.first_seq <= row.seq <= each.last_seq
        }
        standing = "simulated" if "simulated" in rules else "misuse" if rules else "counted"
        named = document["location"].get("unit") or ""
        for unit in ("" if named == ALL_UNITS else named, ALL_UNITS):
            group = (
                unit, moment.astimezone(HELSINKI).date(), standing,
                document["questionnaire"]["id"], document["respondent"], document["channel"],
                document["language"],
            )  # fmt: skip
            counted[*group, "", "n0"] += 1
            for answer in document["answers"]:
                if "value" in answer:
                    counted[*group, answer["item"], f"n{answer['value']}"] += 1
                elif "status" in answer:
                    counted[*group, answer["item"], answer["status"].replace("-", "_")] += 1
                else:
                    counted[*group, answer["item"], "n0"] += 1
                    for option in answer["options"]:
                        counted[*group, f"{answer['item']}/{option}", "n0"] += 1
    return dict(counted)


def correct(store, epoch, first, entries):
    data = {"epoch": epoch, "first_seq": first, "last_seq": first + len(entries) - 1}
    event = wire.Event(**an_event(kind="clock-correction", data=data | {"answered": entries}))
    tell(store, event)


def flag(store, epoch, first, rule, last=None):
    data = {"rule": rule, "limit": 4, "measured": 5, "epoch": epoch}
    data |= {"first_seq": first, "last_seq": last or first + 2}
    tell(store, wire.Event(**an_event(kind="flag", data=data)))


def tell(store, *events):
    """What these events of the terminal change; as `keep_events`, for a terminal without a code."""
    tally = Tally()
    with store.writing() as connection:
        correct_times(connection, "t-aaaaa", {"t-aaaaa"}, events, tally)
        flag_later(connection, "t-aaaaa", events, tally)
        tallies_module.add(connection, tally.rows())


def days_of(store):
    with store.reading() as connection:
        found = counts_by(connection, Filter(), "day")
    return {
        str(day): counts.given for (day, item), counts in found.items() if not item and counts.given
    }


def standings_of(store):
    """How many responses count as what, and the flags of each by its number."""
    with store.reading() as connection:
        found = counts_by(connection, Filter(standings=frozenset(STANDINGS)), "standing")
        columns = (responses.c.seq, responses.c.flags)
        flags = connection.execute(select(*columns).order_by(responses.c.seq, responses.c.id)).all()
    counts = {of: counts.given for (of, item), counts in found.items() if not item and counts.given}
    return counts, [tuple(row) for row in flags]


def is_over_or_waits(work, store):
    """ "over" once this future is done; "waits" once somebody waits for a lock of PostgreSQL's."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    while not work.done():
        with store.reading() as connection:
            if connection.execute(waiting).scalar_one():
                return "waits"
        time.sleep(0.01)
    return "over"
