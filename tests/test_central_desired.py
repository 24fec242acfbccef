"""What terminals should be: set by parts of the tree, merged, checked whole, and given to them."""

import json
import logging
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from logins import logged_in
from test_central_builders import NOON, OTHER_UNIT, UNIT, a_centre, a_heartbeat, a_store, a_unit

from device_config.errors import ConfigurationProblems, UsageProblem
from device_config.questionnaire_files import MOST_BYTES as MOST_QUESTIONNAIRE_BYTES
from device_config.questionnaire_files import shipped_bytes
from device_config.state import StateDirectory
from sync import wire
from sync.central.errors import UnknownScope
from sync.central.fleet.desired import Wish, desired_of, scopes_for
from sync.central.fleet.publishing import (
    choose_questionnaires,
    known_questionnaires,
    publish_form_url,
    publish_messages,
    publish_questionnaire,
    publish_settings,
    take_back,
    take_old_files,
)
from sync.central.fleet.tending import Doing, move
from sync.central.pages.desired.files import MOST_UNITS_BYTES
from sync.central.scopes import EVERYTHING, Scope, depth, parse_scope, scopes_over
from sync.central.store.audit import entries
from sync.central.store.desired import all_wishes

COUNTY = Scope("county", "20")
BRANCH = Scope("path", "Syke › Hammashoito")
THIS_UNIT = Scope("unit", UNIT)
MESSAGE = {"kind": "said-did", "text": {"fi": "Lisää tuoleja."}}
FORM = "https://palaute.example.fi/lomake"


@pytest.fixture
def store(tmp_path, database_url):
    opened = a_store(tmp_path, database_url)
    opened.add_units([a_unit(UNIT, path={"fi": "Syke › Hammashoito"})])
    yield opened
    opened.close()


@pytest.fixture
def centre(tmp_path, database_url):
    with a_centre(tmp_path, database_url) as running:
        running.store.add_units([a_unit(UNIT, path={"fi": "Syke › Hammashoito"})])
        yield running


def settings(store, scope, text):
    with store.writing() as connection:
        publish_settings(connection, scope, text, "settings", None, NOON)


def problems_of(store, scope, text):
    with pytest.raises(ConfigurationProblems) as refused:
        settings(store, scope, text)
    return refused.value.problems


def config_of(terminal):
    return msgspec.json.decode(terminal.get("/config").content, type=wire.CentralConfig)


def a_version(version="2025.1", **changes):
    body = json.loads(shipped_bytes()[0])
    return json.dumps(body | {"version": version} | changes).encode()


# How what is set lies on each other


def test_settings_deeper_in_the_tree_count_more_key_by_key():
    wishes = [
        Wish(scope, "settings", {"text": "", "layer": layer}, NOON)
        for scope, layer in (
            (THIS_UNIT, {"session": {"undo_s": 4}}),
            (EVERYTHING, {"session": {"undo_s": 1, "idle_timeout_s": 30}, "sound": {"volume": 1}}),
            (BRANCH, {"session": {"undo_s": 3}}),
            (COUNTY, {"session": {"undo_s": 2, "idle_timeout_s": 40}}),
        )
    ]

    found = desired_of(wishes)

    assert found.settings == {
        "session": {"undo_s": 4, "idle_timeout_s": 40},
        "sound": {"volume": 1},
    }
    assert found.sources == {
        "session.undo_s": THIS_UNIT,
        "session.idle_timeout_s": COUNTY,
        "sound.volume": EVERYTHING,
    }


def test_of_lists_and_addresses_the_deepest_counts_and_messages_add_up_nearest_first():
    def wish(scope, kind, body):
        return Wish(scope, kind, body, NOON)

    found = desired_of(
        [
            wish(EVERYTHING, "questionnaires", ["a", "b"]),
            wish(COUNTY, "questionnaires", ["a"]),
            wish(THIS_UNIT, "form-url", "https://unit.example.fi"),
            wish(EVERYTHING, "form-url", FORM),
            wish(
                EVERYTHING,
                "messages",
                [{"kind": "said-did", "text": {"fi": f"{n}"}} for n in range(9)],
            ),
            wish(THIS_UNIT, "messages", [MESSAGE, MESSAGE]),
        ]
    )

    assert found.questionnaires == {"a"}
    assert found.form_url == "https://unit.example.fi"
    assert [each["text"]["fi"] for each in found.messages] == [
        "Lisää tuoleja.",
        "Lisää tuoleja.",
        *map(str, range(8)),
    ]


STEPS = st.lists(st.sampled_from(["A", "B", "C"]), max_size=3)


