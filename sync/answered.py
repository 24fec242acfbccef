"""When a response was given, worked out from the moments at which the clock was right. Pure.

An anchor is such a moment. CLOCK_BOOTTIME counts on through steps of the clock and through
suspend, so one anchor gives a time to every moment of its boot. Boots without an anchor lie between
those before and after them.

This counts on a time service that steps a clock that is far off, as timesyncd and Debian's chrony
(`makestep`) do: one that creeps for hours bends the seconds that are counted here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from device_config.clock import cut, cut_up
from device_config.clock_trust import LARGEST_DRIFT, LARGEST_ERROR_S
from sync.wire import Answered, Precision

CORRECTED_WITHIN_S = 60.0
"""A time that may be further off than this is told as `estimated`, with its bounds."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A moment at which the clock was right: CLOCK_BOOTTIME and POSIX time, in seconds."""

    boottime: float
    wall: float


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


def worked_out(
    boots: Sequence[Boot], boot_id: str, boottime: float, precision: Precision = "minute"
) -> Answered:
    """The time of a moment, as well as it is known. `boots` are in the order in which they were."""
    numbers = [number for number, boot in enumerate(boots) if boot.boot_id == boot_id]
    if not numbers:
        return Answered(at=None, clock="unknown", precision=precision)
    boot = boots[numbers[0]]
    middle = _middle(boot.anchors, boottime)
    if middle is not None:
        return Answered(at=cut(middle, precision), clock="corrected", precision=precision)
    span = within(boot.anchors, boottime)
    if span == NOTHING:
        span = between(boots[: numbers[0]], boots[numbers[0] + 1 :], boottime)
    if span == NOTHING:
        return Answered(at=None, clock="unknown", precision=precision)
    return Answered(
        at=None,
        clock="estimated",
        precision=precision,
        earliest=None if span.earliest is None else cut(span.earliest, precision),
        latest=None if span.latest is None else cut_up(span.latest, precision),
    )


def _middle(anchors: Sequence[Anchor], boottime: float) -> float | None:
    span = within(anchors, boottime)
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
    return Span(earliest, latest) if earliest <= latest else NOTHING


def _seen_from(anchor: Anchor, boottime: float) -> tuple[float, float]:
    away = boottime - anchor.boottime
    off = LARGEST_ERROR_S + LARGEST_DRIFT * abs(away)
    return anchor.wall + away - off, anchor.wall + away + off


def between(before: Sequence[Boot], after: Sequence[Boot], boottime: float) -> Span:
    """Where the boots before and after its own put a moment; nothing if they contradict it.

    It came after the last anchor before its boot, by at least the seconds since its boot's start;
    and before the boot with the next anchor started.
    """
    starts = [_start(boot) for boot in after]
    latest = min((start for start in starts if start is not None), default=None)
    ends = [_end(boot) for boot in before]
    last_end = max((end for end in ends if end is not None), default=None)
    earliest = None if last_end is None else last_end + boottime * (1 - LARGEST_DRIFT)
    if earliest is not None and latest is not None and earliest > latest:
        return NOTHING
    return Span(earliest, latest)


def _start(boot: Boot) -> float | None:
    """The latest time at which a boot may have started."""
    return within(boot.anchors, 0.0).latest


def _end(boot: Boot) -> float | None:
    """A time that had come while a boot was running."""
    last = max((anchor.boottime for anchor in boot.anchors), default=0.0)
    return within(boot.anchors, last).earliest
