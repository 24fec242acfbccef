"""`config` and `questionnaire` as a person runs them: what they say, and their exit codes."""

import json

import pytest
from builders import (
    TOKEN,
)
from command_runs import assert_said_kindly, commands_of

from device_config.assets import asset


@pytest.fixture
def run(tmp_path):
    return commands_of(tmp_path)


def test_config_show_says_where_each_value_is_from_and_no_secret(run, tmp_path):
    file = tmp_path / "terminal.toml"
    file.write_text(f'[central]\ntoken = "{TOKEN}"\n[session]\nundo_s = 4\n')

    result = run("config", "show", config=file)

    assert result.exit_code == 0
    assert f"session.undo_s = 4  # {file}" in result.output
    assert "session.first_item = " in result.output
    assert TOKEN not in result.output


def test_config_set_and_rollback_work_and_say_so(run):
    assert run("config", "set", "session.undo_s", "4").exit_code == 0
    assert "session.undo_s = 4  # set" in run("config", "show").output

    assert run("config", "set", "session.undo_s", "5").exit_code == 0
    assert run("config", "rollback").exit_code == 0
    assert "session.undo_s = 4  # set" in run("config", "show").output


def test_config_check_names_every_problem_with_its_path(run, tmp_path):
    file = tmp_path / "terminal.toml"
    file.write_text('[sesion]\n[session]\nundo = 3\nfollow_up = "no"\n')

    result = run("config", "check", file)

    assert_said_kindly(result, 2)
    assert "sesion: unknown; did you mean 'session'?" in result.output
    assert "session.undo: unknown; did you mean 'undo_s'?" in result.output
    assert "session.follow_up: 'no' is not of type boolean" in result.output


@pytest.mark.parametrize("key", ["token", "proxy"])
@pytest.mark.parametrize("form", ["{0} {0}é\n", "{0}" * 40])
def test_no_command_says_a_secret_that_does_not_fit(run, tmp_path, key, form):
    secret = form.format(TOKEN)
    file = tmp_path / "terminal.toml"
    file.write_text(f"[central]\n{key} = {json.dumps([secret])}\n")

    for result in (
        run("config", "check", file),
        run("config", "show", config=file),
        run("status", config=file),
        run("config", "set", f"central.{key}", json.dumps([secret])),
        run("config", "set", "central.token", json.dumps(secret)),
    ):
        assert "central." in result.output
        assert TOKEN not in result.output


def test_config_check_of_a_right_file_is_fine(run, tmp_path):
    file = tmp_path / "terminal.toml"
    file.write_text('[central]\nurl = "https://palaute.example.fi"\n')

    assert_said_kindly(run("config", "check", file), 0)


def test_questionnaire_list_says_how_many_texts_are_verified_in_each_language(run):
    rows = json.loads(run("questionnaire", "list", "--json").output)

    assert [row["language"] for row in rows] == ["fi", "sv", "en"]
    assert all(0 < row["verified"] < row["texts"] for row in rows)
    assert "texts verified" in run("questionnaire", "list").output


def test_questionnaire_check_names_every_problem_of_a_file_with_its_path(run, tmp_path):
    body = json.loads(asset("questionnaires", "national-general.json").read_text("utf-8"))
    del body["items"][0]["text"]["sv"]
    body["items"][1]["id"] = "safety"
    body["items"][2]["scale"] = "recommendation"
    del body["title"]["en"]
    file = tmp_path / "questionnaire.json"
    file.write_text(json.dumps(body))

    result = run("questionnaire", "check", file)

    assert_said_kindly(result, 2)
    for problem in (
        "title.en: missing",
        "items[0].text.sv: missing",
        "items[3].id: 'safety' is also the id of items[1]",
        "items[2].scale: a statement is answered on 1–5, 'recommendation' is 0–10",
    ):
        assert problem in result.output


def test_questionnaire_check_asks_what_was_meant_by_each_unknown_key(run, tmp_path):
    body = json.loads(asset("questionnaires", "national-general.json").read_text("utf-8"))
    body["langauges"] = body.pop("languages")
    body["items"][4]["scal"] = "agreement"
    file = tmp_path / "questionnaire.json"
    file.write_text(json.dumps(body))

    result = run("questionnaire", "check", file)

    assert_said_kindly(result, 2)
    assert "languages: missing" in result.output
    assert "langauges: unknown; did you mean 'languages'?" in result.output
    assert "items[4].scal: unknown; did you mean 'scale'?" in result.output
