"""Questionnaires travel from the centre: whole, checked, and none holds up another."""

import hashlib
import json
from contextlib import closing

import pytest
from builders import (
    TERMINAL,
    TOKEN,
    CentreAnswer,
    a_centre,
    a_reading,
    a_terminal,
    central_settings,
    documents,
    refusal,
)
from questionnaire_bodies import a_version, versions

from device_config.credentials import Credentials
from sync.agent import Agent
from sync.client import CentralClient
from sync.outbox import open_outbox
from sync.questionnaire_pull import MOST_A_ROUND, MOST_ENTRIES
from tests.world import Centre, Terminal, go_on, run, wait_for


def encoded(version="2025.1", **members):
    return json.dumps(a_version(version, **members)).encode()


def entry(body, **members):
    known = json.loads(body)
    digest = hashlib.sha256(body).hexdigest()
    return {"id": known["id"], "version": known["version"], "sha256": digest, **members}


def publish(centre, *bodies, etag='"one"', entries=(), **members):
    """The centre names these questionnaires, and hands them out."""
    named = [*entries, *map(entry, bodies)]

    def config(request):
        if request.headers.get("if-none-match") == etag:
            return CentreAnswer(status=304)
        return CentreAnswer({"questionnaires": named, **members}, headers={"ETag": etag})

    centre.answers["/config"] = config
    for body in bodies:
        known = entry(body)
        path = f"/questionnaires/{known['id']}/{known['version']}"
        centre.answers[path] = lambda _, body=body: CentreAnswer(body)


def events(centre, kind):
    sent = [each for one in centre.seen("/events") for each in one.json["events"]]
    return [each["data"] for each in sent if each["kind"] == kind]


@pytest.fixture
def world(tmp_path):
    with a_centre() as centre, a_terminal(tmp_path, centre.url) as terminal:
        yield centre, terminal


def test_what_the_centre_names_is_fetched_once_and_counts(world):
    centre, terminal = world
    publish(centre, encoded())

    for at_s in range(0, 3600, 60):
        terminal.tick(at_s)

    assert versions(terminal.state.questionnaires) == {"national-general": "2025.1"}
    assert len(centre.seen("/questionnaires/national-general/2025.1")) == 1
    assert events(centre, "questionnaire-installed") == [
        {"id": "national-general", "version": "2025.1"}
    ]


def test_settings_may_name_a_questionnaire_that_comes_with_them(world):
    centre, terminal = world
    child = encoded(id="kids", respondent="child")
    publish(centre, child, settings={"session": {"child_questionnaire": "kids"}})

    terminal.tick()

    assert terminal.store.effective().settings.session.child_questionnaire == "kids"
    assert events(centre, "config-refused") == []


def test_settings_wait_for_a_questionnaire_that_does_not_come_yet_and_say_so_once(world):
    centre, terminal = world
    child = encoded(id="kids", respondent="child")
    publish(centre, child, settings={"session": {"child_questionnaire": "kids"}})
    there = centre.answers.pop("/questionnaires/kids/2025.1")
    centre.answers["/questionnaires/kids/2025.1"] = refusal(503)

    for at_s in range(0, 1200, 30):
        terminal.tick(at_s)
    (refused,) = events(centre, "config-refused")
    assert "'kids' is not installed" in refused["problems"][0]
    assert terminal.store.effective().settings.session.child_questionnaire == ""

    centre.answers["/questionnaires/kids/2025.1"] = there
    for at_s in range(1200, 2400, 30):
        terminal.tick(at_s)

    assert terminal.store.effective().settings.session.child_questionnaire == "kids"
    assert len(events(centre, "config-refused")) == 1


