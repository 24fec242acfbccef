"""`palautepiste doctor`: each fault is told in a line of its own, with what to do about it."""

import os
import re
import sqlite3
import time
from contextlib import closing

import click
import pytest
from builders import NOON, TOKEN, a_content, a_reading, an_id
from click.testing import CliRunner
from language_packs import install
from patients import a_patient, right_clock
from questionnaire_bodies import a_file

from device_config import clock
from device_config.checks.clock import ClockFacts, clock_findings
from device_config.checks.finding import Finding
from device_config.clock_trust import KernelClock
from device_config.road import leave_order, state_fact
from device_config.settings import RetentionSettings
from kiosk.checks.processes import Holder, process_findings
from kiosk.cli import main
from kiosk.doctor import group_lines, is_well, sum_line
from sync.checks.database import database_findings, version_findings
from sync.checks.disk import DiskFacts, disk_findings
from sync.outbox import open_outbox
from sync.wire import Answered, Reason

MIB = 2**20
OFF = KernelClock(is_unsynced=True, max_error_s=16.0)


@pytest.fixture
def patient(tmp_path):
    with a_patient(tmp_path, responses=1) as healthy:
        outbox = open_outbox(healthy.state)
        outbox.settle([an_id(1)])
        outbox.close()
        yield healthy


def test_a_terminal_in_which_nothing_is_wrong_has_no_line_that_asks_for_anything(patient):
    assert patient.complaints() == []


def test_every_check_of_a_healthy_terminal_says_something(patient):
    findings = patient.findings()

    assert list(findings) == [
        *("state folder", "settings", "disk", "database", "clock", "location", "centre"),
        *(
            "delivery",
            "network",
            "questionnaire",
            "fonts",
            "panels",
            "screen",
            "sound",
            "processes",
        ),
    ]
    assert all(each and all(one.says for one in each) for each in findings.values())


# One fault at a time


def open_folder(patient):
    patient.state.path.chmod(0o777)


def readable_token(patient):
    patient.state.file("credentials.1").chmod(0o644)


def one_copy_damaged(patient):
    patient.state.file("credentials.1").write_bytes(b"torn")
    patient.state.file("credentials.1").chmod(0o600)


def one_copy_gone(patient):
    patient.state.file("epoch.2").unlink()


def settings_damaged(patient):
    for ending in (".1", ".2"):
        patient.state.file(f"settings{ending}").write_bytes(b"torn")


def token_for_a_group(patient):
    patient.state.file("credentials.2").chmod(0o640)


def numbers_gone(patient):
    with closing(sqlite3.connect(patient.state.database)) as connection, connection:
        connection.execute("DELETE FROM epochs")


def token_shown(patient):
    patient.set(patient.config.read_text().replace("[central]", f'[central]\ntoken = "{TOKEN}"'))
    patient.config.chmod(0o644)


def unknown_key(patient):
    patient.add("[session]\nundo = 3")


def no_toml(patient):
    patient.set("central = [")


def no_such_file(patient):
    patient.config.unlink()


def questionnaire_gone(patient):
    patient.add('[session]\nquestionnaire = "gone"')


def language_gone(patient):
    patient.add('[session]\nlanguages = ["fi", "xx"]')


def first_item_gone(patient):
    patient.add('[session]\nfirst_item = "nothing"')


def broken_questionnaire(patient):
    a_file(patient.state.questionnaires, b"{", "broken.json")


def words_missing(patient):
    install(patient.state, "se")
    (patient.state.locales / "se" / "LC_MESSAGES" / "kiosk.mo").unlink()
    patient.add('[session]\nlanguages = ["fi", "se"]')


def reserve_given_back(patient):
    os.truncate(patient.state.file("reserve"), 0)


def no_reserve(patient):
    patient.state.file("reserve").unlink()


def database_gone(patient):
    patient.state.database.unlink()


def database_zeroed(patient):
    with patient.state.database.open("r+b") as file:
        file.write(bytes(4096))


def page_damaged(patient):
    with patient.state.database.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 4096)


def being_saved(patient):
    patient.state.file("device.db.rescued").touch(mode=0o600)


def damaged_once(patient):
    patient.state.file("device.db.damaged-1").touch(mode=0o600)


def older_database(patient):
    patient.state.durable("epoch").write({"epoch": 9})


