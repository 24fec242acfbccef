"""What leaving a state asks for; the runtime carries it out. Pure."""

from dataclasses import dataclass
from typing import Any

from kiosk.session.draft import Draft
from sync.wire import Rule


@dataclass(frozen=True, slots=True)
class PressId:
    """Which press this was, for its acknowledgement.

    The panel it came through, the box on it (the panel itself until the box has said who it is),
    the box's own number, and how long the box was known to run, in seconds.
    """

    panel: str
    box: str
    number: int
    uptime_s: int = 0


@dataclass(frozen=True, slots=True)
class Save:
    """Write the draft; a press that caused it is acknowledged once it is on disk."""

    draft: Draft
    press: PressId | None = None


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """A press was knowingly put aside: write that down, then tell its box.

    One that is `too_late` never counts, so its box is told even when nothing can be written.
    """

    press: PressId
    is_too_late: bool = False


@dataclass(frozen=True, slots=True)
class Refuse:
    """The press cannot be taken now; its box may offer it again."""

    press: PressId


@dataclass(frozen=True, slots=True)
class CheckStorage:
    """See whether the storage can be used again."""


@dataclass(frozen=True, slots=True)
class Tell:
    """Note in the journal, for the centre, that this happened; `data` is plain JSON."""

    kind: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class FlagEarlier:
    """A rule has shown only now that earlier responses were part of what it looks for.

    `ids` are theirs, oldest first; they are stored and stay as they are.
    """

    rule: Rule
    limit: float
    measured: float
    ids: tuple[str, ...]


Stored = Save | Acknowledge | CheckStorage | Tell | FlagEarlier
"""What goes to the disk."""
Effect = Stored | Refuse
