"""Clock corrections at the centre: times learnt later stand beside the documents, never in them."""

from datetime import UTC, datetime

import msgspec
import pytest
from databases import KINDS, a_database
from sqlalchemy import select
from test_central_builders import NOON, a_centre, a_database_of_before, a_response, an_event

from sync.central.exports import as_csv
from sync.central.exports.as_ndjson import documents
from sync.central.exports.given import background, given
from sync.central.store.selection import Selection
from sync.central.store.tables import responses

UNKNOWN = {"at": None, "clock": "unknown", "precision": "minute", "earliest": None, "latest": None}
LEARNT = UNKNOWN | {"at": "2026-11-21T14:03:00+02:00", "clock": "corrected"}
BOUNDED = UNKNOWN | {
    "clock": "estimated",
    "earliest": "2026-11-21T08:00:00+02:00",
    "latest": "2026-11-21T16:00:00+02:00",
}


@pytest.fixture(scope="module", params=KINDS)
def centre(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("centre")
    with a_database(request.param, folder) as url, a_centre(folder, url) as running:
        yield running


@pytest.fixture
def terminal(centre):
    return centre.a_terminal()


def give(terminal, seq, answered=UNKNOWN):
    """A response as the terminal sends it first."""
    response = a_response(terminal.id, epoch=1, seq=seq, answered=answered)
    assert terminal.verdicts(response) == [("stored", None)]
    return response


def correct(terminal, first, *answered, **changes):
    data = {"epoch": 1, "first_seq": first, "last_seq": first + len(answered) - 1}
    event = an_event(kind="clock-correction", data=data | {"answered": answered} | changes)
    return report(terminal, event)


def report(terminal, event):
    body = {"terminal_id": terminal.id, "sent_at": NOON.isoformat(), "events": [event]}
    (verdict,) = terminal.post("/events", body).json()["results"]
    return verdict["status"]


def exported(centre, response):
    every = documents(centre.store)
    return next(each for each in every if each["id"] == response["id"])


def columns(centre, response):
    with centre.store.reading() as connection:
        kept = (responses.c.answered_at, responses.c.clock, responses.c.document)
        return tuple(
            connection.execute(select(*kept).where(responses.c.id == response["id"])).one()
        )


def test_a_time_learnt_later_stands_beside_the_document(centre, terminal):
    response = give(terminal, 1)

    assert correct(terminal, 1, LEARNT) == "stored"

    at, clock, document = columns(centre, response)
    assert (at, clock) == (datetime(2026, 11, 21, 12, 3, tzinfo=UTC), "corrected")
    assert msgspec.json.decode(document) == response
    assert exported(centre, response)["corrected"] == LEARNT
    assert exported(centre, response)["answered"] == UNKNOWN
    assert terminal.verdicts(response) == [("duplicate", None)]


def test_the_table_for_people_has_the_corrected_time(centre, terminal):
    response = give(terminal, 1)
    correct(terminal, 1, LEARNT)

    around = background(centre.store, centre.service.questionnaires, "none")
    pieces = given(centre.store, Selection(), around, lambda _text: None)
    lines = b"".join(as_csv.write(pieces, around)).decode().splitlines()

    (line,) = [each for each in lines if response["id"] in each]

    assert "2026-11-21T12:03:00" in line
    assert ",corrected," in line


def test_each_response_of_a_run_gets_its_own_time(centre, terminal):
    run = [give(terminal, seq) for seq in (5, 6, 7)]

    correct(terminal, 6, LEARNT, BOUNDED)

    assert [columns(centre, each)[1] for each in run] == ["unknown", "corrected", "estimated"]
    assert exported(centre, run[2])["corrected"] == BOUNDED


def test_a_time_that_was_right_is_never_changed(centre, terminal):
    known = LEARNT | {"clock": "synced"}
    response = give(terminal, 1, known)

    correct(terminal, 1, LEARNT | {"at": "2020-01-01T00:00:00+02:00"})

    assert columns(centre, response)[1] == "synced"


def test_the_first_correction_counts(centre, terminal):
    response = give(terminal, 1)
    correct(terminal, 1, LEARNT)

    correct(terminal, 1, BOUNDED)

    assert exported(centre, response)["corrected"] == LEARNT


def test_nobody_corrects_the_responses_of_another_terminal(centre, terminal):
    response = give(terminal, 1)

    assert correct(centre.a_terminal(), 1, LEARNT) == "stored"

    assert columns(centre, response)[1] == "unknown"


def test_a_successor_corrects_what_its_predecessor_sent(centre):
    before = centre.a_terminal("the-same-box")
    response = give(before, 1)

    correct(centre.a_terminal("the-same-box"), 1, LEARNT, terminal_id=before.id)

    assert columns(centre, response)[1] == "corrected"


def test_what_a_terminal_learns_of_its_own_says_nothing_of_its_predecessors(centre):
    before = centre.a_terminal("a-box-with-a-new-card")
    theirs = give(before, 5)
    after = centre.a_terminal("a-box-with-a-new-card")
    own = give(after, 5)

    correct(after, 5, LEARNT, terminal_id=after.id)

    assert [columns(centre, each)[1] for each in (theirs, own)] == ["unknown", "corrected"]


def test_a_correction_that_names_nobody_is_about_the_senders_own(centre):
    before = centre.a_terminal("a-box-that-was-reset")
    theirs = give(before, 6)

    correct(centre.a_terminal("a-box-that-was-reset"), 6, LEARNT)

    assert columns(centre, theirs)[1] == "unknown"


def test_naming_another_terminal_lets_nobody_correct_its_responses(centre, terminal):
    response = give(terminal, 1)

    assert correct(centre.a_terminal(), 1, LEARNT, terminal_id=terminal.id) == "stored"

    assert columns(centre, response)[1] == "unknown"


def test_a_number_that_two_responses_have_corrects_neither(centre, terminal):
    twins = [give(terminal, 7), give(terminal, 7)]

    correct(terminal, 7, LEARNT)

    assert [columns(centre, each)[1] for each in twins] == ["unknown", "unknown"]


@pytest.mark.parametrize(
    "changes",
    [
        {"answered": []},
        {"answered": [LEARNT, LEARNT]},
        {"answered": [LEARNT | {"at": "yesterday"}]},
        {"answered": [LEARNT | {"clock": "synced"}]},
        {"answered": [BOUNDED | {"latest": "9999-12-31T23:59:59Z"}]},
        {"answered": [None]},
        {"answered": "no"},
        {"epoch": "one"},
        {"first_seq": 0, "last_seq": 0},
        {"last_seq": 10**30},
        {"terminal_id": 7},
        {"terminal_id": ""},
    ],
)
def test_a_correction_that_is_none_is_kept_and_changes_nothing(centre, terminal, changes):
    response = give(terminal, 1)

    assert correct(terminal, 1, LEARNT, **changes) == "stored"

    assert columns(centre, response)[1] == "unknown"
    assert "corrected" not in exported(centre, response)


@pytest.mark.parametrize("kind", KINDS)
def test_a_database_from_before_takes_corrections_too(tmp_path, kind):
    with a_database(kind, tmp_path, is_migrated=False) as url:
        a_database_of_before(tmp_path, "0001", url)

        with a_centre(tmp_path, url) as centre:
            terminal = centre.a_terminal()
            response = give(terminal, 1)
            correct(terminal, 1, LEARNT)

            assert exported(centre, response)["corrected"] == LEARNT


def test_other_events_correct_nothing(centre, terminal):
    response = give(terminal, 1)
    data = {"epoch": 1, "first_seq": 1, "last_seq": 1, "answered": [LEARNT]}

    report(terminal, an_event(kind="flag", data=data))

    assert columns(centre, response)[1] == "unknown"
