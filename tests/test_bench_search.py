"""`palautepiste bench search`: what it says, not how fast this machine is."""

from click.testing import CliRunner

from kiosk.bench.search import Tally, plainly, ways
from kiosk.bench.unit_list import MUNICIPALITIES, SERVICES, a_unit_list
from kiosk.cli import main


def test_the_list_has_3000_units_and_the_seed_fixes_their_order():
    units = a_unit_list(1)

    assert len({unit.unit for unit in units}) == len(MUNICIPALITIES) * len(SERVICES) == 3000
    assert len({unit.name["fi"] for unit in units}) == 3000
    assert units == a_unit_list(1)
    assert units != a_unit_list(2)


def test_the_report_has_each_way_of_typing_beside_its_baseline():
    result = CliRunner().invoke(main, ["bench", "search", "--queries", "3"])

    assert result.exit_code == 0, result.output
    rows = result.output.splitlines()[3:]
    assert len(rows) == 2 * 5
    assert all("baseline" in row for row in rows[1::2])
    assert [row.split()[-1] for row in rows[::2]] == ["100%"] * 5


def test_every_unit_is_wanted_in_every_way_and_the_seed_fixes_which():
    units = a_unit_list()
    wanted = list(ways(units, 20, seed=3))

    assert wanted == list(ways(units, 20, seed=3))
    assert len(wanted) == 20 * 5
    turned = [(typed, unit.name["fi"]) for way, typed, unit in wanted if "order" in way]
    assert all(typed != name for typed, name in turned)


def test_the_baseline_finds_the_letters_as_they_stand_and_nothing_else():
    units = a_unit_list()

    assert len(plainly(units, "hammashoitola")) == 8
    assert len(plainly(units, "KAJAANIN HAMMASHOITOLA")) == 1
    assert plainly(units, "hammashoitola kajaani") == []


def test_a_tally_knows_first_from_shown():
    one, other = a_unit_list()[:2]
    tally = Tally()

    tally.take(lambda _: (one, other), "", one)
    tally.take(lambda _: (one, other), "", other)
    tally.take(lambda _: (), "", one)

    assert (tally.first, tally.shown, len(tally.seconds)) == (1, 2, 3)
