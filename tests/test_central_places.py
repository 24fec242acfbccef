"""The centre moves terminals, hears where they stand, and keeps both."""

import json
from random import SystemRandom

import pytest
from builders import a_reading, settings_with
from click.testing import CliRunner
from databases import KINDS, a_database
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_central_builders import (
    NOON,
    OTHER_UNIT,
    UNIT,
    a_centre,
    a_heartbeat,
    a_store,
    an_event,
)

from device_config.durable_file import DurableFile
from device_config.location import LocationFile, location_event
from sync import wire
from sync.central.cli import central_admin
from sync.central.errors import UnknownTerminal, UnknownUnit
from sync.central.store import Store
from sync.enrolment import take_location
from sync.wire import location_of

SETTINGS = settings_with().location


@pytest.fixture
def centre(tmp_path, database_url):
    with a_centre(tmp_path, database_url) as running:
        yield running


def told(terminal):
    """Where the centre's configuration says that the terminal stands."""
    location = terminal.get("/config").json()["location"]
    return location["revision"], location["unit"], location["place"]


def a_change(revision, place="staff's", unit=UNIT, **data):
    return an_event(
        kind="location-changed",
        data={"revision": revision, "unit": unit, "place": place, "county": "20"}
        | {"service": None, "since": None, "set_by": "staff"}
        | data,
    )


def report(terminal, *events):
    body = {"terminal_id": terminal.id, "sent_at": NOON.isoformat(), "events": events}
    reply = terminal.post("/events", body)
    assert reply.status_code == 200, reply.text
    return [each["status"] for each in reply.json()["results"]]


def beat(terminal, revision, **location):
    members = {"county": "20", "unit": UNIT, "service": None, "place": None, "since": None}
    body = a_heartbeat(location=members | location, location_revision=revision)
    reply = terminal.post("/heartbeats", body)
    assert reply.status_code == 200, reply.text


def kept(centre, terminal):
    return [
        (row.revision, row.place, row.set_by, row.used_at is not None)
        for row in centre.store.places(terminal.id)
    ]


def test_a_moved_terminal_is_told_so_with_the_next_revision(centre):
    terminal = centre.a_terminal()
    assert told(terminal) == (1, UNIT, None)

    centre.store.move(terminal.id, OTHER_UNIT, "Aula 2")

    assert told(terminal) == (2, OTHER_UNIT, "Aula 2")


def test_a_move_goes_above_what_the_terminal_said(centre):
    terminal = centre.a_terminal()
    report(terminal, a_change(7))

    centre.store.move(terminal.id, UNIT, "centre's")

    assert told(terminal) == (8, UNIT, "centre's")


def test_what_the_terminal_said_counts_from_the_same_revision_on_and_both_are_kept(centre):
    terminal = centre.a_terminal()
    centre.store.move(terminal.id, UNIT, "centre's")

    report(terminal, a_change(1, "older"))
    assert told(terminal) == (2, UNIT, "centre's")
    report(terminal, a_change(2, "staff's"))
    assert told(terminal) == (2, UNIT, "staff's")

    assert kept(centre, terminal) == [
        (1, None, "centre", False),
        (2, "centre's", "centre", False),
        (1, "older", "staff", True),
        (2, "staff's", "staff", True),
    ]


def test_a_place_of_the_centres_that_the_terminal_uses_is_one_place(centre):
    terminal = centre.a_terminal()
    centre.store.move(terminal.id, UNIT, "Aula 2")

    beat(terminal, 2, place="Aula 2", since="2026-11-21T14:03:00+02:00")
    report(terminal, a_change(2, "Aula 2", set_by="centre"))

    assert kept(centre, terminal)[1:] == [(2, "Aula 2", "centre", True)]
    assert centre.store.places(terminal.id)[1].since == "2026-11-21T14:03:00+02:00"


