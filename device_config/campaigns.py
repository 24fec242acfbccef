"""What applies on a day in a unit: what is asked, what first, and when the house is open. Pure.

Days are those of the calendar on the wall here, so nothing depends on how many hours one has.
Where the day is not known, since the clock may be wrong, no campaign is on and nothing takes turns.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import msgspec

from device_config.hours import OpeningHours, is_open, parse_hours
from device_config.settings import CampaignSettings, SessionSettings, Settings

DAYS_IN_WEEK = 7
ALWAYS = OpeningHours()


@dataclass(frozen=True, slots=True)
class Applied:
    """The session's settings of a day, and the ids of the items that are not asked on it."""

    session: SessionSettings
    left_out: frozenset[str] = frozenset()
    campaign: str = ""


@dataclass(frozen=True, slots=True)
class HouseHours:
    """When the house is open: a unit's hours, and more on the days of campaigns.

    A span that begins on a campaign's last day goes on past midnight.
    """

    hours: OpeningHours = ALWAYS
    more: tuple[tuple[date, date, OpeningHours], ...] = ()

    def is_open(self, local: datetime) -> bool:
        """Whether a moment of local wall time is within them; without any it always is."""
        return is_open(self.hours, local) or any(
            _is_open_in(first, last, hours, local) for first, last, hours in self.more
        )


def applied(settings: Settings, unit: str | None, today: date | None) -> Applied:
    """What is asked in a unit today; `today` is None where the clock may be wrong."""
    campaign = campaign_on(settings, unit, today)
    left_out = {item for each in settings.campaign for item in each.own}
    if campaign is None:
        return Applied(_with_turn(settings.session, today), frozenset(left_out))
    session = settings.session
    if campaign.questionnaire:
        session = msgspec.structs.replace(session, questionnaire=campaign.questionnaire)
    if campaign.first_item:
        session = msgspec.structs.replace(session, first_item=campaign.first_item)
    else:
        session = _with_turn(session, today)
    return Applied(session, frozenset(left_out - set(campaign.own)), campaign.name)


def campaign_on(
    settings: Settings, unit: str | None, today: date | None
) -> CampaignSettings | None:
    """The campaign that is on in a unit: of several the one listed last."""
    if today is None:
        return None
    on = (each for each in reversed(settings.campaign) if _is_for(each, unit))
    return next((each for each in on if first_day(each) <= today <= last_day(each)), None)


def house_hours(settings: Settings, unit: str | None) -> HouseHours:
    """When the house is open where this unit is; the settings have been checked."""
    lines = settings.hours.by_unit.get(unit or "", settings.hours.open)
    more = tuple(
        (first_day(each), last_day(each), parse_hours(each.hours))
        for each in settings.campaign
        if each.hours and _is_for(each, unit)
    )
    return HouseHours(parse_hours(lines), more)


def overlaps(campaigns: Sequence[CampaignSettings]) -> Iterator[str]:
    """A line with its path for each campaign that another one, listed later, overrules."""
    for number, later in enumerate(campaigns):
        for before, earlier in enumerate(campaigns[:number]):
            days = (
                max(first_day(later), first_day(earlier)),
                min(last_day(later), last_day(earlier)),
            )
            if days[0] <= days[1] and _share_units(later, earlier):
                yield (
                    f"campaign[{before}]: {earlier.name!r} gives way to campaign[{number}], "
                    f"{later.name!r}, from {days[0]} to {days[1]}: the one listed last counts"
                )


def first_day(campaign: CampaignSettings) -> date:
    """Its first day; the settings have been checked."""
    return date.fromisoformat(campaign.first_day)


def last_day(campaign: CampaignSettings) -> date:
    """Its last day, which is still one of its days."""
    return date.fromisoformat(campaign.last_day)


def _with_turn(session: SessionSettings, today: date | None) -> SessionSettings:
    """The settings with the statement first whose turn it is; weeks begin on Mondays."""
    if session.take_turns == "off" or not session.first_items or today is None:
        return session
    # Day 1 of the calendar was a Monday. Counted on over the years, since a year has 52 or 53
    # weeks, and at its end one would otherwise have two turns.
    number = today.toordinal() - 1
    turn = number if session.take_turns == "day" else number // DAYS_IN_WEEK
    first = session.first_items[turn % len(session.first_items)]
    return msgspec.structs.replace(session, first_item=first)


def _is_for(campaign: CampaignSettings, unit: str | None) -> bool:
    return not campaign.units or unit in campaign.units


def _share_units(one: CampaignSettings, other: CampaignSettings) -> bool:
    return not one.units or not other.units or not set(one.units).isdisjoint(other.units)


def _is_open_in(first: date, last: date, hours: OpeningHours, local: datetime) -> bool:
    """Whether a span that began on one of these days is on; a span is no longer than a day."""
    minute = local.hour * 60 + local.minute
    for day, since in ((local.date(), minute), (local.date() - timedelta(days=1), minute + 1440)):
        start_of_day = day.weekday() * 1440
        if first <= day <= last and any(
            start_of_day <= start < start_of_day + 1440 and start <= start_of_day + since < end
            for start, end in hours.spans
        ):
            return True
    return False
