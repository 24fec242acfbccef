"""Moments and stretches of time as pages write them, in Finland's time. Pure."""

from datetime import datetime, timedelta

from sync.central.local_time import FINLAND

# A point between hours and minutes in Finnish (Kielitoimiston ohjepankki: kellonajat).
_CLOCK = {"fi": "%H.%M", "sv": "%H.%M", "en": "%H:%M"}
_UNITS = {
    "fi": ("min", "t", "pv"),
    "sv": ("min", "h", "d"),
    "en": ("min", "h", "d"),
}
NO_BREAK = "\N{NO-BREAK SPACE}"


def when(moment: datetime | None, language: str, now: datetime) -> str:
    """A moment in short: the time of day, with the day and the year where they are not today's."""
    if moment is None:
        return "–"
    local, today = moment.astimezone(FINLAND), now.astimezone(FINLAND)
    clock = local.strftime(_CLOCK[language])
    if local.date() == today.date():
        return clock
    year = "" if local.year == today.year else str(local.year)
    return f"{local.day}.{local.month}.{year}{NO_BREAK}{clock}"


def day(moment: datetime) -> str:
    """The day of a moment."""
    local = moment.astimezone(FINLAND)
    return f"{local.day}.{local.month}.{local.year}"


def lasting(stretch: timedelta, language: str) -> str:
    """A stretch of time in its greatest whole unit."""
    minutes_name, hours_name, days_name = _UNITS[language]
    minutes = max(0, int(stretch.total_seconds() // 60))
    if minutes < 60:
        return f"{minutes}{NO_BREAK}{minutes_name}"
    if minutes < 48 * 60:
        return f"{minutes // 60}{NO_BREAK}{hours_name}"
    return f"{minutes // (24 * 60)}{NO_BREAK}{days_name}"