@given(
    path=STEPS,
    county=st.sampled_from([None, "05", "20"]),
    scope=st.one_of(
        st.just(EVERYTHING),
        st.sampled_from([Scope("county", "05"), Scope("county", "20"), THIS_UNIT]),
        STEPS.filter(bool).map(lambda steps: Scope("path", " › ".join(steps))),
    ),
)
def test_what_lies_over_a_unit_is_for_any_tree_exactly_what_covers_it(path, county, scope):
    """The configuration looks only at the scopes over a unit: none may be forgotten."""
    unit = a_unit(UNIT, name={"fi": "C"}, path={"fi": " › ".join(path)}, county=county)

    assert (scope in scopes_over(unit)) == scope.covers(unit)
    assert [depth(each) for each in scopes_over(unit)] == sorted(
        depth(each) for each in scopes_over(unit)
    )
    assert all(parse_scope(str(each)) == each for each in scopes_over(unit))


def test_a_terminal_in_a_unit_that_is_not_known_gets_what_its_county_gets():
    stands = wire.CentralLocation(county="20", unit="1.2.3.4")

    assert scopes_for(None, stands) == (EVERYTHING, COUNTY, Scope("unit", "1.2.3.4"))
    assert scopes_for(None, wire.CentralLocation()) == (EVERYTHING,)


# What is checked before it is published


def test_settings_are_refused_with_every_problem_and_its_path_and_nothing_changes(store):
    settings(store, EVERYTHING, "[session]\nundo_s = 3\n")

    problems = problems_of(
        store, EVERYTHING, '[session]\nundo_s = "x"\nfoo = 1\n[central]\ntoken = "t"\n'
    )

    assert {problem.partition(":")[0] for problem in problems} == {
        "session.undo_s",
        "session.foo",
        "central.token",
    }
    with store.reading() as connection:
        (kept,) = all_wishes(connection, "settings")
    assert kept.body == {"text": "[session]\nundo_s = 3\n", "layer": {"session": {"undo_s": 3}}}


def test_settings_are_checked_with_what_is_set_above_them(store):
    settings(store, EVERYTHING, '[session]\nlanguages = ["fi"]\n')
    settings(store, COUNTY, '[session]\nfirst_items = ["safety"]\n')

    settings(store, THIS_UNIT, '[session]\ntake_turns = "day"\n')  # needs what the county has

    assert problems_of(
        store, Scope("unit", OTHER_UNIT), '[session]\nfirst_items = []\ntake_turns = "day"\n'
    )


def test_a_change_that_would_break_what_is_set_deeper_is_refused_and_names_the_place(store):
    settings(store, EVERYTHING, "[session]\nfirst_items = []\n")
    settings(store, COUNTY, '[session]\nfirst_items = ["safety"]\n')
    settings(store, THIS_UNIT, '[session]\ntake_turns = "day"\n')

    (problem,) = problems_of(store, COUNTY, "[session]\nundo_s = 2\n")

    assert problem.startswith(f"unit:{UNIT}: session.first_items")
    with pytest.raises(ConfigurationProblems), store.writing() as connection:
        take_back(connection, COUNTY, "settings", None, NOON)
    settings(store, EVERYTHING, '[session]\nfirst_items = ["safety"]\n')
    settings(store, COUNTY, "[session]\nundo_s = 2\n")  # what lies above serves as well


def test_nothing_is_set_for_a_part_of_the_tree_without_units(store):
    with pytest.raises(UnknownScope):
        settings(store, Scope("county", "99"), "[session]\nundo_s = 3\n")


@pytest.mark.parametrize(
    "messages",
    [
        [MESSAGE] * 11,
        [{"kind": "said-did", "text": {"fi": "x" * 301}}],
        [{"kind": "said-did", "text": {"fi": "\0"}}],
        [{"kind": "said-did"}],
        ["no message"],
    ],
    ids=["eleven", "long", "nul", "no-text", "no-table"],
)
def test_messages_that_no_terminal_would_show_are_refused(store, messages):
    with pytest.raises(ConfigurationProblems), store.writing() as connection:
        publish_messages(connection, EVERYTHING, messages, None, NOON)


def test_an_address_that_no_terminal_would_show_is_refused(store):
    with pytest.raises(ConfigurationProblems), store.writing() as connection:
        publish_form_url(connection, EVERYTHING, "http://palaute.example.fi", None, NOON)


# What a terminal gets


