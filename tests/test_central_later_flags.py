"""Flags that a terminal learns of only later: what was stored, and what still comes, is misuse."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import msgspec
import pytest
from databases import a_database
from tally_builders import (
    SHIPPED,
    counts_of_documents,
    flag,
    is_over_or_waits,
    keep,
    standings_of,
    stored_counts,
    tell,
)
from test_central_builders import (
    NOON,
    a_centre,
    a_response,
    a_store,
    an_event,
)

from sync import wire
from sync.central.receiving.checking import check_response
from sync.central.receiving.recounting import recount
from sync.central.store.events import keep_events
from sync.central.store.responses import keep_responses


@pytest.fixture
def store(tmp_path, database_url):
    with closing(a_store(tmp_path, database_url)) as opened:
        yield opened


def test_a_flag_that_is_learnt_later_makes_misuse_of_what_was_stored_and_of_what_still_comes(store):
    keep(store, a_response(seq=1), a_response(seq=2))

    flag(store, 1, 2, "burst", last=4)
    keep(store, a_response(seq=3), a_response(seq=5))
    keep(store, a_response(seq=4, flags=[{"rule": "simulated"}]))

    assert standings_of(store) == (
        {"counted": 2, "misuse": 2, "simulated": 1},
        [(1, ""), (2, "burst"), (3, "burst"), (4, "burst simulated"), (5, "")],
    )
    assert stored_counts(store) == counts_of_documents(store)


def test_a_flag_reaches_only_the_numbers_of_its_own_epoch_and_terminal(store):
    keep(store, a_response(seq=1, epoch=2))
    flag(store, 1, 1, "burst")

    keep(store, a_response(seq=2, epoch=2))

    assert standings_of(store)[0] == {"counted": 2}


@pytest.mark.parametrize(
    "changes",
    [
        {"rule": "nonsense"},
        {"epoch": "one"},
        {"first_seq": 0},
        {"first_seq": 3, "last_seq": 1},
        {"last_seq": 10**15},
        {"last_seq": 10**30},
    ],
)
def test_a_flag_that_is_badly_said_changes_nothing(store, changes):
    keep(store, a_response(seq=1))
    data = {"rule": "burst", "epoch": 1, "first_seq": 1, "last_seq": 1} | changes

    tell(store, wire.Event(**an_event(kind="flag", data=data)))

    assert standings_of(store) == ({"counted": 1}, [(1, "")])


def test_flags_come_in_with_the_events_of_a_terminal(tmp_path, database_url):
    with a_centre(tmp_path, database_url) as centre:
        terminal = centre.a_terminal()
        terminal.send(a_response(terminal.id, seq=1), a_response(terminal.id, seq=2))
        data = {"rule": "burst", "limit": 4, "measured": 5, "epoch": 1}
        event = an_event(kind="flag", data=data | {"first_seq": 1, "last_seq": 1})
        body = {"terminal_id": terminal.id, "sent_at": NOON.isoformat(), "events": [event]}

        for _ in range(2):
            assert terminal.post("/events", body).status_code == 200

        assert standings_of(centre.store)[0] == {"counted": 1, "misuse": 1}
        assert recount(centre.store, is_mending=False).is_right


@pytest.mark.parametrize("is_flag_first", [False, True], ids=["response-first", "flag-first"])
def test_a_flag_and_its_response_that_come_at_the_same_time_find_each_other(
    tmp_path, is_flag_first
):
    with (
        a_database("postgresql", tmp_path) as url,
        a_centre(tmp_path, url) as centre,
        ThreadPoolExecutor(1) as threads,
    ):
        terminal = centre.a_terminal()
        document = msgspec.Raw(wire.encode(a_response(terminal.id, seq=1)))
        good = check_response(document, {terminal.id}, SHIPPED)
        told = {"rule": "burst", "epoch": 1, "first_seq": 1, "last_seq": 1}
        event = wire.Event(**an_event(kind="flag", data=told))

        def store_response(connection):
            keep_responses(connection, [good], NOON)

        def hear_flag(connection):
            keep_events(connection, terminal.id, [event], NOON)

        def in_its_own_transaction(doing):
            with centre.store.writing() as connection:
                doing(connection)

        one, other = (hear_flag, store_response) if is_flag_first else (store_response, hear_flag)
        with centre.store.writing() as connection:
            one(connection)
            work = threads.submit(in_its_own_transaction, other)
            is_over_or_waits(work, centre.store)
        work.result()

        assert standings_of(centre.store)[0] == {"misuse": 1}
