"""What stands in front of people: the visitor's session, and the staff pages laid over it. Pure.

The session lives on below the pages: it takes settings, opening hours and what the disk says. It
gets no touch and no press meanwhile, so nothing that staff do there is a client's answer.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, get_args

from kiosk.panel.lights import DARK, Lights, lights_of
from kiosk.session import reduce as session_rules
from kiosk.session.events import Event, Pressed, StaffTouched, TimePassed, Touch
from kiosk.session.moves import GUARD_S, idle_again, put_aside
from kiosk.session.states import Idle, Night, OutOfOrder, State
from kiosk.staff.events import Alert, AlertSeen, FrontEvent, PageEvent, Told
from kiosk.view.model import Choice, View
from kiosk.view.show import show as show_session

if TYPE_CHECKING:  # the pages come after the first frame
    from kiosk.staff.effects import Effect
    from kiosk.staff.states import Staff

KNOCK = "staff-alert"
"""The choice by which staff come in: a line on the start screen, or a knock on its corners."""
LINES: dict[Alert, str] = {
    "not-set-up": "For staff: this terminal is not set up",
    "no-location": "For staff: this terminal does not know where it stands",
    "revoked": "For staff: call support, answers are not sent",
}


@dataclass(frozen=True, slots=True)
class Front:
    """The session, the pages if they are open, and what staff are to be told on the start screen.

    Times are seconds of CLOCK_BOOTTIME.
    """

    session: State
    staff: "Staff | None" = None
    alert: Alert | None = None

    @property
    def deadline(self) -> float | None:
        """When the timer is to ring next; None when nothing waits."""
        below = self.session.deadline
        if self.staff is None:
            return below
        return self.staff.deadline if below is None else min(below, self.staff.deadline)

    @property
    def guarded_until(self) -> float:
        """Before this no touch counts."""
        return self.session.guarded_until if self.staff is None else self.staff.guarded_until

    @property
    def is_left_alone(self) -> bool:
        """Whether nobody is there, neither a visitor nor staff."""
        return self.staff is None and session_rules.is_left_alone(self.session)


class FrontStep(NamedTuple):
    """Where an event leads, and what is to be done on the way."""

    front: Front
    effects: "tuple[Effect, ...]" = ()


def reduce(front: Front, event: FrontEvent) -> FrontStep:
    """What happens when `event` meets `front`; never raises, and ignores what means nothing."""
    if isinstance(event, AlertSeen):
        return FrontStep(replace(front, alert=event.alert))
    staff = front.staff
    if staff is None:
        return _at_the_session(front, event)
    effects: tuple[Effect, ...] = ()
    if not isinstance(event, Touch | Told):
        front, effects = _behind_the_pages(front, event)
    if isinstance(event, PAGE_EVENTS):
        front, more = _on_the_pages(front, staff, event)
        effects += more
    return FrontStep(front, effects)


PAGE_EVENTS = (*get_args(PageEvent), *get_args(Touch))


def _at_the_session(front: Front, event: Event | Told) -> FrontStep:
    match event:
        case Told():
            return FrontStep(front)  # the answer to a page that is closed
        case StaffTouched(choice, at) if choice == KNOCK and _lets_in(front.session, at):
            from kiosk.staff import reduce as staff_rules

            opened = staff_rules.open_pages(front.session.memory, front.session.preferences, at)
            return FrontStep(replace(front, staff=opened.staff), opened.effects)
    step = session_rules.reduce(front.session, event)
    return FrontStep(replace(front, session=step.state), step.effects)


def _lets_in(session: State, at: float) -> bool:
    """Only where no sitting is under way: nothing comes between a client and their answers."""
    if isinstance(session, Idle) and session.sheet is not None:
        return False
    return isinstance(session, Idle | Night | OutOfOrder) and at >= session.guarded_until


def _behind_the_pages(front: Front, event: Event) -> FrontStep:
    session = front.session
    if isinstance(event, Pressed) and not isinstance(session, OutOfOrder):
        step = put_aside(session, event)
    else:
        step = session_rules.reduce(session, event)
    return FrontStep(replace(front, session=step.state), step.effects)


def _on_the_pages(front: Front, staff: "Staff", event: PageEvent | Touch) -> FrontStep:
    from kiosk.staff import reduce as staff_rules

    onward = staff_rules.reduce(staff, front.session.memory, event)
    if onward.staff is not None:
        return FrontStep(replace(front, staff=onward.staff), onward.effects)
    at = event.now if isinstance(event, TimePassed | Pressed) else event.at
    return FrontStep(Front(_uncovered(front.session, at), None, front.alert), onward.effects)


def _uncovered(session: State, at: float) -> State:
    """The session when the pages have closed: as for somebody new, under a guard."""
    guarded_until = max(session.guarded_until, at + GUARD_S)
    if isinstance(session, Idle | Night):
        return idle_again(session.memory, guarded_until)
    return replace(session, guarded_until=guarded_until)


def show(front: Front) -> View:
    """The screen for all this."""
    session = front.session
    if front.staff is not None:
        from kiosk.staff import reduce as staff_rules

        return staff_rules.view(front.staff, session.memory)
    view = show_session(session)
    if front.alert is None or not isinstance(session, Idle) or session.sheet is not None:
        return view
    line = session.memory.config.words.say(LINES[front.alert], view.language)
    choice = Choice(KNOCK, line, lambda at, _: StaffTouched(KNOCK, at))
    return replace(view, alert=choice)  # the same key: a finger that is down still counts


def lights(front: Front) -> Lights:
    """What the buttons' lights say: lit while the panels are tried out, else dark on the pages."""
    if front.staff is None:
        return lights_of(front.session)
    from kiosk.staff.pages import RULES

    return Lights(invites=True) if RULES[type(front.staff.page)].takes_presses else DARK
