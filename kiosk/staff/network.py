"""Network: how the terminal is connected, which Wi-Fi is heard, joining one. Pure.

The agent does it (`sync/orders/wifi.py`); what went wrong is said in plain words.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from device_config.keyboards import Rows
from kiosk.session.events import BackTapped, CharactersTyped, StaffTouched
from kiosk.session.free_text import Writing
from kiosk.session.states import Memory
from kiosk.staff.effects import AgentSilent, Failed, LeaveOrder, OrderDone
from kiosk.staff.events import PageEvent, Told
from kiosk.staff.frame import MOST_TALL_ROWS, NEXT, PREVIOUS, StaffFrame, offer, pages_of
from kiosk.staff.states import Page, Turn
from kiosk.staff.written import begun_with, written
from kiosk.view.frame import Frame
from kiosk.view.keyboard import keyboard_rows
from kiosk.view.model import Choice, View

SCAN = LeaveOrder("wifi-scan", {})
SHORTEST, LONGEST = 8, 63
STRONG, WEAK = 60, 35
"""Of a signal from 0 to 100."""
DOT = "•"
SIGNS: Rows = tuple(map(tuple, ("1234567890", "@#$%&*-_+=", "!?:;/\\()'\"", "<>[]{}^~|`")))
"""Every sign of ASCII, as a password may have; full stop and comma are on the keyboard anyway."""
PASSWORD, OPEN = "password", "open"

SILENT = "The sending program does not answer. Restart the terminal; if it goes on, call support."
WORDS = {
    "not-here": ("IT sets up the network of this terminal", "Call support if it does not work."),
    "no-wifi": ("This terminal has no Wi-Fi", "It is connected by cable. Check the cable."),
    "not-allowed": ("This terminal may not change its Wi-Fi", "Call support: say it like this."),
    "wrong-password": ("The password is not right", "Check it letter by letter, and try again."),
    "not-found": ("The network is not heard any more", "Look again, closer to the antenna."),
    "no-address": (
        "The network lets it in, but gives no address",
        "Try again later; if it does not help, call support.",
    ),
    "no-answer": ("The network does not answer", "Try again; if it does not help, call support."),
    "for-it": ("Only IT can set up this network", "It needs more than one password."),
    "failed": ("That did not work.", "Try again; if it does not help, call support."),
}
"""By the codes of the agent: what is so, and what to do."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A network as the agent heard it."""

    ssid: str
    signal: int
    security: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Networks(Page):
    """The list; None until the agent has looked. `why`: the code of what went wrong."""

    heard: tuple[Heard, ...] | None = None
    is_wired: bool = False
    why: str = ""
    is_silent: bool = False
    number: int = 1


@dataclass(frozen=True, slots=True)
class Password(Page):
    """The password of the network is typed, shown as dots unless somebody asks to see it."""

    back_to: Networks
    network: Heard
    writing: Writing = field(default=Writing(is_shifted=False), repr=False)
    is_shown: bool = False


@dataclass(frozen=True, slots=True)
class Joining(Page):
    """The agent joins it. `why`: the code of what went wrong; None while it is at it."""

    back_to: Networks
    network: Heard
    why: str | None = None
    is_silent: bool = False


def begin(_memory: Memory, _at: float) -> Turn:
    """Ask the agent to look."""
    return Turn(Networks(), (SCAN,))


# The list


def reduce(page: Networks, event: PageEvent) -> Turn:  # noqa: PLR0911 - a table
    """Look again, or choose one."""
    match event:
        case Told(LeaveOrder("wifi-scan"), outcome):
            return Turn(_scanned(page, outcome))
        case BackTapped():
            return Turn(None)
        case StaffTouched("again"):
            return Turn(Networks(), (SCAN,))
        case StaffTouched(choice) if choice == NEXT and page.number < _last(page):
            return Turn(replace(page, number=page.number + 1))
        case StaffTouched(choice) if choice == PREVIOUS and page.number > 1:
            return Turn(replace(page, number=page.number - 1))
        case StaffTouched(choice):
            network = dict(_numbered(page)).get(choice)
            return Turn(page) if network is None else _chosen(page, network)
    return Turn(page)


def _scanned(page: Networks, outcome: object) -> Networks:
    match outcome:
        case AgentSilent() if page.heard is None:
            return replace(page, is_silent=True)
        case OrderDone({"done": True, "networks": list(listed)} as told):
            heard = tuple(each for each in map(_heard, listed) if each is not None)
            return Networks(heard, is_wired=told.get("is_wired") is True)
        case OrderDone(told):
            return Networks(why=_why(told), is_wired=told.get("is_wired") is True)
        case Failed():
            return Networks(why="failed")
    return page


def _heard(listed: object) -> Heard | None:
    match listed:
        case {"ssid": str(ssid), "signal": int(signal), "security": str(security), **more}:
            return Heard(ssid, signal, security, is_current=more.get("is_current") is True)
    return None


def _why(told: dict[str, Any]) -> str:
    code = told.get("error")
    return code if isinstance(code, str) and code in WORDS else "failed"


def _chosen(page: Networks, network: Heard) -> Turn:
    if network.security == PASSWORD:
        return Turn(Password(page, network))
    if network.security == OPEN:
        return Turn(Joining(page, network), (LeaveOrder("wifi-join", {"ssid": network.ssid}),))
    return Turn(Joining(page, network, why="for-it"))


def _numbered(page: Networks) -> list[tuple[str, Heard]]:
    return [(f"network:{n}", each) for n, each in enumerate(page.heard or (), 1)]


def _last(page: Networks) -> int:
    return pages_of(len(page.heard or ()), MOST_TALL_ROWS)


