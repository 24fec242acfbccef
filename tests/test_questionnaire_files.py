"""What is installed besides the shipped questionnaires: the newest counts, a bad file none."""

import os

import msgspec
import pytest
from builders import a_state
from hypothesis import given
from hypothesis import strategies as st
from questionnaire_bodies import BODY, a_file, a_version, versions

from device_config.config_store import ConfigStore
from device_config.errors import ConfigurationProblems, StateNotWritable, UsageProblem
from device_config.plain_file import read_plain, write_plain
from device_config.questionnaire_files import (
    found_in,
    installed,
    newest_of_each,
    questionnaire_named,
    read_questionnaire,
    shipped,
    version_numbers,
)


@pytest.fixture
def folder(tmp_path):
    return a_state(tmp_path).questionnaires


def test_without_a_folder_the_shipped_ones_are_installed(folder):
    assert installed(None) == installed(folder) == shipped()


@pytest.mark.parametrize("version", ["2025.1", "2024.2", "2024.10", "2024.1.1"])
def test_a_higher_version_in_the_state_directory_counts(folder, version):
    a_file(folder, a_version(version))

    assert versions(folder) == {"national-general": version}
    assert questionnaire_named("national-general", folder).version == version
    assert questionnaire_named("national-general").version == "2024.1"


@pytest.mark.parametrize("version", ["2024", "2023.9", "0001.1"])
def test_a_lower_version_is_there_and_does_not_count(folder, version):
    a_file(folder, a_version(version))

    assert versions(folder) == {"national-general": "2024.1"}
    assert len(found_in(folder)[0]) == 2


def test_another_questionnaire_stands_beside_the_shipped_one(folder):
    a_file(folder, a_version("2025.1", id="own-form"))

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
    "a rule broken": {**a_version(), "reasons": {**BODY["reasons"], "id": "why"}},
    "a whole number with a point": {
        **a_version(),
        "reasons": {**BODY["reasons"], "at_most": 2.0},
    },
    "nested for ever": b"[" * 100_000,
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD)
def test_a_bad_file_is_passed_over_with_one_line_and_never_fatal(folder, body, caplog):
    path = a_file(folder, body)
    a_file(folder, a_version("2025.2"), "good.json")

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
    path = a_file(folder, a_version("2024.1", note="changed"))

    found, problems = found_in(folder)

    assert installed(folder) == shipped()
    assert len(found) == 1
    assert problems[0].startswith(f"{path}: passed over: national-general 2024.1 is installed")


def test_more_files_than_anyone_needs_are_passed_over(folder):
    for number in range(102):
        a_file(folder, a_version("2025.1", id=f"form-{number:03}"), f"{number:03}.json")

    found, problems = found_in(folder)

    assert len(found) == 1 + 100
    assert "over 100 files" in problems[0]


def test_the_settings_may_name_what_is_installed_and_only_that(tmp_path):
    state = a_state(tmp_path)
    store = ConfigStore(state, None)
    with pytest.raises(ConfigurationProblems, match="child_questionnaire"):
        store.set_value("session.child_questionnaire", "kids")

    before = store.fingerprint()
    a_file(state.questionnaires, a_version(id="kids", respondent="child"))
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


def test_a_folder_that_cannot_be_read_is_said_and_the_shipped_ones_count(folder, caplog):
    folder.write_text("a file where the folder should be")

    _, problems = found_in(folder)

    assert installed(folder) == installed(folder) == shipped()
    assert len(problems) == 1
    assert str(folder) in problems[0]
    assert [each.getMessage() for each in caplog.records] == list(problems)


def test_a_clash_is_logged_once(folder, caplog):
    path = a_file(folder, a_version("2024.1", note="changed"))

    for _ in range(3):
        installed(folder)

    assert len([each for each in caplog.records if str(path) in each.getMessage()]) == 1


def test_too_many_files_are_logged_once(folder, caplog):
    for number in range(101):
        a_file(folder, a_version("2025.1", id=f"form-{number:03}"), f"{number:03}.json")

    for _ in range(3):
        installed(folder)

    assert len([each for each in caplog.records if "over 100 files" in each.getMessage()]) == 1


def test_a_file_that_is_written_is_the_old_one_or_the_new_one_whole(tmp_path, monkeypatch):
    path = tmp_path / "folder" / "file.json"
    write_plain(path, b"old")

    def pull_the_plug(_descriptor):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", pull_the_plug)
    with pytest.raises(StateNotWritable):
        write_plain(path, b"new")

    assert read_plain(path, 100) == b"old"


def test_an_unknown_questionnaire_is_refused_with_those_that_are_known():
    with pytest.raises(UsageProblem, match="installed: national-general"):
        questionnaire_named("other")


def test_an_unknown_questionnaire_is_refused_with_those_that_are_installed(folder):
    a_file(folder, a_version(id="own-form"))

    with pytest.raises(UsageProblem, match="installed: national-general, own-form"):
        questionnaire_named("other", folder)


# One file


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"",
        b"\xff",
        b"[" * 100_000,
        b'{"id": ' + b"9" * 5000 + b"}",
        b'{"id": ' + b"[" * 900 + b"]" * 900 + b"}",
        b" " * (2 * 1024 * 1024 + 1),
    ],
    ids=["cut", "empty", "no UTF-8", "nested for ever", "long number", "nested", "too large"],
)
def test_a_file_that_cannot_be_decoded_is_refused_with_words(tmp_path, content):
    file = tmp_path / "questionnaire.json"
    file.write_bytes(content)

    with pytest.raises(ConfigurationProblems, match="cannot be used"):
        read_questionnaire(file)


@pytest.mark.parametrize("name", ["missing.json", "."])
def test_a_file_that_cannot_be_read_says_what_to_give(tmp_path, name):
    with pytest.raises(UsageProblem, match="give the path of a questionnaire file"):
        read_questionnaire(tmp_path / name)
