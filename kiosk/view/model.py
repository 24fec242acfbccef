"""What a screen is, as data: words, choices, and what each choice posts. Pure.

A view knows its title, its choices in reading order and its focus, so that it can be drawn, read
aloud or stepped through with buttons alike. Widgets draw it and decide nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from kiosk.session.events import Touch
from kiosk.session.preferences import Preferences
from kiosk.texts import Direction

Screen = Literal[
    "faces",
    "numbers",
    "reasons",
    "text",
    "who",
    "languages",
    "warning",
    "thanks",
    "night",
    "out-of-order",
    "staff-list",
    "staff-keys",
    "staff-code",
    "staff-corners",
]
"""The staff screens: a list to read and to choose from, something to type, a code for a phone, and
five places to touch."""

Lamp = Literal["ok", "attention", "bad"]
"""How something is, in one colour: never without a word beside it."""

Icon = Literal[
    "back",
    "contrast",
    "larger",
    "lowered",
    "language",
    "backspace",
    "shift",
    "space",
    "close",
]

Post = Callable[[float, str], Touch]
"""Makes the event of a choice from the time of the touch and a fresh id."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be tapped. `id` is stable and the same in every language."""

    id: str
    label: str
    event: Post
    is_chosen: bool = False
    mood: float | None = None
    """For a face: from -1, the saddest, to 1, the happiest."""
    icon: Icon | None = None
    """A sign that stands for the label; the label is then for reading aloud."""
    language: str = ""
    """The label's language, where it is not the view's."""
    is_primary: bool = False
    """The way on that most will want."""
    detail: str = ""
    """A second, quieter line: where a unit belongs, whether a text is verified."""


@dataclass(frozen=True, slots=True)
class Echo:
    """The answer just given, for as long as it can be changed: a face, or a number."""

    label: str
    mood: float | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """The text being written, and the place of the cursor: so many characters before it."""

    text: str
    cursor: int
    placeholder: str
    put_cursor: Callable[[int, float], Touch]
    """Makes the event of a tap before the character with this number, at this time."""


@dataclass(frozen=True, slots=True)
class Note:
    """A few more words on a screen: a heading and its text."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """An address to go on with on one's own phone, to be drawn as a QR code."""

    address: str
    caption: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that staff want to know: "Waiting answers" and "3"; a lamp where it is not well."""

    label: str
    value: str
    lamp: Lamp | None = None


@dataclass(frozen=True, slots=True)
class View:
    """One screen, whole: what it says, what can be chosen, how far along the visitor is."""

    screen: Screen
    key: str
    """Changes whenever the visitor is shown something else."""
    language: str
    direction: Direction
    title: str
    preferences: Preferences
    hint: str = ""
    answers: tuple[Choice, ...] = ()
    """The answers to choose from: faces, numbers, reasons, or what a sheet offers."""
    ends: tuple[str, str] = ("", "")
    """What the lowest and the highest number mean."""
    back: Choice | None = None
    """To the question before, or out of a sheet; while the last answer can be changed, `echo`
    goes with it."""
    back_words: tuple[str, ...] = ()
    """Every label that the way back can have here: room for each, so that nothing ever moves."""
    echo: Echo | None = None
    actions: tuple[Choice, ...] = ()
    """The ways on; the last one ends the sitting where that is possible."""
    languages: tuple[Choice, ...] = ()
    """One choice a language, the shown one chosen."""
    more_languages: Choice | None = None
    """Opens the sheet of languages, where there is no room for one choice each."""
    comforts: tuple[Choice, ...] = ()
    """High contrast, larger text, lower controls: always in the same corner."""
    step: int = 0
    steps: int = 0
    """How far along, counted from 1; 0 where nothing is gone through."""
    seconds_left: int | None = None
    """The countdown of a warning."""
    face: float | None = None
    """The mood of a face that says it without words."""
    notes: tuple[Note, ...] = ()
    code: Code | None = None
    field: Field | None = None
    keys: tuple[tuple[Choice, ...], ...] = ()
    """The rows of the on-screen keyboard."""
    whole_screen: Choice | None = None
    """What a touch anywhere does, where that is offered."""
    alert: Choice | None = None
    """A line for staff on the start screen, loud, with the question whole below it: touching it
    opens the staff pages. Its id is `staff-alert`."""
    banner: str = ""
    """On the staff screens: that this is for staff, and which terminal it is."""
    lamp: Lamp | None = None
    """On a staff screen, how it all is; `title` says it in words."""
    facts: tuple[Fact, ...] = ()
    """At most seven."""
    dots: int | None = None
    """So many characters of a secret were typed; None where nothing secret is."""
    page_of: tuple[int, int] | None = None
    """Which of how many pages of a list this is, from 1; then `previous` and `next` are actions."""

    def choices(self) -> tuple[Choice, ...]:
        """Everything that can be chosen, in reading order."""
        before = tuple(each for each in (self.alert, self.back) if each is not None)
        keys = tuple(key for row in self.keys for key in row)
        languages = self.languages
        if self.more_languages is not None:
            languages = (*languages, self.more_languages)
        return (*before, *self.answers, *keys, *self.actions, *self.comforts, *languages)

    @property
    def focus(self) -> str:
        """The id of the choice to begin with, for buttons and speech; empty without any."""
        choices = self.answers or self.actions or self.choices()
        chosen = [choice for choice in choices if choice.is_chosen]
        return next((choice.id for choice in (*chosen, *choices)), "")
