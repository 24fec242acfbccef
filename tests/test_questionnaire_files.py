"""What is installed besides the shipped questionnaires: the newest counts, a bad file none."""

import copy
import errno
import io
import json
import os
import pwd
import stat

import msgspec
import pytest
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from builders import a_state
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from device_config import plain_file
from device_config.assets import asset
from device_config.catalogue import translator
from device_config.cli import config as config_group
from device_config.cli import questionnaire as questionnaire_group
from device_config.config_store import ConfigStore
from device_config.errors import ConfigurationProblems, KioskError, StateNotWritable, UsageProblem
from device_config.plain_file import read_plain, write_plain
from device_config.questionnaire_files import (
    found_in,
    installed,
    newest_of_each,
    questionnaire_named,
    shipped,
    version_numbers,
)

SHIPPED = json.loads(asset("questionnaires", "national-general.json").read_text("utf-8"))


def a_questionnaire(version="2025.1", **members):
    """The shipped questionnaire's body in another version."""
    return copy.deepcopy(SHIPPED) | {"version": version} | members


def in_sami(body, language="se"):
    """The body with every text in another language too, as a language pack brings it."""
    if isinstance(body, list):
        return [in_sami(each, language) for each in body]
    if not isinstance(body, dict):
        return body
    found = {name: in_sami(each, language) for name, each in body.items()}
    if isinstance(found.get("languages"), list):
        found["languages"] = [*found["languages"], language]
    if "fi" in found:
        found[language] = {**found["fi"], "status": "unverified", "source": "a test"}
    return found


def a_file(folder, body, name="form.json"):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(body if isinstance(body, bytes) else json.dumps(body).encode())
    return path


@pytest.fixture
def folder(tmp_path):
    return a_state(tmp_path).questionnaires


def versions(folder):
    return {each.id: each.version for each in installed(folder)}


def test_without_a_folder_the_shipped_ones_are_installed(folder):
    assert installed(None) == installed(folder) == shipped()


@pytest.mark.parametrize("version", ["2025.1", "2024.2", "2024.10", "2024.1.1"])
def test_a_higher_version_in_the_state_directory_counts(folder, version):
    a_file(folder, a_questionnaire(version))

    assert versions(folder) == {"national-general": version}
    assert questionnaire_named("national-general", folder).version == version
    assert questionnaire_named("national-general").version == "2024.1"


@pytest.mark.parametrize("version", ["2024", "2023.9", "0001.1"])
def test_a_lower_version_is_there_and_does_not_count(folder, version):
    a_file(folder, a_questionnaire(version))

    assert versions(folder) == {"national-general": "2024.1"}
    assert len(found_in(folder)[0]) == 2


def test_another_questionnaire_stands_beside_the_shipped_one(folder):
    a_file(folder, a_questionnaire("2025.1", id="own-form"))

    assert versions(folder) == {"national-general": "2024.1", "own-form": "2025.1"}


@given(st.lists(st.tuples(st.integers(1000, 9999), st.integers(0, 99)), min_size=1, max_size=8))
def test_in_any_order_the_highest_version_by_its_numbers_counts(numbers):
    form = shipped()[0]
    forms = [msgspec.structs.replace(form, version=f"{y}.{number}") for y, number in numbers]

    (newest,) = newest_of_each(forms)

    assert version_numbers(newest) == max(numbers)


BAD = {
    "no JSON": b"{",
    "too large": b" " * (2 * 1024 * 1024 + 1),
    "a rule broken": {**a_questionnaire(), "reasons": {**SHIPPED["reasons"], "id": "why"}},
    "a whole number with a point": {
        **a_questionnaire(),
        "reasons": {**SHIPPED["reasons"], "at_most": 2.0},
    },
    "nested for ever": b"[" * 100_000,
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD)
def test_a_bad_file_is_passed_over_with_one_line_and_never_fatal(folder, body, caplog):
    path = a_file(folder, body)
    a_file(folder, a_questionnaire("2025.2"), "good.json")

    _, problems = found_in(folder)

    assert versions(folder) == {"national-general": "2025.2"}
    assert len(problems) == 1
    assert str(path) in problems[0]
    assert "\n" not in problems[0]
    assert len([each for each in caplog.records if str(path) in each.getMessage()]) == 1


