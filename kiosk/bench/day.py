"""A synthetic day at a terminal in a waiting room: who answers, and who plays. Pure, seeded.

Invented behaviour, not measured on anyone. Times are seconds since the first midnight. One press or
tap is a whole response, as on a box of buttons.
"""

import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Literal

from kiosk.session.events import Pressed, Tapped
from sync.wire import Answer

Label = Literal["client", "again", "child", "angry", "cloth", "staff"]
"""An ordinary client; one who presses a second time, unsure whether it counted; a child playing; an
angry client; a cleaner's cloth; staff voting for themselves."""

OPENS_S, CLOSES_S, DAY_S = 8 * 3600.0, 16 * 3600.0, 86400.0
CLIENTS = 250
HOURS = {8: 12, 9: 16, 10: 15, 11: 10, 12: 6, 13: 12, 14: 11, 15: 8}
"""How busy each hour is beside the others."""
VALUES, LIKELY = (1, 2, 3, 4, 5), (5, 4, 6, 15, 70)


@dataclass(frozen=True, slots=True)
class Act:
    """One press or tap, and who is behind it."""

    event: Pressed | Tapped
    label: Label

    @property
    def at(self) -> float:
        """When."""
        return self.event.at


@dataclass(frozen=True, slots=True)
class _Luck:
    """A day's chance, and what it makes of a press or a tap."""

    random: random.Random
    item: str

    def id(self) -> str:
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def press(self, at: float, button: int, label: Label) -> Act:
        return Act(Pressed("box", button, 5, at, self.id()), label)

    def tap(self, at: float, value: int, label: Label) -> Act:
        return Act(Tapped(Answer(item=self.item, value=value), at, self.id()), label)


def day(seed: int, number: int, item: str) -> tuple[Act, ...]:
    """All that is pressed and tapped on one day, in order; `item` is what the start screen asks."""
    luck = _Luck(random.Random(f"{seed}/{number}"), item)  # noqa: S311 - pretend people
    comers: tuple[Callable[[_Luck], Iterator[Act]], ...] = (
        *(_clients, _child, _angry_client, _staff),
        lambda luck: _cloth(luck, 12.4 * 3600),
        lambda luck: _cloth(luck, CLOSES_S + 5400),
    )
    acts = [act for come in comers for act in come(luck)]
    return tuple(_on_day(number, act) for act in sorted(acts, key=attrgetter("at")))


def _on_day(number: int, act: Act) -> Act:
    at = act.at + number * DAY_S
    if isinstance(act.event, Tapped):
        return Act(Tapped(act.event.answer, at, act.event.fresh_id), act.label)
    pressed = act.event
    return Act(
        Pressed(pressed.panel, pressed.button, pressed.buttons, at, pressed.fresh_id), act.label
    )


def _sometime(luck: _Luck) -> float:
    hour = luck.random.choices(list(HOURS), list(HOURS.values()))[0]
    return (hour + luck.random.random()) * 3600


def _clients(luck: _Luck) -> Iterator[Act]:
    """Alone, as couples, now and then a group that leaves together; never two at once."""
    arrivals: list[float] = []
    while len(arrivals) < CLIENTS:
        at = _sometime(luck)
        for _ in range(luck.random.choices((1, 2, 5), (81, 18, 1))[0]):
            arrivals.append(at)
            at += luck.random.uniform(8, 15)
    free_at = 0.0
    for arrival in sorted(arrivals[:CLIENTS]):
        at = max(arrival, free_at)
        yield from _client(luck, at)
        free_at = at + luck.random.uniform(4, 10)


def _client(luck: _Luck, at: float) -> Iterator[Act]:
    value = luck.random.choices(VALUES, LIKELY)[0]
    if luck.random.random() < 0.4:
        yield luck.tap(at, value, "client")
        return
    yield luck.press(at, value, "client")
    if luck.random.random() < 0.03:
        yield luck.press(at + luck.random.uniform(0.4, 3), value, "again")


def _child(luck: _Luck) -> Iterator[Act]:
    """Many buttons, fast, now and then with the whole hand."""
    at = _sometime(luck)
    for _ in range(luck.random.randint(10, 40)):
        fingers = luck.random.randint(2, 4) if luck.random.random() < 0.2 else 1
        yield from _hand(luck, at, fingers, "child")
        at += luck.random.uniform(0.2, 2.5)


def _hand(luck: _Luck, at: float, fingers: int, label: Label) -> Iterator[Act]:
    for button in luck.random.sample(VALUES, fingers):
        yield luck.press(at, button, label)
        at += luck.random.uniform(0.001, 0.02)


def _angry_client(luck: _Luck) -> Iterator[Act]:
    """The saddest face, over and over."""
    at = _sometime(luck)
    for _ in range(luck.random.randint(10, 25)):
        yield luck.press(at, 1, "angry")
        at += luck.random.uniform(0.4, 3)


def _cloth(luck: _Luck, about: float) -> Iterator[Act]:
    """To and fro over all the buttons; one wipe in five is slow."""
    at = about + luck.random.uniform(-900, 900)
    buttons = list(VALUES)
    for _ in range(luck.random.randint(2, 6)):
        fastest, slowest = (0.08, 0.2) if luck.random.random() < 0.2 else (0.008, 0.05)
        for button in buttons:
            yield luck.press(at, button, "cloth")
            at += luck.random.uniform(fastest, slowest)
        buttons.reverse()
        at += luck.random.uniform(0.3, 1.5)


def _staff(luck: _Luck) -> Iterator[Act]:
    """The happiest face, patiently, at the end of the day or after it."""
    at = CLOSES_S + luck.random.uniform(-1800, 1800)
    for _ in range(luck.random.randint(8, 15)):
        yield luck.press(at, 5, "staff")
        at += luck.random.uniform(3, 20)
