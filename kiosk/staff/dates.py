"""Days and times as each language of the staff pages writes them. Pure."""

from datetime import date, datetime

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""In English a day in figures can be read two ways."""


def written_day(day: date, language: str) -> str:
    """A day with its year: "21.11.2026", in English "21 Nov 2026"."""
    if language == "en":
        return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    return f"{day.day}.{day.month}.{day.year}"


def moment(at: str | None, language: str) -> str | None:
    """A time of RFC 3339 in local time; None where there is none, or none that can be read.

    "21.11. 14.03" in Finnish, "21.11 kl. 14.03" in Swedish as written in Finland, and
    "21 Nov, 14:03" in English.
    """
    if at is None:
        return None
    try:
        local = datetime.fromisoformat(at).astimezone()
    except (ValueError, OverflowError, OSError):
        return None
    if language == "en":
        return f"{local.day} {MONTHS[local.month - 1]}, {local:%H:%M}"
    if language == "sv":
        return f"{local.day}.{local.month} kl. {local:%H.%M}"
    return f"{local.day}.{local.month}. {local:%H.%M}"