def view(page: Networks, frame: StaffFrame) -> View:
    """How it is connected, and a row for each network."""
    again = offer("again", frame.say("Look again"))
    if page.why:
        title, hint = (frame.say(each) for each in WORDS[page.why])
        return frame.list("network:failed", title, hint=hint, actions=(again,))
    if page.heard is None:
        hint = SILENT if page.is_silent else "It takes a few seconds."
        return frame.list("network:reading", frame.say("Listening for Wi-Fi"), hint=frame.say(hint))
    if not page.heard:
        title = frame.say("No Wi-Fi is heard here")
        return frame.list("network:none", title, actions=(again,))
    first = (page.number - 1) * MOST_TALL_ROWS
    rows = _numbered(page)[first : first + MOST_TALL_ROWS]
    return frame.list(
        f"network:{page.number}",
        _connected(page, frame),
        answers=[
            offer(name, each.ssid, detail=_detail(each, frame), is_chosen=each.is_current)
            for name, each in rows
        ],
        page_of=(page.number, _last(page)),
    )


def _connected(page: Networks, frame: StaffFrame) -> str:
    current = next((each for each in page.heard or () if each.is_current), None)
    if current is not None:
        return frame.say("Wi-Fi: %(name)s") % {"name": current.ssid}
    return frame.say(CABLE if page.is_wired else WHICH)


CABLE, WHICH = "Connected by cable", "Which Wi-Fi is it to use?"


def _detail(network: Heard, frame: StaffFrame) -> str:
    strength = "Weak" if network.signal < WEAK else "Fair"
    said = frame.say("Strong" if network.signal >= STRONG else strength)
    return f"{said} · {frame.say(SECURITY.get(network.security, SECURITY['other']))}"


SECURITY = {
    "password": "with a password",
    "open": "open to everybody",
    "other": "only IT can set it up",
}


# Its password


def reduce_password(page: Password, event: PageEvent) -> Turn:
    """Type, look at it, join."""
    writing = written(page.writing, event, LONGEST)
    if writing is not None:
        # Capital letters only where somebody asks for them.
        if isinstance(event, CharactersTyped):
            writing = replace(writing, is_shifted=False)
        return Turn(replace(page, writing=writing))
    match event:
        case StaffTouched("show"):
            return Turn(replace(page, is_shown=not page.is_shown))
        case StaffTouched("join") if len(page.writing.text) >= SHORTEST:
            body = {"ssid": page.network.ssid, "password": page.writing.text}
            return Turn(Joining(page.back_to, page.network), (LeaveOrder("wifi-join", body),))
        case BackTapped():
            return Turn(page.back_to)
    return Turn(page)


def view_password(page: Password, frame: StaffFrame) -> View:
    """The field, as dots or as it is, and the keyboard."""
    text, cursor = page.writing.text, page.writing.cursor
    shown = page.writing if page.is_shown else begun_with(DOT * len(text)).placed(cursor)
    show = "Hide it" if page.is_shown else "Show it"
    actions: tuple[Choice, ...] = (offer("show", frame.say(show)),)
    if len(text) >= SHORTEST:
        actions = (*actions, offer("join", frame.say("Join"), is_primary=True))
    return frame.keys(
        f"network:password:{page.is_shown}",
        frame.say("Password of %(name)s") % {"name": page.network.ssid},
        hint=frame.say("At least 8 characters; capital and small letters differ."),
        writing=shown,
        placeholder=frame.say("Password"),
        rows=keyboard_rows(page.writing, _with_signs(frame.frame)),
        actions=actions,
    )


def _with_signs(frame: Frame) -> Frame:
    keyboards = replace(frame.config.keyboards, numbers=SIGNS)
    return replace(frame, config=replace(frame.config, keyboards=keyboards))


# Joining it


def reduce_joining(page: Joining, event: PageEvent) -> Turn:
    """Say what came of it; try again."""
    match event:
        case Told(LeaveOrder("wifi-join"), outcome) if page.why is None:
            return _joined(page, outcome)
        case StaffTouched("again") if page.why and page.network.security == PASSWORD:
            return Turn(Password(page.back_to, page.network))
        case StaffTouched("ready"):
            return Turn(None)
        case BackTapped():
            return Turn(Networks(), (SCAN,))
    return Turn(page)


def _joined(page: Joining, outcome: object) -> Turn:
    match outcome:
        case OrderDone({"done": True}):
            return Turn(replace(page, why=""))
        case OrderDone(told):
            return Turn(replace(page, why=_why(told)))
        case Failed():
            return Turn(replace(page, why="failed"))
        case AgentSilent():
            return Turn(replace(page, is_silent=True))
    return Turn(page)


def view_joining(page: Joining, frame: StaffFrame) -> View:
    """What is so, and what to do."""
    ready = offer("ready", frame.say("Done"), is_primary=not page.why)
    if page.why is None:
        hint = "It takes longer than usual." if page.is_silent else "This can take a minute."
        title = frame.say("Joining %(name)s") % {"name": page.network.ssid}
        return frame.list("network:joining", title, hint=frame.say(hint))
    if not page.why:
        title = frame.say("Connected: %(name)s") % {"name": page.network.ssid}
        hint = frame.say("It stays so after a restart, too.")
        return frame.list("network:joined", title, hint=hint, lamp="ok", actions=(ready,))
    title, hint = (frame.say(each) for each in WORDS[page.why])
    actions: tuple[Choice, ...] = (ready,)
    if page.network.security == PASSWORD:
        actions = (offer("again", frame.say("Try again"), is_primary=True), ready)
    return frame.list("network:not-joined", title, hint=hint, lamp="attention", actions=actions)