def test_a_terminal_gets_what_is_set_over_its_unit_and_the_etag_tells_of_a_change(centre):
    here, there = centre.a_terminal(unit=UNIT), centre.a_terminal(unit=OTHER_UNIT)
    before = here.get("/config").headers["etag"]
    settings(centre.store, COUNTY, "[session]\nundo_s = 3\n")
    settings(centre.store, BRANCH, "[session]\nidle_timeout_s = 50\n")
    with centre.store.writing() as connection:
        publish_messages(connection, THIS_UNIT, [MESSAGE], None, NOON)
        publish_form_url(connection, EVERYTHING, FORM, None, NOON)

    got = config_of(here)

    assert got.settings == {"session": {"undo_s": 3, "idle_timeout_s": 50}}
    assert got.messages == [MESSAGE]
    assert got.form_url == FORM
    assert config_of(there).settings == {"session": {"undo_s": 3}}
    assert config_of(there).messages == []
    after = here.get("/config").headers["etag"]
    assert after != before
    assert here.post("/heartbeats", a_heartbeat()).json() == {"config_etag": after}
    assert here.get("/config", **{"If-None-Match": after}).status_code == 304


def test_a_terminal_that_is_moved_gets_what_is_set_for_its_new_unit(centre):
    settings(centre.store, THIS_UNIT, "[session]\nundo_s = 3\n")
    terminal = centre.a_terminal(unit=OTHER_UNIT)
    assert config_of(terminal).settings == {}

    with centre.store.writing() as connection:
        move(connection, terminal.id, UNIT, None, Doing(now=NOON))

    assert config_of(terminal).settings == {"session": {"undo_s": 3}}


def test_what_is_taken_back_is_cleared_at_the_terminal_too(centre):
    """An absent member would leave what was there."""
    terminal = centre.a_terminal()
    with centre.store.writing() as connection:
        publish_messages(connection, EVERYTHING, [MESSAGE], None, NOON)
        publish_form_url(connection, EVERYTHING, FORM, None, NOON)
        assert take_back(connection, EVERYTHING, "messages", None, NOON)
        assert take_back(connection, EVERYTHING, "form-url", None, NOON)
        assert not take_back(connection, EVERYTHING, "form-url", None, NOON)

    body = terminal.get("/config").json()

    assert body["messages"] == []
    assert not body["form_url"]
    assert body["settings"] == {}


def test_who_changed_what_is_in_the_audit_log(store):
    settings(store, COUNTY, "[session]\nundo_s = 3\n")
    with store.writing() as connection:
        take_back(connection, COUNTY, "settings", None, NOON)
        log = [(entry.action, entry.subject) for entry in entries(connection, 10)]

    assert log == [("settings-removed", "county:20"), ("settings-set", "county:20")]


# Questionnaires


def test_a_questionnaire_is_given_to_terminals_once_it_is_published_by_any_process(centre):
    terminal = centre.a_terminal()
    content = a_version()
    with centre.store.writing() as connection:
        new, is_new = publish_questionnaire(connection, content, "form.json", None, NOON)
    centre.service.questionnaires.look_again()

    (entry,) = [e for e in terminal.get("/config").json()["questionnaires"] if e["id"] == new.id]

    assert is_new
    assert entry["version"] == "2025.1"
    assert terminal.get(f"/questionnaires/{new.id}/2025.1").content == content
    assert terminal.get(f"/questionnaires/{new.id}/2024.1").status_code == 200


def test_a_published_version_is_never_changed(store):
    with store.writing() as connection:
        publish_questionnaire(connection, a_version(), "form.json", None, NOON)
        _, is_new = publish_questionnaire(connection, a_version(), "form.json", None, NOON)
        with pytest.raises(UsageProblem, match="give it a higher version"):
            publish_questionnaire(connection, a_version(note="other"), "form.json", None, NOON)
        with pytest.raises(UsageProblem, match="give it a higher version"):
            publish_questionnaire(
                connection, a_version("2024.01", note="x"), "form.json", None, NOON
            )

    assert not is_new
    found = known_questionnaires(store).find("national-general", "2025.1")
    assert found is not None
    assert found.body == a_version()


def test_a_part_of_the_tree_may_hold_only_some_questionnaires(centre):
    other = a_version("2025.1", id="county-extra")
    terminal = centre.a_terminal()
    with centre.store.writing() as connection:
        publish_questionnaire(connection, other, "form.json", None, NOON)
        choose_questionnaires(connection, THIS_UNIT, ["national-general"], None, NOON)
        with pytest.raises(ConfigurationProblems):
            choose_questionnaires(connection, THIS_UNIT, ["no-such"], None, NOON)
    centre.service.questionnaires.look_again()
    elsewhere = centre.a_terminal(unit=OTHER_UNIT)

    assert ids_of(terminal) == {"national-general"}
    assert ids_of(elsewhere) == {"national-general", "county-extra"}


def ids_of(terminal):
    return {each["id"] for each in terminal.get("/config").json()["questionnaires"]}


# What an older version kept in files


