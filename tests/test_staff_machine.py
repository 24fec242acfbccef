"""Staff pages under any events in any order: they never fail, never stay, never open unasked."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.front import KNOCK, show
from kiosk.session.effects import Acknowledge, CheckStorage, Refuse, Save
from kiosk.session.events import (
    BackTapped,
    CharactersTyped,
    CommandTyped,
    CursorPlaced,
    DoorsChanged,
    LanguageChosen,
    StaffTouched,
    StorageFailed,
    StorageReady,
    TimePassed,
)
from kiosk.session.states import Asking, Thanks
from kiosk.staff.effects import (
    AgentSilent,
    AskWay,
    DaySeen,
    Done,
    Failed,
    FindUnits,
    Found,
    LanguagesSeen,
    LeaveOrder,
    Moved,
    MoveTo,
    Opened,
    OrderDone,
    ReadDay,
    ReadLanguages,
    ReadPlaces,
    ReadSoundAndLight,
    ReadStatus,
    Refused,
    SetSetting,
    SoundAndLight,
    StatusSeen,
    TryPin,
    UndoMove,
    Ways,
)
from kiosk.staff.entries import ENTRIES
from kiosk.staff.events import AlertSeen, Told
from kiosk.staff.pages import RULES
from kiosk.staff.states import Page
from tests.kiosk_builders import new_id, press, tap
from tests.staff_builders import (
    ALL_LANGUAGES,
    HERE,
    NETWORKS,
    NOWHERE,
    PIN,
    STAFF_SCREENS,
    TODAY,
    UNITS,
    Pages,
    a_beat,
    a_place,
)

OUTCOMES = st.sampled_from(
    (
        *(Ways(way, wait) for way in ("pin", "no-pin", "not-set-up") for wait in (0.0, 30.0)),
        Opened(),
        Refused(0.0, 2),
        Refused(1800.0, 0),
        StatusSeen(a_beat(), UNITS[0].name),
        StatusSeen(a_beat(state="attention", reasons=("new-reason",), location=None), {}, "dns"),
        Found(UNITS, 3000),
        Found((), 0),
        HERE,
        NOWHERE,
        Moved(a_place(None)),
        Moved(None),
        ALL_LANGUAGES,
        LanguagesSeen(()),
        DaySeen(TODAY),
        DaySeen(None),
        SoundAndLight(True, 60, 80, can_be_set=True),
        SoundAndLight(False, 0),
        Done(),
        OrderDone({"done": True}),
        OrderDone({"error": "used"}),
        OrderDone({"done": True, "networks": NETWORKS}),
        OrderDone({"done": True, "networks": [{"ssid": 5}, "x", {}], "is_wired": "?"}),
        OrderDone({"error": "no-wifi", "is_wired": True}),
        OrderDone({"error": ["of", "another", "shape"], "wait_s": "?"}),
        OrderDone({}),
        AgentSilent(),
        Failed(),
    )
)
DEEDS = st.sampled_from(
    (
        AskWay(),
        TryPin(""),
        TryPin(PIN),
        ReadStatus(),
        FindUnits(""),
        ReadPlaces(),
        MoveTo("1.2.3", None, None),
        UndoMove(),
        ReadLanguages(),
        ReadDay(),
        ReadSoundAndLight(),
        SetSetting("session.languages", ["fi"]),
        LeaveOrder("enrol", {}),
        LeaveOrder("wifi-scan", {}),
        LeaveOrder("wifi-join", {}),
        LeaveOrder("send-now", {}),
        LeaveOrder("fetch-units", {}),
    )
)
UNSEEN = ("nothing", "key:", "key:ä", "unit:", "place:9", "earlier:99", "offer:xx", KNOCK)
STEPS = st.one_of(
    st.tuples(st.just("offered"), st.integers(0, 70)),
    st.tuples(st.just("touch"), st.sampled_from((*UNSEEN, *(each.id for each in ENTRIES)))),
    st.tuples(st.just("back"), st.none()),
    st.tuples(st.just("type"), st.sampled_from(("a", "Ä", "1", " ", "🙂", "long" * 30))),
    st.tuples(st.just("command"), st.sampled_from(("backspace", "shift", "numbers", "letters"))),
    st.tuples(st.just("cursor"), st.integers(-5, 300)),
    st.tuples(st.just("answer"), OUTCOMES),
    st.tuples(st.just("stray"), st.tuples(DEEDS, OUTCOMES)),
    st.tuples(st.just("press"), st.integers(1, 5)),
    st.tuples(st.just("tap"), st.none()),
    st.tuples(st.just("language"), st.sampled_from(("fi", "sv", "ar", "xx"))),
    st.tuples(st.just("time"), st.sampled_from((0.1, 1.0, 31.0, 119.0, 121.0))),
    st.tuples(st.just("ring"), st.none()),
    st.tuples(st.just("doors"), st.booleans()),
    st.tuples(st.just("disk"), st.booleans()),
    st.tuples(st.just("alert"), st.sampled_from((None, "revoked"))),
)


def take(pages: Pages, step) -> list:  # noqa: PLR0911, PLR0912, C901 - a table
    """One step; returns the effects. Every step also draws what is to be seen."""
    kind, what = step
    pages.now += 0.4
    now = pages.now
    match kind:
        case "offered":
            offered = pages.view.choices()
            if not offered:
                return []
            return pages.happen(offered[what % len(offered)].event(now, new_id()))
        case "touch":
            return pages.happen(StaffTouched(what, now))
        case "back":
            return pages.happen(BackTapped(now))
        case "type":
            return pages.happen(CharactersTyped(what, now))
        case "command":
            return pages.happen(CommandTyped(what, now))
        case "cursor":
            return pages.happen(CursorPlaced(what, now))
        case "answer":
            asked = [each for each in pages.asked if isinstance(each, ANSWERED)]
            if not asked:
                return []
            pages.asked.remove(asked[-1])
            # Only a try that was made can open.
            if isinstance(what, Opened) and not isinstance(asked[-1], TryPin):
                return []
            return pages.happen(Told(asked[-1], what, now))
        case "stray":
            deed, outcome = what
            if isinstance(outcome, Opened):
                return []
            return pages.happen(Told(deed, outcome, now))
        case "press":
            return pages.happen(press(what, at=now, number=int(now * 10)))
        case "tap":
            return pages.happen(tap(at=now))
        case "language":
            return pages.happen(LanguageChosen(what, now))
        case "time":
            pages.now += what
            return pages.happen(TimePassed(pages.now))
        case "ring":
            pages.now = max(now, pages.front.deadline or now)
            return pages.happen(TimePassed(pages.now))
        case "doors":
            return pages.happen(DoorsChanged(what, now))
        case "disk":
            return pages.happen(StorageReady(now) if what else StorageFailed(None, now))
    return pages.happen(AlertSeen(what))


ANSWERED = (
    AskWay,
    TryPin,
    ReadStatus,
    FindUnits,
    ReadPlaces,
    MoveTo,
    UndoMove,
    ReadLanguages,
    ReadDay,
    ReadSoundAndLight,
    SetSetting,
    LeaveOrder,
)
HARMLESS = (AskWay, TryPin, ReadStatus)
SETTING_UP = (*HARMLESS, LeaveOrder)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.booleans(), st.lists(STEPS, max_size=60))
def test_in_any_order_no_event_fails_and_nothing_is_done_before_the_pin(is_open, steps):
    pages = Pages()
    pages.open() if is_open else pages.knock()
    for step in steps:
        access = pages.front.staff.access if pages.front.staff else "none"
        effects = take(pages, step)
        show(pages.front)
        repr(pages.front)
        if access in {"set-up", "support"}:
            assert all(isinstance(each, (*SETTING_UP, *SESSIONS_OWN)) for each in effects)
        elif access == "none":
            assert all(isinstance(each, (*HARMLESS, *SESSIONS_OWN)) for each in effects)
        for each in effects:
            if isinstance(each, LeaveOrder) and access != "all":
                assert each.kind in {"enrol", "wifi-scan", "wifi-join"}


SESSIONS_OWN = (Save, Acknowledge, Refuse, CheckStorage)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.booleans(), st.lists(STEPS, max_size=40))
def test_from_anywhere_the_pages_are_closed_when_nobody_has_touched_them_for_long(is_open, steps):
    pages = Pages()
    pages.open() if is_open else pages.knock()
    for step in steps:
        take(pages, step)
    last_touch = pages.now
    longest = max(rules.idle_s for rules in RULES.values())
    for _ in range(5000):
        if pages.front.staff is None:
            break
        assert pages.front.deadline is not None
        assert pages.front.deadline <= last_touch + longest
        pages.now = max(pages.now, pages.front.deadline)
        pages.happen(TimePassed(pages.now))

    assert pages.front.staff is None


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEPS, max_size=40))
def test_while_the_pages_are_open_no_touch_or_press_is_ever_an_answer(steps):
    pages = Pages().open()
    for step in steps:
        was_open = pages.front.staff is not None
        effects = take(pages, step)
        if was_open:
            saves = [each for each in effects if isinstance(each, Save)]
            assert all(each.draft.channel.startswith("staff-") for each in saves)
            assert not isinstance(pages.front.session, Asking | Thanks)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEPS, max_size=30))
def test_every_press_on_the_pages_is_acknowledged_or_offered_again(steps):
    pages = Pages().open()
    for step in steps:
        was_open = pages.front.staff is not None
        effects = take(pages, step)
        if was_open and step[0] == "press":
            assert [each for each in effects if isinstance(each, Acknowledge | Refuse)]


def test_no_pin_and_no_code_is_ever_in_what_is_written_to_a_log():
    pages = Pages().knock().tell(AskWay, Ways("pin"))
    pages.touch(*(f"key:{digit}" for digit in PIN), "pin-ok")
    seen = repr(pages.front) + repr(pages.asked)
    enrolling = STAFF_SCREENS["enrol, waiting"]("fi")
    seen += repr(enrolling.front) + repr(enrolling.asked)

    assert PIN not in seen
    assert "ACDE3479" not in seen


def test_a_right_pin_that_was_tried_on_an_earlier_page_opens_nothing():
    pages = Pages().knock().tell(AskWay, Ways("pin"))
    pages.touch("key:1", "key:2", "key:3", "key:4", "pin-ok", "close").knock()
    pages.tell(AskWay, Ways("pin"))

    pages.tell(TryPin, Opened())

    assert pages.front.staff.access == "none"


def test_every_page_of_the_package_has_its_rules():
    pages = {each.__qualname__ for each in Page.__subclasses__()}

    assert pages == {each.__qualname__ for each in RULES}
