"""A one-time code for credentials: kept first, since a code works once."""

import json
import stat

import pytest
from builders import (
    TOKEN,
    CentreAnswer,
    a_centre,
    a_content,
    a_dead_address,
    a_reading,
    a_state,
    an_outbox,
    central_settings,
    documents,
    refusal,
    settings_with,
)

from device_config.config_store import ConfigStore
from device_config.credentials import Credentials, read_credentials
from device_config.errors import ConfigurationProblems, EnrolmentRefused
from device_config.location import LocationFile
from sync.client import CentralClient
from sync.enrolment import enrol, hardware_id, take_config

CENTRAL = settings_with().central


def enrolled_as(terminal_id="t-new", **members):
    body = {"terminal_id": terminal_id, "token": TOKEN, "staff_pin_hash": "$argon2", **members}
    return lambda _: CentreAnswer(body, 201)


def enrol_at(folder, url, code="K7-42"):
    state = a_state(folder)
    client = CentralClient(central_settings(url), None)
    enrolment = enrol(state, client, code)
    take_config(state, ConfigStore(state, None), enrolment.config, a_reading())
    return enrolment


def kept(folder):
    return read_credentials(a_state(folder), CENTRAL)


def test_a_code_becomes_this_terminals_own_credentials(tmp_path):
    with a_centre(enrolments=enrolled_as()) as centre:
        enrol_at(tmp_path, centre.url)

    (request,) = centre.seen("/enrolments")
    assert kept(tmp_path) == Credentials(terminal_id="t-new", token=TOKEN, staff_pin_hash="$argon2")
    assert request.json["code"] == "K7-42"
    assert request.json["hardware_id"] == hardware_id()
    assert "authorization" not in request.headers


def test_the_token_is_for_its_owner_only_and_never_printed(tmp_path):
    with a_centre(enrolments=enrolled_as()) as centre:
        enrol_at(tmp_path, centre.url)

    modes = {
        stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "state").glob("credentials*")
    }
    assert modes == {0o600}
    assert TOKEN not in repr(kept(tmp_path))


def test_the_first_configuration_and_the_epoch_are_taken_with_it(tmp_path):
    config = {
        "settings": {"session": {"undo_s": 3}},
        "location": {"revision": 1, "unit": "1.2.3", "place": "Aula 2"},
    }
    with a_centre(enrolments=enrolled_as(epoch=4, config=config)) as centre:
        enrol_at(tmp_path, centre.url)

    settings = ConfigStore(a_state(tmp_path), None).effective().settings
    assert settings.session.undo_s == 3
    assert LocationFile.of(a_state(tmp_path)).current(settings.location).place == "Aula 2"
    assert an_outbox(tmp_path).counts().epoch == 4


def test_responses_from_before_keep_their_numbers_and_their_terminal(tmp_path):
    outbox = an_outbox(tmp_path)
    outbox.put(a_content(1, terminal_id="t-old"), a_reading())
    outbox.put(a_content(2), a_reading())

    with a_centre(enrolments=enrolled_as("t-new", epoch=2)) as centre:
        enrol_at(tmp_path, centre.url)
    parcels = outbox.take(10, 10_000, kept(tmp_path).terminal_id)

    assert [json.loads(each.body)["terminal_id"] for each in parcels] == ["t-old", "t-new"]
    assert [(each["epoch"], each["seq"]) for each in documents(outbox)] == [(1, 1), (1, 2)]


def test_a_configuration_that_does_not_fit_does_not_cost_the_code(tmp_path):
    config = {"settings": {"session": {"undo": 3}}}
    with (
        a_centre(enrolments=enrolled_as(config=config)) as centre,
        pytest.raises(ConfigurationProblems, match="undo_s"),
    ):
        enrol_at(tmp_path, centre.url)

    assert kept(tmp_path).token == TOKEN


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (refusal(404), "letter by letter"),
        (refusal(410), "ask for a new one"),
        (refusal(429), "wait ten minutes"),
        (refusal(500), "answered 500"),
        (refusal(302, Location="/"), "answered 302"),
        (lambda _: CentreAnswer({"terminal_id": "t", "token": TOKEN}, 200), "answered 200"),
        (lambda _: CentreAnswer(b"<html>", 201), "check the address"),
        (lambda _: CentreAnswer(b"[" * 100_000, 201), "check the address"),
        (enrolled_as(token="short"), "check the address"),
        (enrolled_as(epoch=0), "check the address"),
    ],
)
def test_a_refusal_says_what_to_do_and_keeps_nothing(tmp_path, answer, words):
    with a_centre(enrolments=answer) as centre, pytest.raises(EnrolmentRefused, match=words):
        enrol_at(tmp_path, centre.url)

    assert kept(tmp_path) is None


def test_a_refusal_leaves_the_credentials_that_were_there(tmp_path):
    with a_centre(enrolments=enrolled_as()) as centre:
        enrol_at(tmp_path, centre.url)
        centre.answers["/enrolments"] = refusal(410)
        with pytest.raises(EnrolmentRefused):
            enrol_at(tmp_path, centre.url)

    assert kept(tmp_path).terminal_id == "t-new"


def test_a_centre_that_cannot_be_reached_is_said_so(tmp_path):
    with pytest.raises(EnrolmentRefused, match="cannot be reached"):
        enrol_at(tmp_path, a_dead_address())


def test_credentials_in_the_settings_win(tmp_path):
    with a_centre(enrolments=enrolled_as()) as centre:
        enrol_at(tmp_path, centre.url)
    settings = settings_with(central={"token": "from-the-file", "terminal_id": "t-file"}).central

    credentials = read_credentials(a_state(tmp_path), settings)

    assert (credentials.terminal_id, credentials.token) == ("t-file", "from-the-file")


def test_the_hardware_has_the_same_name_each_time_and_tells_nothing():
    assert hardware_id() == hardware_id()
    assert "/" not in hardware_id()
