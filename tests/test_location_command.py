"""`palautepiste location` as a person runs it."""

import json

import pytest
from builders import a_reading, a_state
from click.testing import CliRunner

from device_config.location import LocationFile, Place
from device_config.units import Unit, UnitList, UnitsFile
from kiosk.bench.unit_list import a_unit_list
from kiosk.cli import main

KAJAANI = "1.2.246.10.9999999.10.1000"
SOTKAMO = "1.2.246.10.9999999.10.1040"


@pytest.fixture
def state(tmp_path):
    return a_state(tmp_path)


@pytest.fixture
def run(state):
    def run_command(*words, exit_code=0):
        options = ["--state", str(state.path)]
        result = CliRunner().invoke(main, ["location", *words, *options])
        assert result.exit_code == exit_code, result.output
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    return run_command


@pytest.fixture
def listed(state):
    UnitsFile.of(state).write(UnitList(units=a_unit_list()))


def spots(state):
    return [(place.unit, place.place) for place in LocationFile.of(state).history()]


@pytest.mark.usefixtures("listed")
def test_find_prints_the_units_that_fit_best_first(run):
    result = run("find", "kajaani ham")

    assert result.output == f"{KAJAANI}  Kainuu › Suun terveydenhuolto › Kajaanin hammashoitola\n"


@pytest.mark.usefixtures("listed")
def test_find_json_is_a_list_as_the_centre_gives_it(run):
    (row,) = json.loads(run("find", "kajaani ham", "--json").stdout)

    assert row["unit"] == KAJAANI
    assert row["name"]["fi"] == "Kajaanin hammashoitola"
    assert row["path"]["sv"] == "Munhälsovård"
    assert set(row) == {"unit", "name", "path"}


@pytest.mark.usefixtures("listed")
def test_find_json_of_what_fits_nothing_is_an_empty_list(run):
    assert json.loads(run("find", "xyzzy", "--json").stdout) == []
    assert "no unit in the centre's list fits" in run("find", "xyzzy").stderr


def test_find_without_a_list_says_where_it_comes_from(run):
    assert json.loads(run("find", "kajaani", "--json").stdout) == []
    assert "palautepiste sync" in run("find", "kajaani").stderr


@pytest.mark.usefixtures("listed")
def test_find_without_a_word_lists_the_neighbours(run):
    run("set", "--unit", SOTKAMO)

    lines = run("find", "").stdout.splitlines()

    assert lines[0].endswith("hammashoitola")
    assert all("Kainuu › Suun terveydenhuolto" in line for line in lines)


@pytest.mark.usefixtures("listed")
def test_set_takes_a_unit_of_the_list_with_its_county(run, state):
    result = run("set", "--unit", KAJAANI, "--place", "  Aula   1 ")

    assert "Kainuu › Suun terveydenhuolto › Kajaanin hammashoitola" in result.stdout
    (place,) = LocationFile.of(state).history()
    assert (place.unit, place.county, place.place) == (KAJAANI, "20", "Aula 1")
    assert place.set_by == "command"


def test_set_takes_the_units_service_unless_another_is_given(run, state):
    unit = Unit(unit="1.2.3", name={"fi": "Talo"}, path={}, service="dental")
    UnitsFile.of(state).write(UnitList(units=(unit,)))

    run("set", "--unit", "1.2.3")
    run("set", "--unit", "1.2.3", "--service", "x-ray")

    assert [place.service for place in LocationFile.of(state).history()] == ["dental", "x-ray"]


@pytest.mark.usefixtures("listed")
@pytest.mark.parametrize(
    ("typed", "suggested"),
    [
        ("1.2.246.10.999999.10.1000", KAJAANI),
        ("1.2.246.10.9999999.10.10000", KAJAANI),
        ("kajaani hammas", KAJAANI),
    ],
)
def test_an_unknown_unit_is_never_guessed_but_the_nearest_are_named(run, state, typed, suggested):
    result = run("set", "--unit", typed, exit_code=2)

    assert suggested in result.stderr
    assert spots(state) == []


