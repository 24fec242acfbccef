"""What somebody on a ladder wants to know of the panels, line by line. Pure.

Times are seconds of CLOCK_BOOTTIME.
"""

from dataclasses import dataclass, replace

from kiosk.panel.debounce import Contact, edge, tick
from kiosk.panel.protocol import PanelNews, RawEdge
from kiosk.session.events import Pressed

BOUNCE_S = 0.1
"""A press is shown when its contact has come to rest, and so long after it at the latest."""
STATES = {
    "ok": "works",
    "stuck": "a button is held down",
    "lost": "not there",
    "absent": "no keypad or keyboard",
    "press-put-aside": "a press was put aside",
    "wrong-sentences": "wrong lines: is it the right protocol, 115200 baud, a good cable?",
    "flood": "more presses than hands can make",
    "same-box-id": "another box carries the same name",
}


@dataclass(frozen=True, slots=True)
class Monitor:
    """The presses that are still to be shown, and what is known of contacts and intervals."""

    waiting: tuple[Pressed, ...] = ()
    contacts: tuple[tuple[tuple[str, int], Contact], ...] = ()
    last_at: float | None = None

    def pressed(self, press: Pressed) -> "Monitor":
        """A press came."""
        return replace(self, waiting=(*self.waiting, press))

    def moved(self, seen: RawEdge) -> "Monitor":
        """A contact closed or opened."""
        contacts = dict(self.contacts)
        key = (seen.panel, seen.button)
        contacts[key], _ = edge(contacts.get(key, Contact()), seen.at, seen.is_closed)
        return replace(self, contacts=tuple(contacts.items()))

    def shown(self, now: float) -> tuple["Monitor", tuple[str, ...]]:
        """The monitor when all that can be shown now is, and its lines."""
        contacts = {key: tick(contact, now)[0] for key, contact in self.contacts}
        lines, waiting, last_at = [], [], self.last_at
        for press in self.waiting:
            contact = contacts.get((press.panel, press.button))
            is_known = contact is None or contact.bounce_s is not None
            if not is_known and now - press.now < BOUNCE_S:
                waiting.append(press)
                continue
            lines.append(_press_line(press, contact, last_at))
            last_at = press.at
        return Monitor(tuple(waiting), tuple(contacts.items()), last_at), tuple(lines)


def _press_line(press: Pressed, contact: Contact | None, last_at: float | None) -> str:
    words = [f"button {press.button} of {press.buttons}"]
    if contact is not None and contact.bounce_s is not None:
        words.append(f"bounce {1000 * contact.bounce_s:.1f} ms")
    if last_at is not None:
        words.append(f"{abs(press.at - last_at):.2f} s after the one before")
    late_s = press.now - press.at
    if late_s >= 1:
        words.append(f"delivered {late_s:.1f} s late")
    return f"{press.panel}: {', '.join(words)}"


def news_line(news: PanelNews) -> str:
    """How a panel is, or what is wrong with it."""
    said = ", ".join(f"{key} {value}" for key, value in news.data.items())
    return f"{news.id}: {STATES[news.event]}{f' ({said})' if said else ''}"