def test_pipes_folders_and_half_written_files_are_passed_over(folder):
    folder.mkdir()
    os.mkfifo(folder / "pipe.json")
    (folder / "folder.json").mkdir()
    a_file(folder, b"{", ".form.json.new")
    a_file(folder, b"{", ".hidden.json")

    _, problems = found_in(folder)

    assert installed(folder) == shipped()
    assert len(problems) == 2


def test_other_content_under_the_shipped_id_and_version_is_passed_over(folder):
    path = a_file(folder, a_questionnaire("2024.1", note="changed"))

    found, problems = found_in(folder)

    assert installed(folder) == shipped()
    assert len(found) == 1
    assert problems[0].startswith(f"{path}: passed over: national-general 2024.1 is installed")


def test_more_files_than_anyone_needs_are_passed_over(folder):
    for number in range(102):
        a_file(folder, a_questionnaire("2025.1", id=f"form-{number:03}"), f"{number:03}.json")

    found, problems = found_in(folder)

    assert len(found) == 1 + 100
    assert "over 100 files" in problems[0]


def test_the_settings_may_name_what_is_installed_and_only_that(tmp_path):
    state = a_state(tmp_path)
    store = ConfigStore(state, None)
    with pytest.raises(ConfigurationProblems, match="child_questionnaire"):
        store.set_value("session.child_questionnaire", "kids")

    before = store.fingerprint()
    a_file(state.questionnaires, a_questionnaire(id="kids", respondent="child"))
    store.set_value("session.child_questionnaire", "kids")

    assert store.effective().settings.session.child_questionnaire == "kids"
    assert store.fingerprint() != before


def test_each_part_of_a_language_pack_changes_the_fingerprint(tmp_path):
    state = a_state(tmp_path)
    store = ConfigStore(state, None)
    prints = {store.fingerprint()}

    for path in (
        state.questionnaires / "form.json",
        state.locales / "se" / "LC_MESSAGES" / "kiosk.mo",
        state.keyboards / "se.json",
    ):
        write_plain(path, b"x")
        prints.add(store.fingerprint())

    assert len(prints) == 4


# questionnaire import, questionnaire list


@pytest.fixture
def run(tmp_path):
    def run_command(*words, group=questionnaire_group):
        more = ["--state", tmp_path / "state"]
        return CliRunner().invoke(group, [str(word) for word in (*words, *more)])

    return run_command


def a_mo(path, texts):
    catalog = Catalog(locale="fi")
    for english, translated in texts.items():
        catalog.add(english, translated)
    file = io.BytesIO()
    write_mo(file, catalog)
    path.write_bytes(file.getvalue())
    return path


def assert_refused(result, exit_code, *words):
    """A KioskError, which the program turns into its lines and exit code."""
    assert isinstance(result.exception, KioskError), result.output
    assert result.exception.exit_code == exit_code
    assert all(word in str(result.exception) for word in words), str(result.exception)


def test_import_keeps_a_file_under_its_id_and_version_readable_for_the_kiosk(run, tmp_path, folder):
    file = a_file(tmp_path, a_questionnaire())

    result = run("import", file)

    kept = folder / "national-general-2025.1.json"
    assert result.exit_code == 0, result.output
    assert kept.read_bytes() == file.read_bytes()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o644
    assert [path.name for path in folder.iterdir()] == [kept.name]
    assert versions(folder) == {"national-general": "2025.1"}


def test_importing_the_same_again_changes_nothing_and_says_so(run, tmp_path, folder):
    file = a_file(tmp_path, a_questionnaire())
    run("import", file)

    again = run("import", file)
    as_shipped = run("import", a_file(tmp_path, SHIPPED))

    assert "is installed already" in again.output
    assert "is installed already" in as_shipped.output
    assert len(list(folder.iterdir())) == 1


