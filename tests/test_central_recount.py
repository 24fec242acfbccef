"""Counting every document again: it finds what is wrong, says so, and mends it."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import msgspec
import pytest
from click.testing import CliRunner
from databases import a_database
from sqlalchemy import delete, select, text, update
from tally_builders import (
    TOMORROW,
    UNKNOWN,
    correct,
    days_of,
    is_over_or_waits,
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
from sync.central.cli import central_admin
from sync.central.receiving.recounting import recheck, recount
from sync.central.store.recount import count_numbers_anew, stop_counting
from sync.central.store.sequences import count_numbers
from sync.central.store.tables import ALL_UNITS, responses, sequences, tallies
from sync.central.store.tallies import KEY, Tally, add


@pytest.fixture
def store(tmp_path, database_url):
    with closing(a_store(tmp_path, database_url)) as opened:
        yield opened


def test_the_count_finds_a_careless_correction_that_leaves_the_day_before_as_it_was(
    store, monkeypatch
):
    count = Tally.count

    def never_takes_back(self, response, day, standing, times=1):
        count(self, response, day, standing, max(times, 0))

    monkeypatch.setattr(Tally, "count", never_takes_back)
    keep(store, a_response(seq=3, answered=UNKNOWN))
    correct(store, 1, 3, [UNKNOWN | {"at": "2026-11-19T23:30:00+00:00", "clock": "corrected"}])

    found = recount(store, is_mending=False)

    assert not found.is_right
    assert {key[KEY.index("day")].isoformat() for key in found.lacking} == {"2026-11-21"}
    assert all(max(lacking) <= 0 for lacking in found.lacking.values())


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda: delete(tallies), id="all-gone"),
        pytest.param(lambda: delete(tallies).where(tallies.c.unit == ALL_UNITS), id="sums-gone"),
        pytest.param(
            lambda: update(tallies).where(tallies.c.unit == UNIT).values(n5=7), id="a-unit-too-much"
        ),
        pytest.param(lambda: update(tallies).values(n0=tallies.c.n0 + 1), id="all-too-much"),
        pytest.param(lambda: delete(sequences), id="numbers-gone"),
        pytest.param(lambda: update(sequences).values(count=99), id="numbers-wrong"),
    ],
)
def test_a_recount_says_what_is_wrong_and_mends_it(store, spoil):
    keep(
        store,
        a_response(),
        a_response(seq=2, location=at_unit(OTHER_UNIT)),
        a_response(seq=4, location={}),
    )
    right = stored_counts(store)
    assert recount(store).is_right
    with store.writing() as connection:
        connection.execute(spoil())

    assert not recount(store, is_mending=False).is_right
    assert not recount(store).is_right

    assert recount(store, is_mending=False).is_right
    assert stored_counts(store) == right


def test_a_recount_leaves_out_what_is_invalid_and_what_was_never_counted(store):
    bad = a_response(
        questionnaire={"id": "national-general", "version": "2031.1"},
        answers=[{"item": "safety", "value": 9}],
    )
    keep(store, a_response(seq=2), bad)
    recheck(store, TOMORROW, NOON)

    assert recount(store).is_right
    assert days_of(store) == {"2026-11-21": 1}


def test_a_document_that_cannot_be_read_holds_up_no_other(store):
    keep(store, *[
        a_response(seq=n, questionnaire={"id": "national-general", "version": "2031.1"})
        for n in (1, 2, 3)
    ])  # fmt: skip
    with store.writing() as connection:
        connection.execute(update(responses).where(responses.c.seq == 2).values(document="{"))

    recheck(store, TOMORROW, NOON)

    with store.reading() as connection:
        columns = (responses.c.seq, responses.c.validity, responses.c.problem)
        found = connection.execute(select(*columns).order_by(responses.c.seq)).all()
    assert [tuple(row) for row in found] == [
        (1, "valid", None),
        (2, "invalid", "the document is damaged"),
        (3, "valid", None),
    ]


def test_a_recount_goes_on_past_a_document_that_cannot_be_read_and_no_longer_counts_it(store):
    keep(store, *[a_response(seq=n) for n in (1, 2, 3)])
    with store.writing() as connection:
        connection.execute(update(responses).where(responses.c.seq == 2).values(document="{"))

    assert not recount(store).is_right
    assert recount(store).is_right
    assert sum(days_of(store).values()) == 2


def test_a_recount_and_whoever_stores_meanwhile_never_wait_for_each_other_in_a_circle(tmp_path):
    response = msgspec.convert(a_response(), wire.Response)
    tally = Tally()
    tally.count(response, NOON.date(), "counted")
    with (
        a_database("postgresql", tmp_path) as url,
        closing(a_store(tmp_path, url)) as store,
        ThreadPoolExecutor(1) as threads,
    ):

        def count_anew():
            with store.writing() as connection:
                stop_counting(connection)
                count_numbers_anew(connection)

        keep(store, a_response())
        with store.writing() as storing:
            storing.execute(select(sequences).with_for_update())
            counted = threads.submit(count_anew)
            assert is_over_or_waits(counted, store) == "waits"
            count_numbers(storing, [response])
            add(storing, tally.rows())

        counted.result()
        with store.reading() as connection:
            assert connection.execute(select(sequences.c.count)).scalar_one() == 1


def test_the_command_counts_again(tmp_path):
    database = f"sqlite:///{tmp_path / 'central.db'}"

    def run(*words):
        return CliRunner().invoke(central_admin, ["recount", *words, "--database", database])

    with closing(a_store(tmp_path)) as store:
        keep(store, a_response())
        assert run().stdout == "all figures are right\n"
        with store.writing() as connection:
            connection.execute(text("UPDATE tallies SET n0 = n0 + 1 WHERE item = ''"))

    checked = run("--check", "--json")

    assert checked.exit_code == 1
    told = json.loads(checked.stdout)
    assert [row["lacking"] for row in told["tallies"]] == [{"n0": -1}]
    assert (run().exit_code, run("--check").exit_code) == (0, 0)