def test_a_heartbeat_is_enough_to_know_and_the_event_adds_by_whom_and_since_when(centre):
    terminal = centre.a_terminal()

    beat(terminal, 3, place="Aula 3")
    beat(terminal, 3, place="Aula 3")
    assert kept(centre, terminal)[1:] == [(3, "Aula 3", "", True)]
    report(terminal, a_change(3, "Aula 3", since="2026-11-21T14:03:00+02:00"))

    assert kept(centre, terminal)[1:] == [(3, "Aula 3", "staff", True)]
    assert told(terminal) == (3, UNIT, "Aula 3")


def test_a_terminal_that_stands_in_an_unknown_unit_or_in_none_is_believed(centre):
    terminal = centre.a_terminal()

    report(terminal, a_change(4, "cellar", unit="9.9.9"))
    assert told(terminal) == (4, "9.9.9", "cellar")
    beat(terminal, 5, unit=None, place=None)

    assert told(terminal) == (5, None, None)


@pytest.mark.parametrize(
    "data",
    [
        {"revision": 0},
        {"revision": "3"},
        {"revision": 2**63},
        {"unit": "x" * 101},
        {"place": ["Aula"]},
        {"revision": None},
    ],
    ids=str,
)
def test_an_event_that_says_it_badly_is_kept_and_moves_nobody(centre, data):
    terminal = centre.a_terminal()

    assert report(terminal, a_change(**({"revision": 9} | data))) == ["stored"]

    assert told(terminal) == (1, UNIT, None)


def test_a_place_with_a_character_that_postgresql_refuses_costs_no_heartbeat(centre):
    terminal = centre.a_terminal()

    beat(terminal, 9, place="a\0b")

    assert told(terminal) == (1, UNIT, None)
    assert terminal.id in centre.store.last_seen()


@pytest.mark.parametrize("revision", [0, 2**40])
def test_a_heartbeat_with_a_revision_that_cannot_be_moves_nobody(centre, revision):
    terminal = centre.a_terminal()

    beat(terminal, revision, place="Aula 9")

    assert told(terminal) == (1, UNIT, None)


def test_a_terminal_let_in_again_stands_where_its_new_code_says(centre):
    before = centre.a_terminal("one")
    report(before, a_change(5))

    after = centre.a_terminal("one", OTHER_UNIT)

    assert told(after) == (6, OTHER_UNIT, None)


def test_a_replacement_stands_where_the_terminal_before_it_stood(centre):
    before = centre.a_terminal()
    report(before, a_change(5, "Aula 5", unit=OTHER_UNIT))

    after = centre.enrolled(centre.store.replacement_code(before.id, now=NOON), "other hardware")

    assert told(after) == (6, OTHER_UNIT, "Aula 5")


def test_a_replacement_of_one_in_an_unknown_unit_stands_where_that_was_told_to(centre):
    before = centre.a_terminal()
    report(before, a_change(5, unit="9.9.9"))

    after = centre.enrolled(centre.store.replacement_code(before.id, now=NOON), "other hardware")

    assert told(after) == (6, UNIT, None)


def test_nobody_is_moved_to_an_unknown_unit_and_no_unknown_terminal_is_moved(centre):
    terminal = centre.a_terminal()

    with pytest.raises(UnknownUnit):
        centre.store.move(terminal.id, "9.9.9")
    with pytest.raises(UnknownTerminal):
        centre.store.move("t-zzzzz", UNIT)
    with pytest.raises(UnknownTerminal):
        centre.store.places("t-zzzzz")
    assert told(terminal) == (1, UNIT, None)


def test_the_administrator_moves_a_terminal_and_sees_where_it_stands(centre, database_url):
    terminal = centre.a_terminal()

    def admin(*words):
        words = ["terminal", *words, "--database", database_url]
        result = CliRunner().invoke(central_admin, words)
        assert result.exit_code == 0, result.output
        return result.output

    admin("move", terminal.id, "--unit", OTHER_UNIT, "--place", "Aula 2")
    report(terminal, a_change(3, "Aula 3"))

    (row,) = json.loads(admin("list", "--json"))
    assert (row["unit"], row["place"], row["location_revision"]) == (UNIT, "Aula 3", 3)
    assert [each["place"] for each in json.loads(admin("places", terminal.id, "--json"))] == [
        None,
        "Aula 2",
        "Aula 3",
    ]
    lines = admin("places", terminal.id).splitlines()
    assert lines[1] == f"   2  {OTHER_UNIT} / Aula 2  by centre  not used"
    assert lines[2].startswith(f"   3  {UNIT} / Aula 3  by staff  used since ")


