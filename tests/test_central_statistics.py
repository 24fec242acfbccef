"""The numbers: what the answers say together, and that nothing else counts."""

import json
from contextlib import closing
from datetime import date

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from msgspec import Raw
from test_central_builders import NOON, OTHER_UNIT, UNIT, a_response, a_store, at_unit

from sync import wire
from sync.central.numbers.figures import FACES, Completeness
from sync.central.questionnaires import shipped_questionnaires
from sync.central.receiving.checking import GoodResponse, check_response
from sync.central.store.newest import newest
from sync.central.store.responses import every_document
from sync.central.store.statistics import readings, summary
from sync.central.store.tables import metadata
from sync.central.store.tallies import STANDINGS, Filter, counts_by

QUESTIONNAIRES = shipped_questionnaires()


@pytest.fixture
def store(tmp_path, database_url):
    opened = a_store(tmp_path, database_url)
    yield opened
    opened.close()


def keep(store, *responses):
    checked = [
        check_response(Raw(wire.encode(response)), {"t-aaaaa"}, QUESTIONNAIRES)
        for response in responses
    ]
    assert all(isinstance(one, GoodResponse) for one in checked), checked
    return store.keep_responses(checked, NOON)


def answered(**values):
    return [{"item": item, "value": value} for item, value in values.items()]


def numbers_of(store, *units, standings=STANDINGS, **limits):
    """What the responses about these units say, or all of them."""
    wanted = Filter(frozenset(units) or None, standings=frozenset(standings), **limits)
    with store.reading() as connection:
        return summary(connection, wanted, QUESTIONNAIRES.kinds())


def test_skipped_and_not_applicable_are_never_numbers(store):
    keep(
        store,
        a_response(
            answers=[
                {"item": "usefulness", "status": "not-applicable"},
                {"item": "safety", "status": "skipped"},
                {"item": "encounter", "value": 4},
                {"item": "nps", "status": "skipped"},
            ]
        ),
        a_response(answers=[]),
    )

    numbers = numbers_of(store)

    assert numbers.responses == 2
    assert numbers.together.faces == (0, 0, 0, 1, 0)
    assert numbers.recommendation.nps.value is None
    assert numbers.completeness == Completeness(answered=1, skipped=2, not_applicable=1)


def test_each_unit_has_its_own_numbers_and_all_have_theirs(store):
    keep(
        store,
        a_response(answers=answered(usefulness=5, nps=10)),
        a_response(answers=answered(usefulness=1, nps=0), location=at_unit(OTHER_UNIT)),
        a_response(answers=answered(usefulness=3), location=at_unit(OTHER_UNIT)),
        a_response(answers=answered(usefulness=2), location={}),
    )

    with store.reading() as connection:
        found = counts_by(connection, Filter(), "unit")

    assert {unit for unit, _ in found} == {OTHER_UNIT, "", UNIT}
    assert found[OTHER_UNIT, "usefulness"].values[1:6] == (1, 0, 1, 0, 0)
    assert numbers_of(store, UNIT).recommendation.nps.value == pytest.approx(100.0)
    assert numbers_of(store, OTHER_UNIT).together.faces == (1, 0, 1, 0, 0)
    assert numbers_of(store, UNIT, "").together.faces == (0, 1, 0, 0, 1)
    assert numbers_of(store).together.faces == (1, 1, 1, 0, 1)
    assert numbers_of(store).recommendation.nps.value == pytest.approx(0.0)
    assert store.count_responses() == 4


def test_duplicates_and_conflicts_are_not_counted_again(store):
    response = a_response()

    keep(store, response, response)
    keep(store, response)
    keep(store, response | {"language": "sv"})

    assert numbers_of(store).responses == 1
    assert numbers_of(store).together.n == 1


def test_flagged_and_simulated_responses_are_counted_apart(store):
    keep(
        store,
        a_response(),
        a_response(flags=[{"rule": "simulated"}, {"rule": "burst"}]),
        a_response(flags=[{"rule": "burst"}]),
        a_response(flags=[{"rule": "min-interval"}, {"rule": "same-button"}]),
    )

    with store.reading() as connection:
        found = readings(connection, Filter(), Filter(standings=frozenset(STANDINGS)))

    assert [found.responses(standing) for standing in STANDINGS] == [1, 2, 1]
    assert numbers_of(store, standings=["counted"]).responses == 1
    assert numbers_of(store, standings=["counted", "misuse"]).responses == 3


