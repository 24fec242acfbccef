"""When to try again: exponential back-off with full jitter, or when the centre says. Pure."""

from dataclasses import dataclass, replace
from datetime import UTC
from email.utils import parsedate_to_datetime

FIRST_DELAY_S = 1.0
LONGEST_DELAY_S = 300.0
LONGEST_RETRY_AFTER_S = 3600.0
START_SPREAD_S = 600.0
"""After a power cut a whole county starts in one moment: what waits may stay so long."""


def next_delay(failures: int, jitter: float) -> float:
    """Seconds to wait after so many failures in a row; `jitter` is random in 0…1.

    Full jitter over a doubling range, so that a thousand terminals coming back after an outage
    spread out.
    """
    return FIRST_DELAY_S + jitter * (_widest(failures) - FIRST_DELAY_S)


def _widest(failures: int) -> float:
    return min(FIRST_DELAY_S * 2.0 ** min(failures, 20), LONGEST_DELAY_S)


def spread(failures: int, retry_after: float, jitter: float) -> float:
    """Seconds to wait beyond what the centre asked for; `jitter` is random in 0…1.

    All whom it sent away in one second it asks for the same, and they would come again in one.
    They spread over as long as they were to wait, or over our own back-off's range if that is
    wider.
    """
    return jitter * min(max(_widest(failures), retry_after), LONGEST_DELAY_S)


def retry_after_s(header: str | None, date: str | None, now_wall: float | None) -> float | None:
    """The seconds that a Retry-After header asks for (RFC 9110, 10.2.3), up to an hour.

    A moment counts from the reply's own `date`, since this clock may be years wrong; where there is
    none, from `now_wall`, which is None while the clock may be wrong. None: no telling.
    """
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_RETRY_AFTER_S)
    moment, sent_at = _http_date(text), _http_date(date or "")
    since = now_wall if sent_at is None else sent_at
    if moment is None or since is None:
        return None
    return min(max(moment - since, 0.0), LONGEST_RETRY_AFTER_S)


def _http_date(text: str) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def first_wait_s(interval_s: float, spread_s: float, jitter: float) -> float:
    """Seconds from an agent's start to its first call of a kind; `jitter` is random in 0…1.

    Anywhere within the interval at which such calls follow each other, so that a fleet that starts
    in one moment calls no more often than on any day; but within `spread_s`.
    """
    return jitter * min(interval_s, spread_s)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that the agent does again and again, with its own back-off.

    Times are seconds of CLOCK_BOOTTIME. `asked_until` is the centre's own Retry-After: an order
    to send now overrides our back-off, but not that.
    """

    failures: int = 0
    due_at: float = 0.0
    asked_until: float = 0.0

    def is_due(self, now: float) -> bool:
        """Whether it is time."""
        return now >= max(self.due_at, self.asked_until)

    def succeeded(self, now: float, again_in_s: float) -> "Line":
        """It worked: the next time is a plain interval away."""
        return Line(due_at=now + again_in_s)

    def failed(self, now: float, jitter: float, retry_after: float | None) -> "Line":
        """It did not: wait as the centre asks and a little longer, or longer each time."""
        failures = self.failures + 1
        if retry_after is not None:
            # At least a second: the moment asked for may be over.
            delay = max(retry_after + spread(failures, retry_after, jitter), FIRST_DELAY_S)
            return Line(failures, now + delay, now + retry_after)
        return replace(self, failures=failures, due_at=now + next_delay(failures, jitter))

    def hurried(self, now: float) -> "Line":
        """Try at once, whatever our own back-off says."""
        return replace(self, due_at=now)
