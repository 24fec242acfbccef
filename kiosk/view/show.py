"""The screen for a state: `show(state) -> View`. Pure."""

from kiosk.session.states import Asking, Idle, Night, OutOfOrder, State, Thanks
from kiosk.view.announcements import (
    languages_view,
    night_view,
    out_of_order_view,
    thanks_view,
    warning_view,
    who_view,
)
from kiosk.view.frame import Frame
from kiosk.view.model import View
from kiosk.view.questions import question_view, start_view


def show(state: State) -> View:  # noqa: PLR0911 - a table
    """The screen for a state."""
    frame = Frame.of(state)
    match state:
        case Idle(sheet="languages") | Asking(sheet="languages"):
            return languages_view(frame)
        case Idle(sheet="who"):
            return who_view(state, frame)
        case Idle():
            return start_view(state, frame)
        case Asking(seconds_left=int()):
            return warning_view(state, frame)
        case Asking():
            return question_view(state, frame)
        case Thanks():
            return thanks_view(state, frame)
        case Night():
            return night_view(frame)
        case OutOfOrder():
            return out_of_order_view(state, frame)
