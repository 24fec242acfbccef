"""Days as Finland has them: the numbers are counted and shown by them. Pure."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

FINLAND = ZoneInfo("Europe/Helsinki")


def day_of(moment: datetime) -> date:
    """The day in Finland on which a moment falls."""
    return moment.astimezone(FINLAND).date()
