"""Where the terminal stands: dated changes, the higher revision counts, nothing is forgotten."""

from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
from builders import NOON, UNIT, a_reading, a_state, settings_with
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device_config.clock import rfc3339
from device_config.durable_file import DurableFile
from device_config.location import (
    MOST_HISTORY,
    LocationFile,
    Moment,
    Place,
    dated_now,
    location_event,
    place_in,
)

SETTINGS = settings_with(location={"county": "20", "unit": UNIT, "place": "Aula 1"}).location
FOR_ANY = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def at(seconds):
    return rfc3339(NOON + seconds)


def a_location(folder):
    return LocationFile.of(a_state(folder))


def a_fresh_location(folder):
    """One without a history, however often the test's folder was used."""
    file = DurableFile(folder / "location")
    file.write({"places": []})
    return LocationFile(file)


def moved(location, place, at_s=0.0, **reading):
    return location.change(UNIT, None, place, a_reading(at_s, **reading), county="20")


def centres(revision, place):
    return dated_now(
        Place(revision=revision, county="20", unit=UNIT, place=place, set_by="centre"), a_reading()
    )


def spots(location):
    return [(place.revision, place.place, place.is_used) for place in location.history()]


def test_before_any_change_the_settings_say_where_it_stands(tmp_path):
    assert a_location(tmp_path).current(SETTINGS) == Place(county="20", unit=UNIT, place="Aula 1")


def test_what_is_not_set_is_unknown_and_not_an_empty_text(tmp_path):
    assert a_location(tmp_path).current(settings_with().location) == Place()


def test_a_change_counts_above_the_settings_and_after_a_restart(tmp_path):
    location = a_location(tmp_path)

    changed = location.change("1.2.3", "dental", "Aula 2", a_reading(), county="20")

    assert a_location(tmp_path).current(SETTINGS) == changed
    assert changed == Place(
        revision=1,
        county="20",
        unit="1.2.3",
        service="dental",
        place="Aula 2",
        since=at(0),
        set_by="staff",
    )


def test_every_change_is_dated_and_takes_the_next_revision(tmp_path):
    location = a_location(tmp_path)

    moved(location, "Aula 2")
    moved(location, "Aula 3", 3600)

    assert [(place.revision, place.since) for place in location.history()] == [
        (1, at(0)),
        (2, at(3600)),
    ]


def test_setting_it_where_it_stands_changes_no_date(tmp_path):
    location = a_location(tmp_path)
    first = moved(location, "Aula 2")

    assert moved(location, "Aula 2", 3600) == first
    assert location.history() == (first,)


def test_a_clock_that_may_be_wrong_dates_nothing_until_the_time_is_worked_out(tmp_path):
    location = a_location(tmp_path)
    place = moved(location, "Aula 2", is_synced=False)
    assert (place.since, place.set_at) == (None, Moment("this-boot", 1000.0))

    location.date(place, at(0))

    dated = location.current(SETTINGS)
    assert (dated.since, dated.set_at) == (at(0), None)
    assert (dated.revision, dated.place) == (1, "Aula 2")


# The centre's word


def test_the_centres_word_counts_only_with_a_higher_revision_and_is_kept_anyway(tmp_path):
    location = a_location(tmp_path)
    for place in ("Aula 1", "Aula 2", "staff's"):
        moved(location, place)

    assert not location.adopt(centres(2, "older"))
    assert not location.adopt(centres(3, "equal"))
    assert location.current(SETTINGS).place == "staff's"

    assert location.adopt(centres(4, "centre's"))
    assert location.current(SETTINGS).place == "centre's"
    assert spots(location)[2:] == [
        (3, "staff's", True),
        (2, "older", False),
        (3, "equal", False),
        (4, "centre's", True),
    ]


def test_what_the_centre_says_again_and_again_is_kept_once(tmp_path):
    location = a_location(tmp_path)
    for place in ("Aula 1", "Aula 2"):
        moved(location, place)

    for _ in range(3):
        assert not location.adopt(centres(1, "centre's"))
        assert not location.adopt(centres(2, "Aula 2"))

    assert spots(location) == [(1, "Aula 1", True), (2, "Aula 2", True), (1, "centre's", False)]


def test_a_change_goes_above_what_the_centre_said_and_lost(tmp_path):
    location = a_location(tmp_path)
    moved(location, "Aula 1")
    location.adopt(centres(1, "centre's"))

    assert moved(location, "Aula 2").revision == 2


def test_the_centre_does_not_move_an_untouched_terminal_without_a_revision(tmp_path):
    location = a_location(tmp_path)

    assert not location.adopt(centres(0, "centre's"))
    assert location.current(SETTINGS).place == "Aula 1"
    assert location.history() == ()


def test_the_centre_naming_the_same_place_again_changes_no_date(tmp_path):
    location = a_location(tmp_path)
    since = moved(location, "Aula 2", -3600).since

    assert location.adopt(centres(5, "Aula 2"))

    assert location.current(SETTINGS).revision == 5
    assert location.current(SETTINGS).since == since


@given(st.lists(st.integers(0, 6), max_size=12))
@FOR_ANY
def test_adopting_any_revisions_in_any_order_ends_at_the_highest(tmp_path, revisions):
    location = a_fresh_location(tmp_path)

    for revision in revisions:
        location.adopt(centres(revision, f"place {revision}"))

    assert location.current(SETTINGS).revision == max(revisions, default=0)


def test_changes_that_are_made_at_once_all_count_and_none_is_lost(tmp_path):
    location = a_location(tmp_path)

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda number: moved(location, f"Aula {number}"), range(24)))
        adopted = pool.submit(location.adopt, centres(100, "centre's"))

    assert adopted.result()
    assert sorted(place.revision for place in made) == list(range(1, 25))
    assert sorted(made, key=lambda place: place.revision) == list(location.history()[:-1])


