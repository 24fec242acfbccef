"""Tells the open pages that something was stored, and draws for all who look at the same once."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Hashable
from dataclasses import dataclass

log = logging.getLogger(__name__)

KEEP_ALIVE_S = 15.0
SHORTEST_S = 0.2  # between two pictures of the same page: five a second at most
MOST_PICTURES = 64  # kept at once; what nobody looked at for longest goes first
DRAWN_AT_ONCE = 2  # so that the pages leave threads for what arrives

Units = frozenset[str] | None
"""The units that a change is about, or that a picture shows; None is every one of them."""


@dataclass(frozen=True, slots=True)
class _Drawing:
    """A picture, or the work on it."""

    units: Units
    picture: asyncio.Task[str]


class Live:
    """The open pages, and the fragment that each of them shows next.

    A page that is slow or far away misses pictures, never news: there is no queue to fill, only
    the knowledge that its picture is no longer the newest.
    """

    def __init__(self) -> None:
        self._is_closing = False
        self._wakers: dict[asyncio.Event, Units] = {}
        self._drawings: OrderedDict[Hashable, _Drawing] = OrderedDict()
        self._drawn_at_once = asyncio.Semaphore(DRAWN_AT_ONCE)

    @property
    def viewers(self) -> int:
        """How many pages are open."""
        return len(self._wakers)

    def tell(self, units: Units = None) -> None:
        """Say that something was stored about these units; call it in the event loop."""
        stale = [key for key, each in self._drawings.items() if _meet(each.units, units)]
        for key in stale:
            # Whoever waits for it gets it, and is woken again below.
            del self._drawings[key]
        for waker, shown in self._wakers.items():
            if _meet(shown, units):
                waker.set()

    def close(self) -> None:
        """End every stream, so that the service can stop; call it in the event loop."""
        self._is_closing = True
        for waker in self._wakers:
            waker.set()

    async def pictures(
        self, key: Hashable, render: Callable[[], str], units: Units = None
    ) -> AsyncGenerator[str | None, None]:
        """The fragment now, then whenever it has changed; None is a sign of life between them.

        `key` is the same for those who see the same; `render` draws it, in a thread; `units` are
        those that it shows. Ends when it cannot be drawn: the page says so, and comes again.
        """
        waker = asyncio.Event()
        self._wakers[waker] = units
        shown: str | None = None
        try:
            waker.set()
            while not self._is_closing:
                if not await _set_within(waker, KEEP_ALIVE_S):
                    yield None
                    continue
                waker.clear()
                if self._is_closing:
                    return
                try:
                    picture = await self._picture(key, render, units)
                except Exception:
                    log.exception("a live page could not be drawn")
                    return
                yield None if picture == shown else picture
                shown = picture
                await asyncio.sleep(SHORTEST_S)
        finally:
            del self._wakers[waker]

    async def _picture(self, key: Hashable, render: Callable[[], str], units: Units) -> str:
        """The fragment, drawn once for all pages that show the same."""
        drawing = self._drawings.get(key)
        if drawing is None or _has_failed(drawing.picture):
            drawing = _Drawing(units, asyncio.create_task(self._draw(render)))
            self._drawings[key] = drawing
        self._drawings.move_to_end(key)
        if len(self._drawings) > MOST_PICTURES:
            self._drawings.popitem(last=False)
        # One viewer that goes away must not take the picture from the others.
        return await asyncio.shield(drawing.picture)

    async def _draw(self, render: Callable[[], str]) -> str:
        async with self._drawn_at_once:
            return await asyncio.to_thread(render)


def _meet(some: Units, others: Units) -> bool:
    return some is None or others is None or not some.isdisjoint(others)


def _has_failed(task: asyncio.Task[str]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


async def _set_within(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True


def as_event(picture: str | None) -> bytes:
    """A picture as a server-sent event; None is a comment that keeps the connection alive."""
    if picture is None:
        return b": still here\n\n"
    lines = "".join(f"data: {line}\n" for line in picture.splitlines())
    return f"event: picture\n{lines}\n".encode()
