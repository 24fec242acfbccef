"""The numbers: what the answers say together, and that nothing else counts."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw
from test_central_builders import NOON, OTHER_UNIT, UNIT, a_response, a_store, at_unit

from sync import wire
from sync.central.checking import GoodResponse, check_response
from sync.central.questionnaires import shipped_questionnaires
from sync.central.store import Statistics
from sync.central.store.statistics import whole
from sync.central.store.tables import metadata

QUESTIONNAIRES = shipped_questionnaires()


@pytest.fixture
def store(tmp_path):
    opened = a_store(tmp_path)
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


def test_nps_is_promoters_less_detractors_among_those_who_answered():
    numbers = Statistics(recommendations=(1, 0, 0, 0, 0, 0, 1, 3, 2, 1, 2))

    assert numbers.nps_answers == 10
    assert numbers.nps == pytest.approx(10.0)  # 3 promoters, 2 detractors


def test_nps_is_computed_unrounded():
    numbers = Statistics(recommendations=(2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1))

    assert numbers.nps == pytest.approx(-100 / 3)


def test_mean_and_share_agreeing_come_from_statement_answers():
    numbers = Statistics(distribution=(1, 0, 1, 1, 2))

    assert numbers.statement_answers == 5
    assert numbers.mean == pytest.approx(3.6)
    assert numbers.share_agreeing == pytest.approx(0.6)


def test_without_answers_there_is_no_number():
    assert Statistics().nps is None
    assert Statistics().mean is None
    assert Statistics().share_agreeing is None


@given(st.lists(st.integers(0, 50), min_size=11, max_size=11))
def test_nps_is_always_between_minus_and_plus_100(counts):
    nps = Statistics(recommendations=tuple(counts)).nps

    assert nps is None if not any(counts) else -100 <= nps <= 100


@pytest.mark.parametrize(
    ("number", "shown"), [(12.5, 13), (-12.5, -13), (0.4, 0), (-0.4, 0), (99.5, 100), (-33.3, -33)]
)
def test_numbers_are_rounded_as_people_round(number, shown):
    assert whole(number) == shown


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

    numbers = store.statistics()

    assert numbers.responses == 2
    assert numbers.distribution == (0, 0, 0, 1, 0)
    assert numbers.nps is None


def test_each_unit_has_its_own_numbers_and_all_have_theirs(store):
    keep(
        store,
        a_response(answers=answered(usefulness=5, nps=10)),
        a_response(answers=answered(usefulness=1, nps=0), location=at_unit(OTHER_UNIT)),
        a_response(answers=answered(usefulness=3), location=at_unit(OTHER_UNIT)),
        a_response(answers=answered(usefulness=2), location={}),
    )

    by_unit = store.statistics_by_unit()

    assert list(by_unit) == [OTHER_UNIT, "", UNIT]
    assert by_unit[UNIT].nps == pytest.approx(100.0)
    assert by_unit[OTHER_UNIT].distribution == (1, 0, 1, 0, 0)
    assert by_unit[OTHER_UNIT] == store.statistics(OTHER_UNIT)
    assert store.statistics().distribution == (1, 1, 1, 0, 1)
    assert store.statistics().nps == pytest.approx(0.0)
    assert store.count_responses() == 4


def test_duplicates_and_conflicts_are_not_counted_again(store):
    response = a_response()

    keep(store, response, response)
    keep(store, response)
    keep(store, response | {"language": "sv"})

    assert store.statistics().responses == 1
    assert sum(store.statistics().distribution) == 1


def test_simulated_responses_are_counted_and_said_to_be(store):
    keep(store, a_response(), a_response(flags=[{"rule": "simulated"}]))

    assert (store.statistics().responses, store.statistics().simulated) == (2, 1)


def test_of_an_unknown_version_only_known_items_on_their_scale_count(store):
    tomorrow = {"id": "national-general", "version": "2031.1"}

    keep(
        store,
        a_response(questionnaire=tomorrow, answers=answered(usefulness=9, safety=4, new_item=2)),
    )

    assert store.statistics().distribution == (0, 0, 0, 1, 0)


def test_the_tallies_say_what_counting_all_answers_says(store):
    for number in range(1, 6):
        keep(
            store,
            *[a_response(answers=answered(usefulness=number, safety=2, nps=n)) for n in range(11)],
        )

    with store.reading() as connection:
        counted = connection.exec_driver_sql(
            "SELECT value, count(*) FROM answers WHERE item != 'nps' GROUP BY value ORDER BY value"
        ).all()

    assert store.statistics().distribution == tuple(count for _, count in counted)
    assert store.statistics().recommendations == (5,) * 11


def test_the_migrations_make_the_tables_that_the_code_expects(store):
    with store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})

        assert compare_metadata(context, metadata) == []


def test_the_database_survives_a_power_cut(store):
    """WAL, every commit on the disk, and writers that wait for each other."""
    with store.reading() as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        ]

    assert found == ["wal", 2, 10_000, 1]
