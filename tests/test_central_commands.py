"""The commands: what an administrator types, and what each mistake is told."""

import csv
import io
import json
import re
import signal
import socket
import subprocess
import sys
from random import SystemRandom

import httpx
import pytest
from click.testing import CliRunner
from msgspec import Raw
from test_central_builders import NOON, UNIT, a_response

from device_config.errors import ConfigurationProblems, KioskError, UsageProblem
from device_config.pin import HASHER
from sync import wire
from sync.central.admin import database_url, open_store, read_units, unit_of
from sync.central.cli import central, central_admin
from sync.central.errors import (
    AddressUnavailable,
    DatabaseUnavailable,
    DatabaseUnusable,
    UnitsUnreadable,
    UnknownTerminal,
    UnknownUnit,
)
from sync.central.questionnaires import shipped_questionnaires
from sync.central.receiving.checking import check_response
from sync.central.store import utc_now


@pytest.fixture
def admin(tmp_path):
    """Runs a central-admin command on a state directory of its own; what it prints for scripts."""

    def run(*words):
        result = CliRunner().invoke(central_admin, [*words, "--state", str(tmp_path / "state")])
        if isinstance(result.exception, KioskError):
            raise result.exception
        assert result.exit_code == 0, result.output
        run.aside = result.stderr
        return result.stdout

    run.store = lambda: open_store(database_url(tmp_path / "state"))
    return run


def add_unit(admin):
    admin("unit", "add", UNIT, "--name-fi", "Syke", "--name-sv", "Syke sv", "--county", "20")


def test_units_are_added_replaced_and_listed(admin):
    admin("unit", "add", UNIT, "--name-fi", "Old")
    add_unit(admin)

    assert json.loads(admin("unit", "list", "--json")) == [
        {
            "unit": UNIT,
            "name": {"fi": "Syke", "sv": "Syke sv"},
            "path": {},
            "county": "20",
            "service": None,
        }
    ]
    assert admin("unit", "list") == f"{UNIT}  Syke / Syke sv\n"


def test_what_list_prints_import_takes(admin, tmp_path):
    add_unit(admin)
    listed = admin("unit", "list", "--json")
    file = tmp_path / "units.json"
    file.write_text(listed, "utf-8")

    assert admin("unit", "import", str(file)) == "Units imported: 1\n"
    assert admin("unit", "list", "--json") == listed


@pytest.mark.parametrize("separator", [",", ";"])
def test_units_are_read_from_csv(tmp_path, separator):
    file = tmp_path / "units.csv"
    lines = ["unit,name_fi,name_sv,name_en,county,service", "1.2.3,Näkö,,Sight,20,"]
    file.write_bytes("\r\n".join(lines).replace(",", separator).encode("utf-8-sig"))

    assert read_units(file) == (
        wire.Unit(unit="1.2.3", name={"fi": "Näkö", "en": "Sight"}, path={}, county="20"),
    )


def test_what_units_belong_to_is_read_from_csv_too(tmp_path):
    file = tmp_path / "units.csv"
    file.write_text("unit,name_fi,path_fi,path_sv\n1.2.3,Talo,Suun terveydenhuolto,\n", "utf-8")

    (unit,) = read_units(file)

    assert unit.path == {"fi": "Suun terveydenhuolto"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"unit,nam_fi\n1,x\n", "unknown column 'nam_fi'"),
        (b"name_fi\nx\n", "no column 'unit'"),
        (b"unit,name_fi\n1.2,Ok\n1.3,\n", "line 3: unit 1.3 has no name"),
        (b"unit,name_fi\n,x\n", "line 2: the unit's OID is missing"),
        (b"unit,name_fi\nkajaani,x\n", "line 2: 'kajaani' is no OID"),
        (b"unit,name_fi,county\n1.2,x,5\n", "line 2: county '5' is no code of two digits"),
        (b'[{"unit": "1.2.", "name": {"fi": "x"}, "path": {}}]', "[0]: '1.2.' is no OID"),
        (b"[{}]", "missing required field `unit`"),
        (b"[" * 100_000, "units.csv"),
        (b"\xff\xfe", "not UTF-8"),
    ],
)
def test_a_bad_file_of_units_says_where_it_is_bad(tmp_path, content, said):
    file = tmp_path / "units.csv"
    file.write_bytes(content)

    with pytest.raises(UnitsUnreadable) as raised:
        read_units(file)

    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("oid", ["", "x", "1", ".1.2", "1.2.", "1..2", "1.02", "1.2 3", "1.٢"])
