"""`doctor` changes nothing, and nothing that it meets in a state folder ends it."""

import errno
import os
import shutil

import pytest
from damage import filled_and_killed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from patients import OFF_SCREEN, a_patient, right_clock, told, tree
from world import Centre, Terminal, answers_of, go_on, run, wait_for

from device_config.config_store import ConfigStore
from device_config.state import StateDirectory, open_state
from kiosk.checks.machine import Machine
from kiosk.doctor import examined, look_at
from sync.outbox import open_outbox

ENVIRONMENT = {**os.environ, **OFF_SCREEN}


def look(state, config=None):
    """Everything that doctor does, without a centre."""
    subject = look_at(state, config, Machine(environment=OFF_SCREEN))
    return [each for _, found in examined(subject, right_clock) for each in found]


def a_copy_missing(patient):
    patient.state.file("settings.2").unlink()


def a_copy_damaged(patient):
    patient.state.file("credentials.1").write_bytes(b"torn")


def no_database(patient):
    patient.state.database.unlink()


def no_epoch(patient):
    patient.state.file("epoch.1").unlink()
    patient.state.file("epoch.2").unlink()


def no_lock(patient):
    patient.running.close()
    patient.state.file("kiosk.lock").unlink()


def no_folder(patient):
    patient.running.close()
    shutil.rmtree(patient.state.path)


def nothing_wrong(_patient):
    pass


LEFT_ALONE = [
    *(nothing_wrong, a_copy_missing, a_copy_damaged, no_database, no_epoch, no_lock, no_folder),
]


@pytest.mark.parametrize("do", LEFT_ALONE)
def test_it_changes_nothing_whatever_it_finds(tmp_path, do):
    with a_patient(tmp_path, responses=3) as patient:
        ConfigStore(patient.state, None).set_value("session.undo_s", 4)
        do(patient)
        before = tree(tmp_path)

        patient.findings()

        assert tree(tmp_path) == before


def test_it_changes_nothing_where_a_kiosk_was_killed(tmp_path):
    filled_and_killed(tmp_path, 20)
    before = tree(tmp_path)
    assert any(path.endswith("-wal") for path in before)

    findings = look(StateDirectory(tmp_path / "state").path)

    assert tree(tmp_path) == before
    whole = next(each for each in findings if each.check == "whole")
    assert whole.verdict == "ok"
    assert any("last number 20" in each.says for each in findings)


def heals(patient):
    ConfigStore(patient.state, None).effective()


def opens(patient):
    open_outbox(patient.state).close()


def probes(patient):
    open_state(patient.state.path)


@pytest.mark.parametrize("variant", [heals, opens, probes])
def test_a_doctor_that_looked_as_the_other_commands_do_would_be_found_out(tmp_path, variant):
    with a_patient(tmp_path, responses=3) as patient:
        ConfigStore(patient.state, None).set_value("session.undo_s", 4)
        a_copy_missing(patient)
        no_epoch(patient)
        before = tree(tmp_path)

        variant(patient)

        assert tree(tmp_path) != before


# Whatever lies in the folder


GARBAGE = st.one_of(
    st.binary(max_size=300), st.sampled_from([b"", b"\0" * 5000, b"{}", b"[" * 9000])
)
FILES = (
    *("settings", "credentials", "location", "notices", "epoch", "device.db", "device.db-wal"),
    *("device.db-shm", "kiosk.lock", "sync.lock", "reserve", "device.db.rescued"),
    *("questionnaires", "questionnaires/a.json", "locales/fi/LC_MESSAGES/kiosk.mo"),
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.dictionaries(st.sampled_from(FILES), GARBAGE, min_size=1), st.binary(max_size=200))
def test_no_garbage_in_any_file_ends_it(tmp_path, contents, config):
    folder = tmp_path / "any"
    shutil.rmtree(folder, ignore_errors=True)
    state = open_state(folder).path
    open_outbox(StateDirectory(state)).close()
    for name, content in contents.items():
        for path in (state / f"{name}.1", state / f"{name}.2", state / name):
            if all(not each.is_file() for each in path.parents) and not path.is_dir():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
    (folder / "terminal.toml").write_bytes(config)

    findings = look(state, folder / "terminal.toml")

    assert len(findings) > 14
    assert not [each for each in findings if "error of ours" in each.says]


@pytest.mark.parametrize("name", FILES)
def test_a_folder_in_a_files_place_does_not_end_it(tmp_path, name):
    state = open_state(tmp_path / "state").path
    open_outbox(StateDirectory(state)).close()
    for path in (state / name, state / f"{name}.1", state / f"{name}.2"):
        if path.is_file():
            path.unlink()
        path.mkdir(parents=True, exist_ok=True)

    findings = look(state)

    assert not [each for each in findings if "error of ours" in each.says]


def test_a_file_in_the_folders_place_is_told(tmp_path):
    path = tmp_path / "state"
    path.write_text("not a folder")

    findings = look(path)

    assert "a file is in the way" in findings[0].mend
    assert path.read_text() == "not a folder"


def test_of_a_folder_that_it_may_not_read_it_claims_nothing(tmp_path, monkeypatch):
    def hidden(really):  # root, who runs tests too, may read everything
        def listed(path):
            if path == patient.state.path:
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
            return really(path)

        return listed

    with a_patient(tmp_path) as patient:
        monkeypatch.setattr("os.listdir", hidden(os.listdir))
        monkeypatch.setattr("os.scandir", hidden(os.scandir))
        findings = patient.findings()

    [folder] = findings["state folder"]
    assert (folder.verdict, "Permission denied" in folder.says) == ("fail", True)
    for group in ("settings", "database", "centre", "processes"):
        assert [each.verdict for each in findings[group]] == ["skip"]


# The real programs


@pytest.mark.slow
def test_beside_a_running_kiosk_and_agent_it_sees_them_and_disturbs_neither(tmp_path):
    centre = Centre(tmp_path / "centre")
    with centre.open() as url:
        terminal = Terminal(tmp_path / "terminal", url, '[location]\nplace = "Aula 1"\n')
        terminal.enrol(centre)
        with terminal.window() as reach, terminal.syncing():
            go_on(reach, "answer:5")
            wait_for(lambda: terminal.state.joinpath("sync.lock").exists(), "the agent")
            done = run("doctor", "--json", *terminal.options, check=False, env=ENVIRONMENT)
            go_on(reach, "enough")
            [arrived] = centre.wait_for_responses(1)

    assert answers_of(arrived)["usefulness"] == 5
    by_check = {(each["group"], each["check"]): each for each in told(done)}
    assert "Traceback" not in done.stderr
    ill = {key for key, each in by_check.items() if each["verdict"] in {"warn", "fail"}}
    assert ill <= {("clock", "kept right"), ("disk", "room")}, done.stdout
    assert by_check["processes", "kiosk"]["says"].startswith("process")
    assert by_check["centre", "service"]["says"] == "the centre knows this terminal"
    assert done.returncode == (1 if ill else 0)
