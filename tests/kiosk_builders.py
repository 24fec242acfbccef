"""Sessions, taps and presses for tests of the kiosk, and a disk to save on. Holds no tests."""

import time
import uuid
from collections import deque
from dataclasses import replace

from device_config.clock import Reading
from device_config.questionnaire_files import questionnaire_named
from device_config.settings import SessionSettings
from kiosk.draft import new_draft
from kiosk.events import Pressed, Saved, StorageFailed, Tapped, TimePassed
from kiosk.session import Step, reduce
from kiosk.states import (
    Acknowledge,
    Draft,
    Memory,
    PressId,
    Save,
    SessionConfig,
    session_config,
    start,
)
from sync.wire import Answer, Location

FIRST = "usefulness"
NPS = "nps"
LANGUAGES = ("fi", "sv", "en")
HERE = Location(county="20", unit="1.2.246.10.2085212.10.1314", place="Aula 1")
LONG_AGO = 1_790_000_000.0


def a_config(*, follow_up: bool = True, place: Location = HERE, **changes) -> SessionConfig:
    settings = {
        "questionnaire": "national-general",
        "languages": LANGUAGES,
        "first_item": FIRST,
        "follow_up": follow_up,
        "idle_timeout_s": 20.0,
        "undo_s": 2.0,
        "min_interval_s": 5.0,
    }
    questionnaire = questionnaire_named("national-general")
    return session_config(
        SessionSettings(**(settings | changes)), questionnaire, place, "on-site", ()
    )


def new_id() -> str:
    return str(uuid.uuid4())


def an_answer(value: int | str = 5, item: str = FIRST) -> Answer:
    if isinstance(value, str):
        return Answer(item=item, status=value)
    return Answer(item=item, value=value)


def tap(value: int | str = 5, item: str = FIRST, *, at: float = 0.0) -> Tapped:
    return Tapped(an_answer(value, item), at, new_id())


def press(
    button: int = 5, *, at: float = 0.0, buttons: int = 5, number: int | None = None
) -> Pressed:
    press_id = None if number is None else PressId("box", number)
    return Pressed("box", button, buttons, at, new_id(), press_id)


def a_draft(*answers: Answer, at: float = 0.0, **changes) -> Draft:
    draft = new_draft(Memory(a_config()), "fi", tap(at=at))
    for answer in answers or (an_answer(),):
        draft = draft.with_answer(answer)
    return replace(draft, **changes)


def a_reading(boottime: float = 100.0, *, is_synced: bool = True) -> Reading:
    return Reading(LONG_AGO + boottime, boottime, "boot-1", is_synced)


class Sitting:
    """The session rules with a disk that answers when it is told to, as the writer does: in order.

    `disk` keeps what the outbox would: a response that is closed is left as it is.
    """

    def __init__(self, config: SessionConfig | None = None) -> None:
        self.state = start(config or a_config())
        self.now = 0.0
        self.waiting: deque[Save] = deque()
        self.saves: list[Save] = []
        self.put_aside: list[PressId] = []
        self.disk: dict[str, Draft] = {}

    def happen(self, event) -> Step:
        step = reduce(self.state, event)
        self.state = step.state
        for effect in step.effects:
            if isinstance(effect, Save):
                self.waiting.append(effect)
                self.saves.append(effect)
            elif isinstance(effect, Acknowledge):
                self.put_aside.append(effect.press)
        return step

    def tap(self, value: int | str = 5, item: str | None = None, *, after: float = 1.0) -> Step:
        self.now += after
        item = item or getattr(self.state, "item", FIRST)
        return self.happen(tap(value, item, at=self.now))

    def press(self, button: int = 5, *, after: float = 1.0, **changes) -> Step:
        self.now += after
        return self.happen(press(button, at=self.now, **changes))

    def do(self, event_type, *args, after: float = 1.0) -> Step:
        self.now += after
        return self.happen(event_type(*args, self.now))

    def save(self) -> Save:
        """The oldest waiting save reaches the disk."""
        save = self.waiting.popleft()
        before = self.disk.get(save.draft.id)
        if before is None or before.ended is None:
            self.disk[save.draft.id] = save.draft
        self.happen(Saved(save, self.now))
        return save

    def save_all(self) -> None:
        while self.waiting:
            self.save()

    def fail(self) -> Save:
        """The oldest waiting save does not reach the disk."""
        save = self.waiting.popleft()
        self.happen(StorageFailed(save, self.now))
        return save

    def say(self, value: int | str = 5, item: str | None = None) -> None:
        """Tap an answer, and let it reach the disk."""
        self.tap(value, item)
        self.save_all()

    def ring(self) -> Step:
        """The runtime's timer rings at its deadline."""
        self.now = max(self.now, self.state.deadline)
        return self.happen(TimePassed(self.now))

    def saved(self, number: int = 0) -> Draft:
        """What the disk holds of the first response, or of a later one."""
        return list(self.disk.values())[number]


def eventually(is_so, within_s: float = 10.0):
    """Wait until something is so, and return it; fails when it does not come."""
    give_up_at = time.monotonic() + within_s
    while not (found := is_so()):
        assert time.monotonic() < give_up_at, "waited in vain"
        time.sleep(0.005)
    return found