def test_what_is_no_oid_is_refused(oid):
    with pytest.raises(ValueError, match="OID"):
        unit_of(oid, {"fi": "Talo"})


@pytest.mark.parametrize("county", ["5", "020", "Kainuu", "2O", "٠٥"])
def test_a_county_that_is_no_two_digits_is_refused(county):
    with pytest.raises(ValueError, match="county"):
        unit_of("1.2.3", {"fi": "Talo"}, county)


def test_every_problem_of_a_file_of_units_is_told_at_once_and_nothing_imported(admin, tmp_path):
    file = tmp_path / "units.csv"
    file.write_text("unit,name_fi,county\n1.2,Ok,20\nx,,5\n1.3,Ok,05\n1.4,Ok,Kainuu\n", "utf-8")

    with pytest.raises(UnitsUnreadable) as raised:
        admin("unit", "import", str(file))

    first, *problems = str(raised.value).splitlines()
    assert first == f"{file}: nothing was imported:"
    assert [each.split(":")[0] for each in problems] == ["  line 3", "  line 5"]
    assert all(word in problems[0] for word in ("OID", "no name", "county '5'"))
    assert json.loads(admin("unit", "list", "--json")) == []


@pytest.mark.parametrize("name", ["unit", "code", "terminal"])
def test_a_list_with_nothing_in_it_says_so_beside_what_scripts_read(admin, name):
    assert admin(name, "list") == ""
    assert re.match(rf"no {name}s yet: .+\n$", admin.aside)
    assert json.loads(admin(name, "list", "--json")) == []
    assert admin.aside == ""


def test_a_code_and_a_revocation(admin):
    add_unit(admin)
    code = admin("code", "new", "--unit", UNIT, "--days", "1", "--place", "Aula 1").strip()
    store = admin.store()
    request = wire.EnrolmentRequest(code=code, hardware_id="h", software="0.1")
    enrolled = store.enrol(request, utc_now(), SystemRandom())

    admin("terminal", "revoke", enrolled.terminal.id)

    (row,) = json.loads(admin("terminal", "list", "--json"))
    assert row["terminal_id"] == enrolled.terminal.id
    assert row["place"] == "Aula 1"
    assert row["revoked_at"]
    assert "revoked" in admin("terminal", "list")
    assert store.authenticate(enrolled.token) is None


def test_a_code_comes_with_a_staff_pin_that_is_shown_once_and_kept_nowhere(admin, tmp_path):
    add_unit(admin)
    code = admin("code", "new", "--unit", UNIT).strip()
    pin = re.search(r"staff PIN ([0-9]{6})\b", admin.aside)[1]
    request = wire.EnrolmentRequest(code=code, hardware_id="h", software="0.1")
    enrolled = admin.store().enrol(request, utc_now(), SystemRandom())

    assert HASHER.verify(enrolled.staff_pin_hash, pin)
    held = b"".join(path.read_bytes() for path in (tmp_path / "state").iterdir())
    assert pin.encode() not in held
    assert b"$argon2id$" in held


def test_a_pin_may_be_chosen_unless_anybody_would_guess_it(admin):
    add_unit(admin)
    admin("code", "new", "--unit", UNIT, "--pin", "274611")
    assert "274611" in admin.aside
    for weak in ("12", "0000", "12345", "abcd"):
        with pytest.raises(UsageProblem, match="--pin"):
            admin("code", "new", "--unit", UNIT, "--pin", weak)


def test_codes_are_listed_without_the_codes_and_withdrawn(admin):
    add_unit(admin)
    codes = [admin("code", "new", "--unit", UNIT).strip() for _ in range(3)]
    first = json.loads(admin("code", "list", "--json"))[0]["id"]
    admin("code", "withdraw", first)

    rows = json.loads(admin("code", "list", "--json"))
    listed = admin("code", "list") + json.dumps(rows)
    assert sorted(row["state"] for row in rows) == ["open", "open", "withdrawn"]
    assert not any(code in listed or code.replace("-", "") in listed for code in codes)


def test_settings_to_publish_are_refused_with_all_that_is_wrong_at_once(admin, tmp_path):
    file = tmp_path / "county.toml"
    file.write_text(
        '[central]\ntoken = "one"\n[sesion]\nx = 1\n[hours]\nopen = ["mon-fri 7-18"]\n', "utf-8"
    )

    with pytest.raises(ConfigurationProblems) as refused:
        admin("settings", "publish", str(file))

    said = [each.partition(":")[0] for each in refused.value.problems]
    assert sorted(said) == ["central.token", "hours.open[0]", "sesion"]


