"""Which responses the live page is about: everything stands in its address. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal
from urllib.parse import urlencode

from sync.central.numbers.periods import Period, days, weeks
from sync.central.scopes import EVERYTHING, Scope, parse_scope
from sync.central.store.tallies import Filter, Standing

PERIODS = (7, 30, 90, 365)
"""The days that can be looked back, today included."""
DAYS = 30
MOST_DAILY = 31
"""So many days are shown one by one unless asked otherwise; more of them by the week."""
MOST_CHARACTERS = 100

Step = Literal["day", "week"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants to see; an empty text is every channel, language, questionnaire."""

    scope: Scope = EVERYTHING
    days: int = DAYS
    with_misuse: bool = False
    with_simulated: bool = False
    channel: str = ""
    spoken: str = ""
    questionnaire: str = ""
    step: Step = "day"

    @property
    def standings(self) -> frozenset[Standing]:
        """How the responses that are counted stand."""
        found: set[Standing] = {"counted"}
        if self.with_misuse:
            found.add("misuse")
        if self.with_simulated:
            found.add("simulated")
        return frozenset(found)

    @property
    def is_narrowed(self) -> bool:
        """Whether it is about some channel, language or questionnaire only."""
        return bool(self.channel or self.spoken or self.questionnaire)

    def first_day(self, today: date) -> date:
        """The first day that is looked at."""
        return today - timedelta(days=self.days - 1)

    def periods(self, today: date) -> tuple[Period, ...]:
        """The steps of the trend."""
        steps = days if self.step == "day" else weeks
        return steps(self.first_day(today), today)

    def filter(self, units: frozenset[str] | None, today: date) -> Filter:
        """The tallies that are meant, of these units."""
        return Filter(
            units=units,
            first=self.first_day(today),
            last=today,
            standings=self.standings,
            questionnaire=self.questionnaire or None,
            channel=self.channel or None,
            language=self.spoken or None,
        )

    def query(self, **changes: Any) -> str:
        """What stands after the question mark for the same with other members."""
        wanted = replace(self, **changes)
        said = {
            "of": str(wanted.scope),
            "days": "" if wanted.days == DAYS else str(wanted.days),
            "misuse": "in" if wanted.with_misuse else "",
            "simulated": "in" if wanted.with_simulated else "",
            "channel": wanted.channel,
            "language": wanted.spoken,
            "questionnaire": wanted.questionnaire,
            "trend": "" if wanted.step == _usual_step(wanted.days) else wanted.step,
        }
        return urlencode({name: value for name, value in said.items() if value})


def wanted_in(query: Mapping[str, str]) -> Wanted | None:
    """What an address asks for; None when it names no part of the tree that could be.

    `unit`, an OID, is how addresses of before named one unit. What cannot be meant otherwise
    counts as not said.
    """
    unit = query.get("unit", "").strip()
    of = query.get("of", "").strip() or (f"unit:{unit}" if unit else "")
    scope = parse_scope(of)
    if scope is None:
        return None
    back = query.get("days", "")
    length = int(back) if back in map(str, PERIODS) else DAYS
    trend = query.get("trend")
    return Wanted(
        scope=scope,
        days=length,
        with_misuse=query.get("misuse") == "in",
        with_simulated=query.get("simulated") == "in",
        channel=_word(query.get("channel", "")),
        spoken=_word(query.get("language", "")),
        questionnaire=_word(query.get("questionnaire", "")),
        step="day" if trend == "day" else "week" if trend == "week" else _usual_step(length),
    )


def _usual_step(length: int) -> Step:
    return "day" if length <= MOST_DAILY else "week"


def _word(text: str) -> str:
    text = text.strip()
    return text if len(text) <= MOST_CHARACTERS and text.isprintable() else ""
