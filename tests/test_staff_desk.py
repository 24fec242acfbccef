"""What staff ask for is done with the terminal's real files, and everything is answered."""

import logging
import queue
import threading
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from builders import TOKEN, a_reading, a_state

from device_config.config_store import ConfigStore
from device_config.credentials import Credentials, write_credentials
from device_config.location import LocationFile
from device_config.pin import hash_pin
from device_config.road import finish_order, open_orders, state_fact
from device_config.units import UnitList, UnitsFile
from kiosk import staff_desk
from kiosk.front import KNOCK
from kiosk.staff.effects import (
    AgentSilent,
    AskWay,
    DaySeen,
    Done,
    Failed,
    FindUnits,
    Found,
    LeaveOrder,
    Moved,
    MoveTo,
    Opened,
    OrderDone,
    ReadDay,
    ReadLanguages,
    ReadPlaces,
    ReadStatus,
    Refused,
    Restart,
    SetSetting,
    TryPin,
    UndoMove,
    Ways,
)
from kiosk.staff.events import AlertSeen, Told
from kiosk.staff_deeds import TerminalDeeds
from kiosk.staff_desk import GIVEN_UP_AFTER_S, MOST_ORDERS, MOST_WAITING, SILENT_AFTER_S, StaffDesk
from kiosk.staff_door import StaffDoor
from sync.outbox import open_outbox
from tests.staff_builders import PIN, UNITS

PATIENCE_S = 10.0
ORDER = LeaveOrder("send-now", {})


@pytest.fixture(scope="module")
def pin_hash():
    return hash_pin(PIN)


@pytest.fixture
def place(tmp_path):
    """A terminal's files, a clock that stands still until it is moved, and deeds on them."""
    state = a_state(tmp_path)
    open_outbox(state).close()
    clock = SimpleNamespace(now=0.0)
    store = ConfigStore(state, None)
    deeds = TerminalDeeds(state, store, lambda: a_reading(clock.now))
    return SimpleNamespace(state=state, clock=clock, store=store, deeds=deeds)


def enrol(place, pin_hash):
    credentials = Credentials(terminal_id="t-1", token=TOKEN, staff_pin_hash=pin_hash)
    write_credentials(place.state, credentials)


@contextmanager
def a_desk(place, deeds=None, told="not-set-up"):
    """A desk at work; gives it and what it posts."""
    posted: queue.Queue = queue.Queue()
    desk = StaffDesk(deeds or place.deeds, posted.put, lambda: place.clock.now, told)
    desk.start()
    try:
        yield desk, lambda: posted.get(timeout=PATIENCE_S)
    finally:
        desk.stop()


# The way in


def test_the_pages_open_with_a_pin_only_where_enrolment_gave_one(place, pin_hash):
    before = place.deeds.do(AskWay())
    enrol(place, None)
    without = place.deeds.do(AskWay())
    enrol(place, pin_hash)
    with_one = place.deeds.do(AskWay())

    assert (before.way, without.way, with_one.way) == ("not-set-up", "no-pin", "pin")
    assert with_one == Ways("pin", 0.0, "t-1", "")


def test_the_right_pin_opens_and_wrong_ones_come_to_a_wait_that_a_new_start_does_not_end(
    place, pin_hash
):
    enrol(place, pin_hash)
    assert place.deeds.do(TryPin(PIN)) == Opened()

    refused = [place.deeds.do(TryPin("111111")) for _ in range(3)]
    assert [each.left for each in refused] == [2, 1, 0]
    assert refused[-1].wait_s > 0
    assert isinstance(place.deeds.do(TryPin(PIN)), Refused)

    anew = TerminalDeeds(place.state, place.store, lambda: a_reading(place.clock.now))
    assert anew.do(AskWay()).wait_s > 0
    place.clock.now += refused[-1].wait_s + 1
    assert anew.do(TryPin(PIN)) == Opened()


def test_a_terminal_without_a_pin_lets_nobody_in(place):
    enrol(place, None)

    assert place.deeds.do(TryPin("")) == Failed()


def test_credentials_that_are_damaged_are_none(place, pin_hash):
    enrol(place, pin_hash)
    for file in place.state.path.glob("credentials*"):
        file.write_bytes(b"\0" * 100)

    assert place.deeds.do(AskWay()).way == "not-set-up"


# Where it stands


def test_units_are_found_in_the_last_list_and_without_one_that_is_said(place):
    assert place.deeds.do(FindUnits("kajaani")) == Found((), 0)

    UnitsFile.of(place.state).write(UnitList(units=UNITS))

    found = place.deeds.do(FindUnits("kajaani ham"))
    assert (found.units[0], found.known) == (UNITS[0], 3)