BAD = {
    "other bytes": (encoded("2026.1"), {"sha256": "0" * 64}, "not those of its digest"),
    "a broken rule": (encoded("2026.1", reasons={"id": "why"}), {}, "reasons."),
    "no questionnaire": (b"<html>", {"id": "x", "version": "2026.1"}, "not JSON"),
    "another one": (encoded("2026.1"), {"version": "2026.2"}, "it says that it is"),
    "the settings would not fit": (
        encoded("2026.1", items=[e for e in a_version()["items"] if e["id"] != "usefulness"]),
        {},
        "session.first_item",
    ),
    "changed since": (encoded("2024.1", note="changed"), {}, "installed already with other"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_one_is_refused_and_told_once_and_holds_up_nobody(world, name):
    centre, terminal = world
    body, members, words = BAD[name]
    digest = hashlib.sha256(body).hexdigest()
    known = json.loads(body) if body.startswith(b"{") else {}
    bad = {"sha256": digest, **{key: known[key] for key in ("id", "version") if known}, **members}
    good = encoded("2025.1", id="own-form")
    publish(centre, good, entries=[bad], settings={"session": {"undo_s": 9}})
    path = f"/questionnaires/{bad['id']}/{bad['version']}"
    centre.answers[path] = lambda _: CentreAnswer(body)

    for at_s in range(0, 3600, 60):
        terminal.tick(at_s)

    (refused,) = events(centre, "questionnaire-refused")
    assert (refused["id"], refused["version"]) == (bad["id"], bad["version"])
    assert any(words in each for each in refused["problems"])
    assert len(centre.seen(path)) == 1
    assert versions(terminal.state.questionnaires) == {
        "national-general": "2024.1",
        "own-form": "2025.1",
    }
    assert terminal.store.effective().settings.session.undo_s == 9


def test_one_that_other_settings_did_not_fit_is_asked_for_again_with_those_that_do(world):
    centre, terminal = world
    items = [each for each in a_version()["items"] if each["id"] != "usefulness"]
    body = encoded("2026.1", items=items)
    publish(centre, body)
    for at_s in range(0, 600, 60):
        terminal.tick(at_s)
    assert versions(terminal.state.questionnaires) == {"national-general": "2024.1"}

    publish(centre, body, etag='"two"', settings={"session": {"first_item": "safety"}})
    for at_s in range(600, 1200, 60):
        terminal.tick(at_s)

    assert versions(terminal.state.questionnaires) == {"national-general": "2026.1"}


@pytest.mark.parametrize("named", [7, "x", {"id": 1}, [7], [{"id": "x"}], [None] * 1000])
def test_a_list_that_cannot_be_read_costs_the_settings_nothing(world, named):
    centre, terminal = world
    publish(centre, settings={"session": {"undo_s": 9}})
    config = {"questionnaires": named, "settings": {"session": {"undo_s": 9}}}
    centre.answers["/config"] = lambda _: CentreAnswer(config)

    for at_s in (0, 1000, 2000):
        terminal.tick(at_s)

    assert terminal.store.effective().settings.session.undo_s == 9
    assert 1 <= len(events(centre, "questionnaire-refused")) <= MOST_ENTRIES + 1


def test_many_come_in_several_rounds_with_other_work_in_between(world):
    centre, terminal = world
    bodies = [encoded(id=f"form-{number}") for number in range(MOST_A_ROUND + 3)]
    publish(centre, *bodies)

    terminal.tick()
    assert len(versions(terminal.state.questionnaires)) == MOST_A_ROUND + 1
    for at_s in (20, 40):
        terminal.tick(at_s)

    assert len(versions(terminal.state.questionnaires)) == len(bodies) + 1


def test_names_that_are_none_are_not_even_asked_for(world):
    centre, terminal = world
    body = encoded()
    evil = [entry(body, id="../../x", version=".."), entry(body, id="a/b?c#d", version="1\r\nX: y")]
    publish(centre, entries=evil)

    terminal.tick()
    terminal.tick(400)

    assert [each.path for each in centre.requests if "questionnaires" in each.path] == []
    assert len(events(centre, "questionnaire-refused")) == 2
    assert not terminal.state.questionnaires.exists()


def test_one_pass_fetches_them_too(world):
    centre, terminal = world
    publish(centre, encoded())

    terminal.agent.one_pass(a_reading())

    assert versions(terminal.state.questionnaires) == {"national-general": "2025.1"}


def test_what_went_back_by_itself_is_told_once(world):
    centre, terminal = world
    terminal.store.activate_central({"screen": {"rotation": 90}})
    for _ in range(4):
        terminal.store.start()

    for at_s in (0, 100, 200):
        terminal.tick(at_s)
    with closing(open_outbox(terminal.state)) as outbox, a_client(centre) as client:
        again(terminal, outbox, client)

    (told,) = events(centre, "config-rolled-back")
    assert (told["layer"], told["starts"]) == ("centre", 3)


def a_client(centre):
    return closing(CentralClient(central_settings(centre.url), TOKEN))


def again(terminal, outbox, client):
    """Another agent, as after a restart."""
    credentials = Credentials(terminal_id=TERMINAL, token=TOKEN)
    Agent(terminal.state, terminal.store, outbox, client, credentials).tick(a_reading(300))


def test_a_session_ends_on_the_version_it_began_with_and_what_waits_keeps_its_own(tmp_path):
    """The real programs: a version is published while one client is at it and another waits."""
    centre = Centre(tmp_path / "centre")
    body = a_version("2025.1")
    body["items"] = [each for each in body["items"] if each["id"] != "availability"]
    form = tmp_path / "form.json"
    form.write_text(json.dumps(body))
    with centre.open() as url:
        terminal = Terminal(tmp_path / "terminal", url)
        terminal.enrol(centre)
        run("central-admin", "questionnaire", "add", form, "--state", centre.folder)
        with terminal.window() as reach:
            go_on(reach, "answer:5")
            go_on(reach, "enough")
            reach.wait(lambda seen: seen["key"].startswith("start"), "the next client")
            assert go_on(reach, "answer:4")["item"] == "availability"
            wait_for(lambda: run("sync", "--once", *terminal.options, check=False), "the form")
            assert "2025.1" in run("questionnaire", "list", *terminal.options[:2]).stdout
            assert reach.ready()["item"] == "availability"
            go_on(reach, "answer:3")
            go_on(reach, "enough")
            reach.wait(lambda seen: seen["key"].startswith("start"), "the next client")
            assert go_on(reach, "answer:1")["screen"] == "reasons"
            go_on(reach, "enough")
            wait_for(lambda: len(terminal.rows()) == 3, "three responses")
        run("sync", "--once", *terminal.options)
        arrived = centre.wait_for_responses(3)

    assert [each["questionnaire"]["version"] for each in arrived] == ["2024.1", "2024.1", "2025.1"]


def test_the_centre_publishes_checked_files_and_never_changes_a_version(tmp_path):
    form = tmp_path / "form.json"
    add = ["central-admin", "questionnaire", "add", form, "--state", tmp_path / "centre"]
    form.write_bytes(encoded())
    assert "published" in run(*add).stdout
    assert "already" in run(*add).stdout

    form.write_bytes(encoded(note="changed"))
    changed = run(*add, check=False)
    form.write_text("{")
    broken = run(*add, check=False)

    assert (changed.returncode, broken.returncode) == (2, 2)
    assert "give it a higher version" in changed.stderr
    assert "Traceback" not in changed.stderr + broken.stderr


def test_documents_are_not_touched_by_a_new_version(tmp_path):
    with a_centre(responses=refusal(503)) as centre, a_terminal(tmp_path, centre.url, 3) as world:
        publish(centre, encoded())
        before = documents(world.outbox)

        world.tick()

        assert versions(world.state.questionnaires) == {"national-general": "2025.1"}
        after = documents(world.outbox)
    assert [each["questionnaire"] for each in after] == [each["questionnaire"] for each in before]


def test_the_first_configuration_may_need_a_questionnaire_that_comes_with_it(tmp_path):
    with a_centre() as centre:
        child = encoded(id="kids", respondent="child")
        publish(centre, child)
        config = {
            "questionnaires": [entry(child)],
            "settings": {"session": {"child_questionnaire": "kids"}},
        }
        enrolled = {"terminal_id": TERMINAL, "token": TOKEN, "epoch": 2, "config": config}
        centre.answers["/enrolments"] = lambda _: CentreAnswer(enrolled, 201)
        terminal = Terminal(tmp_path / "terminal", centre.url)

        done = run("enrol", "K7-42", *terminal.options)

    shown = run("config", "show", *terminal.options)
    assert 'session.child_questionnaire = "kids"  # centre' in shown.stdout
    assert "not installed" not in done.stdout + done.stderr


def test_campaigns_that_the_centre_publishes_reach_the_terminal_and_wrong_ones_nobody(tmp_path):
    centre = Centre(tmp_path / "centre")
    file = tmp_path / "campaigns.toml"
    publish_it = ["central-admin", "settings", "publish", file, "--state", centre.folder]
    with centre.open() as url:
        terminal = Terminal(tmp_path / "terminal", url)
        terminal.enrol(centre)
        file.write_text(
            '[[campaign]]\nname = "Week"\nfirst_day = 2026-11-23\nlast_day = 2026-11-29\n'
        )
        run(*publish_it)
        run("sync", "--once", *terminal.options)
        file.write_text('[central]\ntoken = "x"\n')
        wrong = run(*publish_it, check=False)
        run("sync", "--once", *terminal.options)

    shown = run("config", "show", *terminal.options).stdout
    assert 'campaign[0].first_day = "2026-11-23"  # centre' in shown
    assert wrong.returncode == 2
    assert "central.token: the centre cannot set this" in wrong.stderr
