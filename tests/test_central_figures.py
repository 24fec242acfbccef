"""The figures: what answers say together, how sure it is, and what is never a number."""

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.central.numbers.figures import (
    FACES,
    RESPONSES,
    SMALL_N,
    Completeness,
    Counts,
    Figure,
    Recommendation,
    Statements,
    mean,
    nps,
    share,
    summarise,
    whole,
)
from sync.central.numbers.periods import Period, counts_of, days, weeks

KINDS = {
    "availability": "statement",
    "usefulness": "statement",
    "nps": "recommendation",
    "text": "text",
    "reasons": "reasons",
}
COUNT = st.integers(0, 2000)
FIVE = st.tuples(*[COUNT] * 5)
A_DAY = st.dates(date(1990, 1, 1), date(2100, 1, 1))


def given_values(*values, skipped=0, not_applicable=0):
    """The counts of so many answers of each value from 0 on."""
    return Counts((*values, *[0] * (11 - len(values))), skipped, not_applicable)


# Values


def test_the_mean_and_the_share_agreeing_come_from_those_who_answered():
    statements = Statements((1, 0, 1, 1, 2), skipped=7, not_applicable=9)

    assert statements.n == 5
    assert statements.mean.value == pytest.approx(3.6)
    assert statements.agreeing.value == pytest.approx(0.6)
    assert statements.mean.n == statements.agreeing.n == 5


def test_nps_is_promoters_less_detractors_among_all_who_answered():
    answers = Recommendation((1, 0, 0, 0, 0, 0, 1, 3, 2, 1, 2), skipped=4)

    assert (answers.detractors, answers.passives, answers.promoters) == (2, 5, 3)
    assert answers.nps.n == 10
    assert answers.nps.value == pytest.approx(10.0)


def test_nps_is_computed_unrounded_and_rounded_once():
    score = nps(2, 0, 1).value

    assert score == pytest.approx(-100 / 3)
    assert whole(score) == -33


def test_without_answers_there_is_no_figure():
    assert share(0, 0) == mean((0,) * 5) == nps(0, 0, 0) == Figure(0, None, None, None, 0)


@pytest.mark.parametrize(
    ("number", "shown"),
    [(12.5, 13), (-12.5, -13), (0.4, 0), (-0.4, 0), (99.5, 100), (-33.3, -33)],
)
def test_numbers_are_rounded_as_people_round(number, shown):
    assert whole(number) == shown


# How sure


def test_the_interval_of_a_share_is_wilsons():
    """Against the figures of Newcombe (1998, Statistics in Medicine 17, 857–872), table I."""
    published = {(81, 263): (0.2553, 0.3662), (15, 148): (0.0624, 0.1605), (0, 20): (0.0, 0.1611)}

    for (part, n), bounds in published.items():
        found = share(part, n)
        assert (found.low, found.high) == pytest.approx(bounds, abs=5e-5)


def test_the_interval_of_the_nps_is_rocks_adjusted_wald_one():
    """By hand: 3/4 more detractors, 3/4 more promoters, 3 more in all."""
    found = nps(10, 20, 70)

    p, d, n = 70.75 / 103, 10.75 / 103, 103
    half = 1.959964 * ((p + d - (p - d) ** 2) / n) ** 0.5
    assert (found.low, found.high) == pytest.approx((100 * (p - d - half), 100 * (p - d + half)))


@given(FIVE)
def test_every_interval_holds_its_value_and_stays_on_the_scale(faces):
    statements = Statements(faces)
    score = nps(faces[0], faces[1], faces[2])

    for figure, least, most in (
        (statements.agreeing, 0, 1),
        (statements.mean, 1, 5),
        (score, -100, 100),
    ):
        if figure.n:
            assert least <= figure.low <= figure.value <= figure.high <= most
            assert figure.low < figure.high
        else:
            assert figure == Figure()


@given(FIVE.filter(any), st.integers(2, 50))
def test_more_answers_of_the_same_kind_make_a_figure_surer(faces, times):
    once, often = Statements(faces), Statements(tuple(times * count for count in faces))

    assert often.mean.value == pytest.approx(once.mean.value)
    assert often.mean.high - often.mean.low < once.mean.high - once.mean.low
    assert often.agreeing.high - often.agreeing.low < once.agreeing.high - once.agreeing.low


CLIENTS = {
    "mostly content": (4, 5, 10, 31, 50),
    "nearly all content": (1, 1, 3, 15, 80),
    "all but one in twenty wholly content": (0, 0, 0, 5, 95),
    "divided": (30, 5, 5, 10, 50),
    "discontent": (35, 20, 15, 20, 10),
}
SAMPLES = 1500


def coverage(figure_of, truth, weights, n):
    """How often the interval of n answers drawn from these clients holds the truth."""
    random = Random(n)
    held = 0
    for _ in range(SAMPLES):
        drawn = random.choices(range(5), weights, k=n)
        figure = figure_of(tuple(drawn.count(value) for value in range(5)))
        held += figure.low <= truth <= figure.high
    return held / SAMPLES


@pytest.mark.parametrize("n", [5, 20, 60])
@pytest.mark.parametrize("clients", sorted(CLIENTS))
def test_nineteen_of_twenty_intervals_hold_what_all_clients_would_say(clients, n):
    """By simulation. No interval for counts is exact: some drawn sets cover a little less."""
    weights = CLIENTS[clients]
    true_mean = sum(face * weight for face, weight in zip(FACES, weights, strict=True)) / 100
    true_score = weights[4] - weights[0] - weights[1] - weights[2]

    def score(counts):
        return nps(counts[0] + counts[1] + counts[2], counts[3], counts[4])

    assert coverage(mean, true_mean, weights, n) >= 0.92
    assert coverage(score, true_score, weights, n) >= 0.88
    assert coverage(lambda c: share(c[3] + c[4], sum(c)), sum(weights[3:]) / 100, weights, n) > 0.88


