"""The states of a session, and the effects that leaving one asks for. Pure.

Times are seconds of CLOCK_BOOTTIME.
"""

from dataclasses import dataclass, replace

from device_config.questionnaire import Item, Kind, Questionnaire, order_of_asking
from device_config.settings import SessionSettings
from sync.wire import (
    Answer,
    Channel,
    ContactMode,
    Ended,
    Flag,
    Instrument,
    Location,
    QuestionnaireRef,
    Respondent,
)

SCREEN_KINDS: tuple[Kind, ...] = ("statement", "recommendation")
"""What the screen can ask so far; free text waits for masking before the first write."""


@dataclass(frozen=True, slots=True)
class SessionConfig:
    """What a session needs to know; pinned when it begins."""

    questionnaire: Questionnaire
    order: tuple[Item, ...]
    languages: tuple[str, ...]
    follow_up: bool
    idle_timeout_s: float
    undo_s: float
    min_interval_s: float
    location: Location
    contact_mode: ContactMode
    base_flags: tuple[Flag, ...] = ()

    @property
    def first_item(self) -> Item:
        """What the start screen asks."""
        return self.order[0]

    def item(self, item_id: str) -> Item:
        """One of the items that are asked; raises KeyError for any other."""
        for item in self.order:
            if item.id == item_id:
                return item
        raise KeyError(item_id)


def session_config(
    settings: SessionSettings,
    questionnaire: Questionnaire,
    location: Location,
    contact_mode: ContactMode,
    base_flags: tuple[Flag, ...] = (),
) -> SessionConfig:
    """What the settings mean for the next session."""
    return SessionConfig(
        questionnaire=questionnaire,
        order=order_of_asking(questionnaire, settings.first_item, SCREEN_KINDS),
        languages=settings.languages,
        follow_up=settings.follow_up,
        idle_timeout_s=settings.idle_timeout_s,
        undo_s=settings.undo_s,
        min_interval_s=settings.min_interval_s,
        location=location,
        contact_mode=contact_mode,
        base_flags=base_flags,
    )


@dataclass(frozen=True, slots=True)
class Draft:
    """A session's response so far. `revision` rises with each change that is to be saved."""

    id: str
    questionnaire: QuestionnaireRef
    language: str
    location: Location
    contact_mode: ContactMode
    channel: Channel
    instrument: Instrument
    first_at: float
    respondent: Respondent = "client"
    answers: tuple[Answer, ...] = ()
    ended: Ended | None = None
    flags: tuple[Flag, ...] = ()
    revision: int = 0

    def answer_to(self, item_id: str) -> Answer | None:
        """What was said to an item, or None."""
        return next((answer for answer in self.answers if answer.item == item_id), None)

    def settled(self) -> frozenset[str]:
        """The items that were answered or skipped."""
        return frozenset(answer.item for answer in self.answers)

    def with_answer(self, answer: Answer) -> "Draft":
        """With this answer, in the place of an earlier one to the same item."""
        if self.answer_to(answer.item) is None:
            answers = (*self.answers, answer)
        else:
            answers = tuple(answer if a.item == answer.item else a for a in self.answers)
        return replace(self, answers=answers, revision=self.revision + 1)

    def without_answers(self) -> "Draft":
        """With everything taken back."""
        return replace(self, answers=(), revision=self.revision + 1)

    def closed(self, ended: Ended) -> "Draft":
        """Ended this way; a draft that has ended stays as it is."""
        if self.ended is not None:
            return self
        return replace(self, ended=ended, revision=self.revision + 1)


@dataclass(frozen=True, slots=True)
class PressId:
    """Which press this was, for its acknowledgement: the panel and the box's own number."""

    panel: str
    number: int


# Effects: what the runtime carries out.


@dataclass(frozen=True, slots=True)
class Save:
    """Write the draft; a press that caused it is acknowledged once it is on disk."""

    draft: Draft
    press: PressId | None = None


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Tell a box that its press was knowingly put aside."""

    press: PressId


@dataclass(frozen=True, slots=True)
class Refuse:
    """The press cannot be taken now; its box may offer it again."""

    press: PressId


@dataclass(frozen=True, slots=True)
class CheckStorage:
    """See whether the storage can be used again."""


Effect = Save | Acknowledge | Refuse | CheckStorage


# States. `guarded_until`: nothing that is touched or pressed before this counts. `deadline`: when
# the runtime's timer is to ring next; None when nothing waits for time.


@dataclass(frozen=True, slots=True)
class Memory:
    """What outlives a session: the settings, and when the last response began."""

    config: SessionConfig
    next_config: SessionConfig | None = None
    last_first_at: float | None = None


@dataclass(frozen=True, slots=True)
class Idle:
    """The start screen: the first statement, and nobody has answered it yet."""

    memory: Memory
    language: str
    guarded_until: float = 0.0
    deadline: float | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """A question is on the screen. While `is_saving`, its answer is on its way to the disk."""

    memory: Memory
    draft: Draft
    item: str
    guarded_until: float
    deadline: float
    is_saving: bool = False


@dataclass(frozen=True, slots=True)
class Thanks:
    """The answer is on disk. `draft` is there while its one answer can still be taken back."""

    memory: Memory
    language: str
    guarded_until: float
    leave_at: float
    draft: Draft | None = None
    undo_until: float = 0.0

    @property
    def deadline(self) -> float:
        """The end of the undo, then the end of the thanks."""
        return self.leave_at if self.draft is None else min(self.undo_until, self.leave_at)


@dataclass(frozen=True, slots=True)
class OutOfOrder:
    """Nothing can be stored: say so, keep what is not on disk, and try again."""

    memory: Memory
    unsaved: tuple[Save, ...]
    deadline: float
    guarded_until: float = 0.0


State = Idle | Asking | Thanks | OutOfOrder


def start(config: SessionConfig) -> State:
    """The state that a terminal begins in."""
    return Idle(Memory(config), config.languages[0])
