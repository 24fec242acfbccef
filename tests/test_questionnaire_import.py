"""`questionnaire import` and `list`: a file is checked and taken whole, or refused."""

import errno
import io
import json
import os
import pwd
import stat

import pytest
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from builders import a_state
from click.testing import CliRunner
from questionnaire_bodies import BODY, a_file, a_version, in_sami, versions

from device_config import plain_file
from device_config.catalogue import translator
from device_config.cli import config as config_group
from device_config.cli import questionnaire as questionnaire_group
from device_config.config_store import ConfigStore
from device_config.errors import KioskError
from device_config.questionnaire_files import installed


@pytest.fixture
def folder(tmp_path):
    return a_state(tmp_path).questionnaires


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
    file = a_file(tmp_path, a_version())

    result = run("import", file)

    kept = folder / "national-general-2025.1.json"
    assert result.exit_code == 0, result.output
    assert kept.read_bytes() == file.read_bytes()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o644
    assert [path.name for path in folder.iterdir()] == [kept.name]
    assert versions(folder) == {"national-general": "2025.1"}


def test_importing_the_same_again_changes_nothing_and_says_so(run, tmp_path, folder):
    file = a_file(tmp_path, a_version())
    run("import", file)

    again = run("import", file)
    as_shipped = run("import", a_file(tmp_path, BODY))

    assert "is installed already" in again.output
    assert "is installed already" in as_shipped.output
    assert len(list(folder.iterdir())) == 1


def test_an_import_prints_the_commands_that_make_it_used(run, tmp_path):
    child = run("import", a_file(tmp_path, a_version(id="kids", respondent="child")))
    own = run("import", a_file(tmp_path, a_version(id="own")))
    pack = run("import", a_file(tmp_path, in_sami(a_version())))

    assert "palautepiste config set session.child_questionnaire kids" in child.output
    assert "palautepiste config set session.questionnaire own" in own.output
    command = """palautepiste config set session.languages '["fi", "sv", "en", "se"]'"""
    assert command in pack.output
    run("set", "session.languages", '["fi", "sv", "en", "se"]', group=config_group)
    assert "config set" not in run("import", a_file(tmp_path, in_sami(a_version()))).output


@pytest.mark.parametrize("version", ["2024.1", "2025.1"])
def test_other_content_under_an_installed_version_is_refused_in_one_line(
    run, tmp_path, folder, version
):
    run("import", a_file(tmp_path, a_version("2025.1")))

    result = run("import", a_file(tmp_path, a_version(version, note="changed")))

    assert_refused(result, 2, f"national-general {version} is installed already with other")
    assert "\n" not in str(result.exception)
    assert installed(folder)[0].note != "changed"


def test_an_import_of_a_wrong_file_names_every_problem_and_keeps_nothing(run, tmp_path, folder):
    body = a_version()
    del body["items"][0]["text"]["sv"]
    body["reasons"]["id"] = "why"

    result = run("import", a_file(tmp_path, body))

    assert_refused(result, 2, "items[0].text.sv: missing", "reasons.id")
    assert not folder.exists()


def test_an_import_that_the_settings_would_not_fit_is_refused(run, tmp_path, folder):
    """Else a terminal that offers Swedish would not start any more."""
    body = {**a_version(), "items": [e for e in BODY["items"] if e["id"] != "usefulness"]}

    result = run("import", a_file(tmp_path, body))

    assert_refused(result, 2, "session.first_item")
    assert not folder.exists()


def test_an_import_of_a_lower_version_says_which_one_is_asked(run, tmp_path):
    result = run("import", a_file(tmp_path, a_version("2023.1")))

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
    file = a_file(tmp_path, a_version())
    a_state(tmp_path)

    def fail(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(plain_file, "replace_file", fail)

    assert_refused(run("import", file), 1, os.strerror(number), words)


def test_an_import_over_an_obstacle_names_it(run, tmp_path, folder):
    folder.parent.mkdir(exist_ok=True)
    folder.write_text("a file where the folder should be")

    result = run("import", a_file(tmp_path, a_version()))

    assert_refused(result, 1, f"{folder} is in the way: move it away")


def test_a_language_pack_is_a_questionnaire_file_and_the_screens_words(run, tmp_path):
    file = a_file(tmp_path, in_sami(a_version()))
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
    file = a_file(tmp_path, in_sami(a_version()))
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
    run("import", a_file(tmp_path, a_version()))
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

    run("import", a_file(tmp_path, a_version(id="kids", respondent="child")))

    assert run("check", file, group=config_group).exit_code == 0
