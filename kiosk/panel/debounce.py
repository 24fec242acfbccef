"""Contact bounce taken out of a button's edges. Pure: edges in, presses out.

A press counts at its first edge, so that none is too short; the button is ready for the next one
when its contact has been open, without a break, for `settle_s`.
"""

from dataclasses import dataclass, replace

SETTLE_S = 0.025


@dataclass(frozen=True, slots=True)
class Contact:
    """One button's contact: whether it is closed, and since when it was open last."""

    is_closed: bool = False
    open_since: float = float("-inf")


def edge(
    contact: Contact, at: float, is_closed: bool, settle_s: float = SETTLE_S
) -> tuple[Contact, bool]:
    """The contact after an edge at `at` (seconds), and whether that edge is a press."""
    if is_closed == contact.is_closed:
        return contact, False
    if not is_closed:
        return Contact(open_since=at), False
    return replace(contact, is_closed=True), at - contact.open_since >= settle_s
