"""Staff pages as fingers and the desk's answers bring them about. Holds no tests."""

from collections.abc import Callable
from datetime import date

from device_config.location import Place
from device_config.units import Unit
from kiosk.front import KNOCK, Front, reduce, show
from kiosk.session.effects import Save
from kiosk.session.events import CharactersTyped, Saved, StaffTouched, StorageFailed
from kiosk.session.states import start
from kiosk.staff.effects import (
    AskWay,
    DaySeen,
    FindUnits,
    Found,
    LanguageSeen,
    LanguagesSeen,
    LeaveOrder,
    Moved,
    MoveTo,
    Opened,
    OrderDone,
    PlaceSeen,
    PlacesSeen,
    ReadDay,
    ReadLanguages,
    ReadPlaces,
    ReadSoundAndLight,
    ReadStatus,
    Refused,
    SoundAndLight,
    StatusSeen,
    TryPin,
    Ways,
)
from kiosk.staff.events import Told
from kiosk.view.model import Choice, View
from sync.wire import Heartbeat, Location, PanelFact
from tests.kiosk_builders import LANGUAGES, a_config, new_id, press
from tests.view_builders import full_config

PIN = "402913"
TERMINAL = "t-7f3k9"
LONG_UNIT = "1.2.246.10.2085212.10.1314"
UNITS = (
    Unit(
        unit=LONG_UNIT,
        name={"fi": "Kajaanin hammashoitola", "sv": "Kajana tandklinik"},
        path={"fi": "Suun terveydenhuolto", "sv": "Munhälsovård"},
        county="20",
        service="dental",
    ),
    Unit(
        unit="1.2.246.10.2085212.10.1400",
        name={"fi": "Kajaanin pääterveysaseman vastaanotto", "sv": "Kajana huvudhälsostation"},
        path={"fi": "Avosairaanhoito", "sv": "Öppen sjukvård"},
        county="20",
    ),
    Unit(
        unit="1.2.246.10.2085212.10.1500",
        name={"fi": "Kuhmon hammashoitola", "sv": "Kuhmo tandklinik"},
        path={"fi": "Suun terveydenhuolto", "sv": "Munhälsovård"},
        county="20",
    ),
)


def a_place(place: str | None = "Aula 1", unit: Unit = UNITS[0], **changes) -> PlaceSeen:
    members = {"unit": unit.unit, "place": place, "since": "2026-11-02T08:00:00+02:00"}
    return PlaceSeen(Place(**(members | changes)), unit.name)


HERE = PlacesSeen(
    a_place(),
    (a_place("Odotustila", UNITS[1]), a_place("Aula 2"), *(a_place(f"Ovi {n}") for n in range(5))),
)
NOWHERE = PlacesSeen(PlaceSeen(Place(), {}), ())


def a_beat(**changes) -> Heartbeat:
    members = {
        "state": "ok",
        "terminal_id": TERMINAL,
        "location": Location(county="20", unit=LONG_UNIT, service=None, place="Aula 1", since=None),
        "pending": 0,
        "sent": 1042,
        "rejected": 0,
        "last_seq": 1042,
        "oldest_pending_at": None,
        "last_push_at": "2026-11-21T14:03:00+02:00",
        "clock": "synced",
        "disk_free_bytes": 8 * 2**30,
        "panels": (PanelFact("serial", "box-1", "ok"),),
        "software": "palautepiste 0.1.0",
    }
    return Heartbeat(**(members | changes))


