"""What the files of a terminal mean for its next session."""

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest
from builders import a_reading
from kiosk_builders import FIRST, Sitting

from device_config.assets import asset_path
from device_config.campaigns import HouseHours
from device_config.config_store import ConfigStore
from device_config.credentials import Credentials, write_credentials
from device_config.location import LocationFile
from device_config.notices import NoticesFile
from device_config.questionnaire_files import questionnaire_named
from device_config.state import open_state
from kiosk.next_session import (
    fingerprint_of,
    is_open_at,
    opening_hours,
    session_config_of,
    terminal_id_of,
)
from kiosk.session.events import ConfigChanged

US = Credentials(terminal_id="t-1", token="a-token-of-twenty-characters")
SATURDAY_NOON = datetime(2026, 11, 21, 12, tzinfo=ZoneInfo("Europe/Helsinki")).timestamp()


@pytest.fixture
def state(tmp_path):
    return open_state(tmp_path / "state")


@pytest.fixture
def store(state):
    return ConfigStore(state, None)


@pytest.fixture
def config_of(state, store):
    """What the next session needs to know, after some keys were set."""

    def config_of(**values):
        for key, value in values.items():
            store.set_value(f"session.{key}", value)
        return session_config_of(state, store.effective().settings)

    return config_of


def install(state, respondent):
    """The shipped questionnaire, as if it were a child's or a relative's."""
    body = msgspec.json.decode(asset_path("questionnaires", "national-general.json").read_bytes())
    body |= {"id": f"test-{respondent}", "version": "2024.1", "respondent": respondent}
    state.questionnaires.mkdir(exist_ok=True)
    path = state.questionnaires / f"{body['id']}.json"
    path.write_bytes(msgspec.json.encode(body))


# What is asked, of whom


def test_a_new_terminal_asks_clients_the_shipped_questionnaire(config_of):
    config = config_of()

    assert [form.questionnaire for form in config.forms] == [
        questionnaire_named("national-general")
    ]
    assert config.forms[0].first_item.id == FIRST
    assert config.languages[0] == "fi"


def test_a_childs_and_a_relatives_questionnaire_follow_the_clients(state, config_of):
    for respondent in ("relative", "child"):
        install(state, respondent)

    config = config_of(relative_questionnaire="test-relative", child_questionnaire="test-child")

    assert [form.respondent for form in config.forms] == ["client", "child", "relative"]
    assert config.form("child").questionnaire.id == "test-child"


def test_who_has_no_questionnaire_of_their_own_is_asked_as_a_client(config_of):
    assert config_of().form("child").respondent == "client"


def test_the_settings_become_the_rules(config_of):
    config = config_of(
        languages=["sv", "fi"],
        first_item="safety",
        follow_up=False,
        idle_timeout_s=60,
        undo_s=0,
        min_interval_s=1,
    )

    assert (config.languages, config.follow_up) == (("sv", "fi"), False)
    assert config.forms[0].first_item.id == "safety"
    assert (config.idle_timeout_s, config.undo_s, config.min_interval_s) == (60, 0, 1)


def test_there_are_words_and_keys_for_each_language(config_of):
    config = config_of(languages=["fi", "sv", "en"])

    assert [config.words.say("Next", each) for each in config.languages] == [
        "Seuraava",
        "Nästa",
        "Next",
    ]
    assert all("a" in config.keyboards.letters(each)[1] for each in config.languages)
    assert "å" in config.keyboards.letters("fi")[0]
    assert "1" in config.keyboards.numbers[0]


def test_a_sitting_can_begin_with_it(config_of):
    sitting = Sitting(config_of())

    sitting.say(5)

    assert sitting.saved().questionnaire.id == "national-general"


# Where, and what the centre says


def test_the_place_is_where_the_terminal_was_moved_to(state, store, config_of):
    store.set_value("location.place", "Aula 1")
    assert config_of().location.place == "Aula 1"

    LocationFile.of(state).change("1.2.3", None, "Aula 2", a_reading())

    assert (config_of().location.unit, config_of().location.place) == ("1.2.3", "Aula 2")


def test_the_centres_notices_are_shown(state, config_of):
    said = [{"kind": "said-did", "text": {"fi": "Aulaan tuli penkkejä."}}]

    NoticesFile.of(state).take(said, "https://a.example/form")

    notices = config_of().notices
    assert notices.said_did_in("fi", "fi") == ("Aulaan tuli penkkejä.",)
    assert notices.form_url == "https://a.example/form"


# Noticing a change


CHANGES = {
    "a setting": lambda _, store: store.set_value("session.undo_s", 7),
    "the place": lambda state, _: LocationFile.of(state).change(None, None, "Aula 2", a_reading()),
    "the enrolment": lambda state, _: write_credentials(state, US),
    "the notices": lambda state, _: NoticesFile.of(state).take([], "https://a.example/form"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_is_noticed(change, state, store):
    before = fingerprint_of(state, store)

    CHANGES[change](state, store)

    assert fingerprint_of(state, store) != before


def test_who_we_are_is_known_once_it_is_said_and_not_while_the_file_is_damaged(state, store):
    settings = store.effective().settings
    assert terminal_id_of(state, settings) is None

    write_credentials(state, US)
    assert terminal_id_of(state, settings) == "t-1"

    for number in (1, 2):
        state.path.joinpath(f"credentials.{number}").write_bytes(b"torn")
    assert terminal_id_of(state, settings) is None


def test_without_a_change_nothing_is_noticed(state, store):
    assert fingerprint_of(state, store) == fingerprint_of(state, ConfigStore(state, None))


def test_what_was_noticed_counts_in_the_next_session(config_of):
    sitting = Sitting(config_of())

    sitting.happen(ConfigChanged(config_of(languages=["sv", "fi"])))

    assert sitting.state.preferences.language == "sv"


# Opening hours


def test_without_opening_hours_it_is_always_open(store):
    assert opening_hours(store.effective().settings) == HouseHours()
    assert is_open_at(HouseHours(), 0.0, is_synced=True)


@pytest.fixture
def _in_helsinki(monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Helsinki")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("_in_helsinki")
@pytest.mark.parametrize(
    ("line", "is_open"),
    [
        ("sat 09:00-15:00", True),
        ("sat 12:00-15:00", True),
        ("sat 09:00-12:00", False),
        ("mon-fri 07:00-18:00", False),
    ],
)
def test_the_hours_are_those_of_the_wall_clock_here(line, is_open, store):
    store.set_value("hours.open", [line])
    hours = opening_hours(store.effective().settings)

    assert is_open_at(hours, SATURDAY_NOON, is_synced=True) == is_open
    assert datetime.fromtimestamp(SATURDAY_NOON, UTC).hour == 10


def test_a_clock_that_may_be_wrong_closes_nothing(store):
    store.set_value("hours.open", ["mon 00:00-00:01"])
    hours = opening_hours(store.effective().settings)

    assert not is_open_at(hours, SATURDAY_NOON, is_synced=True)
    assert is_open_at(hours, SATURDAY_NOON, is_synced=False)