def test_an_interval_without_the_extra_answers_would_be_caught():
    """What the simulation is for: Student's or Wald's interval of few answers is far too sure."""

    def careless(counts):
        n = sum(counts)
        value = sum(face * count for face, count in zip(FACES, counts, strict=True)) / n
        squares = sum(f * f * count for f, count in zip(FACES, counts, strict=True)) / n
        half = 2.78 * max(squares - value * value, 0) ** 0.5 / (n - 1) ** 0.5
        return Figure(n, value, value - half, value + half)

    weights = CLIENTS["all but one in twenty wholly content"]

    assert coverage(careless, 4.95, weights, 5) < 0.5


def test_from_the_limit_on_chance_moves_a_share_by_five_points_at_most():
    at_worst = share(SMALL_N // 2, SMALL_N)

    assert at_worst.high - at_worst.low <= 0.1
    assert not at_worst.is_small
    assert share(1, SMALL_N - 1).is_small
    assert not Figure().is_small


@given(st.lists(FIVE.filter(any), min_size=2, max_size=7))
def test_statements_together_are_no_surer_than_the_most_answered_one(parts):
    """One client's answers go together: seven of one client are not those of seven clients."""
    found = summarise(
        {f"s{n}": given_values(0, *faces) for n, faces in enumerate(parts)},
        {f"s{n}": "statement" for n in range(len(parts))},
    ).together

    most = max(map(sum, parts))
    assert found.agreeing.n == sum(map(sum, parts))
    assert found.agreeing.clients == found.mean.clients == most
    assert found.agreeing.is_small == (most < SMALL_N)
    alone = share(found.agreeing.value * most, most)
    assert (found.agreeing.low, found.agreeing.high) == pytest.approx((alone.low, alone.high))


# From tallies


def test_skipped_and_not_applicable_are_never_numbers():
    counts = {
        RESPONSES: given_values(9),
        "availability": given_values(0, 0, 0, 0, 2, 1, skipped=3, not_applicable=4),
        "nps": given_values(1, skipped=5),
        "reasons": given_values(2, skipped=1),
        "reasons/waiting": given_values(2),
        "reasons/help": given_values(1),
    }

    found = summarise(counts, KINDS)

    assert found.responses == 9
    assert found.statements == (("availability", Statements((0, 0, 0, 2, 1), 3, 4)),)
    assert found.together.mean.value == pytest.approx(13 / 3)
    assert found.recommendation.n == 1
    assert (found.gave_reasons, found.reasons) == (2, (("waiting", 2), ("help", 1)))
    assert found.completeness == Completeness(answered=6, skipped=9, not_applicable=4)
    assert found.completeness.share.value == pytest.approx(6 / 19)


def test_what_is_not_known_or_off_its_scale_says_nothing():
    counts = {
        "usefulness": given_values(3, 0, 0, 0, 0, 1, 7, 8),  # 0, 6 and 7 are no faces
        "invented": given_values(0, 5, skipped=5),
        "invented/option": given_values(4),
    }

    found = summarise(counts, KINDS)

    assert found.together.faces == (0, 0, 0, 0, 1)
    assert found.reasons == ()
    assert found.completeness == Completeness(answered=1)


@given(st.lists(FIVE, min_size=1, max_size=5))
def test_the_figures_of_parts_add_up_to_those_of_the_whole(parts):
    whole_of_it = sum((Statements(part, 1, 2) for part in parts), Statements())

    assert whole_of_it.n == sum(map(sum, parts))
    assert whole_of_it.faces == tuple(map(sum, zip(*parts, strict=True)))
    assert (whole_of_it.skipped, whole_of_it.not_applicable) == (len(parts), 2 * len(parts))


# Days and weeks


def test_weeks_begin_on_monday_and_one_across_new_year_stays_one():
    found = weeks(date(2026, 12, 25), date(2027, 1, 12))

    assert [(each.first.isoformat(), each.last.isoformat(), each.week) for each in found] == [
        ("2026-12-25", "2026-12-27", 52),
        ("2026-12-28", "2027-01-03", 53),
        ("2027-01-04", "2027-01-10", 1),
        ("2027-01-11", "2027-01-12", 2),
    ]


@given(A_DAY, st.integers(0, 400))
def test_every_day_is_in_one_period_whatever_the_step(first, length):
    last = first + timedelta(days=length)
    every_day = [first + timedelta(days=n) for n in range(length + 1)]

    for steps in (days, weeks):
        found = steps(first, last)
        covered = [
            each.first + timedelta(days=n)
            for each in found
            for n in range((each.last - each.first).days + 1)
        ]
        assert covered == every_day
        assert all(each.first.weekday() == 0 for each in found[1:]) or steps is days


@given(st.dictionaries(st.integers(0, 60), COUNT))
def test_a_trend_counts_each_answer_once(by_offset):
    first = date(2026, 11, 1)
    by_day = {
        first + timedelta(days=n): {"usefulness": given_values(0, count)}
        for n, count in by_offset.items()
    }

    for steps in (days, weeks):
        periods = steps(first, first + timedelta(days=60))
        found = [counts_of(each, by_day).get("usefulness", Counts()).given for each in periods]
        assert sum(found) == sum(by_offset.values())


def test_a_period_without_answers_has_none():
    assert counts_of(Period(date(2026, 1, 1), date(2026, 1, 7)), {}) == {}
