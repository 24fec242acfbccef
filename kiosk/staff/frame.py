"""What surrounds every staff page: its words, whom it is for, the ways back and out. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from device_config.keyboards import Rows
from device_config.units import in_language
from kiosk.session.events import BackTapped, CursorPlaced, StaffTouched
from kiosk.session.free_text import Writing
from kiosk.session.preferences import Preferences
from kiosk.session.states import Memory
from kiosk.view.frame import Frame
from kiosk.view.keyboard import keyboard_rows
from kiosk.view.model import Choice, Fact, Field, Icon, Lamp, Screen, View

LANGUAGES = ("fi", "sv", "en")
"""Those in which the pages are written; a language pack may bring more."""
MOST_ROWS = 6
"""As many rows of a list as one screen takes; rows with a second line take more room."""
MOST_TALL_ROWS = 4
MOST_RESULTS, MOST_SUGGESTED = 5, 3
"""Units and places offered above a keyboard; a low screen shows the first ones of them."""

CLOSE = "close"
PREVIOUS, NEXT = "previous", "next"


def offer(  # noqa: PLR0913 - what a choice can be
    choice_id: str,
    label: str,
    *,
    detail: str = "",
    is_chosen: bool = False,
    is_primary: bool = False,
    icon: Icon | None = None,
) -> Choice:
    """Something to touch that posts `StaffTouched` with this id."""
    return Choice(
        choice_id,
        label,
        lambda at, fresh_id: StaffTouched(choice_id, at, fresh_id),
        is_chosen=is_chosen,
        icon=icon,
        is_primary=is_primary,
        detail=detail,
    )


def pages_of(count: int, most: int) -> int:
    """How many pages so many rows take, at least one."""
    return max(-(-count // most), 1)


@dataclass(frozen=True, slots=True)
class StaffFrame:
    """The words and the language of the pages, and what stands on each."""

    frame: Frame
    terminal_id: str | None = None
    has_menu: bool = False
    """Whether there is a menu to go back to."""

    @classmethod
    def of(
        cls, memory: Memory, preferences: Preferences, terminal_id: str | None, has_menu: bool
    ) -> "StaffFrame":
        """For pages in this language over a session with this memory."""
        offered = tuple(each for each in memory.config.languages if each in LANGUAGES)
        return cls(Frame(memory.config, preferences, offered), terminal_id, has_menu)

    @property
    def language(self) -> str:
        """The language of the pages."""
        return self.frame.language

    def say(self, english: str) -> str:
        """One of the kiosk's own texts."""
        return self.frame.say(english)

    def named(self, names: dict[str, str]) -> str:
        """A name in the language of the pages, else in another; empty without one."""
        return in_language(names, self.language)

    # Screens

    def list(  # noqa: PLR0913 - what a list has
        self,
        key: str,
        title: str,
        *,
        hint: str = "",
        lamp: Lamp | None = None,
        facts: Sequence[Fact] = (),
        answers: Sequence[Choice] = (),
        actions: Sequence[Choice] = (),
        has_back: bool = True,
        page_of: tuple[int, int] | None = None,
    ) -> View:
        """Something to read and to choose from. `page_of` brings the ways to the other pages."""
        turning: tuple[Choice, ...] = ()
        if page_of is not None and page_of[1] > 1:
            number, count = page_of
            before = offer(PREVIOUS, self.say("Previous"))
            after = offer(NEXT, self.say("More"))
            turning = ((before,) if number > 1 else ()) + ((after,) if number < count else ())
        else:
            page_of = None
        view = self._view("staff-list", key, title, (*turning, *actions), has_back)
        return replace(
            view, hint=hint, lamp=lamp, facts=tuple(facts), answers=tuple(answers), page_of=page_of
        )

    def keys(  # noqa: PLR0913 - what a page with a keyboard has
        self,
        key: str,
        title: str,
        *,
        hint: str = "",
        writing: Writing | None = None,
        placeholder: str = "",
        dots: int | None = None,
        rows: Sequence[Sequence[Choice]] | None = None,
        answers: Sequence[Choice] = (),
        actions: Sequence[Choice] = (),
        has_back: bool = True,
    ) -> View:
        """Something to type, with the letters of the language unless `rows` are given."""
        view = self._view("staff-keys", key, title, actions, has_back)
        field = None
        if writing is not None and dots is None:
            field = Field(writing.text, writing.cursor, placeholder, CursorPlaced)
        if rows is None:
            rows = keyboard_rows(writing or Writing(), self.frame)
        return replace(
            view,
            hint=hint,
            field=field,
            dots=dots,
            keys=tuple(tuple(row) for row in rows),
            answers=tuple(answers),
        )

    def _view(
        self, screen: Screen, key: str, title: str, actions: Sequence[Choice], has_back: bool
    ) -> View:
        back = Choice("back", self.say("Back"), lambda at, _: BackTapped(at), icon="back")
        close = offer(CLOSE, self.say("Close"))
        return View(
            screen=screen,
            key=f"staff:{key}:{self.frame.key}",
            language=self.language,
            direction=self.frame.direction,
            title=title,
            preferences=self.frame.preferences,
            back=back if has_back and self.has_menu else None,
            actions=(*actions, close),
            languages=self._languages() if not self.has_menu else (),
            banner=self._banner(),
        )

    def screen(self, screen: Screen, key: str, title: str, *actions: Choice) -> View:
        """A page of another kind, to be filled."""
        return self._view(screen, key, title, actions, has_back=True)

    def _banner(self) -> str:
        words = self.say("For staff")
        return f"{words} · {self.terminal_id}" if self.terminal_id else words

    def _languages(self) -> tuple[Choice, ...]:
        return self.frame.languages()


def typed_rows(rows: Rows) -> tuple[tuple[Choice, ...], ...]:
    """Keys that each post `StaffTouched("key:x")`, for what is no text."""
    return tuple(tuple(offer(f"key:{each}", each.upper()) for each in row) for row in rows)