def test_each_dimension_alone_says_what_counting_by_it_says(store):
    keep(
        store,
        a_response(language="sv", answers=answered(usefulness=1)),
        a_response(channel="kiosk-button", answers=answered(usefulness=4)),
        a_response(respondent="child", answers=answered(usefulness=5, nps=10)),
    )

    with store.reading() as connection:
        found = readings(connection, Filter(), Filter())

    def each(way):
        return {name: items["usefulness"].given for name, items in found.each(way).items()}

    assert each("channel") == {"kiosk-touch": 2, "kiosk-button": 1}
    assert each("language") == {"fi": 2, "sv": 1}
    assert each("questionnaire") == {"national-general": 3}
    assert numbers_of(store, language="sv").together.faces == (1, 0, 0, 0, 0)
    assert numbers_of(store, channel="kiosk-button").together.faces == (0, 0, 0, 1, 0)
    assert numbers_of(store, respondent="child").recommendation.nps.value == pytest.approx(100.0)


def test_the_readings_of_two_stretches_of_days_are_those_of_both(store):
    for day in range(10, 20):
        at = {"at": f"2026-11-{day}T09:00:00+02:00", "clock": "synced"}
        keep(store, a_response(answered=at), a_response(answered=at, flags=[{"rule": "burst"}]))

    def read(first, last):
        days = {"first": date(2026, 11, first), "last": date(2026, 11, last)}
        with store.reading() as connection:
            return readings(
                connection, Filter(**days), Filter(**days, standings=frozenset(STANDINGS))
            )

    assert read(10, 16) + read(17, 19) == read(10, 19)
    assert read(10, 19).responses("misuse") == 10


def test_the_newest_are_those_of_the_units_that_are_meant_newest_first(store):
    """Of one unit, of several, of none named, of all: each from its own index, however quiet."""
    spots = [UNIT, OTHER_UNIT, None, UNIT, "9.9.9"]
    sent = [a_response(location=at_unit(spot), seq=seq) for seq, spot in enumerate(spots, start=1)]
    keep(store, *sent)

    def listed(*units, most=10, **limits):
        with store.reading() as connection:
            rows = newest(connection, Filter(frozenset(units) or None, **limits), most)
        return [row.seq for row in rows]

    assert listed() == [5, 4, 3, 2, 1]
    assert listed(UNIT) == [4, 1]
    assert listed(UNIT, OTHER_UNIT) == [4, 2, 1]
    assert listed("", "9.9.9") == [5, 3]
    assert listed(*(f"1.{n}" for n in range(700)), UNIT, most=1) == [4]
    assert listed(language="sv") == listed(standings=frozenset({"misuse"})) == []


def test_of_an_unknown_version_only_known_items_on_their_scale_count(store):
    tomorrow = {"id": "national-general", "version": "2031.1"}

    keep(
        store,
        a_response(questionnaire=tomorrow, answers=answered(usefulness=9, safety=4, new_item=2)),
    )

    assert numbers_of(store).together.faces == (0, 0, 0, 1, 0)


def test_the_tallies_say_what_counting_all_answers_says(store):
    for number in range(1, 6):
        keep(
            store,
            *[a_response(answers=answered(usefulness=number, safety=2, nps=n)) for n in range(11)],
        )

    with store.reading() as connection:
        documents = [json.loads(row.document) for row in every_document(connection)]
    said = [a["value"] for each in documents for a in each["answers"] if a["item"] != "nps"]

    assert numbers_of(store).together.faces == tuple(said.count(face) for face in FACES)
    assert numbers_of(store).recommendation.values == (5,) * 11


def test_the_migrations_make_the_tables_that_the_code_expects(store):
    with store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})

        assert compare_metadata(context, metadata) == []


def test_the_database_survives_a_power_cut(tmp_path):
    """WAL, every commit on the disk, and writers that wait for each other."""
    with closing(a_store(tmp_path)) as store, store.reading() as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        ]

    assert found == ["wal", 2, 10_000, 1]
