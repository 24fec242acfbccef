"""Setting up with a code: type it, wait, read in plain words what came of it. Pure."""

from dataclasses import dataclass, replace
from typing import Any, Literal

from kiosk.session.events import BackTapped, StaffTouched
from kiosk.session.free_text import Writing
from kiosk.session.states import Memory
from kiosk.staff.effects import AgentSilent, AskWay, Failed, LeaveOrder, OrderDone, Ways
from kiosk.staff.enrolment_words import WORDS
from kiosk.staff.events import PageEvent, Told
from kiosk.staff.frame import StaffFrame, offer, typed_rows
from kiosk.staff.pin import Opening
from kiosk.staff.states import Page, Turn
from kiosk.staff.written import begun_with, written
from kiosk.view.model import Choice, View

KEYS = (
    ("3", "4", "7", "9", "A", "C", "D"),
    ("E", "F", "H", "J", "K", "M", "N"),
    ("P", "R", "T", "W", "X", "Y"),
)
"""The letters and digits that a code is made of: none that looks like another."""
LENGTH = 8
HALF = LENGTH // 2
LONGEST_ADDRESS = 200
HTTPS = "https://"

Stage = Literal["code", "address", "waiting", "done", "failed"]


@dataclass(frozen=True, slots=True)
class Enrol(Page):
    """How far it is. `url` is the centre's address of the settings; without one it is asked for."""

    stage: Stage = "code"
    code: str = ""
    url: str = ""
    address: Writing = Writing()  # noqa: RUF009 - frozen
    is_agent_silent: bool = False
    why: str = ""
    minutes: int = 0

    def __repr__(self) -> str:
        """Without the code."""
        return f"Enrol({self.stage!r}, {len(self.code)} characters, {self.why!r})"


def begin(_memory: Memory, _at: float) -> Turn:
    """Ask for the code; see whether the address of the centre is known."""
    return Turn(Enrol(address=begun_with(HTTPS)), (AskWay(),))


def reduce(page: Enrol, event: PageEvent) -> Turn:  # noqa: PLR0911 - a table
    """The code, the address where none is known, the answer."""
    match event:
        case Told(AskWay(), Ways(url=url)):
            return Turn(replace(page, url=url))
        case Told(LeaveOrder("enrol", body), outcome) if _waits_for(page, body):
            return Turn(_after(page, outcome))
        case BackTapped():
            return _back(page)
    match page.stage:
        case "code":
            return _typing_code(page, event)
        case "address":
            return _typing_address(page, event)
        case "failed" if _is(event, "again"):
            return Turn(replace(page, stage="code", why="", code=""))
        case "failed" if _is(event, "address"):
            return Turn(replace(page, stage="address", why=""))
        case "done" if _is(event, "ready"):
            return Turn(Opening(), (AskWay(),))  # with the PIN that came with the code
    return Turn(page)


def _waits_for(page: Enrol, body: dict[str, Any]) -> bool:
    """Whether this is the order of this page; one with another code was left by one before it."""
    return page.stage == "waiting" and body.get("code") == page.code


def _is(event: PageEvent, choice: str) -> bool:
    return isinstance(event, StaffTouched) and event.choice == choice


def _back(page: Enrol) -> Turn:
    if page.stage == "address":
        return Turn(replace(page, stage="code"))
    return Turn(None)


def _typing_code(page: Enrol, event: PageEvent) -> Turn:
    match event:
        case StaffTouched("code-delete"):
            return Turn(replace(page, code=page.code[:-1]))
        case StaffTouched("code-ok") if len(page.code) == LENGTH:
            return _sent(page) if page.url else Turn(replace(page, stage="address"))
        case StaffTouched(choice) if choice.startswith("key:"):
            key = choice.removeprefix("key:")
            if len(page.code) < LENGTH and any(key in row for row in KEYS):
                return Turn(replace(page, code=page.code + key))
    return Turn(page)