class Pages:
    """Staff pages over a session, with a finger and a desk that answers when it is told to."""

    def __init__(self, language: str = "fi", alert=None, config=None):
        languages = (language, *(each for each in LANGUAGES if each != language))
        self.front = Front(start(config or a_config(languages=languages)), alert=alert)
        self.now = 0.0
        self.asked: list = []
        """What was asked for and not answered yet."""

    @property
    def view(self) -> View:
        return show(self.front)

    def happen(self, event) -> list:
        self.front, effects = reduce(self.front, event)
        self.asked += effects
        return list(effects)

    def touch(self, *choices: str) -> "Pages":
        """Touch what the screen offers, one after the other."""
        for choice in choices:
            self.now += 1.0
            self.happen(self._offered(choice).event(self.now, new_id()))
        return self

    def _offered(self, choice: str) -> Choice:
        offered = {each.id: each for each in self.view.choices()}
        assert choice in offered, f"{choice} is not among {', '.join(offered)}"
        return offered[choice]

    def write(self, text: str) -> "Pages":
        """Type a text once the page takes it."""
        self.now += 1.0
        for letter in text:
            self.now += 0.1
            self.happen(CharactersTyped(letter, self.now))
        return self

    def tell(self, kind, outcome) -> "Pages":
        """The desk answers what was asked for last of this kind."""
        deed = next(each for each in reversed(self.asked) if isinstance(each, kind))
        self.asked.remove(deed)
        self.now += 0.5
        self.happen(Told(deed, outcome, self.now))
        return self

    def knock(self) -> "Pages":
        self.now += 1.0
        self.happen(StaffTouched(KNOCK, self.now))
        return self

    def open(self) -> "Pages":
        """With the right PIN."""
        self.knock().tell(AskWay, Ways("pin", 0.0, TERMINAL, "https://palaute.example.fi"))
        return self.touch(*(f"key:{digit}" for digit in PIN), "pin-ok").tell(TryPin, Opened())

    def open_entry(self, entry: str) -> "Pages":
        """The menu, and one of its entries, on whichever of its pages that is."""
        self.open()
        while entry not in [each.id for each in self.view.answers]:
            self.touch("next")
        return self.touch(entry)


def pin_page(language: str) -> Pages:
    return Pages(language).knock().tell(AskWay, Ways("pin", 0.0, TERMINAL))


def not_set_up(language: str) -> Pages:
    return Pages(language, alert="not-set-up").knock().tell(AskWay, Ways("not-set-up"))


def searched(language: str, found: tuple[Unit, ...] = UNITS) -> Pages:
    pages = Pages(language).open_entry("location")
    pages.tell(FindUnits, Found(UNITS, 3000)).tell(ReadPlaces, HERE)
    return pages.write("kajaani ham").tell(FindUnits, Found(found, 3000))


def place_asked(language: str) -> Pages:
    return searched(language).touch(f"unit:{LONG_UNIT}")


def moved(language: str) -> Pages:
    return place_asked(language).write("Aula 1").touch("save").tell(MoveTo, Moved(a_place()))


def with_status(language: str, failure: str | None = None, **changes) -> Pages:
    seen = StatusSeen(a_beat(**changes), UNITS[0].name, failure)
    return Pages(language).open_entry("status").tell(ReadStatus, seen)


def enrolling(language: str) -> Pages:
    ways = Ways("not-set-up", url="https://palaute.example.fi")
    return not_set_up(language).touch("enrol").tell(AskWay, ways)


def code_typed(language: str) -> Pages:
    return enrolling(language).touch(*(f"key:{each}" for each in "ACDE3479"))


def enrolment_told(language: str, **outcome) -> Pages:
    return code_typed(language).touch("code-ok").tell(LeaveOrder, OrderDone(outcome))


ALL_LANGUAGES = LanguagesSeen(
    (
        LanguageSeen("fi", True, True),
        LanguageSeen("sv", True, True),
        LanguageSeen("en", True, False),
        LanguageSeen("se", False, False),
        LanguageSeen("ar", False, False),
    )
)


TODAY = date(2026, 11, 22)


def entry_setup(language: str, today: date | None = TODAY, config=None) -> Pages:
    """About to enter a form for somebody; there is one for each respondent."""
    pages = Pages(language, config=config or full_config(language)).open_entry("entry")
    return pages.tell(ReadDay, DaySeen(today))


