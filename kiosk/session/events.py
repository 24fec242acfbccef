"""Everything that can happen to a session. Pure.

Times (`at`, `now`) are seconds of CLOCK_BOOTTIME. `fresh_id` is a new UUIDv4: the id of the
response, should the event begin one.
"""

from dataclasses import dataclass
from typing import Literal

from kiosk.session.config import SessionConfig
from kiosk.session.effects import PressId, Save
from kiosk.session.free_text import Command
from kiosk.session.preferences import Comfort
from sync.wire import Answer, Respondent

Sheet = Literal["languages", "who"]
"""Choices that are laid over a question."""


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
class ReasonTapped:
    """One of the reasons was ticked, or unticked."""

    option: str
    at: float


@dataclass(frozen=True, slots=True)
class CharactersTyped:
    """A key of the on-screen keyboard that writes something."""

    characters: str
    at: float


@dataclass(frozen=True, slots=True)
class CommandTyped:
    """A key of the on-screen keyboard that does something else."""

    command: Command
    at: float


@dataclass(frozen=True, slots=True)
class CursorPlaced:
    """The text was tapped: what is typed next goes before the character with this number."""

    cursor: int
    at: float


@dataclass(frozen=True, slots=True)
class BackTapped:
    """The visitor wants the question before this one, or to leave a sheet as it was."""

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
    """The visitor takes the answer just given back."""

    at: float


@dataclass(frozen=True, slots=True)
class MoreTimeTapped:
    """The visitor was warned of the time-out, and is still there."""

    at: float


@dataclass(frozen=True, slots=True)
class Dismissed:
    """The thanks were touched away."""

    at: float


@dataclass(frozen=True, slots=True)
class Woken:
    """The night screen was touched."""

    at: float


@dataclass(frozen=True, slots=True)
class SheetOpened:
    """The visitor wants to see which languages there are, or to say who is answering."""

    sheet: Sheet
    at: float


@dataclass(frozen=True, slots=True)
class LanguageChosen:
    """Another language was tapped."""

    language: str
    at: float


@dataclass(frozen=True, slots=True)
class RespondentChosen:
    """The visitor said who is answering."""

    respondent: Respondent
    at: float


@dataclass(frozen=True, slots=True)
class ComfortTapped:
    """High contrast, larger text or lowered controls was turned on or off."""

    comfort: Comfort
    at: float


@dataclass(frozen=True, slots=True)
class StaffTouched:
    """Staff chose something on their pages, or the line that leads there; `choice` is its id.

    A session lets it pass: the pages are laid over it (`kiosk.staff`).
    """

    choice: str
    at: float
    fresh_id: str = ""


@dataclass(frozen=True, slots=True)
class TimePassed:
    """The runtime's timer rang; a late or early one is harmless."""

    now: float


@dataclass(frozen=True, slots=True)
class ConfigChanged:
    """Other settings count from the next session on."""

    config: SessionConfig


@dataclass(frozen=True, slots=True)
class DoorsChanged:
    """The house opened, or closed for the night.

    `was_seen` is False when the terminal started into it: when it happened is not known.
    """

    is_open: bool
    at: float
    was_seen: bool = True


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


Writes = CharactersTyped | CommandTyped | CursorPlaced
Touch = (
    Tapped
    | ReasonTapped
    | Writes
    | BackTapped
    | NextTapped
    | EnoughTapped
    | ChangeTapped
    | MoreTimeTapped
    | Dismissed
    | Woken
    | SheetOpened
    | LanguageChosen
    | RespondentChosen
    | ComfortTapped
    | StaffTouched
)
Event = (
    Touch
    | Pressed
    | TimePassed
    | ConfigChanged
    | DoorsChanged
    | Saved
    | StorageFailed
    | StorageReady
)