@pytest.mark.usefixtures("listed")
def test_an_unknown_unit_unlike_any_ends_with_2_and_the_way_to_look(run, state):
    result = run("set", "--unit", "9.9.9", exit_code=2)

    assert "palautepiste location find TEXT" in result.stderr
    assert spots(state) == []


@pytest.mark.usefixtures("listed")
def test_an_unknown_unit_is_taken_by_force_and_said_to_be_unchecked(run, state):
    result = run("set", "--unit", "9.9.9", "--force")

    assert "taken unchecked" in result.stderr
    assert spots(state) == [("9.9.9", None)]


def test_without_a_list_any_unit_is_taken_with_a_warning(run, state):
    result = run("set", "--unit", "9.9.9", "--place", "Aula 1")

    assert "there is no list of units yet" in result.stderr
    assert spots(state) == [("9.9.9", "Aula 1")]


@pytest.mark.parametrize(
    "words",
    [
        ("--unit", ""),
        ("--unit", "x" * 101),
        ("--unit", "1.2.3", "--place", "x" * 101),
        ("--unit", "1.2.3", "--place", "\a"),
        ("--unit", "1.2.3", "--service", "\u202e"),
        (),
    ],
    ids=range(6),
)
def test_what_cannot_be_kept_ends_with_2_and_changes_nothing(run, state, words):
    run("set", *words, exit_code=2)

    assert spots(state) == []


def test_undo_goes_back_and_again_forward(run, state):
    run("set", "--unit", "1.2.3", "--place", "Aula 1")
    run("set", "--unit", "4.5.6")

    assert "1.2.3" in run("undo").stdout
    run("undo")

    assert spots(state) == [("1.2.3", "Aula 1"), ("4.5.6", None)] * 2


def test_undo_before_any_change_ends_with_2(run):
    assert "no way back" in run("undo", exit_code=2).stderr


def test_show_says_where_it_stands_and_stood(run, state):
    run("set", "--unit", "1.2.3", "--place", "Aula 1")
    run("set", "--unit", "4.5.6", "--place", "Aula 2")

    shown = run("show").stdout

    assert shown == run().stdout
    assert shown.startswith("unit: 4.5.6  (no list of units yet)\nplace: Aula 2\nsince: ")
    assert shown.partition("before:\n")[2].count("\n") == 1
    assert "1.2.3, Aula 1  by command" in shown
    assert json.loads(run("show", "--json").stdout)["unit"] == "4.5.6"
    assert len(spots(state)) == 2


def test_show_without_a_location_says_what_to_do(run):
    assert "palautepiste location set --unit OID" in run("show").stdout


def test_options_before_the_subcommand_count_too(state):
    LocationFile.of(state).change("1.2.3", None, None, a_reading())

    result = CliRunner().invoke(main, ["location", "--state", str(state.path), "show"])

    assert "1.2.3" in result.output


def test_a_history_with_nothing_in_it_says_so_beside_what_scripts_read(run):
    result = run("history")

    assert (result.stdout, json.loads(run("history", "--json").stdout)) == ("", [])
    assert result.stderr.startswith("no changes yet")


def test_history_lists_every_change_and_what_lost(run, state):
    location = LocationFile.of(state)
    location.change("1.2.3", None, "Aula 1", a_reading(is_synced=False))
    location.adopt(Place(revision=1, unit="4.5.6", set_by="centre"))

    lines = run("history").stdout.splitlines()
    rows = json.loads(run("history", "--json").stdout)

    assert lines[0] == "   1  since when is not known  1.2.3, Aula 1  by staff"
    assert lines[1].endswith("4.5.6  by centre  (lost to a change made here)")
    assert [(row["unit"], row["is_used"]) for row in rows] == [("1.2.3", True), ("4.5.6", False)]