def _typing_address(page: Enrol, event: PageEvent) -> Turn:
    address = written(page.address, event, LONGEST_ADDRESS)
    if address is not None:
        # An address has small letters, whatever stands before them.
        return Turn(replace(page, address=replace(address, is_shifted=False)))
    if _is(event, "address-ok") and len(page.address.text.strip()) > len(HTTPS):
        return _sent(page)
    return Turn(page)


def _sent(page: Enrol) -> Turn:
    body = {"code": page.code}
    if page.stage == "address":
        body["url"] = page.address.text.strip().lower()
    waiting = replace(page, stage="waiting", is_agent_silent=False)
    return Turn(waiting, (LeaveOrder("enrol", body),))


def _after(page: Enrol, outcome: object) -> Enrol:
    match outcome:
        case AgentSilent():
            return replace(page, is_agent_silent=True)
        case OrderDone({"done": True}):
            return replace(page, stage="done", code="")
        case OrderDone(told):
            return replace(page, stage="failed", why=_why(told), minutes=_minutes(told))
        case Failed():
            return replace(page, stage="failed", why="other")
    return page


def _why(told: dict[str, Any]) -> str:
    code = told.get("error")
    return code if isinstance(code, str) and code in WORDS else "other"


def _minutes(told: dict[str, Any]) -> int:
    wait_s = told.get("wait_s")
    return max(-(-int(wait_s) // 60), 1) if isinstance(wait_s, int | float) else 10


def view(page: Enrol, frame: StaffFrame) -> View:
    """One thing at a time."""
    match page.stage:
        case "code":
            return _code_view(page, frame)
        case "address":
            return _address_view(page, frame)
        case "waiting":
            hint = SILENT if page.is_agent_silent else WAITING
            title = frame.say("Setting up")
            return frame.list("enrol:waiting", title, hint=frame.say(hint))
        case "done":
            ready = offer("ready", frame.say("Done"), is_primary=True)
            title, hint = (
                frame.say("It is set up"),
                frame.say("A PIN code came with the code: with it you can say where it stands."),
            )
            return frame.list("enrol:done", title, hint=hint, lamp="ok", actions=(ready,))
        case "failed":
            return _failed_view(page, frame)


ABOUT_THE_ADDRESS = frozenset(
    {"no-address", "no-answer", "name-not-found", "wrong-address", "not-a-centre", "certificate"}
)
"""After these the address can be entered anew."""
WAITING = "This takes half a minute at most."
SILENT = "The sending program does not answer. Restart the terminal; if it goes on, call support."


def _code_view(page: Enrol, frame: StaffFrame) -> View:
    delete = offer("code-delete", frame.say("Delete"), icon="backspace")
    shown = page.code if len(page.code) <= HALF else f"{page.code[:HALF]}-{page.code[HALF:]}"
    *above, last = typed_rows(KEYS)
    return frame.keys(
        "enrol:code",
        frame.say("Code for setting up"),
        hint=frame.say("Eight letters and digits. It works once."),
        writing=begun_with(shown),
        placeholder="XXXX-XXXX",
        rows=(*above, (*last, delete)),
        actions=(offer("code-ok", frame.say("Next"), is_primary=True),),
    )


def _address_view(page: Enrol, frame: StaffFrame) -> View:
    return frame.keys(
        "enrol:address",
        frame.say("The centre's address"),
        hint=frame.say("It stands beside the code that you were given."),
        writing=page.address,
        placeholder=HTTPS,
        actions=(offer("address-ok", frame.say("Next"), is_primary=True),),
    )


def _failed_view(page: Enrol, frame: StaffFrame) -> View:
    what, to_do = (frame.say(each) for each in WORDS[page.why])
    actions: list[Choice] = [offer("again", frame.say("Try again"), is_primary=True)]
    if page.why in ABOUT_THE_ADDRESS:
        actions.append(offer("address", frame.say("The centre's address")))
    hint = to_do % {"minutes": page.minutes} if page.why == "too-many-tries" else to_do
    return frame.list("enrol:failed", what, hint=hint, lamp="attention", actions=actions)
