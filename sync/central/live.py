"""Tells the open pages that something was stored, within this process."""

import asyncio
from collections.abc import AsyncGenerator, Callable

KEEP_ALIVE_S = 15.0
SHORTEST_S = 0.2  # between two pictures of the same page: five a second at most

Render = Callable[[str | None, str], str]  # the fragment for a unit, or None for all; a language


class Live:
    """The open pages, and the fragment that each of them shows next.

    A page that is slow or far away misses pictures, never news: there is no queue to fill, only
    the version that it has seen.
    """

    def __init__(self) -> None:
        self._version = 0
        self._is_closing = False
        self._wakers: set[asyncio.Event] = set()
        self._rendered: dict[tuple[str | None, str], str] = {}
        self._rendering = asyncio.Lock()

    @property
    def viewers(self) -> int:
        """How many pages are open."""
        return len(self._wakers)

    def tell(self) -> None:
        """Say that something was stored; call it in the event loop."""
        self._version += 1
        self._rendered.clear()
        self._wake()

    def close(self) -> None:
        """End every stream, so that the service can stop; call it in the event loop."""
        self._is_closing = True
        self._wake()

    def _wake(self) -> None:
        for waker in self._wakers:
            waker.set()

    async def pictures(
        self, unit: str | None, language: str, render: Render
    ) -> AsyncGenerator[str | None, None]:
        """The fragment now, then whenever it has changed; None when a sign of life is due."""
        waker = asyncio.Event()
        self._wakers.add(waker)
        try:
            waker.set()
            while not self._is_closing:
                if not await _set_within(waker, KEEP_ALIVE_S):
                    yield None
                    continue
                waker.clear()
                if self._is_closing:
                    return
                yield await self._picture(unit, language, render)
                await asyncio.sleep(SHORTEST_S)
        finally:
            self._wakers.discard(waker)

    async def _picture(self, unit: str | None, language: str, render: Render) -> str:
        """The fragment, rendered once for all pages that show the same."""
        async with self._rendering:
            known = self._rendered.get((unit, language))
            if known is not None:
                return known
            version = self._version
            picture = await asyncio.to_thread(render, unit, language)
            if version == self._version:
                self._rendered[unit, language] = picture
            return picture


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
