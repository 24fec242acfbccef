"""The agent takes what the centre wants, and goes on when settings break."""

from contextlib import closing, contextmanager

import pytest
from agent_rounds import a_config
from builders import (
    TERMINAL,
    TOKEN,
    UNIT,
    CentreAnswer,
    a_centre,
    a_content,
    a_reading,
    a_state,
    a_terminal,
    an_id,
    an_outbox,
    beat_with,
    settings_with,
)

from device_config import road
from device_config.credentials import Credentials, write_credentials
from device_config.errors import ConfigurationProblems
from device_config.location import LocationFile
from sync.outbox import open_outbox
from sync.steady_store import SteadyStore
from tests.world import running, wait_for


def test_configuration_is_taken_once_and_asked_for_by_its_etag(tmp_path):
    config = a_config(settings={"session": {"undo_s": 3}})
    with a_centre(config=config) as centre, a_terminal(tmp_path, centre.url) as terminal:
        terminal.tick()
        terminal.tick(300)

        etags = [each.headers.get("if-none-match") for each in centre.seen("/config")]
        assert terminal.store.effective().settings.session.undo_s == 3
        assert (etags[0], etags[-1]) == (None, '"one"')
        assert road.pending_entries(terminal.outbox.db, 9) == ()


def test_a_heartbeat_tells_that_the_configuration_is_news(tmp_path):
    with (
        a_centre(config=a_config(), heartbeats=beat_with('"one"')) as centre,
        a_terminal(tmp_path, centre.url) as terminal,
    ):
        terminal.tick()
        terminal.tick(60)
        calls = len(centre.seen("/config"))

        centre.answers["/config"] = a_config('"two"', settings={"session": {"undo_s": 4}})
        centre.answers["/heartbeats"] = beat_with('"two"')
        terminal.tick(120)

        assert len(centre.seen("/config")) == calls + 1
        assert terminal.store.effective().settings.session.undo_s == 4


def test_a_bad_configuration_is_refused_and_told_to_the_centre_once(tmp_path):
    first = a_config(settings={"session": {"undo_s": 3}})
    with a_centre(config=first) as centre, a_terminal(tmp_path, centre.url) as terminal:
        terminal.tick()
        centre.answers["/config"] = a_config('"two"', settings={"session": {"undo": 9}})
        for at_s in range(300, 2000, 30):
            terminal.tick(at_s)

        (event,) = [each for one in centre.seen("/events") for each in one.json["events"]]
        assert terminal.store.effective().settings.session.undo_s == 3
        assert event["kind"] == "config-refused"
        assert event["data"]["problems"][0].startswith("session.undo: unknown")


@pytest.mark.parametrize(
    "body",
    [b"<html>", b"[]", b'{"settings": 7}', b'{"location": {"revision": "x"}}', b"[" * 100_000],
)
def test_a_configuration_of_another_shape_changes_nothing(tmp_path, body):
    with (
        a_centre(config=lambda _: CentreAnswer(body)) as centre,
        a_terminal(tmp_path, centre.url, 1) as terminal,
    ):
        before = terminal.store.effective()
        for at_s in range(0, 1000, 100):
            terminal.tick(at_s)

        assert terminal.store.effective() == before
        assert centre.received == [an_id(1)]


@pytest.mark.parametrize(
    ("member", "problem"),
    [
        ({"location": None}, "location: Expected `object`, got `null`"),
        ({"location": {"revision": "x"}}, "location.revision: Expected `int`, got `str`"),
        ({"text_key": "abc"}, "text_key: Expected `object`, got `str`"),
    ],
)
def test_a_member_that_cannot_be_read_costs_no_other_and_is_told_once_for_each_configuration(
    tmp_path, member, problem
):
    config = a_config(settings={"session": {"undo_s": 3}}, **member)
    with a_centre(config=config) as centre, a_terminal(tmp_path, centre.url) as terminal:
        for at_s in range(0, 2000, 30):
            terminal.tick(at_s)

        (event,) = [each for one in centre.seen("/events") for each in one.json["events"]]
        assert (event["kind"], event["data"]) == ("config-refused", {"problems": [problem]})
        assert terminal.store.effective().settings.session.undo_s == 3
        assert centre.seen("/config")[-1].headers["if-none-match"] == '"one"'


def test_what_cannot_be_read_and_what_does_not_fit_are_told_in_one_event(tmp_path):
    config = a_config(settings={"session": {"undo": 9}}, location=None)
    with a_centre(config=config) as centre, a_terminal(tmp_path, centre.url) as terminal:
        terminal.tick()
        terminal.tick(60)

        (event,) = [each for one in centre.seen("/events") for each in one.json["events"]]
        assert [each.partition(":")[0] for each in event["data"]["problems"]] == [
            *("location", "session.undo"),
        ]


