"""Send now: what waits goes to the centre at once, whatever went wrong before. Pure."""

from dataclasses import dataclass

from kiosk.session.events import BackTapped, StaffTouched
from kiosk.session.states import Memory
from kiosk.staff.effects import AgentSilent, Failed, LeaveOrder, OrderDone
from kiosk.staff.events import PageEvent, Told
from kiosk.staff.frame import StaffFrame, offer
from kiosk.staff.states import Page, Turn
from kiosk.view.model import View

ORDER = LeaveOrder("send-now", {})

TITLES = {
    "waiting": "One moment",
    "silent": "The sending program does not answer",
    "done": "It is being sent",
    "failed": "That did not work.",
}
HINTS = {
    "silent": "Answers are kept. Restart the terminal; if it goes on, call support.",
    "done": "Does it work? shows in a moment what is left.",
    "failed": "Answers are kept. Try again; if it does not help, call support.",
}


@dataclass(frozen=True, slots=True)
class Send(Page):
    """How far it is: `waiting`, `silent`, `done` or `failed`."""

    stage: str = "waiting"


def begin(_memory: Memory, _at: float) -> Turn:
    """Ask the agent."""
    return Turn(Send(), (ORDER,))


def reduce(page: Send, event: PageEvent) -> Turn:
    """Say what came of it."""
    match event:
        case Told(LeaveOrder("send-now"), OrderDone(outcome)):
            return Turn(Send("done" if outcome.get("done") is True else "failed"))
        case Told(LeaveOrder("send-now"), AgentSilent()):
            return Turn(Send("silent"))
        case Told(LeaveOrder("send-now"), Failed()):
            return Turn(Send("failed"))
        case StaffTouched("status") if page.stage == "done":
            return Turn("status")
        case BackTapped():
            return Turn(None)
    return Turn(page)


def view(page: Send, frame: StaffFrame) -> View:
    """One line, and what it means."""
    see = offer("status", frame.say("Does it work?"))
    return frame.list(
        f"send:{page.stage}",
        frame.say(TITLES[page.stage]),
        hint=frame.say(HINTS[page.stage]) if page.stage in HINTS else "",
        actions=(see,) if page.stage == "done" else (),
    )