def entering(language: str) -> Pages:
    return entry_setup(language).touch("begin")


def entering_up_to(language: str, kind: str) -> Pages:
    """The first item of this kind on the form, after a low answer and others."""
    pages = entering(language).touch("answer:2")
    while pages.view.screen != kind:
        pages.touch("answer:4" if pages.view.answers else "empty")
        if pages.view.screen == "reasons" and kind != "reasons":
            pages.touch("reason:waiting", "next")
    return pages


def in_review(language: str, text: str = "Kiitos hyvästä hoidosta") -> Pages:
    return entering_up_to(language, "text").write(text).touch("next")


def sound_page(language: str, seen: SoundAndLight) -> Pages:
    return Pages(language).open_entry("sound").tell(ReadSoundAndLight, seen)


def panel_tried(language: str) -> Pages:
    """Three of the buttons of a box were pressed, and one of a box that was lost since."""
    panels = (PanelFact("serial", "box-1", "ok"), PanelFact("serial", "box-2", "lost"))
    pages = Pages(language).open_entry("panel-test")
    pages.tell(ReadStatus, StatusSeen(a_beat(panels=panels), UNITS[0].name))
    for number in (1, 4, 5):
        pages.now += 1.0
        pages.happen(press(number, at=pages.now, number=number))
    return pages


NETWORKS = [
    {"ssid": "Kainuu-Sote", "signal": 78, "security": "password", "is_current": True},
    {"ssid": "eduroam", "signal": 90, "security": "other"},
    {"ssid": "Kajaanin terveysaseman asiakasverkko", "signal": 64, "security": "password"},
    {"ssid": "Kahvila", "signal": 44, "security": "open"},
    {"ssid": "iPhone: 3", "signal": 20, "security": "password"},
]


def networks_heard(language: str) -> Pages:
    told = {"done": True, "networks": NETWORKS, "is_wired": False}
    return Pages(language).open_entry("network").tell(LeaveOrder, OrderDone(told))


def not_joined(language: str, why: str) -> Pages:
    pages = networks_heard(language).touch("network:3").write("kahvi ja pulla").touch("join")
    return pages.tell(LeaveOrder, OrderDone({"error": why}))


def _menu_after(language: str, touches: int) -> Pages:
    return Pages(language).open().touch(*["next"] * touches)


def _saved(pages: Pages) -> Pages:
    save = next(each for each in pages.asked if isinstance(each, Save))
    pages.happen(Saved(save, pages.now))
    return pages


def _failing(pages: Pages) -> Pages:
    save = next(each for each in pages.asked if isinstance(each, Save))
    pages.happen(StorageFailed(save, pages.now))
    return pages