def log_without_index(patient):
    patient.state.file("device.db-wal").write_bytes(b"\x37" * 100)
    patient.state.file("device.db-wal").chmod(0o600)


def no_location(patient):
    patient.set(f'[central]\nurl = "{patient.centre.url}"\n')


def waits_for_long(patient):
    since = clock.rfc3339(time.time() - 7200)
    with_box(
        patient,
        lambda box: box.put(
            a_content(9, answered=Answered(at=since, clock="synced")), a_reading(wall=NOON)
        ),
    )


def refused(patient):
    def act(box):
        box.put(a_content(9), a_reading())
        box.settle((), [(an_id(9), Reason("unit-closed"))])

    with_box(patient, act)


def push_failed(patient):
    with_box(patient, lambda box: state_fact(box.db, "sync", "push", {"failure": "dns"}))


def kiosk_complains(patient):
    with_box(patient, lambda box: state_fact(box.db, "kiosk", "settings", ["hours.open: wrong"]))


def panel_lost(patient):
    told_of_pins(patient, "lost")


def button_stuck(patient):
    told_of_pins(patient, "stuck")


def told_of_pins(patient, state):
    panel = {"kind": "gpio", "id": "gpio:5,6,13", "state": state}
    patient.add('[[panel]]\nkind = "gpio"\nbuttons = [5, 6, 13]')
    with_box(patient, lambda box: state_fact(box.db, "kiosk", "panels", [panel]))


def nothing_runs(patient):
    patient.running.close()


def order_without_an_agent(patient):
    with_box(patient, lambda box: leave_order(box.db, "send-now", {}))
    patient.running.close()


def with_box(patient, act):
    outbox = open_outbox(patient.state)
    act(outbox)
    outbox.close()


FAULTS = [
    (open_folder, "state folder", "others may write there", "chmod go-w"),
    (readable_token, "state folder", "credentials.1: other accounts may read it", "chmod 600"),
    (one_copy_damaged, "state folder", "one of its two copies is damaged", "change the card"),
    (one_copy_gone, "state folder", "one of its two copies is damaged or gone", "anew"),
    (settings_damaged, "settings", "collecting without the centre's settings", "config"),
    (token_for_a_group, "state folder", "credentials.2: other accounts may", "chmod 600"),
    (numbers_gone, "delivery", "an entry cannot be read", "call support"),
    (token_shown, "settings", "which other accounts may read", "chmod 600"),
    (unknown_key, "settings", "session.undo: unknown; did you mean 'undo_s'?", "config check"),
    (no_toml, "settings", "not TOML", "config check"),
    (no_such_file, "settings", "No such file", "config check"),
    (questionnaire_gone, "settings", "'gone' is not installed", "questionnaire list"),
    (language_gone, "settings", "no statements in 'xx'", "questionnaire list"),
    (first_item_gone, "settings", "'nothing' is no statement", "questionnaire list"),
    (broken_questionnaire, "questionnaire", "broken.json: passed over", "questionnaire import"),
    (words_missing, "questionnaire", "screen's own words are English", "--texts se=FILE.mo"),
    (reserve_given_back, "disk", "given back: the disk was full", "free some space"),
    (no_reserve, "disk", "nothing is set aside yet", "start the kiosk"),
    (database_gone, "database", "device.db is not there", "start the kiosk"),
    (database_zeroed, "database", "file is not a database", "a kiosk that starts saves"),
    (page_damaged, "database", "", "a kiosk that starts saves"),
    (being_saved, "database", "is being saved", "a kiosk that starts saves"),
    (damaged_once, "database", "device.db.damaged-1: the database was damaged once", "support"),
    (older_database, "database", "an older database was put back", "call support"),
    (log_without_index, "database", "waits to be taken up", "start the kiosk"),
    (no_location, "location", "nobody said where it stands", "location set"),
    (waits_for_long, "delivery", "1, the oldest from", "sync --once"),
    (refused, "delivery", "1 refused by the centre, kept here: 1 × unit-closed", "requeue"),
    (push_failed, "delivery", "the centre's name was not found", "centre's lines"),
    (kiosk_complains, "delivery", "hours.open: wrong", "config show"),
    (panel_lost, "panels", "does not answer, says the kiosk", "cable"),
    (button_stuck, "panels", "a button is stuck, says the kiosk", "free the button"),
    (order_without_an_agent, "delivery", "1 from the staff pages", "now palautepiste-sync"),
    (nothing_runs, "processes", "does not run", "systemctl enable --now palautepiste-kiosk"),
]


