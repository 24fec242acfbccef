"""A one-time code for credentials: kept first, since a code works once."""

import json
import stat
from datetime import timedelta

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
from kiosk.staff.enrolment_words import WORDS as STAFF_WORDS
from sync.client import CentralClient
from sync.enrolment import code_hash, enrol, hardware_id, take_config
from sync.enrolment_reply import WORDS
from tests.certificates import HERE, Authority, a_tls_server, now

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


def refusal_of(folder, url, code="K7-42", reading=None, *, has_network=True):
    """Why an enrolment is refused: the word for programs, and the error."""
    client = CentralClient(central_settings(url), None)
    with pytest.raises(EnrolmentRefused) as raised:
        enrol(a_state(folder), client, code, reading, has_network=lambda: has_network)
    return raised.value.code, raised.value


def kept(folder):
    return read_credentials(a_state(folder), CENTRAL)


def test_a_code_becomes_this_terminals_own_credentials(tmp_path):
    with a_centre(enrolments=enrolled_as()) as centre:
        enrol_at(tmp_path, centre.url)

    (request,) = centre.seen("/enrolments")
    assert kept(tmp_path) == Credentials(
        terminal_id="t-new",
        token=TOKEN,
        staff_pin_hash="$argon2",
        code_hash=code_hash("k742"),
        centre=centre.url.rstrip("/"),
    )
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


PAGE = b"<!doctype html><title>Log in</title>"


def says(status, body=None, **headers):
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: CentreAnswer(body or {"title": "no", "status": status}, status, names)


def problem(status, kind):
    return says(status, {"type": f"urn:palautepiste:code-{kind}", "status": status})


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (problem(404, "unknown"), "unknown-code"),
        (problem(410, "used"), "used"),
        (problem(410, "expired"), "expired"),
        (problem(410, "withdrawn"), "expired"),
        (problem(410, "eaten"), "used"),
        (says(404), "unknown-code"),
        (says(404, {"type": "about:blank", "status": 404}), "unknown-code"),
        (says(404, {"type": "urn:palautepiste:no-such-route"}), "wrong-address"),
        (says(404, {"type": "https://other.example/not-found"}), "wrong-address"),
        (says(422), "unknown-code"),
        (says(410), "used"),
        (says(429), "too-many-tries"),
        (says(404, PAGE), "wrong-address"),
        (says(405, PAGE), "wrong-address"),
        (says(401), "wrong-address"),
        (says(302, PAGE, Location="/login"), "wrong-address"),
        (says(200, PAGE), "not-a-centre"),
        (says(201, PAGE), "not-a-centre"),
        (says(201, b"[" * 100_000), "not-a-centre"),
        (says(404, b"[" * 100_000), "wrong-address"),
        (says(404, b'{"type": 7}'), "wrong-address"),
        (says(201, b"x" * 2**21), "not-a-centre"),
        (enrolled_as(token="short"), "not-a-centre"),
        (enrolled_as(epoch=0), "not-a-centre"),
        (says(500), "busy"),
        (says(503, PAGE), "busy"),
    ],
)
def test_a_refusal_has_a_word_for_programs_says_what_to_do_and_keeps_nothing(
    tmp_path, answer, word
):
    with a_centre(enrolments=answer) as centre:
        code, error = refusal_of(tmp_path, centre.url)

    assert code == word
    assert WORDS[word][1].split("{")[0] in str(error)
    assert kept(tmp_path) is None
    assert an_outbox(tmp_path).counts().epoch == 1


@pytest.mark.parametrize(("header", "minutes"), [({}, 10), ({"Retry_After": "61"}, 2)])
def test_too_many_tries_says_how_long_to_wait(tmp_path, header, minutes):
    with a_centre(enrolments=says(429, None, **header)) as centre:
        _, error = refusal_of(tmp_path, centre.url)

    assert f"wait {minutes} minutes" in str(error)


@pytest.mark.parametrize("code", ["", "  ", "A" * 101, "AB\nCD", "AB\0CD"])
def test_what_cannot_be_a_code_is_not_sent(tmp_path, code):
    with a_centre(enrolments=enrolled_as()) as centre:
        assert refusal_of(tmp_path, centre.url, code)[0] == "not-a-code"
        assert centre.requests == []


@pytest.mark.parametrize(("has_network", "word"), [(False, "no-network"), (True, "no-answer")])
def test_no_network_and_no_answer_are_told_apart(tmp_path, has_network, word):
    assert refusal_of(tmp_path, a_dead_address(), has_network=has_network)[0] == word


@pytest.mark.parametrize(("has_network", "word"), [(False, "no-network"), (True, "name-not-found")])
def test_a_name_that_nobody_knows_is_told_apart_from_no_network(tmp_path, has_network, word):
    address = "https://centre.invalid"
    assert refusal_of(tmp_path, address, has_network=has_network)[0] == word


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls") / "authority")


@pytest.mark.parametrize(
    ("begins_in_days", "names", "is_synced", "word"),
    [
        (1, HERE, False, "wrong-clock"),
        (-60, HERE, False, "wrong-clock"),
        (1, HERE, True, "certificate"),
        (-60, HERE, True, "certificate"),
        (-1, "DNS:other.example", False, "certificate"),
    ],
)
def test_a_wrong_clock_is_told_apart_from_a_wrong_certificate(  # noqa: PLR0913, PLR0917
    tmp_path, authority, begins_in_days, names, is_synced, word
):
    chain = authority.server(now() + timedelta(days=begins_in_days), names=names)
    with a_tls_server(chain, lambda _: None) as url:
        client = CentralClient(central_settings(url, ca_file=str(authority.certificate)), None)
        with pytest.raises(EnrolmentRefused) as raised:
            enrol(a_state(tmp_path), client, "K7-42", a_reading(is_synced=is_synced))

    assert raised.value.code == word