def test_a_move_is_kept_undone_and_found_among_the_earlier_places(place):
    UnitsFile.of(place.state).write(UnitList(units=UNITS))
    settings = place.store.effective().settings.location

    for unit in UNITS[:2]:
        moved = place.deeds.do(MoveTo(unit.unit, unit.service, "Aula 1", unit.county))
        assert moved.now.name == unit.name
    assert LocationFile.of(place.state).current(settings).unit == UNITS[1].unit
    (earlier,) = place.deeds.do(ReadPlaces()).before
    assert earlier.place.unit == UNITS[0].unit

    undone = place.deeds.do(UndoMove())
    assert undone.now.place.unit == UNITS[0].unit
    places = place.deeds.do(ReadPlaces())
    assert places.now.place.unit == UNITS[0].unit
    assert [each.place.unit for each in places.before] == [UNITS[1].unit]
    assert places.now.place.set_by == "staff"


def test_where_nothing_was_changed_there_is_nothing_to_undo(place):
    undone = place.deeds.do(UndoMove())

    assert undone == Moved(None)


# Settings and status


def test_a_language_is_switched_off_by_a_setting_of_this_terminal(place):
    before = place.deeds.do(ReadLanguages())
    offered = [each.code for each in before.languages if each.is_offered]

    assert place.deeds.do(SetSetting("session.languages", offered[:1])) == Done()

    after = place.deeds.do(ReadLanguages())
    assert [each.code for each in after.languages if each.is_offered] == offered[:1]
    assert {each.code for each in after.languages} == {each.code for each in before.languages}
    assert place.store.effective().sources["session.languages"] == "set"


def test_the_status_says_what_the_command_says_with_the_units_name(place, pin_hash):
    enrol(place, pin_hash)
    UnitsFile.of(place.state).write(UnitList(units=UNITS))
    place.deeds.do(MoveTo(UNITS[0].unit, None, "Aula 1"))

    seen = place.deeds.do(ReadStatus())

    assert seen.beat.terminal_id == "t-1"
    assert seen.beat.location.place == "Aula 1"
    assert seen.unit == UNITS[0].name
    assert TOKEN not in repr(seen)


def test_staff_are_alerted_by_the_worst_first(place, pin_hash):
    alerts = [place.deeds.alert()]
    enrol(place, pin_hash)
    alerts.append(place.deeds.alert())
    outbox = open_outbox(place.state)
    state_fact(outbox.db, "sync", "access", "revoked")
    alerts.append(place.deeds.alert())
    state_fact(outbox.db, "sync", "access", "ok")
    place.deeds.do(MoveTo(UNITS[0].unit, None, None))
    alerts.append(place.deeds.alert())

    assert alerts == ["not-set-up", "no-location", "revoked", None]


# The desk


def test_what_is_asked_is_answered_and_an_alert_that_has_changed_is_told(place, pin_hash):
    enrol(place, pin_hash)
    with a_desk(place) as (desk, hear):
        desk.ask(MoveTo(UNITS[0].unit, None, "Aula 1"))
        told, alert = hear(), hear()

    assert isinstance(told, Told)
    assert told.outcome.now.place.place == "Aula 1"
    assert alert == AlertSeen(None)


def test_an_order_is_answered_when_the_agent_has_carried_it_out(place):
    with a_desk(place) as (desk, hear):
        desk.ask(LeaveOrder("enrol", {"code": "ACDE3479"}))
        desk.ask(FindUnits(""))
        assert hear().deed == FindUnits("")  # the order waits, and nothing behind it does
        outbox = open_outbox(place.state)
        (order,) = open_orders(outbox.db)
        finish_order(outbox.db, order.id, {"error": "used"})
        told = hear()

    assert (order.kind, order.body["code"]) == ("enrol", "ACDE3479")
    assert set(order.body["asked"]) == {"boot_id", "boottime"}
    assert told.outcome == OrderDone({"error": "used"})


def test_an_order_says_when_it_was_left(place):
    place.clock.now = 70.0
    place.deeds.leave(ORDER)

    now = a_reading(70.0)
    with closing(open_outbox(place.state)) as outbox:
        (left,) = open_orders(outbox.db)
    assert left.body["asked"] == {"boot_id": now.boot_id, "boottime": now.boottime}


@pytest.mark.parametrize("is_synced", [True, False])
def test_the_day_of_a_form_is_offered_only_while_the_clock_is_right(place, is_synced):
    now = a_reading(is_synced=is_synced)
    seen = TerminalDeeds(place.state, place.store, lambda: now).do(ReadDay())

    today = datetime.fromtimestamp(now.wall, UTC).astimezone().date()
    assert seen == DaySeen(today if is_synced else None)


