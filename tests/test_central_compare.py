"""Units beside each other and along their tree: whose numbers, in which order, what is chance."""

import re
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logins import logged_in
from test_central_builders import NOON, OTHER_UNIT, UNIT, a_centre, a_response, a_unit, at_unit

from sync.central.numbers import comparison
from sync.central.numbers.comparison import add_up, usual_mean, usual_nps, usual_share
from sync.central.numbers.figures import Counts, Recommendation, Statements, share
from sync.central.pages.compare import view as view_module
from sync.central.pages.compare.nodes import tree
from sync.central.pages.compare.view import gather
from sync.central.pages.compare.wanted import comparing_in
from sync.central.recent import Recent

# Chance


def alike_units(random, p=0.75, n=60, units=3000):
    """The shares of so many units, all of whose clients are alike."""
    return [share(sum(random.random() < p for _ in range(n)), n) for _ in range(units)]


def standing_out(figures, p=0.75):
    usual = usual_share(share(round(100_000 * p), 100_000))
    return sum(usual.side(figure) != 0 for figure in figures) / len(figures)


def test_hardly_any_of_many_alike_units_stands_out():
    assert standing_out(alike_units(Random(1))) < 0.006


def test_the_proof_sees_limits_that_take_chance_for_a_difference(monkeypatch):
    monkeypatch.setattr(comparison, "LIMIT", 1.96)

    assert standing_out(alike_units(Random(1))) > 0.03


