"""Does it work? One lamp, one sentence, and what a nurse wants to know. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from kiosk.session.events import BackTapped, StaffTouched
from kiosk.session.states import Memory
from kiosk.staff.dates import moment
from kiosk.staff.effects import Failed, ReadStatus, StatusSeen
from kiosk.staff.events import PageEvent, Told
from kiosk.staff.frame import StaffFrame, offer
from kiosk.staff.states import Page, Turn
from kiosk.view.model import Fact, Lamp, View
from sync.wire import Heartbeat, PanelFact

TITLES = {
    "ok": "It works",
    "offline": "No connection. Answers are kept and sent later.",
    "attention": "It needs attention",
}
WHAT_TO_DO = {
    "out-of-order": "It cannot take answers now. Restart it; if it goes on, call support.",
    "settings": "There is a mistake in its settings. Call support.",
    "disk-full": "Its memory is full: it cannot take answers. Call support.",
    "damaged-files": "A damaged file was put aside. Call support.",
    "disk-low": "Its memory is nearly full. Call support.",
    "not-enrolled": "It is not set up. Enter the code that you were given.",
    "not-allowed": "The centre does not take its answers. They are kept. Call support.",
    "no-location": "It does not know where it stands. Choose the place.",
    "dead-letters": "The centre did not take some answers. They are kept. Call support.",
    "panel-lost": "The button box does not answer. Check its cable.",
    "button-stuck": "A button is stuck. Free it.",
}
"""By the reasons of `sync.health`: what is wrong, and what to do."""
BAD = frozenset({"out-of-order", "disk-full", "not-allowed"})
"""Without these no answer is taken, or none arrives, until somebody comes."""


@dataclass(frozen=True, slots=True)
class Status(Page):
    """How the terminal is, once that has been seen."""

    seen: StatusSeen | None = None
    has_failed: bool = False


def begin(_memory: Memory, _at: float) -> Turn:
    """Look how it is."""
    return Turn(Status(), (ReadStatus(),))


def reduce(page: Status, event: PageEvent) -> Turn:
    """Show what was seen; look again."""
    match event:
        case Told(ReadStatus(), StatusSeen() as seen):
            return Turn(Status(seen))
        case Told(ReadStatus(), Failed()):
            return Turn(Status(page.seen, has_failed=True))
        case StaffTouched("again"):
            return Turn(page, (ReadStatus(),))
        case BackTapped():
            return Turn(None)
    return Turn(page)


def view(page: Status, frame: StaffFrame) -> View:
    """The lamp, its words, and at most seven facts."""
    again = offer("again", frame.say("Look again"))
    if page.has_failed:
        title = frame.say("That did not work. Try again; if it does not help, call support.")
        return frame.list("status", title, lamp="bad", actions=(again,))
    if page.seen is None:
        return frame.list("status", frame.say("One moment"))
    beat = page.seen.beat
    reason = beat.reasons[0] if beat.reasons else None
    return frame.list(
        "status",
        frame.say(TITLES[beat.state]),
        hint=frame.say(WHAT_TO_DO.get(reason, "Call support.")) if reason else "",
        lamp=lamp_of(beat),
        facts=tuple(_facts(page.seen, frame)),
        actions=(again,),
    )


def lamp_of(beat: Heartbeat) -> Lamp:
    """How it all is, in one colour."""
    if beat.state == "ok":
        return "ok"
    return "bad" if BAD & set(beat.reasons) else "attention"


def _facts(seen: StatusSeen, frame: StaffFrame) -> Iterator[Fact]:
    beat, reasons = seen.beat, set(seen.beat.reasons)
    here = _place(seen, frame)
    yield Fact(frame.say("Where it stands"), here or frame.say("Not known"), _lamp(not here))
    if seen.is_storage_read:
        yield from _sending(seen, frame)
    is_right = beat.clock == "synced"
    clock = "It is right" if is_right else "Not checked yet: it needs the network"
    yield Fact(frame.say("Clock"), frame.say(clock), _lamp(not is_right))
    if seen.is_storage_read:
        yield Fact(frame.say("Buttons"), *_buttons(beat.panels, frame))
    is_full = bool(reasons & {"disk-full", "disk-low"})
    memory = "Nearly full" if is_full else "There is room"
    yield Fact(frame.say("Memory"), frame.say(memory), _lamp(is_full))


def _sending(seen: StatusSeen, frame: StaffFrame) -> Iterator[Fact]:
    beat = seen.beat
    yield Fact(frame.say("Connection"), *_connection(seen, frame))
    yield Fact(frame.say("Answers waiting"), _waiting(beat, frame))
    last = moment(beat.last_push_at, frame.language)
    yield Fact(frame.say("Last sent"), last or frame.say("Not yet"))


def _lamp(is_wrong: bool) -> Lamp | None:
    return "attention" if is_wrong else None


def _place(seen: StatusSeen, frame: StaffFrame) -> str:
    place = seen.beat.location
    unit = frame.named(seen.unit) or (place.unit if place else None)
    return ", ".join(filter(None, (unit, place.place if place and unit else None)))


def _connection(seen: StatusSeen, frame: StaffFrame) -> tuple[str, Lamp | None]:
    if "not-enrolled" in seen.beat.reasons:
        return frame.say("Not set up"), "attention"
    if "not-allowed" in seen.beat.reasons:
        return frame.say("The centre does not let it in"), "bad"
    if seen.failure is not None:
        return frame.say("None at the moment"), "attention"
    works = seen.beat.last_push_at is not None
    return (frame.say("It works") if works else frame.say("Not tried yet")), None


def _waiting(beat: Heartbeat, frame: StaffFrame) -> str:
    oldest = moment(beat.oldest_pending_at, frame.language)
    if not beat.pending or oldest is None:
        return str(beat.pending)
    words = frame.say("%(count)d, the oldest from %(moment)s")
    return words % {"count": beat.pending, "moment": oldest}


def _buttons(panels: tuple[PanelFact, ...], frame: StaffFrame) -> tuple[str, Lamp | None]:
    if any(panel.state == "lost" for panel in panels):
        return frame.say("The button box does not answer"), "attention"
    if any(panel.state == "stuck" for panel in panels):
        return frame.say("A button is stuck"), "attention"
    return (frame.say("They work") if panels else frame.say("None")), None