def test_an_import_prints_the_commands_that_make_it_used(run, tmp_path):
    child = run("import", a_file(tmp_path, a_questionnaire(id="kids", respondent="child")))
    own = run("import", a_file(tmp_path, a_questionnaire(id="own")))
    pack = run("import", a_file(tmp_path, in_sami(a_questionnaire())))

    assert "palautepiste config set session.child_questionnaire kids" in child.output
    assert "palautepiste config set session.questionnaire own" in own.output
    command = """palautepiste config set session.languages '["fi", "sv", "en", "se"]'"""
    assert command in pack.output
    run("set", "session.languages", '["fi", "sv", "en", "se"]', group=config_group)
    assert "config set" not in run("import", a_file(tmp_path, in_sami(a_questionnaire()))).output


@pytest.mark.parametrize("version", ["2024.1", "2025.1"])
def test_other_content_under_an_installed_version_is_refused_in_one_line(
    run, tmp_path, folder, version
):
    run("import", a_file(tmp_path, a_questionnaire("2025.1")))

    result = run("import", a_file(tmp_path, a_questionnaire(version, note="changed")))

    assert_refused(result, 2, f"national-general {version} is installed already with other")
    assert "\n" not in str(result.exception)
    assert installed(folder)[0].note != "changed"


def test_an_import_of_a_wrong_file_names_every_problem_and_keeps_nothing(run, tmp_path, folder):
    body = a_questionnaire()
    del body["items"][0]["text"]["sv"]
    body["reasons"]["id"] = "why"

    result = run("import", a_file(tmp_path, body))

    assert_refused(result, 2, "items[0].text.sv: missing", "reasons.id")
    assert not folder.exists()


def test_an_import_that_the_settings_would_not_fit_is_refused(run, tmp_path, folder):
    """Else a terminal that offers Swedish would not start any more."""
    body = {**a_questionnaire(), "items": [e for e in SHIPPED["items"] if e["id"] != "usefulness"]}

    result = run("import", a_file(tmp_path, body))

    assert_refused(result, 2, "session.first_item")
    assert not folder.exists()


def test_an_import_of_a_lower_version_says_which_one_is_asked(run, tmp_path):
    result = run("import", a_file(tmp_path, a_questionnaire("2023.1")))

    assert result.exit_code == 0
    assert "2024.1 is higher" in result.output


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "free some space or mount it writable"),
        (errno.EROFS, "free some space or mount it writable"),
        (errno.EACCES, f"give {pwd.getpwuid(os.geteuid()).pw_name} the right to it"),
    ],
)
def test_an_import_that_cannot_be_written_fails_with_the_mend_for_the_reason(
    run, tmp_path, monkeypatch, number, words
):
    file = a_file(tmp_path, a_questionnaire())
    a_state(tmp_path)

    def fail(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(plain_file, "replace_file", fail)

    assert_refused(run("import", file), 1, os.strerror(number), words)


def test_an_import_over_an_obstacle_names_it(run, tmp_path, folder):
    folder.parent.mkdir(exist_ok=True)
    folder.write_text("a file where the folder should be")

    result = run("import", a_file(tmp_path, a_questionnaire()))

    assert_refused(result, 1, f"{folder} is in the way: move it away")


def test_a_folder_that_cannot_be_read_is_said_and_the_shipped_ones_count(folder, caplog):
    folder.write_text("a file where the folder should be")

    _, problems = found_in(folder)

    assert installed(folder) == installed(folder) == shipped()
    assert len(problems) == 1
    assert str(folder) in problems[0]
    assert [each.getMessage() for each in caplog.records] == list(problems)


def test_a_clash_is_logged_once(folder, caplog):
    path = a_file(folder, a_questionnaire("2024.1", note="changed"))

    for _ in range(3):
        installed(folder)

    assert len([each for each in caplog.records if str(path) in each.getMessage()]) == 1


def test_too_many_files_are_logged_once(folder, caplog):
    for number in range(101):
        a_file(folder, a_questionnaire("2025.1", id=f"form-{number:03}"), f"{number:03}.json")

    for _ in range(3):
        installed(folder)

    assert len([each for each in caplog.records if "over 100 files" in each.getMessage()]) == 1


def test_a_language_pack_is_a_questionnaire_file_and_the_screens_words(run, tmp_path):
    file = a_file(tmp_path, in_sami(a_questionnaire()))
    words = a_mo(tmp_path / "se.mo", {"Thank you!": "Giitu!"})

    result = run("import", file, "--texts", f"se={words}")

    state = a_state(tmp_path)
    assert result.exit_code == 0, result.output
    assert translator("kiosk", "se", state.locales)("Thank you!") == "Giitu!"
    assert run("set", "session.languages", '["fi", "se"]', group=config_group).exit_code == 0
    assert ConfigStore(state, None).effective().settings.session.languages == ("fi", "se")


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("se", "write it like"),
        ("xx={mo}", "has nothing in 'xx', only in fi, sv, en, se"),
        ("../x={mo}", "has nothing in '../x'"),
        ("se={missing}", "No such file"),
        ("se={folder}", "not a plain file"),
        ("se={text}", "no compiled catalogue"),
        ("se={large}", "too large"),
        ("se={other}", "has none of the screen's words"),
    ],
)
def test_words_that_cannot_be_used_are_refused_before_anything_is_kept(
    run, tmp_path, folder, option, words
):
    file = a_file(tmp_path, in_sami(a_questionnaire()))
    (tmp_path / "text").write_text("msgid")
    (tmp_path / "large").write_bytes(b" " * 1024 * 1025)
    places = {
        "mo": a_mo(tmp_path / "se.mo", {"Thank you!": "Giitu!"}),
        "other": a_mo(tmp_path / "other.mo", {"Responses today": "x"}),
        "missing": tmp_path / "missing",
        "folder": tmp_path,
        "text": tmp_path / "text",
        "large": tmp_path / "large",
    }

    result = run("import", file, "--texts", option.format(**places))

    assert_refused(result, 2, words)
    assert "\n" not in str(result.exception)
    assert not folder.exists()
    assert not a_state(tmp_path).locales.exists()


