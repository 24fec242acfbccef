"""What the rules of abuse catch on synthetic days, and what they do to ordinary clients.

The days go through the session's own rules, over a disk that is quick. Beside them the baseline: a
lock-out, as smiley machines have it, that counts one press and ignores all others for a while.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import msgspec

from device_config.questionnaire_files import questionnaire_named
from device_config.settings import settings_from
from device_config.settings_files import shipped_layer
from kiosk.bench.day import CLOSES_S, DAY_S, OPENS_S, Act, Label, day
from kiosk.session.config import Keyboards, SessionConfig, session_config
from kiosk.session.draft import Draft
from kiosk.session.effects import FlagEarlier, Save, Tell
from kiosk.session.events import DoorsChanged, Event, Saved, TimePassed
from kiosk.session.reduce import reduce
from kiosk.session.states import start
from kiosk.texts import words_in
from sync.wire import Location, Rule

LOCK_OUT_S = 5.0
LABELS: tuple[Label, ...] = ("client", "again", "child", "angry", "cloth", "staff")


@dataclass(frozen=True, slots=True)
class Target:
    """What a rule is there to catch."""

    rule: Rule
    catches: str
    is_caught: Callable[[Act], bool]


def _is_of(*labels: Label) -> Callable[[Act], bool]:
    return lambda act: act.label in labels


def _is_after_hours(act: Act) -> bool:
    return not OPENS_S <= act.at % DAY_S < CLOSES_S


TARGETS = (
    Target("min-interval", "again, child, angry", _is_of("again", "child", "angry")),
    Target("burst", "child, angry, staff", _is_of("child", "angry", "staff")),
    Target("same-button", "angry, staff", _is_of("angry", "staff")),
    Target("out-of-hours", "all when closed", _is_after_hours),
)


def box_config() -> SessionConfig:
    """A terminal on which one press or tap is the whole response, else as shipped."""
    settings = settings_from(shipped_layer()).session
    return session_config(
        msgspec.structs.replace(settings, follow_up=False),
        (questionnaire_named(settings.questionnaire),),
        words_in(settings.languages),
        Keyboards({}, ()),
        Location(),
        "on-site",
    )


# What comes of the days


@dataclass(slots=True)
class Outcome:
    """What a terminal made of what was done to it, by the response's id."""

    acts: dict[str, Act]
    drafts: dict[str, Draft] = field(default_factory=dict)
    flags: dict[str, set[str]] = field(default_factory=dict)
    slaps: list[Act] = field(default_factory=list)

    def answered(self) -> dict[str, Act]:
        """Who is behind each response that has an answer."""
        return {each: self.acts[each] for each, draft in self.drafts.items() if draft.answers}


class Terminal:
    """The session's rules over a disk that is quick; the timer rings on time."""

    def __init__(self, config: SessionConfig, outcome: Outcome) -> None:
        self.state = start(config)
        self.outcome = outcome

    def take(self, act: Act) -> None:
        """Somebody presses or taps."""
        told = self.happen_at(act.at, act.event)
        if told:
            self.outcome.slaps.append(act)

    def happen_at(self, at: float, event: Event) -> bool:
        """Let the deadlines before this pass, then this happen; whether a slap was told of."""
        while (deadline := self.state.deadline) is not None and deadline <= at:
            self._happen(TimePassed(deadline), deadline)
        return self._happen(event, at)

    def _happen(self, event: Event, now: float) -> bool:
        step = reduce(self.state, event)
        self.state = step.state
        is_slap = False
        for effect in step.effects:
            match effect:
                case Save(draft=draft):
                    self.outcome.drafts[draft.id] = draft
                    self._flag(draft.id, *(flag.rule for flag in draft.flags))
                    self._happen(Saved(effect, now), now)
                case FlagEarlier(rule=rule, ids=ids):
                    for each in ids:
                        self._flag(each, rule)
                case Tell(kind="slap"):
                    is_slap = True
        return is_slap

    def _flag(self, response: str, *rules: str) -> None:
        self.outcome.flags.setdefault(response, set()).update(rules)


def live(days: int, seed: int) -> Outcome:
    """Let so many days happen to a terminal."""
    config = box_config()
    first_item = config.forms[0].first_item.id
    outcome = Outcome({})
    terminal = Terminal(config, outcome)
    for number in range(days):
        acts = day(seed, number, first_item)
        outcome.acts |= {act.event.fresh_id: act for act in acts}
        doors = [
            (number * DAY_S + at, DoorsChanged(is_open, number * DAY_S + at))
            for at, is_open in ((OPENS_S, True), (CLOSES_S, False))
        ]
        for act in acts:
            while doors and doors[0][0] <= act.at:
                terminal.happen_at(*doors.pop(0))
            terminal.take(act)
    terminal.happen_at(days * DAY_S, TimePassed(days * DAY_S))
    return outcome


