"""Call support: the facts that support asks for, to read out or to scan. Pure; no secrets."""

from dataclasses import dataclass, replace

from kiosk.session.events import BackTapped
from kiosk.session.states import Memory
from kiosk.staff.effects import Failed, ReadStatus, StatusSeen
from kiosk.staff.events import PageEvent, Told
from kiosk.staff.frame import StaffFrame
from kiosk.staff.states import Page, Turn
from kiosk.view.model import Code, Fact, View

MOST_CODE_CHARACTERS = 400
"""More makes a code whose squares a phone cannot tell apart on a small screen."""
MOST_REASONS = 2
"""The worst ones, in words; the code has them all."""
STATES = {"ok": "It works", "offline": "No connection", "attention": "It needs attention"}
REASONS = {
    "out-of-order": "It takes no answers",
    "settings": "A mistake in its settings",
    "disk-full": "Its memory is full",
    "damaged-files": "A damaged file",
    "disk-low": "Its memory is nearly full",
    "not-enrolled": "Not set up",
    "not-allowed": "The centre does not let it in",
    "no-location": "Its place is not known",
    "dead-letters": "Some answers were refused",
    "panel-lost": "The button box does not answer",
    "button-stuck": "A button is stuck",
}
"""By the reasons of `sync.health`, in so few words that one is whole on the smallest screen."""


@dataclass(frozen=True, slots=True)
class Support(Page):
    """The facts, once they have been read."""

    seen: StatusSeen | None = None
    has_failed: bool = False


def begin(_memory: Memory, _at: float) -> Turn:
    """Read the facts."""
    return Turn(Support(), (ReadStatus(),))


def reduce(page: Support, event: PageEvent) -> Turn:
    """Show them."""
    match event:
        case Told(ReadStatus(), StatusSeen() as seen):
            return Turn(Support(seen))
        case Told(ReadStatus(), Failed()):
            return Turn(Support(page.seen, has_failed=True))
        case BackTapped():
            return Turn(None)
    return Turn(page)


def view(page: Support, frame: StaffFrame) -> View:
    """The facts, and the code for a phone's camera."""
    if page.has_failed:
        hint = frame.say("Its facts cannot be read. Say so when you call.")
        return frame.list("support:failed", frame.say("Call support"), hint=hint, lamp="bad")
    if page.seen is None:
        return frame.list("support:reading", frame.say("One moment"))
    beat = page.seen.beat
    unit = beat.location.unit if beat.location else None
    reasons = (frame.say(REASONS.get(each, each)) for each in beat.reasons[:MOST_REASONS])
    facts = (
        Fact(frame.say("Terminal"), beat.terminal_id or frame.say("Not set up")),
        Fact(frame.say("Where it stands"), frame.named(page.seen.unit) or unit or "–"),
        Fact(frame.say("State"), " · ".join(reasons) or frame.say(STATES[beat.state])),
        Fact(frame.say("Program"), beat.software),
    )
    caption = frame.say("For the phone of whoever helps you")
    screen = frame.screen("staff-code", "support", frame.say("Call support"))
    return replace(screen, facts=facts, code=Code(code_text(page.seen), caption))


def code_text(seen: StatusSeen) -> str:
    """The facts as lines of plain text, as a phone shows them; never a token, a PIN or a text."""
    beat = seen.beat
    place = beat.location
    lines = [
        f"terminal {beat.terminal_id or '-'}",
        f"unit {place.unit if place and place.unit else '-'}",
        f"software {beat.software}",
        f"state {' '.join((beat.state, *beat.reasons))}",
        f"clock {beat.clock}",
        f"disk {beat.disk_free_bytes // 2**20} MiB",
        *(_stored(seen) if seen.is_storage_read else ("storage not readable",)),
    ]
    return "palautepiste\n" + "\n".join(lines)[:MOST_CODE_CHARACTERS]


def _stored(seen: StatusSeen) -> tuple[str, ...]:
    beat = seen.beat
    return (
        f"failure {seen.failure or '-'}",
        f"pending {beat.pending} rejected {beat.rejected} seq {beat.epoch}/{beat.last_seq}",
        f"last push {beat.last_push_at or '-'}",
        f"panels {' '.join(f'{each.kind}:{each.state}' for each in beat.panels) or '-'}",
    )