STAFF_SCREENS: dict[str, Callable[[str], Pages]] = {
    "alert, not set up": lambda each: Pages(each, alert="not-set-up"),
    "alert, no location": lambda each: Pages(each, alert="no-location"),
    "alert, revoked": lambda each: Pages(each, alert="revoked"),
    "pin": lambda each: pin_page(each).touch("key:4", "key:0", "key:2"),
    "pin, wrong": lambda each: (
        pin_page(each).touch("key:1", "pin-ok").tell(TryPin, Refused(0.0, 2))
    ),
    "pin, wait": lambda each: (
        pin_page(each).touch("key:1", "pin-ok").tell(TryPin, Refused(1800.0, 0))
    ),
    "menu": lambda each: _menu_after(each, 0),
    "menu, more": lambda each: _menu_after(each, 1),
    "menu, not set up": not_set_up,
    "menu, no pin": lambda each: Pages(each).knock().tell(AskWay, Ways("no-pin", 0.0, TERMINAL)),
    "status, works": with_status,
    "status, offline": lambda each: with_status(
        each,
        "connection",
        state="offline",
        pending=112,
        oldest_pending_at="2026-11-20T08:30:00+02:00",
    ),
    "status, bad": lambda each: with_status(
        each,
        "http-401",
        state="attention",
        reasons=("not-allowed", "no-location", "panel-lost", "disk-low"),
        location=None,
        clock="unsynced",
        panels=(PanelFact("serial", "box-1", "lost"),),
    ),
    "location": searched,
    "location, no list": lambda each: (
        Pages(each).open_entry("location").tell(FindUnits, Found((), 0)).tell(ReadPlaces, NOWHERE)
    ),
    "location, none fits": lambda each: searched(each, ()),
    "location, place": place_asked,
    "location, moved": moved,
    "location, earlier": lambda each: searched(each).touch("earlier"),
    "languages": lambda each: (
        Pages(each).open_entry("languages").tell(ReadLanguages, ALL_LANGUAGES)
    ),
    "enrol": enrolling,
    "enrol, typed": code_typed,
    "enrol, address": lambda each: (
        not_set_up(each)
        .touch("enrol", *(f"key:{letter}" for letter in "ACDE3479"), "code-ok")
        .write("palaute.example.fi")
    ),
    "enrol, waiting": lambda each: code_typed(each).touch("code-ok"),
    "enrol, done": lambda each: enrolment_told(each, done=True),
    "enrol, too many tries": lambda each: enrolment_told(each, error="too-many-tries", wait_s=600),
    "enrol, wrong address": lambda each: enrolment_told(each, error="wrong-address"),
    "entry": entry_setup,
    "entry, no clock": lambda each: entry_setup(each, None),
    "entry, day": lambda each: entry_setup(each).touch("day", "week"),
    "entry, language": lambda each: entry_setup(each).touch("language"),
    "entry, statement": entering,
    "entry, number": lambda each: entering_up_to(each, "numbers"),
    "entry, reasons": lambda each: entering_up_to(each, "reasons").touch("reason:waiting"),
    "entry, text": lambda each: entering_up_to(each, "text").write("Kiitos hyvästä hoidosta"),
    "entry, review": in_review,
    "entry, leaving": lambda each: in_review(each).touch("leave"),
    "entry, saving failed": lambda each: _failing(in_review(each).touch("save")),
    "entry, saved": lambda each: _saved(in_review(each).touch("save")),
    "sound": lambda each: sound_page(each, SoundAndLight(True, 60, 80, can_be_set=True)),
    "sound, none": lambda each: sound_page(each, SoundAndLight(False, 60)),
    "panel test": panel_tried,
    "corners": lambda each: Pages(each).open_entry("corners").touch("spot:1", "spot:5"),
    "corners, felt": lambda each: (
        Pages(each).open_entry("corners").touch(*(f"spot:{n}" for n in range(1, 6)))
    ),
    "network": networks_heard,
    "network, set by IT": lambda each: (
        Pages(each).open_entry("network").tell(LeaveOrder, OrderDone({"error": "not-here"}))
    ),
    "network, password": lambda each: networks_heard(each).touch("network:3").write("kahvi ja"),
    "network, password shown": lambda each: (
        networks_heard(each).touch("network:3").write("kahvi ja").touch("show")
    ),
    "network, password in signs": lambda each: (
        networks_heard(each).touch("network:3").write("kahvi ja").touch("key:numbers")
    ),
    "network, joining": lambda each: networks_heard(each).touch("network:4"),
    "network, wrong password": lambda each: not_joined(each, "wrong-password"),
    "network, no address": lambda each: not_joined(each, "no-address"),
    "network, joined": lambda each: (
        networks_heard(each).touch("network:4").tell(LeaveOrder, OrderDone({"done": True}))
    ),
    "send": lambda each: Pages(each).open_entry("send").tell(LeaveOrder, OrderDone({"done": True})),
    "restart": lambda each: Pages(each).open_entry("restart"),
    "support": lambda each: (
        Pages(each).open_entry("support").tell(ReadStatus, StatusSeen(a_beat(), UNITS[0].name))
    ),
}
"""Every staff screen in a language, as it comes about."""
