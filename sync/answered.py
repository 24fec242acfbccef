"""When a response was given, worked out from the moments at which the clock was right. Pure.

An anchor is such a moment. CLOCK_BOOTTIME counts on through steps of the clock and through
suspend, so one anchor gives a time to every moment of its boot. Boots without an anchor lie between
those before and after them.

This counts on a time service that steps a clock that is far off, as timesyncd and Debian's chrony
(`makestep`) do: one that creeps for hours bends the seconds that are counted here.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain

from device_config.clock import cut, cut_up
from device_config.clock_trust import EARLIEST, LARGEST_DRIFT, LARGEST_ERROR_S, LATEST
from sync.wire import Answered, Precision

CORRECTED_WITHIN_S = 60.0
"""A time that may be further off than this is told as `estimated`, with its bounds."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A moment at which the clock was right: CLOCK_BOOTTIME and POSIX time, in seconds."""

    boottime: float
    wall: float

    @property
    def is_possible(self) -> bool:
        """Whether a clock can have shown this; else the numbers are damaged."""
        return 0 <= self.boottime < math.inf and EARLIEST <= self.wall < LATEST


@dataclass(frozen=True, slots=True)
class Boot:
    """One run of the machine, and what is known of the time in it."""

    boot_id: str
    anchors: tuple[Anchor, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """Between which POSIX times a moment lies; None where nothing is known."""

    earliest: float | None = None
    latest: float | None = None


NOTHING = Span()


class History:
    """The boots in the order in which they were, made ready for many questions."""

    def __init__(self, boots: Iterable[Boot]) -> None:
        in_order = tuple(boots)
        # Before the first boot and after the last one nothing is known.
        last_ends = accumulate(chain([None], map(_end, in_order)), _later)
        from_the_end = accumulate(chain([None], map(_start, reversed(in_order))), _earlier)
        next_starts = reversed(list(from_the_end)[:-1])
        self._seats = {
            boot.boot_id: _Seat(boot.anchors, last_end, next_start)
            for boot, last_end, next_start in zip(in_order, last_ends, next_starts, strict=False)
        }

    def within(self, boot_id: str, boottime: float) -> Span:
        """Where the anchors of its own boot put a moment."""
        seat = self._seats.get(boot_id)
        return within(seat.anchors, boottime) if seat else NOTHING

    def between(self, boot_id: str, boottime: float) -> Span:
        """Where the boots before and after its own put a moment; nothing if they contradict it.

        It came after the last anchor before its boot, by at least the seconds since its boot's
        start; and before the boot with the next anchor started.
        """
        seat = self._seats.get(boot_id)
        if seat is None:
            return NOTHING
        earliest, latest = None, seat.next_start
        if seat.last_end is not None:
            earliest = seat.last_end + boottime * (1 - LARGEST_DRIFT)
        if earliest is not None and latest is not None and earliest > latest:
            return NOTHING
        return _possible(earliest, latest)


@dataclass(frozen=True, slots=True)
class _Seat:
    """A boot's place among the others: its anchors, and the nearest ones around it.

    A time that had come before it began, and the latest at which a boot after it may have started.
    """

    anchors: tuple[Anchor, ...]
    last_end: float | None
    next_start: float | None


def worked_out(
    history: History, boot_id: str, boottime: float, precision: Precision = "minute"
) -> Answered:
    """The time of a moment, as well as it is known."""
    span = history.within(boot_id, boottime)
    middle = _middle(span)
    if middle is not None:
        return Answered(at=cut(middle, precision), clock="corrected", precision=precision)
    if span == NOTHING:
        span = history.between(boot_id, boottime)
    if span == NOTHING:
        return Answered(at=None, clock="unknown", precision=precision)
    return Answered(
        at=None,
        clock="estimated",
        precision=precision,
        earliest=None if span.earliest is None else cut(span.earliest, precision),
        latest=None if span.latest is None else cut_up(span.latest, precision),
    )


def _middle(span: Span) -> float | None:
    if span.earliest is None or span.latest is None:
        return None
    half = (span.latest - span.earliest) / 2
    return span.earliest + half if half <= CORRECTED_WITHIN_S else None


def within(anchors: Sequence[Anchor], boottime: float) -> Span:
    """Where the anchors of the same boot put a moment; nothing if they contradict each other."""
    if not anchors:
        return NOTHING
    seen_from = [_seen_from(anchor, boottime) for anchor in anchors]
    earliest = max(earliest for earliest, _ in seen_from)
    latest = min(latest for _, latest in seen_from)
    return _possible(earliest, latest) if earliest <= latest else NOTHING


def _seen_from(anchor: Anchor, boottime: float) -> tuple[float, float]:
    away = boottime - anchor.boottime
    off = LARGEST_ERROR_S + LARGEST_DRIFT * abs(away)
    return anchor.wall + away - off, anchor.wall + away + off


def _possible(earliest: float | None, latest: float | None) -> Span:
    """These bounds, without one that no terminal can have seen: a number in it is damaged."""
    return Span(
        earliest if earliest is not None and EARLIEST <= earliest < LATEST else None,
        latest if latest is not None and EARLIEST <= latest < LATEST else None,
    )


def _start(boot: Boot) -> float | None:
    """The latest time at which a boot may have started."""
    return within(boot.anchors, 0.0).latest


def _end(boot: Boot) -> float | None:
    """A time that had come while a boot was running."""
    last = max((anchor.boottime for anchor in boot.anchors), default=0.0)
    return within(boot.anchors, last).earliest


def _later(one: float | None, other: float | None) -> float | None:
    return max((each for each in (one, other) if each is not None), default=None)


def _earlier(one: float | None, other: float | None) -> float | None:
    return min((each for each in (one, other) if each is not None), default=None)
