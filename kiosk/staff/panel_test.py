"""Trying out the buttons: each press is shown at once, acknowledged, and never counted. Pure."""

from dataclasses import dataclass, replace

from kiosk.session.events import BackTapped, Pressed, StaffTouched
from kiosk.session.states import Memory
from kiosk.staff.effects import ReadStatus, StatusSeen
from kiosk.staff.events import PageEvent, Told
from kiosk.staff.frame import StaffFrame, offer
from kiosk.staff.states import Page, Turn
from kiosk.view.model import Fact, View
from sync.wire import PanelFact

MOST_PANELS = 4
"""As many as there is room for."""
NOT_YET = "–"
STATES = {
    "lost": "It does not answer",
    "stuck": "A button is stuck",
}


@dataclass(frozen=True, slots=True)
class Felt:
    """A panel, how many buttons it has, and which of them were pressed here."""

    panel: str
    buttons: int
    pressed: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class PanelTest(Page):
    """What was pressed since the page was opened; `last` is the button of now."""

    felt: tuple[Felt, ...] = ()
    last: int | None = None
    panels: tuple[PanelFact, ...] | None = None


def begin(_memory: Memory, _at: float) -> Turn:
    """See which panels there are."""
    return Turn(PanelTest(), (ReadStatus(),))


def reduce(page: PanelTest, event: PageEvent) -> Turn:
    """Show what is pressed."""
    match event:
        case Pressed(panel, button, buttons):
            return Turn(_pressed(page, panel, button, buttons))
        case Told(ReadStatus(), StatusSeen() as seen):
            return Turn(replace(page, panels=seen.beat.panels))
        case StaffTouched("again"):
            return Turn(PanelTest(panels=page.panels), (ReadStatus(),))
        case BackTapped():
            return Turn(None)
    return Turn(page)


def _pressed(page: PanelTest, panel: str, button: int, buttons: int) -> PanelTest:
    before = next((each for each in page.felt if each.panel == panel), Felt(panel, buttons))
    after = Felt(panel, buttons, before.pressed | {button})
    felt = tuple(after if each.panel == panel else each for each in page.felt)
    if after not in felt:
        felt = (*felt, after)[-MOST_PANELS:]
    return replace(page, felt=felt, last=button)


def view(page: PanelTest, frame: StaffFrame) -> View:
    """Which buttons were felt, box by box, and how the boxes are."""
    label = frame.say("Button box %(number)d")
    facts = [
        Fact(label % {"number": number}, _buttons(each)) for number, each in enumerate(page.felt, 1)
    ]
    for panel in (page.panels or ())[: MOST_PANELS - 1]:
        if panel.state in STATES:
            said = frame.say(STATES[panel.state])
            facts.append(Fact(frame.say("A button box"), said, "attention"))
    title = frame.say("Press each button")
    if page.last is not None:
        title = frame.say("Button %(number)d was felt") % {"number": page.last}
    return frame.list(
        "panel-test",
        title,
        hint=frame.say("What is pressed here is not counted."),
        facts=facts,
        actions=(offer("again", frame.say("From the beginning")),),
    )


def _buttons(felt: Felt) -> str:
    numbers = range(1, felt.buttons + 1)
    return "  ".join(str(each) if each in felt.pressed else NOT_YET for each in numbers)
