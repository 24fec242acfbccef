"""How many responses the next request carries: as many as the line takes well. Pure."""

from sync.wire import MOST_RESPONSES

QUICK_S = 2.0
SLOW_S = 10.0
FEWEST_WHEN_SLOW = 16
"""A line that cannot carry these before the deadline is as good as none. Time-outs go no lower: an
outage of hours would end in a flood of requests with one response each."""


def after_success(most: int, sent: int, took_s: float) -> int:
    """Twice as many after a quick call, half of what was `sent` after a slow one."""
    if took_s > SLOW_S:
        return _halved_when_slow(most, sent)
    return min(2 * most, MOST_RESPONSES) if took_s < QUICK_S else most


def after_too_much(sent: int) -> int:
    """Half of what was sent: it was too large, or something in it is wrong."""
    return max(sent // 2, 1)


def after_no_reply(most: int, sent: int, took_s: float) -> int:
    """As many as before, unless the call ended after a long wait: then half of what was sent."""
    return _halved_when_slow(most, sent) if took_s > SLOW_S else most


def _halved_when_slow(most: int, sent: int) -> int:
    return min(most, max(sent // 2, FEWEST_WHEN_SLOW))
