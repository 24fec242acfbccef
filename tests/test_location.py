"""Where the terminal stands: dated changes, the higher revision counts."""

from builders import UNIT, a_state, settings_with
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device_config.durable_file import DurableFile
from device_config.location import MOST_HISTORY, LocationFile, Place

SETTINGS = settings_with(location={"county": "20", "unit": UNIT, "place": "Aula 1"}).location


def a_place(revision, place):
    return Place(revision=revision, unit=UNIT, place=place, since=None, set_by="staff")


def test_before_any_change_the_settings_say_where_it_stands(tmp_path):
    location = LocationFile.of(a_state(tmp_path))

    assert location.current(SETTINGS) == Place(county="20", unit=UNIT, place="Aula 1")


def test_what_is_not_set_is_unknown_and_not_an_empty_text(tmp_path):
    assert LocationFile.of(a_state(tmp_path)).current(settings_with().location) == Place()


def test_a_move_counts_above_the_settings_and_after_a_restart(tmp_path):
    LocationFile.of(a_state(tmp_path)).move(a_place(1, "Aula 2"))

    assert LocationFile.of(a_state(tmp_path)).current(SETTINGS).place == "Aula 2"


def test_the_centres_word_counts_only_with_a_higher_revision(tmp_path):
    location = LocationFile.of(a_state(tmp_path))
    location.move(a_place(3, "staff's"))

    assert not location.adopt(a_place(2, "older"), SETTINGS)
    assert not location.adopt(a_place(3, "equal"), SETTINGS)
    assert location.current(SETTINGS).place == "staff's"

    assert location.adopt(a_place(4, "centre's"), SETTINGS)
    assert location.current(SETTINGS).place == "centre's"


def test_the_centre_does_not_move_an_untouched_terminal_without_a_revision(tmp_path):
    location = LocationFile.of(a_state(tmp_path))

    assert not location.adopt(a_place(0, "centre's"), SETTINGS)
    assert location.current(SETTINGS).place == "Aula 1"


@given(st.lists(st.integers(0, 6), max_size=12))
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_adopting_any_revisions_in_any_order_ends_at_the_highest(tmp_path, revisions):
    file = DurableFile(tmp_path / "location")
    file.write({"places": []})
    location = LocationFile(file)

    for revision in revisions:
        location.adopt(a_place(revision, f"place {revision}"), SETTINGS)

    assert location.current(SETTINGS).revision == max(revisions, default=0)


def test_the_history_is_kept_and_bounded(tmp_path):
    location = LocationFile.of(a_state(tmp_path))
    places = [a_kept_place(number) for number in range(MOST_HISTORY)]
    location.file.write({"places": places})

    location.move(a_place(MOST_HISTORY, "newest"))

    kept = location.file.read()["places"]
    assert len(kept) == MOST_HISTORY
    assert kept[0]["revision"] == 1
    assert kept[-1]["place"] == "newest"


def a_kept_place(revision):
    return {"revision": revision, "unit": UNIT, "place": f"place {revision}", "set_by": "staff"}


def test_a_damaged_location_falls_back_to_the_settings_and_takes_the_centres_word(tmp_path):
    state = a_state(tmp_path)
    location = LocationFile.of(state)
    location.move(a_place(5, "Aula 2"))
    for copy in ("location.1", "location.2"):
        (state.path / copy).write_bytes(b"damaged")

    assert location.current(SETTINGS).place == "Aula 1"
    assert location.adopt(a_place(5, "Aula 2"), SETTINGS)
    assert location.current(SETTINGS).place == "Aula 2"