def test_every_word_of_a_refusal_has_words_for_staff():
    assert set(WORDS) <= set(STAFF_WORDS)


@pytest.mark.parametrize(
    "config",
    [None, [], {"location": None}, {"location": {"revision": -1}}, {"text_key": {"id": 3}}],
)
def test_a_configuration_that_cannot_be_read_does_not_cost_the_code(tmp_path, config):
    with a_centre(enrolments=enrolled_as(config=config)) as centre:
        enrol_at(tmp_path, centre.url)

    assert kept(tmp_path).token == TOKEN


# Where it stands then


def stands_at(unit, revision=1):
    return enrolled_as(config={"location": {"revision": revision, "unit": unit}})


def unit_of(folder):
    return LocationFile.of(a_state(folder)).current(settings_with().location).unit


def test_another_centres_code_says_where_it_stands_whatever_revisions_there_were(tmp_path):
    with a_centre(enrolments=stands_at("1.2.3", 4)) as tried_out:
        enrol_at(tmp_path, tried_out.url)
    with a_centre(enrolments=stands_at("4.5.6")) as centre:
        enrol_at(tmp_path, centre.url)

    file = LocationFile.of(a_state(tmp_path))
    assert unit_of(tmp_path) == "4.5.6"
    assert file.current(settings_with().location).revision == 5
    assert [each.unit for each in file.history() if each.is_used] == ["1.2.3", "4.5.6"]


def test_another_centres_code_without_a_unit_leaves_it_where_it_stands(tmp_path):
    with a_centre(enrolments=stands_at("1.2.3")) as tried_out:
        enrol_at(tmp_path, tried_out.url)
    with a_centre(enrolments=stands_at(None)) as centre:
        enrol_at(tmp_path, centre.url)

    assert unit_of(tmp_path) == "1.2.3"


def test_the_same_centres_next_code_says_so_by_its_revision_alone(tmp_path):
    with a_centre(enrolments=stands_at("1.2.3")) as centre:
        enrol_at(tmp_path, centre.url)
        LocationFile.of(a_state(tmp_path)).change("7.8.9", None, None, a_reading())
        centre.answers["/enrolments"] = stands_at("1.2.3", 2)
        enrol_at(tmp_path, centre.url, "OTHER")
        assert unit_of(tmp_path) == "7.8.9"
        centre.answers["/enrolments"] = stands_at("4.5.6", 3)
        enrol_at(tmp_path, centre.url, "THIRD")

    assert unit_of(tmp_path) == "4.5.6"


def test_a_reply_that_was_lost_costs_nothing_the_same_attempt_is_made_again(tmp_path):
    with a_centre(enrolments=says(500)) as centre:
        for code in ("K7-42", "k742", "OTHER"):
            refusal_of(tmp_path, centre.url, code)
        centre.answers["/enrolments"] = enrolled_as()
        enrol_at(tmp_path, centre.url, "other")
        enrol_at(tmp_path, centre.url, "other")

    first, again, other, let_in, told_late = (
        each.json["attempt"] for each in centre.seen("/enrolments")
    )
    assert first == again != other
    # Also when it was let in already: whoever asked may have died before anybody was told.
    assert other == let_in == told_late


def test_what_is_to_be_done_with_the_centres_yes_is_done_before_that_is_kept(tmp_path):
    def look():
        seen.append(kept(tmp_path))

    seen = []
    with a_centre(enrolments=enrolled_as()) as centre:
        client = CentralClient(central_settings(centre.url), None)
        enrol(a_state(tmp_path), client, "K7-42", on_let_in=look)

    assert seen == [None]


def test_a_refusal_leaves_the_credentials_that_were_there(tmp_path):
    with a_centre(enrolments=enrolled_as()) as centre:
        enrol_at(tmp_path, centre.url)
        centre.answers["/enrolments"] = refusal(410)
        with pytest.raises(EnrolmentRefused):
            enrol_at(tmp_path, centre.url)

    assert kept(tmp_path).terminal_id == "t-new"


def test_credentials_in_the_settings_win(tmp_path):
    with a_centre(enrolments=enrolled_as()) as centre:
        enrol_at(tmp_path, centre.url)
    settings = settings_with(central={"token": "from-the-file", "terminal_id": "t-file"}).central

    credentials = read_credentials(a_state(tmp_path), settings)

    assert (credentials.terminal_id, credentials.token) == ("t-file", "from-the-file")


@pytest.mark.parametrize(("named", "pin_hash"), [("t-new", "$argon2"), ("t-other", None)])
def test_the_pin_of_an_enrolment_counts_beside_a_token_in_the_settings_for_the_same_terminal(
    tmp_path, named, pin_hash
):
    with a_centre(enrolments=enrolled_as()) as centre:
        enrol_at(tmp_path, centre.url)
    settings = settings_with(central={"token": "from-the-file", "terminal_id": named}).central

    assert read_credentials(a_state(tmp_path), settings).staff_pin_hash == pin_hash


def test_damaged_credentials_do_not_keep_a_terminal_from_using_those_of_its_settings(tmp_path):
    with a_centre(enrolments=enrolled_as()) as centre:
        enrol_at(tmp_path, centre.url)
    for ending in (".1", ".2"):
        a_state(tmp_path).file(f"credentials{ending}").write_bytes(b"torn")
    settings = settings_with(central={"token": "from-the-file", "terminal_id": "t-new"}).central

    credentials = read_credentials(a_state(tmp_path), settings)

    assert (credentials.token, credentials.staff_pin_hash) == ("from-the-file", None)


def test_the_hardware_has_the_same_name_each_time_and_tells_nothing():
    assert hardware_id() == hardware_id()
    assert "/" not in hardware_id()
