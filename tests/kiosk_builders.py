"""Sessions, taps and presses for tests of the kiosk, and a disk to save on. Holds no tests."""

import time
import uuid
from collections import deque
from dataclasses import fields, is_dataclass, replace

import msgspec

from device_config.clock import Reading
from device_config.keyboards import keyboard_for, number_rows
from device_config.notices import Notices
from device_config.questionnaire import Questionnaire
from device_config.questionnaire_files import questionnaire_named
from device_config.settings import SessionSettings
from kiosk.abuse import SLAP_S
from kiosk.session.beginning import new_draft
from kiosk.session.config import Keyboards, SessionConfig, session_config
from kiosk.session.draft import Draft
from kiosk.session.effects import Acknowledge, CheckStorage, PressId, Save, Tell
from kiosk.session.events import (
    CharactersTyped,
    NextTapped,
    Pressed,
    ReasonTapped,
    Saved,
    StorageFailed,
    StorageReady,
    Tapped,
    TimePassed,
)
from kiosk.session.moves import GUARD_S, Step
from kiosk.session.reduce import reduce
from kiosk.session.states import Asking, Memory, State, start
from kiosk.texts import words_in
from kiosk.view.show import show
from sync.wire import Answer, Location

FIRST = "usefulness"
NPS = "nps"
TEXT = "text"
REASONS = "reasons"
LANGUAGES = ("fi", "sv", "en")
HERE = Location(county="20", unit="1.2.246.10.2085212.10.1314", place="Aula 1")
LONG_AGO = 1_790_000_000.0


def a_questionnaire(respondent: str = "client", **changes) -> Questionnaire:
    """The shipped questionnaire, as if it were a child's or a relative's: its words, another id."""
    shipped = questionnaire_named("national-general")
    if respondent == "client":
        return msgspec.structs.replace(shipped, **changes)
    members = {"id": f"test-{respondent}", "version": "2024.1", "respondent": respondent}
    return msgspec.structs.replace(shipped, **(members | changes))


def without_text(*, kinds: tuple[str, ...] = ("statement", "recommendation")) -> Questionnaire:
    """A questionnaire whose last item is a question, without reasons."""
    items = tuple(item for item in a_questionnaire().items if item.kind in kinds)
    return a_questionnaire(items=items, reasons=None)


def statements_only() -> Questionnaire:
    """A questionnaire whose last item is a statement."""
    return without_text(kinds=("statement",))


def short() -> Questionnaire:
    """A questionnaire of two statements, the reasons and the text: soon gone through."""
    items = tuple(item for item in a_questionnaire().items if item.id in {FIRST, "safety", TEXT})
    return a_questionnaire(items=items)


def for_everybody() -> tuple[Questionnaire, ...]:
    """The client's, the child's and the relative's questionnaire."""
    return (a_questionnaire(), a_questionnaire("child"), a_questionnaire("relative"))


MOST_RINGS = 40
"""More than the timer ever rings for one sitting; the most are a countdown of 20 s."""


def a_config(
    *,
    follow_up: bool = True,
    place: Location = HERE,
    questionnaires: tuple[Questionnaire, ...] = (),
    notices: Notices | None = None,
    **changes,
) -> SessionConfig:
    settings = {
        "questionnaire": "national-general",
        "languages": LANGUAGES,
        "first_item": FIRST,
        "follow_up": follow_up,
        "idle_timeout_s": 20.0,
        "undo_s": 2.0,
        "min_interval_s": 5.0,
    }
    chosen = SessionSettings(**(settings | changes))
    keyboards = {language: keyboard_for(language).rows for language in chosen.languages}
    return session_config(
        chosen,
        questionnaires or (questionnaire_named("national-general"),),
        words_in(chosen.languages),
        Keyboards(keyboards, number_rows()),
        place,
        "on-site",
        notices or Notices(),
    )


ORDER = tuple(item.id for item in a_config().forms[0].order)
"""What is asked, one after the other, of whoever has nothing low to say."""


def new_id() -> str:
    return str(uuid.uuid4())


def an_answer(value: int | str = 5, item: str = FIRST) -> Answer:
    if isinstance(value, str):
        return Answer(item=item, status=value)
    return Answer(item=item, value=value)


def tap(value: int | str = 5, item: str = FIRST, *, at: float = 0.0) -> Tapped:
    return Tapped(an_answer(value, item), at, new_id())


def a_press_id(number: int) -> PressId:
    return PressId("box", "box-1", number)


def press(
    button: int = 5, *, at: float = 0.0, buttons: int = 5, number: int | None = None
) -> Pressed:
    press_id = None if number is None else a_press_id(number)
    return Pressed("box", button, buttons, at, new_id(), press_id)


