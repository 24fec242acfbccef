"""Each place that the terminal uses is told to the centre once, whoever set it."""

import pytest
from builders import (
    NOON,
    UNIT,
    CentreAnswer,
    a_centre,
    a_reading,
    a_state,
    a_terminal,
    an_outbox,
    settings_with,
)

from device_config import road
from device_config.clock import cut
from device_config.location import LocationFile, Place
from sync.boots import note_anchor
from sync.location_report import date_places, tell_places

SETTINGS = settings_with().location


@pytest.fixture
def db(tmp_path):
    return an_outbox(tmp_path).db


@pytest.fixture
def location(tmp_path):
    return LocationFile.of(a_state(tmp_path))


def told(db):
    return [
        (entry.data["revision"], entry.data["place"], entry.data["set_by"])
        for entry in road.pending_entries(db, 99)
        if entry.kind == "location-changed"
    ]


def test_every_place_is_told_once_and_in_order(db, location):
    location.change(UNIT, None, "Aula 1", a_reading())
    location.change(UNIT, None, "Aula 2", a_reading(), "command")

    assert tell_places(db, location)
    assert not tell_places(db, location)
    location.undo(a_reading())
    assert tell_places(db, location)

    assert told(db) == [(1, "Aula 1", "staff"), (2, "Aula 2", "command"), (3, "Aula 1", "staff")]


def test_the_centres_word_is_told_when_it_is_used_and_not_when_it_lost(db, location):
    location.change(UNIT, None, "staff's", a_reading())
    location.adopt(Place(revision=1, place="lost", set_by="centre"))
    location.adopt(Place(revision=2, place="won", set_by="centre"))

    tell_places(db, location)

    assert told(db) == [(1, "staff's", "staff"), (2, "won", "centre")]


def test_without_a_change_nothing_is_told(db, location):
    assert not tell_places(db, location)


def test_a_place_whose_telling_was_cut_short_is_told_again(db, location, monkeypatch):
    location.change(UNIT, None, "Aula 1", a_reading())
    with monkeypatch.context() as broken:
        broken.setattr("sync.location_report.write_fact", power_cut)
        with pytest.raises(PowerCut):
            tell_places(db, location)
    assert told(db) == []

    tell_places(db, location)

    assert told(db) == [(1, "Aula 1", "staff")]


class PowerCut(Exception):
    """The program ends here."""


def power_cut(*_):
    raise PowerCut


def test_a_place_set_while_the_clock_was_wrong_is_dated_when_the_time_is_known(db, location):
    location.change(UNIT, None, "Aula 1", a_reading(is_synced=False, wall=0.0))
    date_places(db, location)
    assert location.current(SETTINGS).since is None

    note_anchor(db, a_reading(3600))
    date_places(db, location)

    assert location.current(SETTINGS).since == cut(NOON, "minute")


def test_a_place_of_a_boot_that_never_knew_the_time_stays_undated(db, location):
    location.change(UNIT, None, "Aula 1", a_reading(is_synced=False, boot_id="another"))

    note_anchor(db, a_reading(3600))
    date_places(db, location)

    assert location.current(SETTINGS).since is None


# The agent


def heard(centre):
    """The places in events and heartbeats as they came: how, revision, place."""
    for request in centre.requests:
        if request.path.endswith("/heartbeats"):
            beat = request.json
            yield "beat", beat["location_revision"], beat["location"]["place"]
        if request.path.endswith("/events"):
            for event in request.json["events"]:
                yield event["kind"], event["data"]["revision"], event["data"]["place"]


def test_the_centre_hears_of_a_move_within_seconds_by_event_and_heartbeat(tmp_path):
    with a_centre() as centre, a_terminal(tmp_path, centre.url) as terminal:
        terminal.tick()
        LocationFile.of(terminal.state).change(UNIT, None, "Aula 1", a_reading())
        terminal.tick(2)
        terminal.tick(3)

        assert list(heard(centre)) == [
            ("beat", 0, None),
            ("location-changed", 1, "Aula 1"),
            ("beat", 1, "Aula 1"),
        ]


def test_while_nothing_moves_nothing_is_told_again(tmp_path):
    LocationFile.of(a_state(tmp_path)).change(UNIT, None, "Aula 1", a_reading())
    with a_centre() as centre, a_terminal(tmp_path, centre.url) as terminal:
        for second in range(0, 200, 5):
            terminal.tick(second)
    with a_centre() as again, a_terminal(tmp_path, again.url) as terminal:
        for second in range(300, 500, 5):
            terminal.tick(second)

    assert [each for each in heard(centre) if each[0] != "beat"] == [
        ("location-changed", 1, "Aula 1")
    ]
    assert [each for each in heard(again) if each[0] != "beat"] == []


def test_a_move_that_the_centre_makes_is_taken_and_told_back(tmp_path):
    word = {"revision": 4, "unit": UNIT, "place": "Aula 4", "county": "20"}

    def config(_):
        return CentreAnswer({"location": word}, headers={"ETag": '"one"'})

    with a_centre(config=config) as centre, a_terminal(tmp_path, centre.url) as terminal:
        for second in range(5):
            terminal.tick(second)

        assert LocationFile.of(terminal.state).current(SETTINGS).place == "Aula 4"
        assert ("location-changed", 4, "Aula 4") in heard(centre)
