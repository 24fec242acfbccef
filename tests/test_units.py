"""The list of units: the good ones are kept, whatever else the centre sends."""

import json
from contextlib import suppress

import pytest
from builders import a_state
from hypothesis import given, settings
from hypothesis import strategies as st

from device_config import units as units_module
from device_config.errors import StateNotWritable
from device_config.units import MOST_BYTES, MOST_UNITS, Unit, UnitList, UnitsFile, units_in
from kiosk.bench.unit_list import a_unit_list
from sync import wire


def a_unit(number=1, **changes):
    return {
        "unit": f"1.2.3.{number}",
        "name": {"fi": f"Talo {number}"},
        "path": {"fi": "Suun terveydenhuolto"},
        "county": "20",
        "service": None,
    } | changes


def listed(*entries):
    return json.dumps(entries, ensure_ascii=False).encode()


def oids(found):
    return [unit.unit for unit in found]


def a_file(folder):
    return UnitsFile.of(a_state(folder))


def test_units_are_read_as_the_centre_sends_them():
    units, left_out = units_in(listed(a_unit()))

    assert left_out == 0
    assert units == (
        Unit(
            unit="1.2.3.1",
            name={"fi": "Talo 1"},
            path={"fi": "Suun terveydenhuolto"},
            county="20",
        ),
    )


def test_the_wires_unit_is_the_same():
    assert wire.Unit is Unit


BAD = [
    7,
    None,
    "1.2.3",
    {},
    a_unit(unit=""),
    a_unit(unit=7),
    a_unit(unit="x" * 101),
    a_unit(unit="1.2 \n"),
    a_unit(unit=" 1.2"),
    a_unit(name={}),
    a_unit(name={"fi": "  "}),
    a_unit(name={"fi": "x" * 301}),
    a_unit(name={"fi": "bell \a"}),
    a_unit(name={"fi": "turned \u202e round"}),
    a_unit(name={"../fi": "Talo"}),
    a_unit(name={"fi": None}),
    a_unit(name="Talo"),
    a_unit(name={f"{one}{other}": "Talo" for one in "abcdefg" for other in "abcdefg"}),
    a_unit(path={"fi": "x" * 301}),
    a_unit(path=None),
    a_unit(county=""),
    a_unit(county="2\x000"),
    a_unit(service=["x"]),
]


@pytest.mark.parametrize("bad", BAD, ids=range(len(BAD)))
def test_a_bad_unit_is_left_out_and_counted_and_costs_no_other(bad):
    units, left_out = units_in(listed(a_unit(1), bad, a_unit(2)))

    assert oids(units) == ["1.2.3.1", "1.2.3.2"]
    assert left_out == 1


def test_of_two_units_with_one_oid_the_first_counts():
    units, left_out = units_in(listed(a_unit(1), a_unit(2), a_unit(1, name={"fi": "Other"})))

    assert [unit.name["fi"] for unit in units] == ["Talo 1", "Talo 2"]
    assert left_out == 1


def test_texts_are_tidied_and_empty_ones_left_out():
    (unit,), _ = units_in(listed(a_unit(name={"fi": "  Talo \n\u00a0 1 ", "sv": " "})))

    assert unit.name == {"fi": "Talo 1"}


def test_members_that_are_not_known_are_ignored():
    units, left_out = units_in(listed(a_unit(phone="1")))

    assert (oids(units), left_out) == (["1.2.3.1"], 0)


def test_beyond_so_many_units_the_rest_is_left_out(monkeypatch):
    monkeypatch.setattr(units_module, "MOST_UNITS", 3)

    units, left_out = units_in(listed(*map(a_unit, range(5))))

    assert oids(units) == ["1.2.3.0", "1.2.3.1", "1.2.3.2"]
    assert left_out == 2


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"null", b"<html>", b"[" * 100_000, b'[{"unit": "1"', b"[1,]"],
)
def test_what_is_no_list_is_said_to_be_none(body):
    with pytest.raises(ValueError, match="no list"):
        units_in(body)


def test_a_list_that_is_too_long_is_not_looked_at():
    with pytest.raises(ValueError, match="too large"):
        units_in(b" " * (MOST_BYTES + 1))


def test_a_unit_that_is_no_utf_8_is_left_out():
    units, left_out = units_in(b'["\xff",' + json.dumps(a_unit()).encode() + b"]")

    assert (oids(units), left_out) == (["1.2.3.1"], 1)


def test_a_list_with_endless_nesting_is_none():
    deep = b'{"unit": "1", "name": {"fi": ' + b"[" * 50_000 + b"]" * 50_000 + b"}}"

    with pytest.raises(ValueError, match="no list"):
        units_in(b"[" + deep + b"]")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=12,
)
MEMBERS = st.sampled_from(["unit", "name", "path", "county", "service"])


@given(st.lists(JSON | st.dictionaries(MEMBERS, JSON) | st.just(a_unit()), max_size=8))
@settings(max_examples=150, deadline=None)
def test_any_list_gives_units_that_can_be_shown_and_counts_the_others(entries):
    units, left_out = units_in(json.dumps(entries).encode())

    assert len(units) + left_out == len(entries)
    for unit in units:
        assert unit.name
        texts = (*unit.name.values(), *unit.path.values())
        assert all(text.isprintable() and len(text) <= 300 for text in texts)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_list_or_none(body):
    with suppress(ValueError):
        units, left_out = units_in(body)
        assert units == ()
        assert left_out <= len(body)


# The file


def test_before_the_first_fetch_the_list_is_empty(tmp_path):
    assert a_file(tmp_path).read() == UnitList()


def test_what_was_written_is_read(tmp_path):
    units = UnitList(units=a_unit_list()[:50], etag='"e"', fetched_at=None, left_out=2)

    a_file(tmp_path).write(units)

    assert a_file(tmp_path).read() == units


def test_the_longest_list_that_is_taken_can_be_read_again(tmp_path):
    entry = {"unit": "1.2.246.10.9999999.10.{}", "name": {"fi": "y" * 300}}
    entry["path"] = {"fi": "z" * 30}
    bodies = [
        json.dumps({**entry, "unit": entry["unit"].format(number)}) for number in range(MOST_UNITS)
    ]
    body = f"[{','.join(bodies)}]".encode()
    assert 0.9 * MOST_BYTES < len(body) <= MOST_BYTES
    units, left_out = units_in(body)

    a_file(tmp_path).write(UnitList(units=units))

    assert left_out == 0
    assert len(a_file(tmp_path).read().units) == MOST_UNITS


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "other", "folder"])
def test_a_damaged_file_is_as_good_as_none_until_the_next_fetch(tmp_path, damage):
    file = a_file(tmp_path)
    file.write(UnitList(units=a_unit_list()[:5], etag='"e"'))
    content = file.path.read_bytes()
    match damage:
        case "cut":
            file.path.write_bytes(content[:-20])
        case "flipped":
            file.path.write_bytes(content.replace(b'"fi":"', b'"fi":"X', 1))
        case "empty":
            file.path.write_bytes(b"")
        case "other":
            file.path.write_bytes(b"\xff" * 100)
        case "folder":
            file.path.unlink()
            file.path.mkdir()

    assert file.read() == UnitList()


def test_writing_changes_the_fingerprint(tmp_path):
    file = a_file(tmp_path)
    before = file.fingerprint()
    file.write(UnitList())

    assert file.fingerprint() != before


def test_a_list_that_cannot_be_kept_is_said_with_the_mend(tmp_path):
    file = a_file(tmp_path)
    file.path.mkdir()

    with pytest.raises(StateNotWritable, match="in the way"):
        file.write(UnitList())
