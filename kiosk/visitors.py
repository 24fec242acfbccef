"""Pretend clients: who comes, what they say, how they end. Pure, fixed by a seed.

For the demo, training and tests. Invented behaviour, not measured on anyone.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Ending = Literal["goes-on", "enough", "leaves"]


@dataclass(frozen=True, slots=True)
class Visitor:
    """One pretend client. `draws` in 0…1 decide what is said to one question after another."""

    pause_s: float
    language: str
    by_button: bool
    first: int
    draws: tuple[float, ...]
    ending: Ending


@dataclass(frozen=True, slots=True)
class Seen:
    """What a visitor sees: the kind of screen, and the ids of what can be touched."""

    screen: str
    language: str
    choices: Sequence[str]
    is_start: bool = False


class Screen(Protocol):
    """A screen to stand in front of: the real window's, or a pretend one."""

    def look(self) -> Seen:
        """What is on the screen, once a touch counts."""

    def touch(self, choice: str) -> None:
        """Touch a choice, and wait for what comes of it."""

    def press(self, button: int) -> None:
        """Press a button of five, and wait for what comes of it."""

    def leave(self) -> None:
        """Walk away; the screen is ready for the next person when this returns."""


def visitors(count: int, seed: int, languages: Sequence[str]) -> Iterator[Visitor]:
    """So many pretend clients; the same seed gives the same ones."""
    luck = random.Random(seed)  # noqa: S311 - pretend clients need no secrets
    for _ in range(count):
        yield Visitor(
            pause_s=round(luck.expovariate(1 / 30), 1),
            language=luck.choices(languages, [6, *([1] * (len(languages) - 1))])[0],
            by_button=luck.random() < 0.3,
            first=luck.choices((1, 2, 3, 4, 5), (6, 6, 10, 28, 50))[0],
            draws=tuple(luck.random() for _ in range(luck.choice((0, 2, 4, 12)))),
            ending=luck.choices(("enough", "leaves"), (3, 2))[0],
        )


def visit(visitor: Visitor, screen: Screen) -> None:
    """Let one pretend client answer."""
    _choose_language(visitor.language, screen)
    if visitor.by_button:
        screen.press(visitor.first)
    else:
        screen.touch(f"answer:{visitor.first}")
    for draw in visitor.draws:
        seen = screen.look()
        if seen.is_start or seen.screen not in ANSWERED:
            break
        ANSWERED[seen.screen](draw, seen, visitor, screen)
    if visitor.ending == "enough" and "enough" in screen.look().choices:
        screen.touch("enough")
    screen.leave()


def _choose_language(language: str, screen: Screen) -> None:
    """On the screen where there is room for each language, else on the sheet of all."""
    seen = screen.look()
    if seen.language == language:
        return
    if f"language:{language}" not in seen.choices:
        screen.touch("languages")
    screen.touch(f"language:{language}")


def _rate(draw: float, seen: Seen, visitor: Visitor, screen: Screen) -> None:
    """A face or a number: often near the first answer, now and then a way out."""
    if draw < 0.05:
        screen.touch("skip")
    elif draw < 0.1 and "not-applicable" in seen.choices:
        screen.touch("not-applicable")
    else:
        step = min(max(visitor.first + round((draw - 0.55) * 3), 1), 5)
        screen.touch(f"answer:{step if seen.screen == 'faces' else 2 * step}")


def _say_why(draw: float, seen: Seen, _visitor: Visitor, screen: Screen) -> None:
    """One reason or two, or none."""
    reasons = [choice for choice in seen.choices if choice.startswith("reason:")]
    chosen = random.Random(draw).sample(reasons, min(round(2 * draw), len(reasons)))  # noqa: S311 - pretend clients
    for reason in chosen:
        screen.touch(reason)
    screen.touch("next" if chosen else "skip")


def _write(draw: float, _seen: Seen, visitor: Visitor, screen: Screen) -> None:
    """A word by key after key, or nothing."""
    word = WORDS.get(visitor.language, "") if draw < 0.4 else ""
    for letter in word:
        screen.touch(f"key:{letter}")
    screen.touch("next" if word else "skip")


WORDS = {"fi": "kiitos", "sv": "tack", "en": "thanks"}
ANSWERED = {"faces": _rate, "numbers": _rate, "reasons": _say_why, "text": _write}
