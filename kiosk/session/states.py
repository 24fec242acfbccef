"""The states of a session. Pure.

Times are seconds of CLOCK_BOOTTIME. `guarded_until`: nothing that is touched or pressed before
this counts. `deadline`: when the runtime's timer is to ring next; None when nothing waits.
"""

from dataclasses import dataclass, replace

from kiosk.abuse import First, Landed
from kiosk.session.config import Form, SessionConfig
from kiosk.session.draft import Draft
from kiosk.session.effects import Save
from kiosk.session.events import Sheet
from kiosk.session.free_text import Writing
from kiosk.session.preferences import Preferences
from sync.wire import Answer, Respondent


@dataclass(frozen=True, slots=True)
class Memory:
    """What outlives a session: the settings, whether the house is open, what was pressed lately.

    `closed_at`: when the house closed, where that is known. `firsts`: how the last responses
    began, oldest first; `presses`: the last presses. Both are bounded (`kiosk.abuse`).
    """

    config: SessionConfig
    next_config: SessionConfig | None = None
    is_open: bool = True
    closed_at: float | None = None
    firsts: tuple[First, ...] = ()
    presses: tuple[Landed, ...] = ()


@dataclass(frozen=True, slots=True)
class Idle:
    """The start screen: the first statement, and nobody has answered it yet.

    What somebody chose there and left is put back at the deadline.
    """

    memory: Memory
    preferences: Preferences
    respondent: Respondent = "client"
    sheet: Sheet | None = None
    guarded_until: float = 0.0
    deadline: float | None = None

    @property
    def form(self) -> Form:
        """What is asked of whoever said to be answering."""
        return self.memory.config.form(self.respondent)


@dataclass(frozen=True, slots=True)
class Night:
    """Closed: a calm screen. A touch wakes it and never answers; a press on a box counts."""

    memory: Memory
    preferences: Preferences
    guarded_until: float = 0.0
    deadline: None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """A question is on the screen.

    While `is_saving`, its answer is on its way to the disk. `trail`: the questions before this
    one. `echo`: the answer just given, for as long as it can be changed. `seconds_left`: the
    countdown, once the visitor is warned that it all ends at `closes_at`. `slap_until`: while the
    answer of a press is being saved, until when it may turn out to be a slap.
    """

    memory: Memory
    preferences: Preferences
    draft: Draft
    item: str
    guarded_until: float
    closes_at: float
    timeout_s: float
    is_saving: bool = False
    trail: tuple[str, ...] = ()
    echo: Answer | None = None
    echo_until: float = 0.0
    seconds_left: int | None = None
    writing: Writing = Writing()  # noqa: RUF009 - frozen
    sheet: Sheet | None = None
    slap_until: float | None = None

    @property
    def form(self) -> Form:
        """What is asked of this respondent."""
        return self.memory.config.form(self.draft.respondent)

    @property
    def warn_at(self) -> float:
        """When the warning of the time-out begins."""
        return self.closes_at - self.memory.config.warning_s

    @property
    def deadline(self) -> float:
        """The end of the echo, the warning, each second of its countdown, the end."""
        if self.is_saving:
            return self.closes_at
        ring = self.warn_at
        if self.seconds_left is not None:
            ring = self.closes_at - (self.seconds_left - 1)
        return ring if self.echo is None else min(ring, self.echo_until)

    def kept_awake(self, at: float) -> "Asking":
        """The visitor has done something: the time-out begins anew."""
        return replace(self, closes_at=at + self.timeout_s, seconds_left=None)


@dataclass(frozen=True, slots=True)
class Thanks:
    """The answer is on disk.

    `echo` is what was answered last, shown until `undo_until`; while `last` is there, the sitting
    that it closed can still be gone back to. `pressed` is the sitting that a press has ended, until
    `slap_until`: nobody can change that answer, but it may turn out to be a slap.
    """

    memory: Memory
    preferences: Preferences
    respondent: Respondent
    guarded_until: float
    began_at: float
    leave_at: float
    echo: Answer | None = None
    undo_until: float = 0.0
    last: Asking | None = None
    pressed: Asking | None = None
    slap_until: float = 0.0

    @property
    def form(self) -> Form:
        """What was asked."""
        return self.memory.config.form(self.respondent)

    @property
    def draft(self) -> Draft | None:
        """The response that is still open, for the undo or a slap."""
        sitting = self.last or self.pressed
        return None if sitting is None else sitting.draft

    @property
    def deadline(self) -> float:
        """The first of: the time for a slap is over, that for the undo, that for the thanks."""
        ring = self.leave_at
        if self.echo is not None or self.last is not None:
            ring = min(ring, self.undo_until)
        return ring if self.pressed is None else min(ring, self.slap_until)


@dataclass(frozen=True, slots=True)
class OutOfOrder:
    """Nothing can be stored: say so, keep what is not on disk, and try again."""

    memory: Memory
    preferences: Preferences
    unsaved: tuple[Save, ...]
    deadline: float
    guarded_until: float = 0.0


State = Idle | Night | Asking | Thanks | OutOfOrder


def start(config: SessionConfig) -> State:
    """The state that a terminal begins in."""
    return Idle(Memory(config), Preferences(config.languages[0]))


def has_accepted(before: State, after: State) -> bool:
    """Whether an answer that was on its way to the disk has got there, between these states."""
    if not (isinstance(before, Asking) and before.is_saving and before.echo is not None):
        return False
    return isinstance(after, Thanks) or (isinstance(after, Asking) and not after.is_saving)
