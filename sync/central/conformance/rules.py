"""A rule of the contract, and what was found of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sync.central.conformance.exchange import Exchange

if TYPE_CHECKING:
    from sync.central.conformance.pretended_terminal import PretendedTerminal

Outcome = Literal["passed", "failed", "not checked"]


class Broken(Exception):
    """The centre breaks the rule; the message says how, in one line."""


class NotChecked(Exception):
    """The rule does not concern this centre, or cannot be seen; the message says why."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One promise of a receiver.

    `says` is what the contract says, `section` where. `check` plays it through; it raises Broken or
    NotChecked.
    """

    name: str
    says: str
    section: str
    check: "Callable[[PretendedTerminal], None]"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of a rule; `last` is the exchange that broke it.

    `was_stopped`: it was not checked because the test had to end before.
    """

    rule: Rule
    outcome: Outcome
    why: str = ""
    last: Exchange | None = None
    was_stopped: bool = False


RESPONSES = "interfaces.md, section 2, POST /responses"
DOCUMENT = "interfaces.md, section 3, the response document"
EVENTS = "interfaces.md, section 2, POST /events"
CORRECTIONS = "interfaces.md, section 3, clock corrections"
HEARTBEATS = "interfaces.md, section 2, POST /heartbeats"
CONFIGURATION = "interfaces.md, section 2, GET /config"
QUESTIONNAIRES = "interfaces.md, section 2, GET /questionnaires"
UNITS = "interfaces.md, section 2, GET /units"
ENROLMENTS = "interfaces.md, section 2, POST /enrolments"
WHOLE_API = "interfaces.md, section 2, the introduction"
"""Where the contract says what the rules say."""