# Both sides, whatever happens between them


class BothSides:
    """A terminal's file and the centre's store, and the events that are still under way."""

    def __init__(self, folder, store: Store, terminal_id):
        self.location = LocationFile(DurableFile(folder / "location"))
        self.location.file.write({"places": []})
        self.store = store
        self.id = terminal_id
        self.made = [(1, False, None)]
        self.events = []

    def staff_move(self, place):
        changed = self.location.change(UNIT, None, place, a_reading(), county="20")
        self.made.append((changed.revision, True, changed.place))
        self.events.append(location_event(changed))

    def centre_move(self, place):
        self.store.move(self.id, UNIT, place, NOON)
        self.made.append((self.store.places(self.id)[-1].revision, False, place))

    def pull(self, _):
        if take_location(_State(self.location), self.wanted, a_reading()):
            self.events.append(location_event(self.location.current(SETTINGS)))

    def beat(self, _):
        place = self.location.current(SETTINGS)
        body = a_heartbeat(
            location=location_of(place),
            location_revision=place.revision,
        )
        beat = wire.Heartbeat(**body)
        self.store.keep_heartbeat(self.id, beat, NOON)

    def report(self, number):
        """Any one of the events arrives, however late."""
        if self.events:
            entry = self.events.pop(number % len(self.events))
            event = wire.Event(
                id=entry.id, kind=entry.kind, at=entry.at, clock=entry.clock, data=entry.data
            )
            self.store.keep_events(self.id, [event], NOON)

    @property
    def wanted(self):
        (known,) = (each for each in self.store.all_terminals() if each.id == self.id)
        return known.location


class _State:
    """The one file of a state directory that is asked for here."""

    def __init__(self, location):
        self._file = location.file

    def durable(self, _name):
        return self._file


MOVES = (BothSides.staff_move, BothSides.centre_move)
STEPS = st.lists(
    st.tuples(
        st.sampled_from([BothSides.staff_move, BothSides.centre_move] * 2
                        + [BothSides.pull, BothSides.beat, BothSides.report]),
        st.integers(0, 5),
    ),
    max_size=15,
)  # fmt: skip


@pytest.fixture(scope="module", params=KINDS)
def store(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("central")
    with a_database(request.param, folder) as url:
        store = a_store(folder, url)
        yield store
        store.close()


@given(STEPS)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_both_sides_did_in_any_order_they_end_in_agreement(tmp_path, store, steps):
    code = store.new_code(UNIT, now=NOON)
    # Of a machine without a name of its own each is a terminal of its own.
    request = wire.EnrolmentRequest(code=code, hardware_id="unknown", software="0.1")
    enrolled = store.enrol(request, NOON, SystemRandom()).terminal.id
    both = BothSides(tmp_path, store, enrolled)
    for step, number in steps:
        step(both, f"place {number}" if step in MOVES else number)

    for _ in range(len(both.events) + 1):
        both.beat(0)
        both.pull(0)
        both.report(0)
    both.beat(0)

    here, there = both.location.current(SETTINGS), both.wanted
    assert (here.revision, here.place) == (there.revision, there.place)
    revision, _, place = max(both.made, key=lambda made: made[:2])
    assert (here.revision, here.place) == (revision, place)
    used = {(row.revision, row.place) for row in store.places(enrolled) if row.used_at}
    assert {(each.revision, each.place) for each in both.location.history() if each.is_used} == used
    known = {(row.revision, row.place) for row in store.places(enrolled)}
    assert {(number, place) for number, _, place in both.made} <= known