def test_files_of_before_are_taken_once_and_logged(tmp_path, store, caplog):
    state = StateDirectory(tmp_path / "state")
    state.path.mkdir()
    state.questionnaires.mkdir()
    (state.questionnaires / "form.json").write_bytes(a_version())
    (state.questionnaires / "bad.json").write_bytes(b"{")
    layer = {"session": {"undo_s": 3}, "hours": {"by_unit": {"1.2": ["mon-fri 08:00-16:00"]}}}
    state.durable("published").write(layer | {"campaign": [{"name": "Viikko", "units": ["1.2"]}]})
    caplog.set_level(logging.INFO)

    take_old_files(store, state, lambda: NOON)
    take_old_files(store, state, lambda: NOON + timedelta(days=1))

    with store.reading() as connection:
        (wish,) = all_wishes(connection)
    assert wish.scope == EVERYTHING
    assert wish.body["layer"]["session"] == {"undo_s": 3}
    assert wish.made_at == NOON
    assert known_questionnaires(store).find("national-general", "2025.1") is not None
    said = [record.message for record in caplog.records if str(state.path) in record.message]
    assert len(said) == 3  # two taken, one not


def test_settings_of_before_can_be_read_and_written_again_as_text(tmp_path, store):
    state = StateDirectory(tmp_path / "state")
    state.path.mkdir()
    layer = {
        "session": {"languages": ["fi", "sv"], "follow_up": False},
        "hours": {"by_unit": {UNIT: ["mon-fri 08:00-16:00"]}},
        "campaign": [
            {"name": 'Vii"kko', "first_day": "2026-11-23", "last_day": "2026-11-29"},
            {"name": "ä", "first_day": "2026-12-23", "last_day": "2026-12-29"},
        ],
    }
    state.durable("published").write(layer)
    take_old_files(store, state, lambda: NOON)
    with store.reading() as connection:
        (wish,) = all_wishes(connection)

    settings(store, EVERYTHING, wish.body["text"])

    with store.reading() as connection:
        (again,) = all_wishes(connection)
    assert replace(again, made_at=NOON) == wish
    assert again.body["layer"] == layer


# The pages


def test_whoever_is_bound_to_units_sets_things_for_those_only(tmp_path):
    with a_centre(tmp_path, is_open=False) as centre:
        terminal = centre.a_terminal(unit=OTHER_UNIT)
        with logged_in(centre, "feedback-team", [f"unit:{UNIT}"]) as http:
            page = http.get("/desired")
            token = page.text.partition('name="form_token" value="')[2].partition('"')[0]
            form = {"form_token": token, "settings": "[session]\nundo_s = 3"}
            file = {"file": ("units.csv", b"unit,name_fi\n1.2.9,Talo\n")}

            assert page.status_code == 200
            assert http.get("/desired?of=").status_code == 403
            for scope in ("", "county:20", f"unit:{OTHER_UNIT}"):
                address = f"/desired/settings?of={scope}"
                assert http.post(address, data=form).status_code == 403
            for address in ("/desired/units", "/desired/questionnaires/add"):
                assert http.post(address, data=form, files=file).status_code == 403
            assert http.post(f"/desired/settings?of=unit:{UNIT}", data=form).status_code == 303
            assert (
                http.post(f"/desired/settings?of=unit:{UNIT}", data={"settings": ""}).status_code
                == 403
            )
        assert config_of(terminal).settings == {}
        with centre.store.reading() as connection:
            assert [wish.scope for wish in all_wishes(connection)] == [THIS_UNIT]


def test_no_upload_breaks_the_pages(tmp_path):
    multipart = {"Content-Type": "multipart/form-data; boundary=x"}
    with a_centre(tmp_path) as centre:
        for path, most in (
            ("/desired/units", MOST_UNITS_BYTES),
            ("/desired/questionnaires/add", MOST_QUESTIONNAIRE_BYTES),
        ):
            statuses = [
                centre.http.post(path, content=b"\xff\0", headers=multipart).status_code,
                centre.http.post(path, content=b"--x\r\n", headers=multipart).status_code,
                centre.http.post(path, data={"file": "text"}).status_code,
                centre.http.post(path, content=b"").status_code,
                centre.http.post(path, files={"file": ("\0", b"\0")}).status_code,
                centre.http.post(path, files={"file": ("f", b"[" * 100_000)}).status_code,
                centre.http.post(path, files={"file": ("f", b" " * 2 * most)}).status_code,
            ]
            assert statuses == [400, 400, 400, 400, 422, 422, 413], path
        assert len(centre.store.all_units()) == 2


def test_a_units_text_that_no_database_holds_is_refused(tmp_path):
    unit = {"unit": "1.2.9", "name": {"fi": "Talo"}, "path": {}, "service": "a\0b"}
    with a_centre(tmp_path) as centre:
        reply = centre.http.post(
            "/desired/units", files={"file": ("units.json", json.dumps([unit]).encode())}
        )

    assert reply.status_code == 422
    assert "cannot be shown" in reply.text