def test_the_centre_moves_a_terminal_only_with_a_higher_revision(tmp_path):
    settings = settings_with().location
    with a_centre() as centre, a_terminal(tmp_path, centre.url) as terminal:
        location = LocationFile.of(terminal.state)
        for place in ("staff's", "staff's own"):
            location.change(UNIT, None, place, a_reading())

        places = []
        for number, revision in enumerate((1, 2, 3)):
            word = {"revision": revision, "unit": UNIT, "place": "centre's"}
            centre.answers["/config"] = a_config(f'"{number}"', location=word)
            terminal.tick(300 * number)
            places.append(location.current(settings).place)
        terminal.tick(960)

        events = [each for one in centre.seen("/events") for each in one.json["events"]]
        assert places == ["staff's own", "staff's own", "centre's"]
        assert [(each["kind"], each["data"]["revision"]) for each in events] == [
            ("location-changed", revision) for revision in (1, 2, 3)
        ]


# Settings that break while the agent runs


def test_a_typo_in_the_settings_file_changes_nothing_is_said_once_and_is_mended(tmp_path, caplog):
    file = tmp_path / "terminal.toml"
    file.write_text("[location]\nunit = '1.2.3'\n")
    with a_centre() as centre, a_terminal(tmp_path, centre.url) as terminal:
        terminal.store._config_file = file
        terminal.tick()
        file.write_text("[broken")
        for at_s in range(60, 600, 60):
            terminal.tick(at_s)
        file.unlink()
        for at_s in range(600, 1200, 60):
            terminal.tick(at_s)
        file.write_text("[location]\nunit = '4.5.6'\n")
        terminal.tick(1200)

        assert len(caplog.records) == 2
        units = [each.json["location"]["unit"] for each in centre.seen("/heartbeats")]
        assert (set(units[:-1]), units[-1]) == ({"1.2.3"}, "4.5.6")


def test_a_start_with_wrong_settings_is_refused(tmp_path):
    file = tmp_path / "terminal.toml"
    file.write_text("[broken")

    with pytest.raises(ConfigurationProblems):
        SteadyStore(a_state(tmp_path), file).effective()


def an_agents_files(folder, url):
    file = folder / "terminal.toml"
    file.write_text(f'[central]\nurl = "{url}"\n')
    write_credentials(a_state(folder), Credentials(terminal_id=TERMINAL, token=TOKEN))
    an_outbox(folder, 1).close()
    return file


@contextmanager
def an_agent(folder, file):
    """The real agent as a process, ended with the block; its log is in `log`."""
    options = ["--state", a_state(folder).path, "--config", file, "--spread", "0"]
    with (folder / "log").open("w") as log, running("sync", *options, stderr=log) as process:
        yield process
    assert process.returncode == 0, (folder / "log").read_text()


def test_the_running_agent_delivers_on_while_its_settings_file_is_wrong(tmp_path):
    with a_centre() as centre:
        file = an_agents_files(tmp_path, centre.url)
        with an_agent(tmp_path, file):
            wait_for(lambda: an_id(1) in centre.received, "the first response")
            file.write_text("[broken")
            wait_for(lambda: "not TOML" in (tmp_path / "log").read_text(), "the problem")
            with closing(open_outbox(a_state(tmp_path))) as outbox:
                outbox.put(a_content(2), a_reading())
            wait_for(lambda: an_id(2) in centre.received, "the second response")

    said = (tmp_path / "log").read_text()
    assert said.count("not TOML") == 1
    assert "Traceback" not in said


def test_the_running_agent_opens_a_database_anew_that_failed_and_says_it_in_a_line(tmp_path):
    with a_centre() as centre:
        file = an_agents_files(tmp_path, centre.url)
        with an_agent(tmp_path, file):
            wait_for(lambda: an_id(1) in centre.received, "the first response")
            with closing(open_outbox(a_state(tmp_path))) as outbox:
                outbox.db.execute("ALTER TABLE orders RENAME TO gone")
                wait_for(lambda: "stopped" in (tmp_path / "log").read_text(), "the trouble")
                outbox.db.execute("ALTER TABLE gone RENAME TO orders")
                outbox.put(a_content(2), a_reading())
            wait_for(lambda: an_id(2) in centre.received, "the second response")

    said = (tmp_path / "log").read_text()
    assert "Traceback" not in said
    assert 1 <= len(said.splitlines()) <= 5
