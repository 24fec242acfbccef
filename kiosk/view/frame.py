"""What is on every screen: the language switch and the comforts, in the same corner. Pure."""

from dataclasses import dataclass

from kiosk.session.config import SessionConfig
from kiosk.session.events import ComfortTapped, LanguageChosen, SheetOpened
from kiosk.session.preferences import COMFORTS, Comfort, Preferences
from kiosk.session.states import Asking, Idle, State, Thanks
from kiosk.texts import Direction, direction
from kiosk.view.model import Choice, Post


@dataclass(frozen=True, slots=True)
class Frame:
    """A state's language and what surrounds its question."""

    config: SessionConfig
    preferences: Preferences
    offered: tuple[str, ...]

    @classmethod
    def of(cls, state: State) -> "Frame":
        """What surrounds the screen of a state."""
        config = state.memory.config
        offered: tuple[str, ...] = ()
        if isinstance(state, Idle | Asking | Thanks):
            offered = config.languages_of(state.form.respondent)
        return cls(config, state.preferences, offered)

    @property
    def language(self) -> str:
        """The language that is shown."""
        return self.preferences.language

    @property
    def direction(self) -> Direction:
        """Which way it is read."""
        return direction(self.language)

    @property
    def key(self) -> str:
        """What of a view's key does not come from its question."""
        comforts = "".join(each[:2] for each in COMFORTS if self.preferences.has(each))
        return f"{self.language}:{comforts}" if comforts else self.language

    def say(self, english: str) -> str:
        """One of the kiosk's own texts in the shown language."""
        return self.config.words.say(english, self.language)

    def languages(self) -> tuple[Choice, ...]:
        """One choice a language, in its own name; none where there is but one."""
        if len(self.offered) < 2:
            return ()
        return tuple(
            Choice(
                f"language:{each}",
                self.config.words.name_of(each),
                _speaks(each),
                is_chosen=each == self.language,
                language=each,
            )
            for each in self.offered
        )

    def more_languages(self) -> Choice | None:
        """The way to the sheet of languages."""
        if len(self.offered) < 2:
            return None
        label = self.say("Language")
        return Choice("languages", label, _opens_languages, icon="language")

    def comforts(self) -> tuple[Choice, ...]:
        """What makes the screen easier to see and to reach."""
        labels = {
            "contrast": self.say("High contrast"),
            "larger": self.say("Larger text"),
            "lowered": self.say("Lower controls"),
        }
        return tuple(
            Choice(each, labels[each], _comforts(each), self.preferences.has(each), icon=each)
            for each in COMFORTS
        )


def _speaks(language: str) -> Post:
    return lambda at, _: LanguageChosen(language, at)


def _comforts(comfort: Comfort) -> Post:
    return lambda at, _: ComfortTapped(comfort, at)


def _opens_languages(at: float, _fresh_id: str) -> SheetOpened:
    return SheetOpened("languages", at)