# Undo


def test_undo_goes_back_as_a_change_of_its_own_and_again_to_undo_that(tmp_path):
    location = a_location(tmp_path)
    moved(location, "Aula 2")
    moved(location, "wrong", 60)

    undone = location.undo(a_reading(120))

    assert (undone.revision, undone.place, undone.unit) == (3, "Aula 2", UNIT)
    assert undone.since == at(120)
    assert location.undo(a_reading(180)).place == "wrong"


def test_undo_of_the_first_change_goes_back_to_the_settings_or_nowhere(tmp_path):
    location = a_location(tmp_path)
    moved(location, "Aula 2")

    assert location.undo(a_reading()) is None
    assert location.undo(a_reading(), SETTINGS).is_where(place_in(SETTINGS))
    assert location.current(SETTINGS).revision == 2


def test_without_a_change_there_is_nothing_to_undo(tmp_path):
    location = a_location(tmp_path)

    assert location.undo(a_reading(), SETTINGS) is None
    assert location.history() == ()


def test_undo_passes_over_what_the_centre_said_and_lost_and_what_is_the_same(tmp_path):
    location = a_location(tmp_path)
    moved(location, "Aula 1")
    moved(location, "Aula 2")
    location.adopt(centres(1, "lost"))
    location.adopt(centres(3, "Aula 2"))

    assert location.undo(a_reading()).place == "Aula 1"


@given(st.lists(st.sampled_from("abc"), min_size=2, max_size=8))
@FOR_ANY
def test_undo_restores_the_place_before_whatever_was_changed(tmp_path, places):
    location = a_fresh_location(tmp_path)
    for place in places:
        moved(location, place)
    different = [place for place in places if place != places[-1]]

    undone = location.undo(a_reading())

    assert (undone and undone.place) == (different[-1] if different else None)


# The history


def test_the_history_is_bounded_and_the_oldest_gives_way(tmp_path):
    location = a_location(tmp_path)
    location.file.write({"places": [a_kept_place(each) for each in range(1, MOST_HISTORY + 1)]})

    moved(location, "newest")

    kept = location.history()
    assert len(kept) == MOST_HISTORY
    assert kept[0].revision == 2
    assert kept[-1].place == "newest"


def a_kept_place(revision):
    return {"revision": revision, "unit": UNIT, "place": f"place {revision}", "set_by": "staff"}


def test_however_much_the_centre_says_what_is_used_stays_in_the_history(tmp_path):
    location = a_location(tmp_path)
    lost = [{**a_kept_place(each), "is_used": False} for each in range(1, MOST_HISTORY)]
    location.file.write({"places": [a_kept_place(1000), *lost]})

    for revision in (600, 601, 602):
        location.adopt(centres(revision, "centre's"))

    assert len(location.history()) == MOST_HISTORY
    assert location.current(SETTINGS).place == "place 1000"
    assert moved(location, "next").revision == 1001


def test_a_damaged_location_falls_back_to_the_settings_and_takes_the_centres_word(tmp_path):
    state = a_state(tmp_path)
    location = LocationFile.of(state)
    for place in ("Aula 1", "Aula 2"):
        moved(location, place)
    for copy in ("location.1", "location.2"):
        (state.path / copy).write_bytes(b"damaged")

    assert location.current(SETTINGS).place == "Aula 1"
    assert location.adopt(centres(2, "Aula 2"))
    assert location.current(SETTINGS).place == "Aula 2"


def test_a_change_after_the_damage_counts_above_what_the_centre_knew_from_before(tmp_path):
    state = a_state(tmp_path)
    location = LocationFile.of(state)
    for place in ("Aula 1", "Aula 2", "Aula 3"):
        moved(location, place)
    for copy in ("location.1", "location.2"):
        (state.path / copy).write_bytes(b"damaged")

    moved(location, "staff's")

    assert not location.adopt(centres(3, "Aula 3"))
    assert location.current(SETTINGS).place == "staff's"
    assert moved(location, "next").revision == location.history()[0].revision + 1


@pytest.mark.parametrize("body", [[], {"places": 7}, {"places": [{"revision": "x"}]}, "text"])
def test_a_location_of_another_shape_is_as_good_as_none(tmp_path, body):
    location = a_location(tmp_path)
    location.file.write(body)

    assert location.current(SETTINGS) == place_in(SETTINGS)
    assert moved(location, "Aula 2").revision == 1


def test_the_file_of_an_earlier_version_is_read(tmp_path):
    """Without who uses it and since when in CLOCK_BOOTTIME."""
    location = a_location(tmp_path)
    location.file.write({"places": [a_kept_place(3)]})

    assert location.current(SETTINGS).place == "place 3"
    assert moved(location, "Aula 2").revision == 4


def test_its_event_says_where_since_when_by_whom_and_the_revision(tmp_path):
    event = location_event(moved(a_location(tmp_path), "Aula 2"))

    assert (event.kind, event.at, event.clock) == (
        "location-changed",
        at(0),
        "synced",
    )
    assert event.data == {
        "county": "20",
        "unit": UNIT,
        "service": None,
        "place": "Aula 2",
        "since": at(0),
        "revision": 1,
        "set_by": "staff",
    }


def test_the_event_of_an_undated_change_claims_no_time(tmp_path):
    event = location_event(moved(a_location(tmp_path), "Aula 2", is_synced=False))

    assert (event.at, event.clock, event.data["since"]) == (None, "unknown", None)


def test_what_is_kept_decodes_to_what_was_written(tmp_path):
    place = moved(a_location(tmp_path), "Aula 2", is_synced=False)

    assert msgspec.json.decode(msgspec.json.encode(place), type=Place) == place