def test_the_list_shows_every_version_and_which_file_counts(run, tmp_path, folder):
    run("import", a_file(tmp_path, a_questionnaire()))
    a_file(folder, b"{", "bad.json")

    result = run("list")
    rows = json.loads(CliRunner().invoke(questionnaire_group, _list_json(tmp_path)).stdout)

    assert "national-general 2024.1  (client)  does not count" in result.stdout
    assert str(folder / "national-general-2025.1.json") in result.stdout
    assert result.stderr.count("bad.json") == 1
    assert f"{folder / 'bad.json'}: passed over: line 1, column 2: not JSON" in result.stderr
    counting = {(row["version"], row["file"]) for row in rows if row["counts"]}
    assert counting == {("2025.1", str(folder / "national-general-2025.1.json"))}
    assert {row["file"] for row in rows if not row["counts"]} == {None}


def _list_json(tmp_path):
    return ["list", "--json", "--state", str(tmp_path / "state")]


def test_looking_makes_no_state_directory(run, tmp_path):
    assert run("list").exit_code == 0
    assert not (tmp_path / "state").exists()


def test_a_settings_file_is_checked_against_what_is_installed(run, tmp_path):
    file = tmp_path / "terminal.toml"
    file.write_text('[session]\nchild_questionnaire = "kids"\n')
    assert_refused(run("check", file, group=config_group), 2, "child_questionnaire")

    run("import", a_file(tmp_path, a_questionnaire(id="kids", respondent="child")))

    assert run("check", file, group=config_group).exit_code == 0


def test_a_file_that_is_written_is_the_old_one_or_the_new_one_whole(tmp_path, monkeypatch):
    path = tmp_path / "folder" / "file.json"
    write_plain(path, b"old")

    def pull_the_plug(_descriptor):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", pull_the_plug)
    with pytest.raises(StateNotWritable):
        write_plain(path, b"new")

    assert read_plain(path, 100) == b"old"


def test_an_unknown_questionnaire_is_refused_with_those_that_are_installed(folder):
    a_file(folder, a_questionnaire(id="own-form"))

    with pytest.raises(UsageProblem, match="installed: national-general, own-form"):
        questionnaire_named("other", folder)