def test_a_terminal_is_replaced(admin):
    add_unit(admin)
    store = admin.store()

    def bring(code, hardware_id):
        request = wire.EnrolmentRequest(code=code, hardware_id=hardware_id, software="0.1")
        return store.enrol(request, utc_now(), SystemRandom())

    old = bring(admin("code", "new", "--unit", UNIT).strip(), "old")
    new = bring(admin("terminal", "replace", old.terminal.id).strip(), "new")

    assert "staff PIN" in admin.aside
    rows = {row["terminal_id"]: row for row in json.loads(admin("terminal", "list", "--json"))}
    assert rows[old.terminal.id]["revoked_at"]
    assert rows[new.terminal.id]["replaces"] == old.terminal.id
    with pytest.raises(UnknownTerminal, match="t-nobody"):
        admin("terminal", "replace", "t-nobody")


def keep(store, *responses):
    shipped = shipped_questionnaires()
    raws = [Raw(wire.encode(response)) for response in responses]
    store.keep_responses([check_response(raw, {"t-aaaaa"}, shipped) for raw in raws], NOON)


def test_export_prints_whole_documents_or_a_table_without_free_text(admin):
    add_unit(admin)
    response = a_response(text={"plain": "rivi 1\nrivi 2"}, language="=cmd()")
    keep(admin.store(), response)

    (line,) = admin("export").splitlines()
    header, row = csv.reader(io.StringIO(admin("export", "--format", "csv")))
    table = dict(zip(header, row, strict=True))

    assert json.loads(line) == response | {"received_at": "2026-11-21T12:00:00+00:00"}
    assert (table["usefulness"], table["safety"], table["nps"]) == ("5", "not-applicable", "9")
    assert table["encounter"] == ""
    assert table["language"] == "'=cmd()"
    assert "rivi" not in "".join(row)


@pytest.mark.parametrize(
    ("words", "error", "said"),
    [
        (["code", "new", "--unit", "9.9"], UnknownUnit, "9.9"),
        (["terminal", "revoke", "t-nope"], UnknownTerminal, "t-nope"),
        (["unit", "import", "/no/such/file"], UnitsUnreadable, "/no/such/file"),
        (["unit", "add", "1.2"], UsageProblem, "--name-fi"),
        (["unit", "add", " ", "--name-fi", "x"], UsageProblem, "OID"),
        (["unit", "list", "--database", "nonsense"], DatabaseUnusable, "not a database URL"),
        (["unit", "list", "--database", "oracle://x/y"], DatabaseUnusable, "PostgreSQL"),
        (["unit", "list", "--database", "sqlite://"], DatabaseUnusable, "needs a file"),
        (["unit", "list", "--database", "sqlite:////no/dir/c.db"], DatabaseUnavailable, "/no/dir"),
    ],
)
def test_a_mistake_is_told_in_one_line_with_its_mend(admin, words, error, said):
    with pytest.raises(error) as raised:
        admin(*words)

    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_no_database_is_named(admin, tmp_path):
    file = tmp_path / "letter.db"
    file.write_bytes(b"Dear centre, " * 1000)

    with pytest.raises(DatabaseUnavailable, match=r"letter\.db"):
        admin("unit", "list", "--database", f"sqlite:///{file}")


def test_a_port_in_use_is_told_with_the_port(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        words = ["--port", str(port), "--state", str(tmp_path)]

        result = CliRunner().invoke(central, words)

    assert isinstance(result.exception, AddressUnavailable)
    assert f"127.0.0.1:{port}" in str(result.exception)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_service_says_when_it_answers_and_stops_when_told(tmp_path, number):
    """With an open live page too: its stream ends, the process ends with 0."""
    program = "from sync.central.cli import central; central()"
    words = [sys.executable, "-c", program, "--open", "--port", "0", "--state", str(tmp_path)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        said = process.stdout.readline()
        url = said.removeprefix("Central service: ").strip()
        with httpx.stream("GET", url + "live", trust_env=False) as stream:
            lines = stream.iter_lines()
            next(lines)

            process.send_signal(number)
            list(lines)

        assert said.startswith("Central service: http://127.0.0.1:")
        assert process.wait(timeout=20) == 0