@pytest.mark.parametrize(
    ("do", "group", "says", "mend"), FAULTS, ids=[f[0].__name__ for f in FAULTS]
)
def test_a_fault_is_told_where_it_is_with_what_to_do(patient, do, group, says, mend):
    do(patient)

    complaints = patient.complaints()

    assert any(
        title == group and says in each.says and mend in each.mend for title, each in complaints
    ), complaints
    assert_commands_are_there(" ".join(each.mend for _, each in complaints))


def assert_commands_are_there(mends):
    """Every command of ours that somebody is told to run can be run."""
    named = re.findall(r"palautepiste ((?:[a-z]+ ?){1,2})", mends)
    for first, *rest in map(str.split, named):
        command = main.commands[first]
        assert not isinstance(command, click.Group) or rest[0] in command.commands


def test_an_order_that_a_running_agent_is_at_is_no_fault(patient):
    with_box(patient, lambda box: leave_order(box.db, "send-now", {}))

    assert patient.complaints() == []


ALONE = [
    *(open_folder, readable_token, one_copy_damaged, language_gone, first_item_gone),
    *(broken_questionnaire, reserve_given_back, damaged_once, older_database, no_location),
    *(refused, push_failed, kiosk_complains, panel_lost),
]


@pytest.mark.parametrize("do", ALONE)
def test_one_fault_makes_one_line(patient, do):
    do(patient)

    assert len(patient.complaints()) == 1


def test_each_line_that_asks_for_something_says_what_to_do(patient):
    for do in (readable_token, unknown_key, damaged_once, refused, push_failed, nothing_runs):
        do(patient)

    assert all(each.mend for _, each in patient.complaints())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_that_root_left_behind_is_named_with_the_way_to_give_it_back(patient):
    os.chown(patient.state.file("credentials.2"), 12345, 12345)

    [(_, found)] = patient.complaints()

    assert "credentials.2: of user 12345" in found.says
    assert "chown -R" in found.mend


def test_without_credentials_it_says_how_to_get_them_and_the_centre_is_looked_at_all_the_same(
    patient,
):
    for ending in (".1", ".2"):
        patient.state.file(f"credentials{ending}").unlink()

    centre = {each.check: each for each in patient.findings()["centre"]}

    assert centre["enrolled"].verdict == "fail"
    assert "palautepiste enrol CODE" in centre["enrolled"].mend
    assert centre["connection"].verdict == "ok"


# What no test can do to a machine: from facts


def only(findings):
    """The one that is not well."""
    [found] = [each for each in findings if each.verdict in {"warn", "fail"}]
    return found.verdict, found.says


BOUNDS = RetentionSettings(sent_days=30, sent_bytes=100 * MIB)
ROOMY = DiskFacts(free=1000 * MIB, free_inodes=10**6, reserve=8 * MIB)


@pytest.mark.parametrize(
    ("free", "reserve", "sent", "verdict", "says"),
    [
        (7, 7, 0, "fail", "answers cannot be taken"),
        (7, None, 0, "fail", "answers cannot be taken"),
        (7, 8, 0, "fail", "below 100 MiB"),
        (99, 8, 0, "fail", "below 100 MiB"),
        (150, 8, 0, "warn", "may grow by 100 MiB yet"),
        (150, 8, 60, "ok", ""),
        (250, 8, 0, "ok", ""),
        (150, 8, 200, "ok", ""),
    ],
)
def test_the_disk_is_told_of_before_it_is_full_by_the_bounds_of_status(
    free, reserve, sent, verdict, says
):
    reserve = None if reserve is None else reserve * MIB
    facts = DiskFacts(free * MIB, ROOMY.free_inodes, reserve)

    found = next(disk_findings(facts, BOUNDS, sent * MIB))

    assert (found.check, found.verdict) == ("room", verdict)
    assert says in found.says


@pytest.mark.parametrize(("inodes", "verdict"), [(0, "fail"), (500, "warn")])
def test_a_disk_without_file_entries_is_as_bad_as_a_full_one(inodes, verdict):
    facts = DiskFacts(ROOMY.free, inodes, ROOMY.reserve)

    assert only(disk_findings(facts, BOUNDS, 0)) == (verdict, f"{inodes} left")
    uncounted = DiskFacts(ROOMY.free, None, ROOMY.reserve)
    assert is_well(disk_findings(uncounted, BOUNDS, 0))