def a_draft(*answers: Answer, at: float = 0.0, **changes) -> Draft:
    draft = new_draft(Memory(a_config()), "fi", "client", tap(at=at))
    for answer in answers or (an_answer(),):
        draft = draft.with_answer(answer)
    return replace(draft, **changes)


def a_reading(boottime: float = 100.0, *, is_synced: bool = True) -> Reading:
    return Reading(LONG_AGO + boottime, boottime, "boot-1", is_synced)


def shown(state: State) -> object:
    """All that a state's screen says, with what each choice posts: two of them can be compared."""
    return _plain(show(state))


def _plain(thing: object) -> object:
    if is_dataclass(thing):
        parts = {field.name: getattr(thing, field.name) for field in fields(thing)}
        for name, arguments in (("event", (0.0, "an id")), ("put_cursor", (0, 0.0))):
            if name in parts:
                parts[name] = repr(parts[name](*arguments))
        return {name: _plain(part) for name, part in parts.items()}
    return [_plain(part) for part in thing] if isinstance(thing, tuple) else thing


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
        self.is_asked = False
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
            elif isinstance(effect, CheckStorage):
                self.is_asked = True
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
        """All reaches the disk, which says that it is ready if it was asked."""
        while self.waiting:
            self.save()
        if self.is_asked:
            self.is_asked = False
            self.happen(StorageReady(self.now))

    def fail(self) -> Save:
        """The oldest waiting save does not reach the disk, which is full from now on."""
        save = self.waiting.popleft()
        self.is_asked = False
        self.happen(StorageFailed(save, self.now))
        return save

    def say(self, value: int | str = 5, item: str | None = None) -> None:
        """Tap an answer, and let it reach the disk."""
        self.tap(value, item)
        self.save_all()

    def go_to(self, item: str) -> None:
        """Answer, neither well nor badly, until this question is on the screen."""
        while not isinstance(self.state, Asking) or self.state.item != item:
            self.say(3)

    def write(self, text: str) -> None:
        """Type a text, key by key, once the keyboard can be used."""
        self.now += GUARD_S
        for character in text:
            self.do(CharactersTyped, character, after=0.05)

    def ring(self) -> Step:
        """The runtime's timer rings at its deadline."""
        self.now = max(self.now, self.state.deadline)
        return self.happen(TimePassed(self.now))

    def silence(self) -> None:
        """Nobody does anything until the question is gone; the disk does not answer."""
        for _ in range(MOST_RINGS):
            if not isinstance(self.state, Asking):
                return
            self.ring()
        raise AssertionError(self.state)

    def leave(self) -> None:
        """Nobody is there: the timer rings and the disk answers until nothing waits."""
        for _ in range(MOST_RINGS):
            self.save_all()
            if self.state.deadline is None:
                return
            self.ring()
        raise AssertionError(self.state)

    def settle(self) -> None:
        """All reaches the disk, and what was pressed can be no slap any more."""
        self.save_all()
        self.now += SLAP_S
        self.happen(TimePassed(self.now))
        self.save_all()

    def saved(self, number: int = 0) -> Draft:
        """What the disk holds of the first response, or of a later one."""
        return list(self.disk.values())[number]


def one_answer_only(**changes) -> Sitting:
    """Where one press or tap is the whole response."""
    return Sitting(a_config(follow_up=False, **changes))


def asked_for_reasons() -> Sitting:
    """After a low answer, with the reasons on the screen."""
    sitting = Sitting()
    sitting.say(1)
    assert sitting.state.item == REASONS
    return sitting


def at_an_early_text() -> Sitting:
    """The text that a reason led to, with the statements still to come."""
    sitting = asked_for_reasons()
    sitting.do(ReasonTapped, "other")
    sitting.do(NextTapped)
    sitting.save_all()
    assert sitting.state.item == TEXT
    return sitting


def reasons_of(draft: Draft) -> tuple[str, ...] | None:
    """The reasons that were ticked, or None."""
    answer = draft.answer_to(REASONS)
    return None if answer is None else answer.options


def told_by(step: Step) -> list[Tell]:
    """What of this step is to be told to the centre."""
    return [effect for effect in step.effects if isinstance(effect, Tell)]


def eventually(is_so, within_s: float = 10.0):
    """Wait until something is so, and return it; fails when it does not come."""
    give_up_at = time.monotonic() + within_s
    while not (found := is_so()):
        assert time.monotonic() < give_up_at, "waited in vain"
        time.sleep(0.005)
    return found
