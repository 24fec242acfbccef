"""POST /responses: what is stored, once, and what is refused, alone."""

import sqlite3

import msgspec
import pytest
from databases import KINDS, a_database
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import InternalError, NotSupportedError
from test_central_builders import NOON, UNIT, a_centre, a_response, at_once, at_unit

from sync import wire
from sync.central.store.tables import responses


@pytest.fixture(scope="module", params=KINDS)
def centre(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("centre")
    with a_database(request.param, folder) as url, a_centre(folder, url) as running:
        yield running


@pytest.fixture
def terminal(centre):
    return centre.a_terminal()


def stored_document(centre, response_id):
    with centre.store.reading() as connection:
        statement = select(responses.c.document).where(responses.c.id == response_id)
        return connection.execute(statement).scalar_one()


def test_a_closed_response_is_stored_whole(centre, terminal):
    response = a_response(terminal.id, **{"member of tomorrow": [1, 2]})

    assert terminal.verdicts(response) == [("stored", None)]

    assert msgspec.json.decode(stored_document(centre, response["id"])) == response


def test_the_same_response_again_is_a_duplicate_however_its_json_is_written(terminal):
    response = a_response(terminal.id, flags=[{"rule": "min-interval", "limit": 5}])
    rewritten = dict(reversed(response.items()))
    rewritten["flags"] = [{"rule": "min-interval", "limit": 5.0, "measured": None}]

    assert terminal.verdicts(response) == [("stored", None)]
    assert terminal.verdicts(rewritten) == [("duplicate", None)]


def test_another_content_under_a_stored_id_is_a_conflict_and_changes_nothing(centre, terminal):
    response = a_response(terminal.id)
    terminal.send(response)

    verdicts = terminal.verdicts(response | {"language": "sv"})

    assert verdicts == [("rejected", "conflict")]
    assert msgspec.json.decode(stored_document(centre, response["id"])) == response


def test_one_id_twice_in_a_batch_is_a_duplicate_or_a_conflict(terminal):
    one, two = a_response(terminal.id), a_response(terminal.id)

    verdicts = terminal.verdicts(one, two, one, two | {"language": "sv"})

    assert verdicts == [
        ("stored", None),
        ("stored", None),
        ("duplicate", None),
        ("rejected", "conflict"),
    ]


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("not-closed", {"ended": None}),
        ("foreign-terminal", {"terminal_id": "t-other"}),
        ("foreign-terminal", {"terminal_id": None}),
        ("malformed", {"seq": 0}),
        ("malformed", {"seq": 10**30}),
        ("malformed", {"answers": [{"item": "usefulness"}]}),
        ("malformed", {"answers": [{"item": "usefulness", "value": 5, "status": "skipped"}]}),
        ("malformed", {"answered": {"at": "yesterday", "clock": "synced"}}),
        ("malformed", {"answered": {"at": "2026-11-21T14:03:00", "clock": "synced"}}),
        ("malformed", {"answered": {"at": "9999-12-31T23:59:59Z", "clock": "synced"}}),
        ("malformed", {"language": "f\0i"}),
        ("invalid-answer", {"answers": [{"item": "usefulness", "value": 6}]}),
        ("invalid-answer", {"answers": [{"item": "usefulness", "value": 0}]}),
        ("invalid-answer", {"answers": [{"item": "usefulness", "options": ["a"]}]}),
        ("invalid-answer", {"answers": [{"item": "reasons", "options": ["weather"]}]}),
        ("invalid-answer", {"answers": [{"item": "reasons", "options": []}]}),
        ("invalid-answer", {"answers": [{"item": "reasons", "options": ["help", "help"]}]}),
        ("invalid-answer", {"answers": [{"item": "reasons", "value": 1}]}),
        ("invalid-answer", {"answers": [{"item": "text", "value": 1}]}),
        ("invalid-answer", {"answers": [{"item": "text", "status": "not-applicable"}]}),
        ("invalid-answer", {"answers": [{"item": "nps", "status": "not-applicable"}]}),
        ("invalid-answer", {"answers": [{"item": "no-such-item", "value": 1}]}),
        ("invalid-answer", {"answers": [{"item": "nps", "value": 1}] * 2}),
    ],
)
def test_a_bad_response_is_refused_alone_with_its_reason(terminal, code, changes):
    good, also_good = a_response(terminal.id), a_response(terminal.id)

    verdicts = terminal.verdicts(good, a_response(terminal.id) | changes, also_good)

    assert verdicts == [("stored", None), ("rejected", code), ("stored", None)]


def test_a_malformed_item_is_named_by_its_id_where_it_has_one(terminal):
    response = a_response(terminal.id)

    reply = terminal.send({"id": "mine"}, 3, {"id": 4}, [], None, response, {"id": "x" * 200})

    results = reply.json()["results"]
    assert [r["id"] for r in results] == ["mine", "", "", "", "", response["id"], ""]
    assert [r["status"] for r in results].count("rejected") == 6


def test_reasons_and_skipped_ones_and_a_skipped_free_text_are_stored(terminal):
    low = {"item": "usefulness", "value": 1}
    skipped = [{"item": name, "status": "skipped"} for name in ("reasons", "text")]
    responses = [
        a_response(
            terminal.id,
            answers=[low, {"item": "reasons", "options": ["waiting", "other"]}],
            text={"plain": "Odotin kauan."},
        ),
        a_response(terminal.id, answers=[low, *skipped]),
    ]

    assert terminal.verdicts(*responses) == [("stored", None)] * 2


