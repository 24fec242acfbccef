"""Numbers: which are missing, which came twice, and what is known of why."""

import json
from contextlib import closing

import pytest
from click.testing import CliRunner
from databases import KINDS, a_database
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Raw
from sqlalchemy import select
from test_central_builders import NOON, a_centre, a_response, a_store, an_event, at_once

from sync import wire
from sync.central.cli import central_admin
from sync.central.questionnaires import shipped_questionnaires
from sync.central.receiving.checking import check_response
from sync.central.receiving.recounting import recount
from sync.central.store import sequences as sequences_module
from sync.central.store.gaps import Gap, Twice, came_twice, missing
from sync.central.store.sequences import gaps_of
from sync.central.store.tables import sequences

SHIPPED = shipped_questionnaires()


@pytest.fixture(scope="module", params=KINDS)
def centre(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("centre")
    with a_database(request.param, folder) as url, a_centre(folder, url) as running:
        yield running


@pytest.fixture
def terminal(centre):
    return centre.a_terminal()


def give(terminal, *seqs, epoch=1):
    verdicts = terminal.verdicts(*[a_response(terminal.id, epoch=epoch, seq=n) for n in seqs])
    assert verdicts == [("stored", None)] * len(seqs)


def gaps(centre, terminal):
    """Epoch, first, last and why of each gap."""
    with centre.store.reading() as connection:
        found = missing(connection, terminal.id)
    return [(gap.epoch, gap.first, gap.last, gap.why) for gap in found]


def twice(centre, terminal):
    with centre.store.reading() as connection:
        return [(each.epoch, each.seq, each.times) for each in came_twice(connection, terminal.id)]


def count_of(centre, terminal):
    with centre.store.reading() as connection:
        return gaps_of(connection).get(terminal.id, 0)


def tell_salvage(terminal, *runs):
    not_found = [{"epoch": e, "first_seq": first, "last_seq": last} for e, first, last in runs]
    event = an_event(kind="salvage", data={"why": "…", "not_found": not_found})
    body = {"terminal_id": terminal.id, "sent_at": NOON.isoformat(), "events": [event]}
    assert terminal.post("/events", body).status_code == 200


def test_numbers_that_follow_each_other_have_no_gap(centre, terminal):
    give(terminal, 1, 2, 3)
    give(terminal, 5, 4)

    assert gaps(centre, terminal) == []
    assert count_of(centre, terminal) == 0


def test_a_gap_is_found_and_closes_when_its_numbers_come(centre, terminal):
    give(terminal, 1, 2, 6)

    assert gaps(centre, terminal) == [(1, 3, 5, "not-known")]
    assert count_of(centre, terminal) == 3

    give(terminal, 4)

    assert gaps(centre, terminal) == [(1, 3, 3, "not-known"), (1, 5, 5, "not-known")]

    give(terminal, 3, 5)

    assert gaps(centre, terminal) == []
    assert count_of(centre, terminal) == 0


def test_each_epoch_has_its_own_numbers(centre, terminal):
    give(terminal, 1, 2)
    give(terminal, 1, 3, epoch=2)
    give(terminal, 2, epoch=4)

    assert gaps(centre, terminal) == [(2, 2, 2, "not-known"), (4, 1, 1, "not-known")]
    assert count_of(centre, terminal) == 2


def test_what_was_given_before_the_first_number_that_came_is_said_and_not_counted(centre, terminal):
    """The terminal may have had another centre before, or another name."""
    give(terminal, 5001, 5003)

    assert gaps(centre, terminal) == [(1, 1, 5000, "before-first"), (1, 5002, 5002, "not-known")]
    assert count_of(centre, terminal) == 1


def test_a_number_that_two_responses_have_counts_once_and_is_shown(centre, terminal):
    give(terminal, 1, 2)
    give(terminal, 2, 4)
    give(terminal, 5, 5, 2)

    assert twice(centre, terminal) == [(1, 2, 3), (1, 5, 2)]
    assert gaps(centre, terminal) == [(1, 3, 3, "not-known")]
    assert count_of(centre, terminal) == 1


def test_the_same_response_again_is_no_second_number(centre, terminal):
    response = a_response(terminal.id, seq=1)
    terminal.verdicts(response, response)
    terminal.verdicts(response)

    assert twice(centre, terminal) == []
    assert gaps(centre, terminal) == []


def test_what_the_terminal_itself_has_lost_explains_a_gap(centre, terminal):
    give(terminal, 1, 10, 12)
    tell_salvage(terminal, (1, 4, 6), (2, 1, 3), (1, 11, 40))

    assert gaps(centre, terminal) == [
        (1, 2, 3, "not-known"),
        (1, 4, 6, "lost"),
        (1, 7, 9, "not-known"),
        (1, 11, 11, "lost"),
    ]


def test_what_its_successor_has_lost_explains_it_too(centre):
    before = centre.a_terminal("one-box")
    give(before, 1, 3)
    tell_salvage(centre.a_terminal("one-box"), (1, 2, 2))

    assert gaps(centre, before) == [(1, 2, 2, "lost")]


def test_what_was_refused_explains_a_gap(centre, terminal):
    bad = [{"item": "usefulness", "value": 9}]
    terminal.verdicts(
        a_response(terminal.id, seq=1),
        a_response(terminal.id, seq=2, answers=bad),
        a_response(terminal.id, seq=3, language="f\0i"),
        a_response(terminal.id, seq=5),
    )

    assert gaps(centre, terminal) == [(1, 2, 3, "refused"), (1, 4, 4, "not-known")]


@pytest.mark.parametrize(
    "told",
    [
        None,
        7,
        {"not_found": 3},
        {"not_found": [3, {"epoch": "one"}, {"epoch": 1, "first_seq": 0, "last_seq": 9}]},
        {"not_found": [{"epoch": 1, "first_seq": 9, "last_seq": 2}]},
    ],
)
def test_an_event_that_says_it_badly_explains_nothing(centre, terminal, told):
    give(terminal, 1, 3)
    event = an_event(kind="salvage", data={"of": told} if not isinstance(told, dict) else told)
    body = {"terminal_id": terminal.id, "sent_at": NOON.isoformat(), "events": [event]}
    terminal.post("/events", body)

    assert gaps(centre, terminal) == [(1, 2, 2, "not-known")]


def test_the_largest_numbers_there_are_do_no_harm(centre, terminal):
    give(terminal, 1, 2**53)
    give(terminal, 1, epoch=2**53)

    assert gaps(centre, terminal) == [(1, 2, 2**53 - 1, "not-known")]
    assert count_of(centre, terminal) == 2**53 - 2


def test_two_terminals_that_send_one_backlog_at_once_store_and_number_it_once(centre):
    """A successor sends what its predecessor left, while that one still lives."""
    before = centre.a_terminal("cloned")
    after = centre.a_terminal("cloned")
    batch = [a_response(before.id, seq=n) for n in range(1, 61)]

    def send(terminal, documents):
        return lambda: terminal.verdicts(*documents)

    verdicts = at_once(
        send(before, batch), send(after, batch[::-1]), send(before, batch[::2]), send(after, batch)
    )

    stored = sum(row.count(("stored", None)) for row in verdicts)
    assert stored == 60
    assert {verdict for row in verdicts for verdict in row} == {
        ("stored", None),
        ("duplicate", None),
    }
    assert (gaps(centre, before), twice(centre, before)) == ([], [])
    assert recount(centre.store, is_mending=False).numbers == ()


def test_the_same_numbers_under_different_ids_at_once_count_once(centre, terminal):
    batches = [[a_response(terminal.id, seq=n) for n in range(1, 31)] for _ in range(4)]

    at_once(*[lambda batch=batch: terminal.verdicts(*batch) for batch in batches])

    assert twice(centre, terminal) == [(1, n, 4) for n in range(1, 31)]
    assert gaps(centre, terminal) == []
    assert recount(centre.store, is_mending=False).numbers == ()


@pytest.fixture(scope="module", params=KINDS)
def shared(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("store")
    with a_database(request.param, folder) as url, closing(a_store(folder, url)) as store:
        yield store


@pytest.fixture(scope="module")
def names():
    return (f"t-{number:05}" for number in range(10**5))


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(batches=st.lists(st.lists(st.integers(1, 12), min_size=1, max_size=6), max_size=6))
def test_in_whatever_order_numbers_come_the_missing_ones_are_those_that_did_not(
    shared, names, batches
):
    name = next(names)
    for batch in batches:
        keep(shared, *[a_response(name, seq=n) for n in batch])

    came = [n for batch in batches for n in batch]
    with shared.reading() as connection:
        gaps, doubled = missing(connection, name), came_twice(connection, name)
        number = gaps_of(connection).get(name, 0)
    absent = {n for gap in gaps for n in range(gap.first, gap.last + 1)}
    assert absent == set(range(1, max(came, default=0))) - set(came)
    assert number == len([n for n in absent if n > min(came)])
    assert doubled == tuple(
        Twice(1, n, came.count(n)) for n in sorted(set(came)) if came.count(n) > 1
    )
    assert all(isinstance(gap, Gap) and gap.count > 0 for gap in gaps)


def keep(store, *documents):
    senders = {each["terminal_id"] for each in documents}
    checked = [check_response(Raw(wire.encode(each)), senders, SHIPPED) for each in documents]
    return store.keep_responses(checked, NOON)


def test_counting_responses_in_place_of_numbers_is_found_out(tmp_path, database_url, monkeypatch):
    """A careless variant hides a gap behind a number that came twice."""
    monkeypatch.setattr(sequences_module, "_came_before", lambda *_: frozenset())
    with closing(a_store(tmp_path, database_url)) as store:
        keep(store, a_response("t-1", seq=1), a_response("t-1", seq=3))
        keep(store, a_response("t-1", seq=3))

        found = recount(store)

        assert found.numbers == (("t-1", 1),)
        with store.reading() as connection:
            row = connection.execute(select(sequences)).one()
        assert (row.lowest, row.highest, tuple(row)[-1]) == (1, 3, 2)


def test_the_command_lists_what_is_missing_and_what_came_twice(tmp_path):
    database = f"sqlite:///{tmp_path / 'central.db'}"
    with a_centre(tmp_path) as centre:
        one, other = centre.a_terminal(), centre.a_terminal()
        give(one, 1, 4, 4)
        give(other, 1)

    def run(*words):
        found = CliRunner().invoke(
            central_admin, ["terminal", "gaps", *words, "--database", database]
        )
        assert found.exit_code == 0, found.output
        return found.stdout

    common = {"terminal_id": one.id, "epoch": 1}
    assert json.loads(run("--json")) == [
        common | {"first_seq": 2, "last_seq": 3, "why": "not-known", "times": 0},
        common | {"first_seq": 4, "last_seq": 4, "why": "came-twice", "times": 2},
    ]
    assert run(one.id) == f"{one.id}  epoch 1  2–3  not-known\n{one.id}  epoch 1  4  came-twice\n"
    assert run(other.id) == ""