def locked_out(acts: list[Act]) -> list[Act]:
    """What the baseline counts: a press or tap, and then none for `LOCK_OUT_S`."""
    counted: list[Act] = []
    for act in acts:
        if not counted or act.at - counted[-1].at >= LOCK_OUT_S:
            counted.append(act)
    return counted


# What it was worth


@dataclass(frozen=True, slots=True)
class Score:
    """How a rule did: the responses that it should flag, did flag, and rightly."""

    wanted: int
    flagged: int
    right: int

    @property
    def precision(self) -> float:
        """The share of what was flagged that was to be; 1 if nothing was."""
        return self.right / self.flagged if self.flagged else 1.0

    @property
    def recall(self) -> float:
        """The share of what was to be flagged that was; 1 if nothing was to be."""
        return self.right / self.wanted if self.wanted else 1.0


def score(target: Target, outcome: Outcome) -> Score:
    """How a rule did on the responses that have an answer."""
    answered = outcome.answered()
    wanted = {each for each, act in answered.items() if target.is_caught(act)}
    flagged = {each for each in answered if target.rule in outcome.flags[each]}
    return Score(len(wanted), len(flagged), len(wanted & flagged))


def lines(days: int, seed: int) -> Iterator[str]:
    """The report, line by line."""
    outcome = live(days, seed)
    acts = list(outcome.acts.values())
    answered = outcome.answered()
    yield f"{days} synthetic days, seed {seed}: {len(acts)} presses and taps"
    yield ""
    heads = ("wanted", "flagged", "right", "precision", "recall")
    yield f"{'rule':<14}{'should catch':<21}" + "".join(f"{head:>10}" for head in heads)
    for target in TARGETS:
        got = score(target, outcome)
        yield (
            f"{target.rule:<14}{target.catches:<21}{got.wanted:>10}{got.flagged:>10}"
            f"{got.right:>10}{got.precision:>10.3f}{got.recall:>10.3f}"
        )
    yield ""
    yield from _by_label(acts, outcome)
    yield ""
    yield from _ordinary(answered, outcome)
    yield from _slaps(outcome)


def _by_label(acts: list[Act], outcome: Outcome) -> Iterator[str]:
    """Who did how much, what was stored and flagged of it, what the baseline would have counted."""
    answered = outcome.answered()
    done = Counter(act.label for act in acts)
    stored = Counter(act.label for act in answered.values())
    flagged = Counter(act.label for each, act in answered.items() if outcome.flags[each])
    # The baseline flags nothing: what it counts looks like anybody's answer.
    locked = Counter(act.label for act in locked_out(acts))
    heads = ("presses", "answers", "flagged", "lock-out")
    yield f"{'who':<14}" + "".join(f"{head:>10}" for head in heads)
    for label in LABELS:
        counts = (done[label], stored[label], flagged[label], locked[label])
        yield f"{label:<14}" + "".join(f"{count:>10}" for count in counts)
    unflagged = sum(stored[label] - flagged[label] for label in LABELS if label != "client")
    let_through = sum(locked[label] for label in LABELS if label != "client")
    yield f"not by clients and yet unflagged: {unflagged}; with the lock-out {let_through}"


def _ordinary(answered: dict[str, Act], outcome: Outcome) -> Iterator[str]:
    """What ordinary clients paid."""
    given = [each for each, act in outcome.acts.items() if act.label == "client"]
    stored = [each for each in given if each in answered]
    flagged = [each for each in stored if outcome.flags[each]]
    rules = Counter(rule for each in stored for rule in outcome.flags[each])
    parts = ", ".join(f"{target.rule} {rules[target.rule]}" for target in TARGETS)
    counted = {act.event.fresh_id for act in locked_out(list(outcome.acts.values()))}
    ignored = sum(1 for each in given if each not in counted)
    share = f"{100 * len(flagged) / len(stored):.1f} %"
    yield f"ordinary clients: {len(given)} presses and taps, {len(given) - len(stored)} not counted"
    yield f"  flagged all the same: {len(flagged)} ({share}): {parts}"
    yield f"  ignored by a lock-out of {LOCK_OUT_S:.0f} s: {ignored}"


def _slaps(outcome: Outcome) -> Iterator[str]:
    """What became of hands and cloths."""
    by = Counter(act.label for act in outcome.slaps)
    parts = ", ".join(f"{label} {by[label]}" for label in LABELS if by[label])
    empty = sum(1 for draft in outcome.drafts.values() if not draft.answers)
    yield f"slaps: {len(outcome.slaps)} told of ({parts}), {empty} answers taken back"
