"""An export on its way to a browser: piece by piece in threads, its progress in the database."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from threading import Lock

from sync.central.accounts.access import Visitor
from sync.central.exports.export import Export
from sync.central.service import Service
from sync.central.store.export_runs import State, advance

NOTED_EVERY = timedelta(seconds=1)


class Run:
    """The pieces of a file; stopped, it does no more work, whoever was waiting for it.

    A piece is made in a thread that nothing can cancel: whoever stops the run waits for it there,
    and the event loop waits for nothing.
    """

    def __init__(self, service: Service, who: Visitor, run: str, export: Export) -> None:
        self._service = service
        self._who = who
        self._run = run
        self._done = 0
        self._noted_at = service.now()
        self._pieces = export.pieces(self._seen)
        self._state: State = "running"
        self._lock = Lock()

    async def stream(self) -> AsyncIterator[bytes]:
        """The file, for as long as somebody takes it."""
        try:
            while (piece := await asyncio.to_thread(self._next)) is not None:
                if piece:
                    yield piece
        finally:
            # Not awaited: whoever broke the download off has cancelled this, too.
            asyncio.get_running_loop().run_in_executor(None, self._stop)

    def _next(self) -> bytes | None:
        with self._lock:
            if self._state != "running":
                return None
            piece = next(self._pieces, None)
            if piece is None:
                self._end("done")
            return piece

    def _stop(self) -> None:
        with self._lock:
            if self._state == "running":
                self._pieces.close()
                self._end("broken")

    def _seen(self, done: int) -> None:
        self._done = done
        if self._service.now() - self._noted_at >= NOTED_EVERY:
            self._noted_at = self._service.now()
            self._note("running")

    def _end(self, state: State) -> None:
        self._state = state
        self._note(state)

    def _note(self, state: State) -> None:
        with self._service.store.writing() as connection:
            now = self._service.now()
            advance(connection, self._run, self._who.name, self._done, state, now)
