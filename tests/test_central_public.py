"""The public pages: which figures everybody may see, and that none gives a few clients away."""

from datetime import date
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from test_central_builders import (
    OTHER_UNIT,
    UNIT,
    a_centre,
    a_response,
    a_unit,
    at_once,
    at_unit,
)

from sync.central.behaviour import set_option
from sync.central.numbers import public
from sync.central.numbers.figures import Counts
from sync.central.numbers.public import PublicFigure, hidden, public_figures

DAY_MINUTES = 24 * 60
KINDS = {"safety": "statement", "nps": "recommendation", "text": "text"}


def counts(**values):
    """Counts of answers by value: `counts(v5=3)` is three answers 5."""
    each = [values.get(f"v{value}", 0) for value in range(11)]
    return Counts(tuple(each))


def disclosed(answers, away):
    """Every set of units whose sum anybody can work out from a county's figure and its units'.

    A sum can be worked out if it is a linear combination of what is shown: of units that are shown,
    and of the county, in which all that is hidden comes together.
    """
    shown = [unit for unit in answers if unit not in away]
    for take in product((False, True), repeat=len(shown)):
        some = {unit for unit, is_taken in zip(shown, take, strict=True) if is_taken}
        yield some
        yield some | set(away)


def the_fewest(answers, away):
    """The fewest answers, and the fewest units with answers, that anybody can tell apart."""
    sets = [
        [answers[unit] for unit in units if answers[unit]] for units in disclosed(answers, away)
    ]
    known = [each for each in sets if each]
    return min(map(sum, known), default=None)


small_counties = st.dictionaries(
    st.sampled_from("ABCDEFG"), st.integers(min_value=0, max_value=14), min_size=1
)


@given(small_counties, st.integers(min_value=1, max_value=9))
@example({"A": 100, "B": 3}, 5)
@example({"A": 4, "B": 1}, 5)
@example({"A": 100, "B": 2, "C": 2}, 5)
def test_no_sum_that_anybody_can_work_out_is_of_fewer_answers_than_the_minimum(answers, minimum):
    away = hidden(answers, minimum)

    if sum(answers.values()) >= minimum:  # else the county is not shown either
        fewest = the_fewest(answers, away)
        assert fewest is None or fewest >= minimum
        with_answers = [unit for unit in away if answers[unit]]
        assert len(with_answers) != 1, "what one unit hides is the county less the others"


@given(small_counties, st.integers(min_value=1, max_value=9))
def test_no_more_is_hidden_than_has_to_be(answers, minimum):
    away = hidden(answers, minimum)

    few = {unit for unit, n in answers.items() if n < minimum}
    behind = sorted((n, unit) for unit, n in answers.items() if unit in away - few)
    assert few <= away
    if behind:  # without the last of them too little would be hidden
        less = away - {behind[-1][1]}
        given_away = [answers[unit] for unit in less if answers[unit]]
        assert len(given_away) < 2 or sum(given_away) < minimum


def test_the_proof_sees_a_rule_that_hides_too_little():
    answers = {"A": 100, "B": 3, "C": 0}

    only_the_few = frozenset(unit for unit, n in answers.items() if n < 5)

    assert the_fewest(answers, only_the_few) == 3


def test_figures_are_whole_and_say_how_many_answered():
    county, units = public_figures(
        {
            "A": {"safety": counts(v5=5, v1=1), "nps": counts(v9=5, v3=1)},
            "B": {"safety": counts(v4=6), "nps": counts(v7=6)},
        },
        KINDS,
        minimum_n=5,
    )

    assert units["A"].agreeing == {"safety": PublicFigure(83, 6)}
    assert units["A"].nps == PublicFigure(67, 6)
    assert units["B"].nps == PublicFigure(0, 6)
    assert county.agreeing == {"safety": PublicFigure(92, 12)}
    assert county.nps == PublicFigure(33, 12)


def test_each_figure_is_hidden_by_its_own_answers():
    _, units = public_figures(
        {
            "A": {"safety": counts(v5=9), "nps": counts(v9=4)},
            "B": {"safety": counts(v4=9), "nps": counts(v7=9)},
        },
        KINDS,
        minimum_n=5,
    )

    assert units["A"].agreeing["safety"] == units["B"].agreeing["safety"] == PublicFigure(100, 9)
    assert units["A"].nps is None
    assert units["B"].nps is None, "the county's less this one would be the other's"


def test_a_county_below_the_minimum_shows_nothing():
    county, units = public_figures({"A": {"nps": counts(v9=2)}, "B": {}}, KINDS, minimum_n=5)

    assert county.nps is None
    assert units["A"].nps is units["B"].nps is None


@pytest.fixture
def centre(tmp_path):
    with a_centre(tmp_path, is_open=False) as running:
        yield running


@pytest.fixture
def either(tmp_path, database_url):
    """A centre on each kind of database."""
    with a_centre(tmp_path, database_url, is_open=False) as running:
        yield running


def publish(centre):
    with centre.store.writing() as connection:
        set_option(connection, "is-public", "true")


def a_day_with(centre, answers=6, **changes):
    """Responses of today in both units, and the next day."""
    terminal = centre.a_terminal()
    for unit in (UNIT, OTHER_UNIT):
        for seq in range(answers):
            terminal.send(a_response(terminal.id, seq=seq + 1, location=at_unit(unit), **changes))
    centre.clock.pass_minutes(DAY_MINUTES)


