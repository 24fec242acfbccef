"""A fleet that comes back after an outage, simulated: what it does to the centre, and how long.

Each terminal keeps to the agent's own schedule; time is made up, nothing is sent. Beside it the
same with all calls at the start at once, and the baseline: so at the start, and then trying again
every 30 s, deaf to what the centre asks.
"""

import heapq
import itertools
import math
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal, get_args

from sync.agent import BEAT_S, CONFIG_S, FIRST_WITHIN_S
from sync.schedule import START_SPREAD_S, Line, first_wait_s

OUTAGE_S = 7200.0
BOOT_S = 20.0
"""After a power cut they have all started within this."""
RESPONSES = 40
"""What waits on each: one batch."""
RETRY_AFTER_S = 30.0
HEADROOM = 1.2
"""What the centre can do, beside what the fleet asks of it on an ordinary day."""
FIXED_S = 30.0
LONGEST_S = 3600.0
"""A fleet that is not done by then is not looked at any longer."""

Kind = Literal["push", "report", "beat", "pull"]
Cause = Literal["the centre was away", "the power was away"]
CAUSES: tuple[Cause, ...] = ("the centre was away", "the power was away")
EVERY_S: dict[Kind, float] = {"beat": BEAT_S, "pull": CONFIG_S}

Failing = Callable[[Line, float, float, float | None], Line]
"""What a terminal makes of a failure: the line, now, a random number in 0…1, Retry-After."""


def as_the_agent(line: Line, now: float, jitter: float, retry_after: float | None) -> Line:
    """The agent's own schedule."""
    return line.failed(now, jitter, retry_after)


def every_30_s(line: Line, now: float, _jitter: float, _retry_after: float | None) -> Line:
    """The baseline: no jitter, no back-off, deaf to Retry-After."""
    return Line(line.failures + 1, now + FIXED_S)


@dataclass(frozen=True, slots=True)
class Plan:
    """How a terminal goes about it: what it makes of a failure, and the spread of its start."""

    failing: Failing = as_the_agent
    spread_s: float = START_SPREAD_S


PLANS = {
    "palautepiste": Plan(),
    "all at once, then so": Plan(spread_s=0.0),
    "every 30 s (baseline)": Plan(every_30_s, 0.0),
}


def ordinary_rate(terminals: int) -> float:
    """Requests per second of a fleet that has nothing to catch up on."""
    return sum(terminals / seconds for seconds in EVERY_S.values())


@dataclass(slots=True)
class Centre:
    """Away until `back_at`; then it takes so many requests in each second, and sends more away."""

    back_at: float
    per_second: int
    asked: Counter[int] = field(default_factory=Counter)
    sent_away: int = 0

    def takes(self, now: float) -> bool:
        """Whether this request is taken; else it is answered 429."""
        self.asked[int(now)] += 1
        if self.asked[int(now)] <= self.per_second:
            return True
        self.sent_away += 1
        return False


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it; seconds count from the moment at which the centre could be reached."""

    drained_after: tuple[float, ...]
    """When each terminal had handed over all that waited, soonest first."""
    peak: int
    requests: int
    sent_away: int

    def drained_share_after(self, share: float) -> float:
        """The seconds after which this share of the terminals had nothing waiting."""
        return self.drained_after[math.ceil(share * len(self.drained_after)) - 1]

    @property
    def sent_away_share(self) -> float:
        """Of all requests until the last terminal was done."""
        return self.sent_away / self.requests


_Try = tuple[float, int, Kind, Line]
"""The next request of one kind of one terminal: when, its number, its kind, its line."""


def come_back(
    terminals: int,
    cause: Cause,
    seed: int,
    plan: Plan = PLANS["palautepiste"],
    jitter: Callable[[], float] | None = None,
) -> Result:
    """Let so many terminals come back; `jitter` stands in for the seed's own random numbers.

    Whoever still waits after `LONGEST_S` is missing in `drained_after`.
    """
    chance = random.Random(f"{seed}/{cause}")  # noqa: S311 - pretend terminals
    centre = Centre(OUTAGE_S, math.ceil(HEADROOM * ordinary_rate(terminals)))
    throw = jitter or chance.random
    tries = list(_first_tries(terminals, cause, chance, throw, plan.spread_s))
    heapq.heapify(tries)
    drained: list[float] = []
    while len(drained) < terminals and tries[0][0] < OUTAGE_S + LONGEST_S:
        now, number, kind, line = tries[0]
        is_there = now >= centre.back_at
        if not is_there or not centre.takes(now):
            retry_after = RETRY_AFTER_S if is_there else None
            line = plan.failing(line, now, throw(), retry_after)
        elif kind in ("push", "report"):
            # What waits is one batch.
            if kind == "push":
                drained.append(now - OUTAGE_S)
            heapq.heappop(tries)
            continue
        else:
            line = line.succeeded(now, EVERY_S[kind])
        heapq.heapreplace(tries, (max(line.due_at, line.asked_until), number, kind, line))
    asked = centre.asked
    return Result(tuple(drained), max(asked.values()), asked.total(), centre.sent_away)


def _first_tries(
    terminals: int,
    cause: Cause,
    chance: random.Random,
    throw: Callable[[], float],
    spread_s: float,
) -> Iterator[_Try]:
    """When each terminal first calls after the outage began, or after it has started.

    One that has started tells of that, too.
    """
    number = itertools.count()
    for _ in range(terminals):
        if cause == "the power was away":
            started_at = OUTAGE_S + chance.uniform(0, BOOT_S)
            at: dict[Kind, float] = {
                kind: started_at + first_wait_s(FIRST_WITHIN_S[kind], spread_s, throw())
                for kind in get_args(Kind)
            }
        else:
            # A response is closed some time during the outage; the rest has its ordinary phase.
            at = {kind: chance.uniform(0, every_s) for kind, every_s in EVERY_S.items()}
            at["push"] = chance.uniform(0, OUTAGE_S)
        for kind, first_at in at.items():
            yield first_at, next(number), kind, Line()


def lines(terminals: int, seed: int) -> Iterator[str]:
    """The report, line by line."""
    rate = ordinary_rate(terminals)
    yield (
        f"{terminals} terminals, {RESPONSES} responses each, {OUTAGE_S / 3600:.0f} h of outage, "
        f"seed {seed}; simulated, with the agent's own schedule"
    )
    yield (
        f"the centre takes {math.ceil(HEADROOM * rate)} requests/s (an ordinary day: {rate:.0f}); "
        f"above that 429, Retry-After {RETRY_AFTER_S:.0f} s"
    )
    for cause in CAUSES:
        yield ""
        heads = ("half after", "all after", "peak req/s", "429")
        yield f"{cause:<24}" + "".join(f"{head:>12}" for head in heads)
        for name, plan in PLANS.items():
            result = come_back(terminals, cause, seed, plan)
            yield f"  {name:<22}" + "".join(f"{cell:>12}" for cell in _cells(result, terminals))


def _cells(result: Result, terminals: int) -> tuple[str, ...]:
    is_done = len(result.drained_after) == terminals
    return (
        f"{result.drained_share_after(0.5):.0f} s" if result.drained_after else "-",
        f"{result.drained_share_after(1.0):.0f} s" if is_done else f"over {LONGEST_S:.0f} s",
        str(result.peak),
        f"{100 * result.sent_away_share:.1f} %",
    )
