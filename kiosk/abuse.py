"""Abuse and accidents: which presses are a hand's slap, and which responses carry a flag. Pure.

Nothing is dropped for a flag: it says which rule a response met, with the rule's limit and what was
measured, and whoever reads the answers decides. The thresholds are ours, set with the synthetic day
of `palautepiste bench abuse`; docs/abuse.md has the figures.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from kiosk.session.effects import FlagEarlier
from kiosk.session.events import Pressed
from sync.wire import Channel, Flag, Rule

SLAP_S = 0.06
"""Buttons that go down within this time of each other were hit by one hand, not chosen."""
BURST_S = 30.0
BURST_MOST = 4
"""Five responses in half a minute are more than people who take turns get done."""
RUN_GAP_S = 30.0
RUN_MOST = 5
"""So many equal first answers by button, each within `RUN_GAP_S` of the one before, may be a queue
of contented people: seven in ten press the happiest face."""

MOST_PRESSES = 16
"""Presses remembered for a slap: a hand hits five buttons, and a box may deliver one late."""
MOST_FIRSTS = 64
"""Beginnings remembered for the flags; what is measured is counted no further."""


# Slaps


@dataclass(frozen=True, slots=True)
class Given:
    """The answer that a press gave: in which response, to what, and its draft's revision then."""

    response: str
    item: str
    revision: int
    is_first: bool


@dataclass(frozen=True, slots=True)
class Landed:
    """A press that was taken in hand: when the button went down, when we heard, what came of it."""

    panel: str
    button: int
    at: float
    heard_at: float
    gave: Given | None = None
    is_slap: bool = False


def landed(event: Pressed, gave: Given | None = None) -> Landed:
    """A press, to be remembered."""
    return Landed(event.panel, event.button, event.at, event.now, gave)


def struck_with(presses: Iterable[Landed], event: Pressed) -> tuple[Landed, ...]:
    """The presses of other buttons that make this one a slap; none of the same button does."""
    return tuple(
        each
        for each in presses
        if _is_near(each, event.at) and not _is_same_button(each, event.panel, event.button)
    )


def remembered(presses: tuple[Landed, ...], press: Landed) -> tuple[Landed, ...]:
    """With this press, and no more than `MOST_PRESSES`.

    What a button adds to its own press (a bounce, or a box that offers it again) is nothing new.
    """
    is_again = press.gave is None and any(
        _is_near(each, press.at) and _is_same_button(each, press.panel, press.button)
        for each in presses
    )
    return presses if is_again else (*presses, press)[-MOST_PRESSES:]


def as_slap(presses: tuple[Landed, ...], event: Pressed) -> tuple[Landed, ...]:
    """With this press and those that it struck with known as one slap."""
    struck = struck_with(presses, event)
    known = tuple(replace(each, is_slap=True) if each in struck else each for each in presses)
    return remembered(known, replace(landed(event), is_slap=True))


def _is_near(press: Landed, at: float) -> bool:
    return abs(press.at - at) <= SLAP_S


def _is_same_button(press: Landed, panel: str, button: int) -> bool:
    return (press.panel, press.button) == (panel, button)


# Flags


@dataclass(frozen=True, slots=True)
class First:
    """How a response began; `value` is None for a "skip". `flagged`: the rules that it met."""

    id: str
    at: float
    value: int | None
    channel: Channel
    flagged: frozenset[Rule] = frozenset()


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is to be flagged, and what is to be remembered from now on."""

    flags: tuple[Flag, ...]
    earlier: tuple[FlagEarlier, ...]
    firsts: tuple[First, ...]


@dataclass(frozen=True, slots=True)
class _Finding:
    """A rule that is met; `others` are the earlier responses that are part of it."""

    rule: Rule
    limit: float
    measured: float
    others: tuple[First, ...] = ()

    @property
    def flag(self) -> Flag:
        return Flag(rule=self.rule, limit=self.limit, measured=self.measured)


def judge(firsts: tuple[First, ...], new: First, min_interval_s: float) -> Judgement:
    """Which rules of pace a response meets that begins after these."""
    findings = [
        finding
        for finding in (
            _interval(firsts, new, min_interval_s),
            _burst(firsts, new),
            _run(firsts, new),
        )
        if finding is not None
    ]
    known = (*firsts, new)
    earlier: list[FlagEarlier] = []
    for finding in findings:
        unflagged = tuple(each.id for each in finding.others if finding.rule not in each.flagged)
        if unflagged:
            earlier.append(FlagEarlier(finding.rule, finding.limit, finding.measured, unflagged))
        met = {*(each.id for each in finding.others), new.id}
        known = tuple(
            replace(each, flagged=each.flagged | {finding.rule}) if each.id in met else each
            for each in known
        )
    flags = tuple(finding.flag for finding in findings)
    return Judgement(flags, tuple(earlier), known[-MOST_FIRSTS:])


def hours_flags(closed_at: float | None, at: float) -> tuple[Flag, ...]:
    """The flag of a closed house, with the minutes since it closed where that is known.

    A press that a box delivers late may have been made while it was open.
    """
    if closed_at is None:
        return (Flag(rule="out-of-hours", limit=0),)
    if at < closed_at:
        return ()
    # Whole minutes: finer ones would give the time of the answer away.
    return (Flag(rule="out-of-hours", limit=0, measured=(at - closed_at) // 60),)


def _interval(firsts: tuple[First, ...], new: First, limit: float) -> _Finding | None:
    if not firsts:
        return None
    # A box may deliver late a press that was made before the last answer: no interval is negative.
    interval = abs(new.at - firsts[-1].at)
    return _Finding("min-interval", limit, round(interval, 1)) if interval < limit else None


def _burst(firsts: tuple[First, ...], new: First) -> _Finding | None:
    others = tuple(each for each in firsts if abs(new.at - each.at) <= BURST_S)
    count = len(others) + 1
    return _Finding("burst", BURST_MOST, count, others) if count > BURST_MOST else None


def _run(firsts: tuple[First, ...], new: First) -> _Finding | None:
    """A run of one button; any other beginning in between, a tap too, ends it."""
    if new.channel != "kiosk-button":
        return None
    others: list[First] = []
    after = new
    for each in reversed(firsts):
        is_same = (each.channel, each.value) == (new.channel, new.value)
        if not is_same or abs(after.at - each.at) > RUN_GAP_S:
            break
        others.append(each)
        after = each
    count = len(others) + 1
    if count <= RUN_MOST:
        return None
    return _Finding("same-button", RUN_MOST, count, tuple(reversed(others)))
