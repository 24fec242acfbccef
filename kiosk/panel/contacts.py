"""The contacts of one panel whose wires end at the terminal: debounced, stuck ones aside. Pure.

Buttons count from 1. Times are seconds of one clock.
"""

from dataclasses import dataclass, field, replace

from kiosk.panel import debounce
from kiosk.panel.debounce import Contact, Press
from kiosk.panel.stuck import Stuck, after


@dataclass(frozen=True, slots=True)
class Contacts:
    """The contact of each button, worst to best, and which buttons are stuck."""

    contacts: tuple[Contact, ...]
    stuck: Stuck = field(default_factory=Stuck)

    def of(self, button: int) -> Contact:
        """The contact of one button."""
        return self.contacts[button - 1]

    def down(self) -> frozenset[int]:
        """The buttons that are down; one whose contact never comes to rest is."""
        return frozenset(
            number for number, contact in enumerate(self.contacts, start=1) if contact.is_down
        )


def at_start(now: float, closed: tuple[bool, ...]) -> Contacts:
    """The contacts as they are found: what is closed already was never pressed."""
    contacts = Contacts(tuple(debounce.at_start(now, is_closed) for is_closed in closed))
    return at(contacts, now)


def edge(
    contacts: Contacts, button: int, when: float, is_closed: bool
) -> tuple[Contacts, Press | None]:
    """The contacts after an edge of one button, and the press that is certain by then."""
    contacts, press = tick(contacts, button, when)  # a rest before this edge frees the button
    contact, pressed = debounce.edge(contacts.of(button), when, is_closed)
    contacts, pressed = _after(contacts, button, contact, pressed, when)
    return contacts, press or pressed


def tick(contacts: Contacts, button: int, now: float) -> tuple[Contacts, Press | None]:
    """The contacts at `now`, no edge of this button having come since its last."""
    contact, press = debounce.tick(contacts.of(button), now)
    return _after(contacts, button, contact, press, now)


def at(contacts: Contacts, now: float) -> Contacts:
    """The contacts at `now` as far as stuck buttons go."""
    return replace(contacts, stuck=after(contacts.stuck, now, contacts.down()))


def _after(
    contacts: Contacts, button: int, contact: Contact, press: Press | None, now: float
) -> tuple[Contacts, Press | None]:
    is_aside = button in contacts.stuck.stuck
    before, behind = contacts.contacts[: button - 1], contacts.contacts[button:]
    contacts = replace(contacts, contacts=(*before, contact, *behind))
    return at(contacts, now), None if is_aside else press