def test_an_agent_that_does_not_answer_is_told_once_and_given_up_at_last(place):
    with a_desk(place) as (desk, hear):
        desk.ask(ORDER)
        desk.ask(FindUnits(""))
        hear()
        place.clock.now = SILENT_AFTER_S + 1
        silent = hear()
        place.clock.now = GIVEN_UP_AFTER_S + 1
        given_up = hear()

    assert (silent.outcome, given_up.outcome) == (AgentSilent(), OrderDone({"error": "stale"}))


@pytest.mark.parametrize(
    "deed",
    [AskWay(), TryPin(PIN), ReadStatus(), ReadPlaces(), SetSetting("session.languages", ["xx"])],
)
def test_whatever_goes_wrong_is_answered_and_the_desk_goes_on(place, caplog, deed):
    class Broken:
        def __getattr__(self, name):
            raise ZeroDivisionError(name)

    real, place.deeds._store = place.deeds._store, Broken()
    with a_desk(place) as (desk, hear):
        desk.ask(deed)
        first = hear()
        place.deeds._store = real
        desk.ask(FindUnits(""))
        told = hear()
        while isinstance(told, AlertSeen):
            told = hear()

    assert first.outcome == Failed()
    assert told.outcome == Found((), 0)
    assert PIN not in caplog.text


def test_trouble_of_the_disk_is_one_line_and_no_traceback(place, caplog):
    place.state.database.write_bytes(b"this is no database" * 400)
    with a_desk(place) as (desk, hear), caplog.at_level(logging.ERROR):
        desk.ask(ORDER)
        told = hear()

    assert told.outcome == Failed()
    assert [each.exc_info for each in caplog.records if "LeaveOrder" in each.message] == [None]


def test_settings_that_do_not_fit_are_refused_and_said(place):
    with a_desk(place) as (desk, hear):
        desk.ask(SetSetting("session.languages", ["no-such-language"]))
        told = hear()

    assert told.outcome == Failed()


def test_more_than_the_desk_can_hold_is_answered_at_once(place):
    posted = []
    desk = StaffDesk(place.deeds, posted.append, lambda: 0.0)
    for _ in range(MOST_WAITING + 2):
        desk.ask(FindUnits(""))

    assert [each.outcome for each in posted] == [Failed(), Failed()]


def test_more_orders_than_can_be_waited_for_are_not_left_at_all(place):
    with a_desk(place) as (desk, hear):
        for _ in range(MOST_ORDERS + 1):
            desk.ask(ORDER)
        told = hear()

    assert told.outcome == Failed()
    with closing(open_outbox(place.state)) as outbox:
        assert len(open_orders(outbox.db)) == MOST_ORDERS


class Stuck:
    """A disk that does not answer until it is let go."""

    def __init__(self):
        self.has_begun = threading.Event()
        self.may_go = threading.Event()

    def do(self, _deed):
        self.has_begun.set()
        self.may_go.wait(PATIENCE_S)
        return Failed()

    def alert(self):
        return None

    def forget(self):
        pass


def test_a_disk_that_does_not_answer_keeps_no_program_from_ending(monkeypatch):
    monkeypatch.setattr(staff_desk, "STOP_S", 0.05)
    stuck = Stuck()
    desk = StaffDesk(stuck, lambda _: None, lambda: 0.0)
    desk.start()
    desk.ask(FindUnits(""))
    stuck.has_begun.wait(PATIENCE_S)
    for _ in range(MOST_WAITING):
        desk.ask(FindUnits(""))

    ending = threading.Thread(target=desk.stop, daemon=True)
    ending.start()
    ending.join(PATIENCE_S / 4)
    has_ended = not ending.is_alive()
    stuck.may_go.set()

    assert has_ended


# The door


@pytest.fixture
def door(place):
    posted: queue.Queue = queue.Queue()
    left = []
    door = StaffDoor(place.state, place.store, posted.put, lambda: left.append(True))
    yield SimpleNamespace(door=door, hear=lambda: posted.get(timeout=PATIENCE_S), left=left)
    door.close()


def test_what_is_asked_before_the_desk_is_open_is_answered_when_it_is(door):
    door.door.act(FindUnits("early"))
    door.door.open("not-set-up")

    assert door.hear().deed == FindUnits("early")


def test_the_knock_on_the_window_is_posted_once(door):
    for x in (5.0, 795.0, 5.0, 795.0, 5.0):
        door.door.touched(x, 470.0, (800.0, 480.0))
    door.door.act(FindUnits(""))
    door.door.open(None)

    assert door.hear().choice == KNOCK
    assert isinstance(door.hear(), Told | AlertSeen)


def test_restart_leaves_without_waiting_for_anything(door):
    door.door.act(Restart())

    assert door.left == [True]


def test_a_door_that_was_never_opened_can_be_closed(door):
    door.door.close()
    door.door.act(FindUnits(""))

    assert door.left == []
