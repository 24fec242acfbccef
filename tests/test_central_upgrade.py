"""A database from before the tallies by day: counted when it is opened, however often it is cut."""

import json
from contextlib import closing

import pytest
from databases import a_database
from sqlalchemy import create_engine, func, select, text
from test_central_builders import NOON, UNIT, a_database_of_before, a_response, at_unit

from sync.central.questionnaires import shipped_questionnaires
from sync.central.receiving.recounting import recheck, recount
from sync.central.store import Store, open_store, settling
from sync.central.store import tallies as tallies_module
from sync.central.store.gaps import missing
from sync.central.store.tables import ALL_UNITS, responses, sequences, tallies
from sync.central.store.tallies import RESPONSES, Filter, counts_by, counts_by_item

COUNT = 25
RECEIVED = "2026-11-21 12:00:00+00:00"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """The address of a database of version 0004 with responses as that version kept them."""
    with a_database(request.param, tmp_path, is_migrated=False) as address:
        a_database_of_before(tmp_path, "0004", address)
        engine = create_engine(address)
        with engine.begin() as connection:
            for number in range(1, COUNT + 1):
                store_as_before(connection, the_response(number))
            connection.execute(
                text("INSERT INTO tallies VALUES (:unit, 'responses', 0, :count)"),
                {"unit": ALL_UNITS, "count": COUNT},
            )
        engine.dispose()
        yield address


def the_response(number):
    """One in five has no time, one in five a text, one an unknown version, one misuse."""
    at = {"at": None, "clock": "unknown", "precision": "minute", "earliest": None, "latest": None}
    changes = [
        {"answered": at},
        {"text": {"plain": "Odotin kauan."}},
        {"questionnaire": {"id": "national-general", "version": "2031.1"}},
        {"flags": [{"rule": "burst"}]},
        {"location": at_unit(None)},
    ]
    return a_response(seq=number + (number > 20), **changes[number % 5])


def store_as_before(connection, document):
    at = document["answered"]["at"]
    row = {
        "id": document["id"], "content_hash": "0", "terminal_id": "t-aaaaa", "epoch": 1,
        "seq": document["seq"], "unit": document["location"]["unit"], "place": None,
        "questionnaire": "national-general", "version": document["questionnaire"]["version"],
        "respondent": "client", "language": "fi", "channel": "kiosk-touch",
        "instrument": "screen", "answered_at": at and "2026-11-19 23:30:00+00:00",
        "precision": "minute", "clock": document["answered"]["clock"], "ended": "submitted",
        "received_at": RECEIVED, "nps": 9, "first_item": "usefulness", "first_value": 5,
        "first_status": None, "answer_count": 3,
        "flags": " ".join(flag["rule"] for flag in document["flags"]), "is_simulated": False,
        "document": json.dumps(document),
    }  # fmt: skip
    names = ", ".join(row)
    marks = ", ".join(f":{name}" for name in row)
    connection.execute(text(f"INSERT INTO responses ({names}) VALUES ({marks})"), row)
    answer = "INSERT INTO answers (response_id, position, item, value) VALUES (:id, 0, 'nps', 9)"
    connection.execute(text(answer), {"id": document["id"]})


def by_day(store):
    with store.reading() as connection:
        found = counts_by(connection, Filter(), "day")
    return {str(day): counts.given for (day, item), counts in found.items() if item == RESPONSES}


def is_whole(store):
    """Everything is counted once, on its day, and told apart by what it is."""
    with store.reading() as connection:
        everything = counts_by_item(
            connection, Filter(standings=frozenset({"counted", "misuse", "simulated"}))
        )
        misuse = counts_by_item(connection, Filter(standings=frozenset({"misuse"})))
        in_unit = counts_by_item(connection, Filter(frozenset({UNIT})))
        with_text = connection.execute(
            select(func.count()).where(responses.c.has_text)
        ).scalar_one()
    assert everything[RESPONSES].given == everything["nps"].given == COUNT
    assert (misuse[RESPONSES].given, with_text) == (COUNT // 5, COUNT // 5)
    assert in_unit[RESPONSES].given == COUNT * 3 // 5
    assert recount(store, is_mending=False).is_right
    return True


def test_what_was_stored_before_is_counted_when_the_store_is_opened(url):
    with closing(open_store(url)) as store:
        assert is_whole(store)
        # Without a time they count on the day on which they came.
        assert by_day(store) == {"2026-11-20": COUNT * 3 // 5, "2026-11-21": COUNT // 5}
        with store.reading() as connection:
            (gap,) = missing(connection, "t-aaaaa")
        assert (gap.first, gap.last) == (21, 21)


def test_its_responses_are_checked_as_if_their_questionnaires_had_just_become_known(url):
    with closing(open_store(url)) as store:
        recheck(store, shipped_questionnaires(), NOON)

        with store.reading() as connection:
            statement = select(responses.c.validity, func.count()).group_by(responses.c.validity)
            found = {row[0]: row[1] for row in connection.execute(statement)}
        assert found == {"valid": COUNT * 4 // 5, "unknown": COUNT // 5}
        assert is_whole(store)


def test_cut_short_after_any_step_it_goes_on_where_it_was(url, monkeypatch):
    monkeypatch.setattr(settling, "STEP_ROWS", 10)
    count = settling.count_some

    def cut_short(connection):
        count(connection)
        raise KeyboardInterrupt  # in the middle of the transaction

    def cut_short_later(connection):
        if is_first:
            is_first.clear()
            return count(connection)
        return cut_short(connection)

    for step in (cut_short, cut_short_later):
        is_first = [True]
        with monkeypatch.context() as patch:
            patch.setattr(settling, "count_some", step)
            with pytest.raises(KeyboardInterrupt):
                open_store(url)

    with closing(open_store(url)) as store:
        assert is_whole(store)
    with closing(open_store(url)) as store:
        assert is_whole(store)


def test_counting_that_marks_what_it_has_counted_in_another_transaction_is_found_out(
    url, monkeypatch
):
    """A careless variant counts a step twice when it is cut short in between."""
    add = tallies_module.add
    monkeypatch.setattr(Store, "count_uncounted", lambda _self: 0)
    with closing(open_store(url)) as store:
        taken = []
        with monkeypatch.context() as patch:
            patch.setattr(tallies_module, "add", lambda _connection, more: taken.append(more))
            with store.writing() as connection:
                settling.count_some(connection)
        for more in (*taken, *taken):
            with store.writing() as connection:
                add(connection, more)

        assert not recount(store, is_mending=False).is_right


def test_a_database_without_responses_has_nothing_to_count(database_url):
    with closing(open_store(database_url)) as store, store.reading() as connection:
        assert connection.execute(select(func.count()).select_from(tallies)).scalar_one() == 0
        assert connection.execute(select(func.count()).select_from(sequences)).scalar_one() == 0
