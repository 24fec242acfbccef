"""Everything that can happen to a session. Pure.

Times (`at`, `now`) are seconds of CLOCK_BOOTTIME. `fresh_id` is a new UUIDv4: the id of the
response, should the event begin one.
"""

from dataclasses import dataclass

from kiosk.states import PressId, Save, SessionConfig
from sync.wire import Answer


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button of a panel was pressed; buttons count from 1, worst to best.

    A box may deliver a press late: `at` is when the button went down, `heard_at` when we heard.
    """

    panel: str
    button: int
    buttons: int
    at: float
    fresh_id: str
    press: PressId | None = None
    heard_at: float | None = None

    @property
    def now(self) -> float:
        """The moment at which this is dealt with."""
        return self.at if self.heard_at is None else self.heard_at


@dataclass(frozen=True, slots=True)
class Tapped:
    """An answer on the screen was tapped: a face, a number, "skip", "does not concern me"."""

    answer: Answer
    at: float
    fresh_id: str

    @property
    def now(self) -> float:
        """The moment at which this is dealt with."""
        return self.at


@dataclass(frozen=True, slots=True)
class BackTapped:
    """The visitor wants the question before this one."""

    at: float


@dataclass(frozen=True, slots=True)
class NextTapped:
    """The visitor leaves the answer to this question as it is, and goes on."""

    at: float


@dataclass(frozen=True, slots=True)
class EnoughTapped:
    """The visitor has said enough."""

    at: float


@dataclass(frozen=True, slots=True)
class ChangeTapped:
    """The visitor takes the one answer back."""

    at: float


@dataclass(frozen=True, slots=True)
class Dismissed:
    """The thanks were touched away."""

    at: float


@dataclass(frozen=True, slots=True)
class LanguageChosen:
    """Another language was tapped."""

    language: str
    at: float


@dataclass(frozen=True, slots=True)
class TimePassed:
    """The runtime's timer rang; a late or early one is harmless."""

    now: float


@dataclass(frozen=True, slots=True)
class ConfigChanged:
    """Other settings count from the next session on."""

    config: SessionConfig


@dataclass(frozen=True, slots=True)
class Saved:
    """A save is on disk."""

    save: Save
    at: float


@dataclass(frozen=True, slots=True)
class StorageFailed:
    """A save did not reach the disk, or, without one, the storage cannot be used at all."""

    save: Save | None
    at: float


@dataclass(frozen=True, slots=True)
class StorageReady:
    """The storage can be used."""

    at: float


Touch = Tapped | BackTapped | NextTapped | EnoughTapped | ChangeTapped | Dismissed | LanguageChosen
Event = Touch | Pressed | TimePassed | ConfigChanged | Saved | StorageFailed | StorageReady
