"""The one thread of the kiosk that touches the database: the disk is slow, the picture is not.

It takes saves, facts and journal entries in order, and says of each save whether it is on disk.
"""

import logging
import queue
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass

from device_config.clock import Reading
from device_config.errors import KioskError
from device_config.road import JournalEntry, note, state_fact
from kiosk.document import content_of
from kiosk.masking import Mask, mask
from kiosk.session.draft import Draft
from kiosk.session.effects import CheckStorage, Save
from kiosk.session.events import Event, Saved, StorageFailed, StorageReady
from sync.outbox import Outbox

log = logging.getLogger(__name__)

MOST_WAITING = 1000
"""Work that may wait for a slow disk; a session adds about ten."""


@dataclass(frozen=True, slots=True)
class Fact:
    """How something of the kiosk is now, for the agent and `status`."""

    name: str
    body: object


Work = Save | CheckStorage | Fact | JournalEntry


class Writer:
    """Carries out saves on a thread of its own.

    `open_storage` is called on that thread and may fail, then and again later. What an earlier run
    left open is closed when it first succeeds. `moment_of` says what the clocks were at a draft's
    first answer, `mask` takes out of its text what must never be written.
    """

    def __init__(
        self,
        open_storage: Callable[[], Outbox],
        moment_of: Callable[[Draft], Reading],
        boottime: Callable[[], float],
        post: Callable[[Event], None],
        mask: Mask = mask,
    ) -> None:
        self._open_storage = open_storage
        self._moment_of = moment_of
        self._boottime = boottime
        self._post = post
        self._mask = mask
        self._queue: queue.Queue[Work | None] = queue.Queue(MOST_WAITING)
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._outbox: Outbox | None = None
        self._has_opened = False
        self._moments: dict[str, Reading] = {}

    def start(self) -> None:
        """Begin; the storage is opened at once."""
        self._queue.put(CheckStorage())
        self._thread.start()

    def stop(self) -> None:
        """Finish what waits, then end."""
        self._queue.put(None)
        self._thread.join(timeout=10)

    def submit(self, work: Work) -> None:
        """Put work in line; never waits."""
        try:
            self._queue.put_nowait(work)
        except queue.Full:
            if isinstance(work, Save):
                self._post(StorageFailed(work, self._boottime()))

    def _run(self) -> None:
        while (work := self._queue.get()) is not None:
            try:
                self._carry_out(work)
            except (sqlite3.Error, KioskError, OSError) as error:
                log.error("not stored: %s", error)  # noqa: TRY400 - one line, no traceback
                self._forget_storage()
                self._say_failed(work)
            except Exception:
                log.exception("the writer goes on after an error of ours")
                self._say_failed(work)
        self._forget_storage()

    def _say_failed(self, work: Work) -> None:
        if isinstance(work, Save | CheckStorage):
            save = work if isinstance(work, Save) else None
            self._post(StorageFailed(save, self._boottime()))

    def _carry_out(self, work: Work) -> None:
        outbox = self._storage()
        match work:
            case Save(draft=draft):
                self._put(draft)
                self._post(Saved(work, self._boottime()))
            case CheckStorage():
                state_fact(outbox.db, "kiosk", "storage", "ok")
                self._post(StorageReady(self._boottime()))
            case Fact(name=name, body=body):
                state_fact(outbox.db, "kiosk", name, body)
            case JournalEntry():
                note(outbox.db, work)

    def _put(self, draft: Draft) -> None:
        moment = self._moment(draft)
        self._storage().put(content_of(draft, moment, self._mask), moment)
        if self._storage_is_replaced():
            # Committed into a file that nobody will find again: once more, into the new one.
            self._storage().put(content_of(draft, moment, self._mask), moment)
        if draft.ended is not None:
            self._moments.pop(draft.id, None)

    def _storage(self) -> Outbox:
        """The storage, opened anew if its file was taken away under us."""
        if self._storage_is_replaced():
            self._forget_storage()
        if self._outbox is None:
            self._outbox = self._open()
        return self._outbox

    def _storage_is_replaced(self) -> bool:
        return self._outbox is not None and self._outbox.is_replaced()

    def _open(self) -> Outbox:
        outbox = self._open_storage()
        # Only once: what is open at a later opening is the session of now.
        if not self._has_opened:
            closed = outbox.close_abandoned()
            if closed:
                log.info("closed %d unfinished responses of an earlier run", closed)
            self._has_opened = True
        return outbox

    def _moment(self, draft: Draft) -> Reading:
        """The clocks at the first answer, read once, when it is first saved."""
        if draft.id not in self._moments:
            self._moments[draft.id] = self._moment_of(draft)
        return self._moments[draft.id]

    def _forget_storage(self) -> None:
        if self._outbox is not None:
            self._outbox.close()
            self._outbox = None
