"""Restart: asked once more, then the program ends and is started anew. Pure."""

from dataclasses import dataclass

from kiosk.session.events import BackTapped, StaffTouched
from kiosk.session.states import Memory
from kiosk.staff.effects import Restart
from kiosk.staff.events import PageEvent
from kiosk.staff.frame import StaffFrame, offer
from kiosk.staff.states import Page, Turn
from kiosk.view.model import View


@dataclass(frozen=True, slots=True)
class RestartPage(Page):
    """Whether somebody has said yes."""

    is_sure: bool = False


def begin(_memory: Memory, _at: float) -> Turn:
    """Ask whether that is meant."""
    return Turn(RestartPage())


def reduce(page: RestartPage, event: PageEvent) -> Turn:
    """Do it once."""
    match event:
        case StaffTouched("restart-now") if not page.is_sure:
            return Turn(RestartPage(is_sure=True), (Restart(),))
        case BackTapped() if not page.is_sure:
            return Turn(None)
    return Turn(page)


def view(page: RestartPage, frame: StaffFrame) -> View:
    """The question, or that it is under way."""
    if page.is_sure:
        return frame.list("restart:now", frame.say("Restarting"))
    sure = offer("restart-now", frame.say("Restart"), is_primary=True)
    return frame.list(
        "restart",
        frame.say("Restart the terminal?"),
        hint=frame.say("It takes half a minute. No answer is lost."),
        actions=(sure,),
    )