def figures_of(centre, path="/public/20.json"):
    reply = centre.http.get(path)
    assert reply.status_code == 200, reply.text
    return reply.json()


def test_nothing_is_public_until_it_is_switched_on(centre):
    paths = ["/public", "/public/20", "/public/20.json", f"/public/20/{UNIT}"]
    before = [centre.http.get(path).status_code for path in paths]
    publish(centre)

    assert before == [404] * 4
    assert [centre.http.get(path).status_code for path in paths] == [200] * 4


def test_what_is_not_there_is_a_page_that_says_so(centre):
    publish(centre)

    for path in ("/public/99", "/public/20/9.9", f"/public/21/{UNIT}", "/public/20/.json"):
        reply = centre.http.get(path, headers={"accept": "text/html"})

        assert reply.status_code == 404
        assert "<h1>" in reply.text
        assert 'class="button" href="/public"' in reply.text


def test_the_figures_of_a_county_and_its_units_are_shown_to_everybody(either):
    publish(either)
    a_day_with(either)

    county = figures_of(either)
    unit = figures_of(either, f"/public/20/{UNIT}.json")
    page = either.http.get(f"/public/20/{UNIT}?lang=en").text

    assert county["nps"] == {"value": 100, "n": 12}
    assert [each["nps"] for each in county["units"]] == [{"value": 100, "n": 6}] * 2
    assert unit["nps"] == {"value": 100, "n": 6}
    by_item = {each["item"]: each["figure"] for each in unit["agreeing_percent"]}
    assert by_item["usefulness"] == {"value": 100, "n": 6}
    assert by_item["safety"] is None
    assert (county["first_day"], county["last_day"]) == ("2026-10-23", "2026-11-21")
    assert "<strong>100</strong>" in page
    assert "too few answers" in page


def test_what_is_simulated_misused_or_written_is_not_public(centre):
    publish(centre)
    a_day_with(centre)
    counted = figures_of(centre)
    terminal = centre.a_terminal()
    for rule in ("simulated", "burst"):
        a_flag = [{"rule": rule}]
        terminal.send(*(a_response(terminal.id, flags=a_flag) for _ in range(9)))
    secret = {"plain": "my secret"}
    terminal.send(a_response(terminal.id, text=secret, location=at_unit("9.9.9")))
    centre.clock.pass_minutes(DAY_MINUTES)

    pages = [centre.http.get(f"/public/20{more}").text for more in ("", ".json", f"/{UNIT}")]

    assert figures_of(centre)["nps"] == counted["nps"]
    assert not any("my secret" in page for page in pages)


def test_no_figure_changes_before_the_next_day(either):
    publish(either)
    a_day_with(either)
    before = figures_of(either)
    late = either.a_terminal()
    yesterday = {"at": "2026-11-21T15:03:00+02:00", "clock": "synced"}

    late.send(*(a_response(late.id, answered=yesterday) for _ in range(3)))

    assert figures_of(either) == before
    either.clock.pass_minutes(DAY_MINUTES)
    assert figures_of(either)["nps"]["n"] == before["nps"]["n"] + 3


def test_whoever_asks_at_once_on_a_new_day_gets_the_same_figures(either):
    publish(either)
    a_day_with(either)

    pages = at_once(*(lambda: either.http.get("/public/20.json") for _ in range(6)))

    assert {page.status_code for page in pages} == {200}
    assert len({page.headers["etag"] for page in pages}) == 1


def test_an_address_that_no_database_takes_is_not_there(either):
    publish(either)

    assert either.http.get("/public/%00").status_code == 404
    assert either.http.get(f"/public/20/{UNIT}%00").status_code == 404


def test_answers_older_than_thirty_days_are_gone(centre):
    publish(centre)
    a_day_with(centre)

    centre.clock.pass_minutes(29 * DAY_MINUTES)
    on_the_last_day = figures_of(centre)
    centre.clock.pass_minutes(DAY_MINUTES)

    assert on_the_last_day["nps"]["n"] == 12
    assert figures_of(centre)["nps"] is None


def test_a_cache_may_keep_a_page_and_ask_whether_it_has_changed(centre):
    publish(centre)
    first = centre.http.get("/public/20?lang=sv", headers={"cookie": "language=en"})

    again = centre.http.get("/public/20?lang=sv", headers={"if-none-match": first.headers["etag"]})

    assert first.headers["cache-control"] == "public, max-age=300"
    assert "set-cookie" not in first.headers
    assert (again.status_code, again.content) == (304, b"")


def test_any_website_may_fetch_the_json_but_no_other_page_may_hold_ours(centre):
    publish(centre)

    json, page = centre.http.get("/public/20.json"), centre.http.get("/public/20")

    assert json.headers["access-control-allow-origin"] == "*"
    assert json.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "access-control-allow-origin" not in page.headers
    assert page.headers["x-frame-options"] == "DENY"


def test_units_without_a_county_have_a_page_together(centre):
    publish(centre)
    centre.store.add_units([a_unit("7.7", county=None, name={"fi": "Kiertävä yksikkö"})])

    assert "Muut yksiköt" in centre.http.get("/public?lang=fi").text
    assert "Kiertävä yksikkö" in centre.http.get("/public/other").text


def test_the_window_ends_with_yesterday():
    assert public.window(date(2026, 3, 1)) == (date(2026, 1, 30), date(2026, 2, 28))
