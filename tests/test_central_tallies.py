"""The tallies are what the documents say, whatever came in which order and was learnt since."""

import uuid
from contextlib import closing

import pytest
from databases import KINDS, a_database
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Raw
from tally_builders import (
    SHIPPED,
    TOMORROW,
    UNKNOWN,
    correct,
    counts_of_documents,
    days_of,
    flag,
    keep,
    stored_counts,
)
from test_central_builders import (
    NOON,
    OTHER_UNIT,
    UNIT,
    a_response,
    a_store,
    at_unit,
)

from sync import wire
from sync.central.receiving.checking import GoodResponse, check_response
from sync.central.receiving.recounting import recheck, recount
from sync.central.store import settling
from sync.central.store import tallies as tallies_module


@pytest.fixture(scope="module", params=KINDS)
def shared(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("store")
    with a_database(request.param, folder) as url, closing(a_store(folder, url)) as store:
        yield store


@pytest.fixture
def store(tmp_path, database_url):
    with closing(a_store(tmp_path, database_url)) as opened:
        yield opened


answers = st.lists(
    st.sampled_from(
        [
            {"item": "usefulness", "value": 1},
            {"item": "usefulness", "value": 5},
            {"item": "safety", "status": "not-applicable"},
            {"item": "encounter", "status": "skipped"},
            {"item": "nps", "value": 0},
            {"item": "nps", "value": 10},
            {"item": "reasons", "options": ["waiting", "other"]},
        ]
    ),
    max_size=4,
    unique_by=lambda answer: answer["item"],
)
times = st.sampled_from(
    ["2026-11-20T21:59:00+00:00", "2026-11-21T22:00:00+00:00", "2026-03-29T03:30:00+03:00"]
)
answered = st.one_of(
    st.just(UNKNOWN), times.map(lambda at: UNKNOWN | {"at": at, "clock": "synced"})
)
learnt = st.one_of(
    times.map(lambda at: UNKNOWN | {"at": at, "clock": "corrected"}),
    times.map(lambda at: UNKNOWN | {"earliest": at, "clock": "estimated"}),
)
some_responses = st.lists(
    st.fixed_dictionaries(
        {
            "seq": st.integers(1, 6),
            "answers": st.one_of(answers, st.just([{"item": "safety", "value": 9}])),
            "answered": answered,
            "location": st.sampled_from([at_unit(UNIT), at_unit(OTHER_UNIT), {}, at_unit("*")]),
            "version": st.sampled_from(["2024.1", "2031.1", "2032.1"]),
            "language": st.sampled_from(["fi", "sv"]),
            "flags": st.sampled_from([[], [{"rule": "burst"}], [{"rule": "simulated"}]]),
            "id": st.integers(0, 8),
        }
    ),
    min_size=1,
    max_size=6,
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("store"), some_responses),
        st.tuples(
            st.just("correct"),
            st.tuples(st.integers(1, 3), st.lists(learnt, min_size=2, max_size=6)),
        ),
        st.tuples(
            st.just("flag"), st.tuples(st.integers(1, 6), st.sampled_from(["burst", "simulated"]))
        ),
        st.tuples(st.just("recheck"), st.just(None)),
    ),
    min_size=2,
    max_size=6,
)


def take(store, epoch, ids, step):
    kind, what = step
    match kind:
        case "store":
            documents = [
                a_response(
                    **{k: v for k, v in each.items() if k not in {"id", "version"}},
                    id=ids[each["id"]],
                    epoch=epoch,
                    questionnaire={"id": "national-general", "version": each["version"]},
                )
                for each in what
            ]
            checked = [
                check_response(Raw(wire.encode(each)), {"t-aaaaa"}, SHIPPED) for each in documents
            ]
            store.keep_responses([c for c in checked if isinstance(c, GoodResponse)], NOON)
        case "correct":
            correct(store, epoch, *what)
        case "flag":
            flag(store, epoch, *what)
        case "recheck":
            recheck(store, TOMORROW, NOON)


@pytest.fixture(scope="module")
def epochs():
    """A new epoch for each example, so that all examples can share a store."""
    return iter(range(1, 10**6))


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(first=some_responses, steps=steps)
def test_after_any_stores_corrections_and_checks_the_tallies_equal_a_fresh_count(
    shared, epochs, first, steps
):
    epoch, ids = next(epochs), [str(uuid.uuid4()) for _ in range(9)]

    for step in (("store", first), *steps):
        take(shared, epoch, ids, step)

    assert stored_counts(shared) == counts_of_documents(shared)
    assert recount(shared, is_mending=False).is_right


def test_a_time_learnt_later_moves_a_response_to_its_day(store):
    keep(store, a_response(seq=3, answered=UNKNOWN))
    assert days_of(store) == {"2026-11-21": 1}

    correct(store, 1, 3, [UNKNOWN | {"at": "2026-11-19T23:30:00+00:00", "clock": "corrected"}])

    assert days_of(store) == {"2026-11-20": 1}  # in Finland


def test_a_step_is_one_transaction(store, monkeypatch):
    """Cut short between the rows and the tallies, neither is changed."""
    keep(store, a_response(questionnaire={"id": "national-general", "version": "2031.1"}))
    before = stored_counts(store)

    def fail(*_arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(tallies_module, "add", fail)
        with pytest.raises(KeyboardInterrupt):
            recheck(store, TOMORROW, NOON)

    with store.reading() as connection:
        assert settling.waiting(connection) == {("national-general", "2031.1"): 1}
    assert stored_counts(store) == before
