"""How much a terminal may ask for, and how much one process of the service takes at once.

A terminal that has gone mad, or a county that comes back after an outage, must not take the service
down for the others: whoever comes too often, or when too many wait, is told when to come again.
"""

import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from sync.central.receiving.crowd import Crowd, TooBusy
from sync.central.store.secrets import sha256


@dataclass(frozen=True, slots=True)
class Limits:
    """What one process of the service takes.

    A backlog of 100,000 responses comes in 200 requests, or in 1,000 of a hundred each: no terminal
    that only has much to tell meets them.
    """

    burst: int = 1200
    """Requests of one terminal at once, after a quiet minute."""
    per_second: float = 20.0
    """Requests that a terminal may make for as long as it likes."""
    terminals: int = 20_000
    """So many are told apart; then whoever was quiet longest is forgotten."""
    body_bytes: int = 256 * 1024 * 1024
    """Of all bodies in memory together."""
    at_work: int = 4
    """Requests that write at once; more would only wait for each other in the database."""
    waiting: int = 256
    """Requests whose body is there and that wait for that."""


class Buckets:
    """A token bucket for each terminal, in bounded memory. Pure: the time comes in."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens, as of when

    def wait_s(self, name: str, now: float) -> float:
        """Begin a request: 0 when it may go on, else the seconds until the next may."""
        left, since = self._left.pop(name, (float(self._limits.burst), now))
        left = min(left + (now - since) * self._limits.per_second, float(self._limits.burst))
        may_go_on = left >= 1
        self._left[name] = (left - 1 if may_go_on else left, now)
        if len(self._left) > self._limits.terminals:
            self._left.popitem(last=False)
        return 0.0 if may_go_on else (1 - left) / self._limits.per_second

    def __len__(self) -> int:
        return len(self._left)


class Doors:
    """The limits at work in one process; of one event loop."""

    def __init__(
        self, limits: Limits | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limits = limits or Limits()
        self._clock = clock
        self._buckets = Buckets(self._limits)
        self._work = Crowd(self._limits.at_work, self._limits.waiting)
        self._bytes = 0

    def wait_s(self, token: str) -> float:
        """Begin a request of whoever has this token: 0, or the seconds until it may."""
        # By its hash: a header holds a longer text than is to be kept of each.
        return self._buckets.wait_s(sha256(token), self._clock())

    @contextmanager
    def body(self) -> Iterator[Callable[[int], None]]:
        """Room for a body: call what this gives for each chunk, with its bytes.

        That raises TooBusy where there is no room. All is given back at the end.
        """
        held = 0

        def take(more: int) -> None:
            nonlocal held
            if self._bytes + more > self._limits.body_bytes:
                raise TooBusy
            held += more
            self._bytes += more

        try:
            yield take
        finally:
            self._bytes -= held

    @asynccontextmanager
    async def work(self) -> AsyncIterator[None]:
        """A place among those who write; raises TooBusy where too many wait for one."""
        async with self._work.place():
            yield
