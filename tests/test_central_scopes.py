"""What part of the tree of units something is about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import wire
from sync.central.accounts.access import GRANTS, ROLES, Visitor
from sync.central.scopes import EVERYTHING, Scope, depth, own_name, parse_scope, units_within

DENTAL = "Kainuu › Suun terveydenhuolto"
UNITS = (
    wire.Unit(unit="1.1", name={"fi": "Kajaani"}, path={"fi": DENTAL}, county="20"),
    wire.Unit(unit="1.2", name={"fi": "Sotkamo"}, path={"fi": "Kainuu > Suun terveydenhuolto"}),
    wire.Unit(unit="1.3", name={"fi": "Kajaani"}, path={"fi": "Kainuu › Neuvolat"}, county="20"),
    wire.Unit(unit="1.4", name={"sv": "Karis"}, path={"sv": "Västra Nyland"}, county="03"),
    wire.Unit(unit="1.5", name={}, path={}),
)
OIDS = frozenset(unit.unit for unit in UNITS)


def within(*texts):
    return units_within([parse_scope(text) for text in texts], UNITS)


@pytest.mark.parametrize(
    ("scope", "covered"),
    [
        ("county:20", {"1.1", "1.3"}),
        (f"path:{DENTAL}", {"1.1", "1.2"}),
        ("path:Kainuu", {"1.1", "1.2", "1.3"}),
        ("path:Kainuu>Suun terveydenhuolto › Kajaani", {"1.1"}),
        ("path:Västra Nyland", {"1.4"}),
        ("path:Kain", set()),
        ("unit:1.4", {"1.4"}),
        ("unit:1.9", {"1.9"}),
        ("county:99", set()),
    ],
)
def test_a_scope_covers_a_county_a_branch_or_a_unit_and_nothing_beside_it(scope, covered):
    assert within(scope) == covered


def test_everything_also_covers_what_no_list_knows():
    assert within("") is None
    assert within("unit:1.1", "") is None


def test_several_scopes_cover_what_each_of_them_does_and_none_covers_nothing():
    assert within("unit:1.4", "county:20") == {"1.1", "1.3", "1.4"}
    assert units_within([], UNITS) == frozenset()
    assert units_within([Scope("path", "")], UNITS) == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        "20",
        "county",
        "county:",
        ":20",
        "path: › ",
        "place:1.1",
        "unit:\0",
        "unit:1\n2",
        "unit:" + "9" * 700,
    ],
)
def test_what_says_no_scope_is_none(text):
    assert parse_scope(text) is None


@given(st.text(max_size=40))
def test_any_text_is_a_scope_that_is_written_and_read_alike_or_none(text):
    scope = parse_scope(text)

    assert scope is None or parse_scope(str(scope)) == scope


def test_what_lies_deeper_in_the_tree_has_the_last_word():
    texts = ("", "county:20", "path:Kainuu", f"path:{DENTAL}", "unit:1.1")

    depths = [depth(parse_scope(text)) for text in texts]

    assert depths == sorted(set(depths))


def test_a_unit_without_a_name_stands_in_the_tree_under_its_oid():
    assert own_name(UNITS[4]) == "1.5"
    assert units_within([Scope("path", "1.5")], UNITS) == {"1.5"}


def test_only_an_administrator_changes_accounts_and_a_reader_sees_numbers_alone():
    may_change = [role for role in ROLES if "change-accounts" in GRANTS[role]]
    reader = Visitor(name="lukija", role="read-only")

    assert may_change == ["administrator"]
    assert [each for each in GRANTS["administrator"] if reader.may(each)] == ["see-numbers"]


def test_whoever_is_bound_to_units_sees_no_others():
    bound = Visitor(name="esihenkilö", role="supervisor", scopes=(Scope("unit", "1.1"),))
    free = Visitor(name="tiimi", role="feedback-team", scopes=(EVERYTHING,))

    assert bound.units(UNITS) == {"1.1"}
    assert free.units(UNITS) is None
