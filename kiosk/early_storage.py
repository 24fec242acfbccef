"""Takes saves from the first frame on, while the writer is still being imported and opened."""

import logging
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kiosk.writer import Work, Writer


log = logging.getLogger(__name__)

MOST_HELD = 1000
"""What waits for an opening: far more than anybody does before the terminal is out of order."""


class EarlyStorage:
    """A line before the writer's door: kept in order, and emptied into it when it opens.

    What comes when it is full is dropped: answers are in hand by then, and come again.
    """

    def __init__(self) -> None:
        self._held: list[Work] = []
        self._writer: Writer | None = None
        self._lock = threading.Lock()

    def submit(self, work: "Work") -> None:
        """Put work in line; callable from any thread."""
        with self._lock:
            if self._writer is not None:
                self._writer.submit(work)
            elif len(self._held) < MOST_HELD:
                self._held.append(work)
            else:
                log.warning("not kept, since the storage is not open: %s", type(work).__name__)

    def wait_until_idle(self, longest_s: float) -> None:
        """Until the writer has nothing to do, or so long; at once while there is none."""
        with self._lock:
            writer = self._writer
        if writer is not None:
            writer.wait_until_idle(longest_s)

    def open(self, writer: "Writer") -> None:
        """The writer runs: give it what has waited, and from now on everything."""
        with self._lock:
            for work in self._held:
                writer.submit(work)
            self._held.clear()
            self._writer = writer

    def close(self) -> None:
        """Let the writer finish."""
        with self._lock:
            writer, self._writer = self._writer, None
        if writer is not None:
            writer.stop()