def test_a_unit_that_differs_stands_out_on_its_side_once_enough_have_answered():
    usual = usual_share(share(7500, 10_000))

    assert [usual.side(share(n // 2, n)) for n in (4, 20, 60, 400)] == [0, 0, -1, -1]
    assert usual.side(share(99, 100)) == 1
    assert usual.side(share(0, 0)) == 0


def test_means_and_nps_stand_out_by_how_far_single_answers_lie_apart():
    alike, apart = Statements((0, 0, 500, 500, 0)), Statements((437, 0, 0, 0, 563))
    a_unit = Statements((0, 0, 18, 82, 0)).mean

    assert usual_mean(alike).side(a_unit) == 1
    assert usual_mean(apart).side(a_unit) == 0
    nps = usual_nps(Recommendation((0, 0, 0, 0, 0, 0, 300, 0, 400, 0, 300)))
    assert nps.side(Recommendation((0,) * 10 + (50,)).nps) == 1
    assert nps.side(Recommendation((0,) * 8 + (50, 0, 0)).nps) == 0


# Adding up

some_counts = st.builds(
    lambda values, skipped: Counts(tuple(values), skipped, skipped // 2),
    st.lists(st.integers(0, 9), min_size=11, max_size=11),
    st.integers(0, 9),
)


@given(st.lists(st.dictionaries(st.sampled_from(["a", "b", "c"]), some_counts), max_size=6))
def test_what_is_added_up_is_every_part_once(several):
    expected = {}
    for each in several:
        for item, counts in each.items():
            expected[item] = expected.get(item, Counts()) + counts

    assert add_up(several) == expected


# The tree

steps = st.lists(st.sampled_from(["Hammashoito", "Kainuu", "Lappi", "Neuvolat"]), max_size=3)
some_units = st.lists(
    st.tuples(steps, st.sampled_from(["20", "21", None])), min_size=1, max_size=12
).map(
    lambda drawn: [
        a_unit(f"1.{number}", name={}, path={"fi": " › ".join(path)}, county=county)
        for number, (path, county) in enumerate(drawn)
    ]
)


def leaves(node):
    if node.is_unit:
        return [str(node.scope)]
    return [leaf for child in node.children for leaf in leaves(child)]


def nodes_of(node):
    yield node
    for child in node.children:
        yield from nodes_of(child)


@given(some_units)
def test_every_unit_hangs_in_the_tree_once_and_counts_at_each_branch_above_it(units):
    one = Counts((1,) + (0,) * 10)
    root = tree(units, {unit.unit: {"": one} for unit in units})

    assert sorted(leaves(root)) == sorted(f"unit:{unit.unit}" for unit in units)
    for node in nodes_of(root):
        assert node.counts[""].given == node.units == len(leaves(node))


@given(some_units)
def test_a_branch_has_an_address_only_if_that_means_its_own_units(units):
    for node in nodes_of(tree(units, {})):
        if node.scope is not None:
            meant = [f"unit:{unit.unit}" for unit in units if node.scope.covers(unit)]
            assert sorted(meant) == sorted(leaves(node))


def test_units_of_one_county_hang_by_their_paths_alone():
    root = tree([a_unit(path={"fi": "Kainuu › Terveysasemat", "sv": "Kajanaland › HVC"})], {})

    assert root.children[0].names == {"fi": "Kainuu", "sv": "Kajanaland"}


def test_a_path_that_begins_with_its_county_does_not_say_it_twice():
    root = tree(
        [
            a_unit("1", path={"fi": "Kainuu › Neuvolat"}),
            a_unit("2", path={"fi": "Neuvolat"}, county="21"),
        ],
        {},
    )

    assert [child.names["fi"] for child in root.children] == ["Kainuu", "Lappi"]
    assert [child.names["fi"] for child in root.children[0].children] == ["Neuvolat"]


def test_tallies_of_units_that_no_register_has_stand_beside_the_tree():
    root = tree([a_unit()], {"9.9.9": {"": Counts((3,) + (0,) * 10)}})

    assert root.children[-1].scope is None
    assert root.counts[""].given == 3


# Addresses


@given(
    st.dictionaries(
        st.sampled_from(["of", "days", "as", "figure", "by", "order", "page", "misuse"]),
        st.text(max_size=12) | st.sampled_from(["nps", "down", "tree", "90", "county:20"]),
    )
)
def test_any_address_is_understood_and_leads_back_to_the_same(query):
    comparing = comparing_in(query)

    if comparing is not None:
        from urllib.parse import parse_qsl, urlsplit

        address = comparing.address(page=comparing.page)
        assert comparing_in(dict(parse_qsl(urlsplit(address).query))) == comparing


def test_a_column_is_sorted_from_the_highest_and_then_the_other_way_round():
    first = comparing_in({"of": "county:20"}).sorted_by("nps")

    assert first.endswith("as=table&by=nps&order=down")
    again = comparing_in({"of": "county:20", "by": "nps", "order": "down"}).sorted_by("nps")
    assert again.endswith("as=table&by=nps")


# The page


@pytest.fixture
def centre(tmp_path):
    with a_centre(tmp_path) as running:
        yield running


@pytest.fixture
def either(tmp_path, database_url):
    """A centre on each kind of database."""
    with a_centre(tmp_path, database_url) as running:
        yield running


def answer(centre, unit, values, **changes):
    """As many responses as values, each an answer to one statement and the same to NPS."""
    terminal = centre.a_terminal()
    for value in values:
        answers = [
            {"item": "usefulness", "value": value},
            {"item": "safety", "status": "skipped"},
            {"item": "nps", "value": 2 * value},
        ]
        terminal.send(a_response(terminal.id, location=at_unit(unit), answers=answers, **changes))


def view_of(centre, allowed=None, **query):
    return gather(centre.service, comparing_in(query), allowed)


def cells(row, view):
    return dict(zip([column.key for column in view.columns], row.cells, strict=True))


def test_each_unit_has_its_own_figures_and_the_whole_those_of_all(either):
    answer(either, UNIT, [5, 5, 5, 1])
    answer(either, OTHER_UNIT, [4, 2])

    view = view_of(either, of="county:20")

    rows = {row.oid: cells(row, view) for row in view.rows}
    assert rows[UNIT]["usefulness"].figure.value == 0.75
    assert rows[UNIT]["nps"].figure.value == 50
    assert rows[UNIT]["answered"].figure.value == pytest.approx(2 / 3)
    assert rows[OTHER_UNIT]["together"].figure.n == 2
    whole = cells(view.whole, view)
    assert (whole["usefulness"].figure.value, whole["usefulness"].figure.n) == (4 / 6, 6)
    assert (view.whole.responses, view.units) == (6, 2)


def test_means_are_shown_instead_of_shares_when_asked_for(centre):
    answer(centre, UNIT, [5, 5, 5, 1])

    view = view_of(centre, of=f"unit:{UNIT}", figure="mean")

    assert cells(view.rows[0], view)["usefulness"].figure.value == 4


def test_what_few_have_answered_comes_last_whichever_way_round(centre):
    centre.store.add_units([a_unit("7.7", name={"fi": "Kolmas"})])
    answer(centre, UNIT, [5] * 5)
    answer(centre, OTHER_UNIT, [3] * 5)
    answer(centre, "7.7", [4])

    up = [row.oid for row in view_of(centre, **{"as": "table", "by": "usefulness"}).rows]
    down = view_of(centre, **{"as": "table", "by": "usefulness", "order": "down"}).rows

    assert up == [OTHER_UNIT, UNIT, "7.7"]
    assert [row.oid for row in down] == [UNIT, OTHER_UNIT, "7.7"]


def test_possible_misuse_is_left_out_until_it_is_asked_for(centre):
    answer(centre, UNIT, [5])
    answer(centre, UNIT, [1, 1], flags=[{"rule": "burst"}])
    answer(centre, UNIT, [1], flags=[{"rule": "simulated"}])

    without, with_it = view_of(centre), view_of(centre, misuse="in")

    assert (without.whole.responses, with_it.whole.responses) == (1, 3)
    assert (without.misuse, without.simulated) == (2, 1)
    assert "left out: 2." in centre.http.get("/units?lang=en").text


def test_only_the_days_that_are_meant_are_counted(centre):
    answer(centre, UNIT, [5])
    centre.clock.time = NOON + timedelta(days=7)

    assert view_of(centre, days="7").whole.responses == 0
    assert view_of(centre, days="30").whole.responses == 1


def test_a_supervisor_sees_their_own_units_and_nothing_of_others(either):
    answer(either, UNIT, [5] * 5)
    answer(either, OTHER_UNIT, [1] * 9)
    answer(either, "9.9.9", [1])

    for shape in ("tree", "table"):
        view = view_of(either, frozenset({UNIT}), **{"as": shape})

        assert view.whole.responses == 5
        assert view.units == 1


def test_units_that_are_not_ones_own_are_refused_and_unknown_ones_are_not_there(tmp_path):
    with a_centre(tmp_path, is_open=False) as centre:
        with logged_in(centre, "supervisor", [f"unit:{UNIT}"]) as http:
            own = http.get(f"/units?of=unit:{UNIT}")
            another = http.get(f"/units?of=unit:{OTHER_UNIT}")
            everything = http.get("/units?lang=fi")
        with logged_in(centre, "read-only") as http:
            nothing = http.get("/units?of=path:Nowhere")

    assert (own.status_code, another.status_code, nothing.status_code) == (200, 403, 404)
    assert "Sykkeen terveysasema" in everything.text
    assert "Kotkan neuvola" not in everything.text


def test_the_whole_of_a_page_is_there_in_each_language_with_little_and_with_nothing(centre):
    for language in ("fi", "sv", "en"):
        for shape in ("tree", "table"):
            page = centre.http.get(f"/units?as={shape}&lang={language}").text
            assert "Sykkeen terveysasema" in page
    answer(centre, "9.9.9", [5])

    assert "unknown units" in centre.http.get("/units?lang=en").text
    assert "9.9.9" in centre.http.get("/units?as=table&lang=en").text


def test_few_answers_are_marked_with_more_than_a_colour(centre):
    answer(centre, UNIT, [5, 1])

    page = centre.http.get(f"/units?of=unit:{UNIT}&lang=en").text

    assert re.search(r'class="few">\(50%\) <small>2</small>', page)


def test_the_tallies_of_many_units_are_read_once_and_say_from_when_they_are(either):
    either.store.add_units(a_unit(f"5.{number}", county="21") for number in range(50))
    answer(either, UNIT, [5])
    before = view_of(either)
    answer(either, UNIT, [5])

    shortly_after = view_of(either)
    of_few = view_of(either, of=f"unit:{UNIT}")
    either.clock.pass_minutes(6)
    later = view_of(either, of="county:21"), view_of(either)

    assert before.whole.responses == shortly_after.whole.responses == 1
    assert shortly_after.counted_at == before.counted_at
    assert of_few.whole.responses == 2
    assert [view.whole.responses for view in later] == [0, 2]


def test_five_hundred_units_are_shown_a_hundred_at_a_time(centre):
    centre.store.add_units(a_unit(f"5.{number:03}", name={}) for number in range(500))

    pages = [view_of(centre, **{"as": "table", "page": str(page)}) for page in range(1, 8)]

    assert [len(view.rows) for view in pages] == [100, 100, 100, 100, 100, 2, 0]
    seen = [row.oid for view in pages for row in view.rows]
    assert len(set(seen)) == 502
    assert view_module.MOST_ROWS == 100


def test_what_is_recent_is_worked_out_once_for_all_and_then_anew():
    worked_out = []
    recent = Recent(timedelta(minutes=5), most=2)

    def ask(key, minutes):
        now = NOON + timedelta(minutes=minutes)
        return recent.get(key, now, lambda: worked_out.append(key) or len(worked_out)).value

    assert [ask("a", 0), ask("a", 4), ask("a", 5), ask("b", 5), ask("c", 5)] == [1, 1, 2, 3, 4]
    assert [ask("c", 6), ask("b", 6), ask("a", 6)] == [4, 3, 5]
    assert ask("a", -60) == 6, "a clock that was set back"