def test_unknown_units_and_questionnaires_are_kept_as_they_come(terminal):
    tomorrow = {"id": "national-general", "version": "2031.1"}
    odd = [{"item": "usefulness", "value": 9}, {"item": "reasons", "options": ["waiting"]}]
    responses = [
        a_response(terminal.id, location=at_unit("9.9.9")),
        a_response(terminal.id, location={}),
        a_response(terminal.id, questionnaire=tomorrow, answers=odd + odd),
        a_response(terminal.id, answers=[]),
    ]

    assert terminal.verdicts(*responses) == [("stored", None)] * 4


def test_a_successor_may_send_what_its_predecessors_left(centre):
    first = centre.a_terminal("the-same-machine")
    centre.a_terminal("the-same-machine")
    third = centre.a_terminal("the-same-machine")

    assert third.verdicts(a_response(first.id)) == [("stored", None)]
    assert first.verdicts(a_response(third.id)) == [("rejected", "foreign-terminal")]


def test_two_posts_of_one_batch_at_once_store_nothing_twice(centre):
    """Whoever comes second finds duplicates; every response is stored exactly once."""
    terminal = centre.a_terminal()
    before = centre.store.count_responses()
    batch = [a_response(terminal.id, seq=n) for n in range(1, 101)]

    verdicts = at_once(*[lambda: terminal.verdicts(*batch)] * 4)

    for of_one_response in zip(*verdicts, strict=True):
        assert sorted(of_one_response) == [("duplicate", None)] * 3 + [("stored", None)]
    assert centre.store.count_responses() == before + 100


def test_a_batch_is_stored_whole_or_not_at_all(terminal, monkeypatch):
    """A fault after the first insert leaves no row, and the terminal is told to come again."""
    from sync.central.store import tallies

    def fail(*_args):
        raise RuntimeError("pulled the plug")

    response = a_response(terminal.id)
    monkeypatch.setattr(tallies, "add", fail)
    reply = terminal.send(response)
    monkeypatch.undo()

    assert reply.status_code == 500
    assert "plug" not in reply.text
    assert terminal.verdicts(response) == [("stored", None)]


def test_a_busy_database_asks_the_terminal_to_come_again(centre, terminal, monkeypatch):
    from sqlalchemy.exc import OperationalError

    def is_locked(*_args):
        raise OperationalError("", {}, sqlite3.OperationalError("database is locked"))

    monkeypatch.setattr(type(centre.store), "keep_responses", is_locked)
    reply = terminal.send(a_response(terminal.id))

    assert reply.status_code == 503
    assert reply.headers["retry-after"] == "5"


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        # As PostgreSQL says it on a connection of before, and on a new one.
        (InternalError, "cannot execute INSERT in a read-only transaction"),
        (NotSupportedError, "cannot set transaction read-write mode during recovery"),
    ],
    ids=["before", "new"],
)
def test_a_standby_that_has_not_taken_over_yet_asks_the_terminal_to_come_again(
    centre, terminal, monkeypatch, kind, why
):
    def is_standby(*_args):
        raise kind("", {}, Exception(why))

    monkeypatch.setattr(type(centre.store), "keep_responses", is_standby)
    reply = terminal.send(a_response(terminal.id))

    assert reply.status_code == 503
    assert reply.headers["retry-after"] == "5"


def test_a_batch_for_another_terminal_is_refused_whole(terminal):
    reply = terminal.send(a_response(terminal.id), terminal_id="t-other")

    assert reply.status_code == 400
    assert "t-other" in reply.json()["detail"]


def test_500_responses_are_taken_and_501_are_too_many(terminal):
    one = a_response(terminal.id)
    many = [{"id": str(n)} for n in range(501)]

    assert len(terminal.verdicts(*many[:499], one)) == 500
    assert terminal.send(*many).status_code == 413


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@st.composite
def damaged_responses(draw):
    """A response with a member or two replaced by anything."""
    response = a_response("t-aaaaa")
    for name in draw(st.lists(st.sampled_from(sorted(response)), min_size=1, max_size=2)):
        response[name] = draw(json_values)
    return response


bodies = st.one_of(
    st.binary(max_size=200),
    json_values.map(lambda value: repr(value).encode()),
    json_values.map(msgspec.json.encode),
    st.lists(damaged_responses(), max_size=3).map(
        lambda responses: msgspec.json.encode(
            {"terminal_id": "TERMINAL", "sent_at": NOON.isoformat(), "responses": responses}
        )
    ),
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=bodies, gzipped=st.sampled_from(["", "gzip", "br"]))
def test_no_body_ever_gives_a_server_error(terminal, body, gzipped):
    own = body.replace(b"TERMINAL", terminal.id.encode()).replace(b"t-aaaaa", terminal.id.encode())
    headers = {"Content-Encoding": gzipped} if gzipped else {}

    for path in ("/responses", "/events", "/heartbeats", "/enrolments"):
        reply = terminal.post(path, own, **headers)

        assert reply.status_code < 500, (path, reply.text)
        if reply.status_code >= 400:
            msgspec.json.decode(reply.content, type=wire.Problem)


def test_stored_rows_hold_what_is_queried(centre, terminal):
    response = a_response(terminal.id, flags=[{"rule": "simulated"}, {"rule": "burst"}])
    terminal.send(response)

    with centre.store.reading() as connection:
        row = connection.execute(
            text(
                "SELECT unit, nps, first_item, first_value, answer_count, flags, is_simulated"
                " FROM responses WHERE id = :id"
            ),
            {"id": response["id"]},
        ).one()

    assert row == (UNIT, 9, "usefulness", 5, 3, "burst simulated", 1)
