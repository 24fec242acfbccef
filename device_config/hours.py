"""When a terminal is open: lines such as `mon-fri 07:00-18:00`, and whether now is within. Pure.

All times are local wall time; what the clocks do on the night they are changed is the caller's
business.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MIN = 24 * 60
WEEK_MIN = 7 * DAY_MIN
HOW = "write it like 'mon-fri 07:00-18:00' or 'sat 09:00-15:00'"

_DAY = "|".join(DAYS)
_LINE = re.compile(
    rf"({_DAY})(?:-({_DAY}))? ([0-9]{{2}}):([0-9]{{2}})-([0-9]{{2}}):([0-9]{{2}})", re.ASCII
)


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """The spans of a week in which a terminal is open; none at all: always.

    Each span is (start, end) in minutes from Monday 00:00, the end itself being closed; it may
    reach into the next week, but is never longer than a day.
    """

    spans: tuple[tuple[int, int], ...] = ()


def parse_hours(lines: Sequence[str]) -> OpeningHours:
    """The opening hours that these lines say; raises ValueError with the first problem."""
    problems = hours_problems(lines)
    if problems:
        raise ValueError(problems[0])
    return OpeningHours(tuple(span for line in lines for span in _spans(line)))


def hours_problems(lines: Sequence[str], path: str = "hours.open") -> tuple[str, ...]:
    """Everything wrong with the lines, each with its path; empty when they can be used."""
    found = ((number, _problem(line)) for number, line in enumerate(lines))
    return tuple(f"{path}[{number}]: {problem}" for number, problem in found if problem)


def is_open(hours: OpeningHours, local: datetime) -> bool:
    """Whether a moment of local wall time is within the hours; without any it always is."""
    minute = local.weekday() * DAY_MIN + local.hour * 60 + local.minute
    # A span of Sunday night goes on in the next week's Monday.
    moments = (minute, minute + WEEK_MIN)
    return not hours.spans or any(
        start <= moment < end for start, end in hours.spans for moment in moments
    )


def _problem(line: str) -> str | None:
    match = _LINE.fullmatch(line)
    if match is None:
        return f"{line[:60]!r}: {HOW}"
    for hour, minute in (match.group(3, 4), match.group(5, 6)):
        if int(minute) > 59 or int(hour) * 60 + int(minute) > DAY_MIN:
            return f"{line!r}: {hour}:{minute} is no time; the last one is 24:00"
    if match.group(3, 4) == match.group(5, 6):
        return f"{line!r}: opens and closes at once; for a whole day write 00:00-24:00"
    if match.group(3) == "24":
        return f"{line!r}: a day begins at 00:00; 24:00 is only for closing"
    return None


def _spans(line: str) -> Iterator[tuple[int, int]]:
    """A span for each day that a good line names; `fri-mon` goes over the weekend."""
    match = _LINE.fullmatch(line)
    assert match is not None  # noqa: S101 - hours_problems has just said so
    first, last, *times = match.groups()
    opens_h, opens_min, closes_h, closes_min = (int(each) for each in times)
    opens, closes = opens_h * 60 + opens_min, closes_h * 60 + closes_min
    if closes <= opens:
        closes += DAY_MIN
    from_day, to_day = DAYS.index(first), DAYS.index(last or first)
    for number in range((to_day - from_day) % 7 + 1):
        midnight = (from_day + number) % 7 * DAY_MIN
        yield midnight + opens, midnight + closes