@pytest.mark.parametrize(
    ("facts", "verdict", "says"),
    [
        (ClockFacts(0.0, right_clock().kernel), "fail", "which cannot be"),
        (ClockFacts(4e9, right_clock().kernel), "fail", "which cannot be"),
        (ClockFacts(NOON, OFF), "warn", "nothing keeps it right"),
        (ClockFacts(NOON, OFF, None, ("chrony",)), "warn", "chrony has not set it right yet"),
    ],
)
def test_a_clock_that_cannot_be_trusted_is_told_with_its_reason(facts, verdict, says):
    found = only(clock_findings(facts))

    assert found[0] == verdict
    assert says in found[1]


def test_who_keeps_the_clock_is_named():
    assert "kept right by chrony" in list(clock_findings(right_clock()))[1].says


def test_an_old_sqlite_is_told_of():
    assert only(version_findings((3, 34, 1)))[0] == "fail"
    assert is_well(version_findings((3, 35, 0)))


def test_a_process_that_was_stopped_is_no_running_one():
    findings = list(
        process_findings({"kiosk": Holder(7, 5.0, "T"), "sync": Holder(8, 90000.0, "S")})
    )

    assert [each.verdict for each in findings] == ["fail", "ok"]
    assert "is stopped" in findings[0].says
    assert "for 25 hours" in findings[1].says


def fill(box):
    """Some thousand responses, at once."""
    with box.db.conn as connection:
        connection.execute(
            "WITH RECURSIVE numbers(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM numbers"
            " WHERE n < 5000) INSERT INTO responses (epoch, seq, id, state, body, boot_id,"
            " boottime, wall) SELECT 1, n, n, 'sent', body, 'b', 0, 0 FROM responses, numbers"
        )


def test_a_database_too_large_to_be_looked_through_in_time_is_left_and_says_so(patient):
    with_box(patient, fill)

    found = {each.check: each for each in database_findings(patient.state, look_s=0.0)}

    assert found["whole"].verdict == "skip"
    assert found["numbering"].verdict == "ok"


# As people and programs read it


SEVERAL = [
    Finding("a", "ok", "fine"),
    Finding("b", "warn", "soon", "do this"),
    Finding("c", "fail", "broken", "do that"),
    Finding("d", "skip", "not here"),
]


def test_a_verdict_is_a_word_the_mend_stands_beneath_and_the_last_line_counts():
    assert list(group_lines("disk", SEVERAL)) == [
        "disk",
        "  ok    a: fine",
        "  warn  b: soon",
        "        do: do this",
        "  FAIL  c: broken",
        "        do: do that",
        "  skip  d: not here",
    ]
    assert sum_line(SEVERAL) == "1 FAILED, 1 to see to, 1 ok, 1 not checked"
    assert sum_line([SEVERAL[0], SEVERAL[3]]) == "all is well: 1 ok, 1 not checked"


@pytest.mark.parametrize(("verdict", "well"), [("ok", 1), ("skip", 1), ("warn", 0), ("fail", 0)])
def test_only_what_asks_for_nobody_is_well(verdict, well):
    assert is_well([Finding("a", verdict, "x")]) == bool(well)


def test_a_check_that_fails_itself_is_a_line_and_ends_nothing(patient, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("what nobody thought of")

    monkeypatch.setattr("kiosk.doctor.place_findings", broken)

    findings = patient.findings()

    assert "by an error of ours" in findings["location"][0].says
    assert findings["processes"]


def test_for_programs_it_is_a_list_of_objects_and_the_exit_code_says_whether_all_is_well(
    patient, monkeypatch
):
    monkeypatch.setenv("SDL_VIDEODRIVER", "offscreen")
    monkeypatch.setattr("kiosk.doctor.look_at_clock", right_clock)
    words = ["doctor", "--state", str(patient.state.path), "--config", str(patient.config)]

    well = CliRunner().invoke(main, words)
    assert well.exit_code == 0, well.output
    assert well.output.splitlines()[-1].startswith("all is well")

    damaged_once(patient)
    ill = CliRunner().invoke(main, [*words, "--json"])
    assert ill.exit_code == 1
    assert '"group": "database"' in ill.output
    assert '"verdict": "warn"' in ill.output
