"""Contact bounce and interference taken out of a button's edges. Pure: edges in, presses out.

An episode begins with the edge at which a resting contact closes, and ends when the contact has
been open for `SETTLE_S` without a break. It is one press, made at its first edge, if the contact
was closed for `GLITCH_S` of it in all: less than that is interference on a long wire. Bounce moves
no press, since time spent closed only adds up.

Times are seconds of one clock. Edges may come with equal times, a little out of order, or twice.
"""

from dataclasses import dataclass, replace

SETTLE_S = 0.025
GLITCH_S = 0.001


@dataclass(frozen=True, slots=True)
class Press:
    """A button was pressed; `at` is the first edge, in seconds."""

    at: float


@dataclass(frozen=True, slots=True)
class Contact:
    """One button's contact. `is_closed` is what the last edge said, bounce and all."""

    is_closed: bool = False
    changed_at: float = float("-inf")
    began_at: float | None = None
    """The first edge of the episode; None while the contact rests."""
    closed_s: float = 0.0
    """For how long the contact was closed in this episode, before its last edge."""
    longest: tuple[float, float] = (0.0, 0.0)
    """The longest such stretch of this episode: how long, and when it began."""
    is_counted: bool = False
    """This episode is a press, or was one before we came."""
    is_measured: bool = False
    """The bounce of this episode's press is known, or is none of ours."""
    bounce_s: float | None = None
    """How long the last press bounced: from its first edge to the longest stretch closed, where
    the finger held the contact. None before the first press, and until the contact settles."""

    @property
    def is_down(self) -> bool:
        """Whether the button is down, bounce aside: it has not rested since it closed."""
        return self.began_at is not None


def at_start(at: float, is_closed: bool) -> Contact:
    """A contact that is looked at first at `at`: one that is closed then was never pressed."""
    if not is_closed:
        return Contact()
    return Contact(True, at, began_at=at, is_counted=True, is_measured=True)


def edge(contact: Contact, at: float, is_closed: bool) -> tuple[Contact, Press | None]:
    """The contact after an edge at `at`, and the press that is certain by then, if one is."""
    at = max(at, contact.changed_at)
    contact, press = tick(contact, at)
    if is_closed == contact.is_closed:
        return contact, press
    return (_closed if is_closed else _opened)(contact, at), press


def due(contact: Contact) -> float | None:
    """When to ask `tick` if no edge comes before; None if time alone changes nothing."""
    if contact.began_at is None:
        return None
    if contact.is_closed and not contact.is_counted:
        return contact.changed_at + (GLITCH_S - contact.closed_s)
    if contact.is_closed and contact.is_measured:
        return None
    return contact.changed_at + SETTLE_S


def tick(contact: Contact, now: float) -> tuple[Contact, Press | None]:
    """The contact at `now`, no edge having come since the last, and the press that it then is."""
    press = None
    if contact.is_closed and not contact.is_counted and _is_due(contact, now):
        press = None if contact.began_at is None else Press(contact.began_at)
        contact = replace(contact, is_counted=True, bounce_s=None)
    if _is_due(contact, now):
        contact = _measured(contact) if contact.is_closed else _rested(_measured(contact))
    return contact, press


def _is_due(contact: Contact, now: float) -> bool:
    then = due(contact)
    return then is not None and now >= then


def _closed(contact: Contact, at: float) -> Contact:
    began_at = at if contact.began_at is None else contact.began_at
    return replace(contact, is_closed=True, changed_at=at, began_at=began_at)


def _opened(contact: Contact, at: float) -> Contact:
    stretch_s = at - contact.changed_at
    return replace(
        contact,
        is_closed=False,
        changed_at=at,
        closed_s=contact.closed_s + stretch_s,
        longest=max(contact.longest, (stretch_s, contact.changed_at), key=lambda each: each[0]),
    )


def _measured(contact: Contact) -> Contact:
    if contact.is_measured or not contact.is_counted or contact.began_at is None:
        return contact
    held_from = contact.changed_at if contact.is_closed else contact.longest[1]
    return replace(contact, is_measured=True, bounce_s=held_from - contact.began_at)


def _rested(contact: Contact) -> Contact:
    return Contact(changed_at=contact.changed_at, bounce_s=contact.bounce_s)
