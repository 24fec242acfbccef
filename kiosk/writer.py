"""The one thread of the kiosk that touches the database: the disk is slow, the picture is not.

It takes saves, facts, journal entries and readings of the clock in order, says of each save
whether it is on disk, and acknowledges the press that caused it as soon as it is.
"""

import logging
import queue
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from device_config.clock import Reading
from device_config.database import immediate, is_busy
from device_config.errors import KioskError, StateDamaged, StateNotWritable
from device_config.road import JournalEntry, entry_now, note, state_fact
from kiosk.document import content_of
from kiosk.masking import Mask, mask
from kiosk.press_record import record
from kiosk.session.draft import Draft
from kiosk.session.effects import Acknowledge, CheckStorage, FlagEarlier, PressId, Save, Tell
from kiosk.session.events import Event, Saved, StorageFailed, StorageReady
from sync.boots import note_anchor
from sync.outbox import Outbox
from sync.retention import give_up

log = logging.getLogger(__name__)

MOST_WAITING = 1000
"""Work that may wait for a slow disk; a session adds about ten."""
MOST_HELD = 100
"""News for the centre that waits until something can be written again; the oldest makes room."""


@dataclass(frozen=True, slots=True)
class Fact:
    """How something of the kiosk is now, for the agent and `status`."""

    name: str
    body: object


News = Tell | FlagEarlier | JournalEntry
"""What is told to the centre later if it cannot be written now."""
Work = Save | CheckStorage | Acknowledge | News | Fact | Reading


class Boxes(Protocol):
    """What is to know which presses are settled."""

    def acknowledge(self, press: PressId) -> None:
        """This press is on disk, or was knowingly put aside."""

    def refuse(self, press: PressId) -> None:
        """This press could not be written down; it counts when it is offered again."""


class Room(Protocol):
    """Space on the disk that is set aside."""

    def keep(self) -> bool:
        """Set it aside; returns whether there is room for it."""

    def keep_last(self) -> None:
        """Set its last part aside, if there is room for that."""

    def give_back(self) -> bool:
        """Free it, but for the last part; returns whether there was any."""

    def give_back_last(self) -> bool:
        """Free the last part, too; returns whether there was any."""


class Writer:
    """Carries out saves on a thread of its own.

    `room` is given back when a disk is full in the middle of a session, and must be there again
    before the storage counts as ready. `give_up_files` deletes, where the storage cannot even be
    opened, what can be given up without it, and returns what. `open_storage` is called on that
    thread and may fail, then and again later. What an earlier run left open is closed when it
    first succeeds. `moment_of`
    says what the clocks were at a draft's first answer, `read_clock` what they are now, `mask`
    takes out of its text what must never be written, `terminal_id` says who we are to the centre.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what the composition root connects it to
        self,
        open_storage: Callable[[], Outbox],
        moment_of: Callable[[Draft], Reading],
        read_clock: Callable[[], Reading],
        post: Callable[[Event], None],
        boxes: Boxes,
        mask: Mask = mask,
        room: Room | None = None,
        terminal_id: Callable[[], str | None] = lambda: None,
        give_up_files: Callable[[], dict[str, int]] = dict,
    ) -> None:
        self._terminal_id = terminal_id
        self._room = room
        self._give_up_files = give_up_files
        self._open_storage = open_storage
        self._moment_of = moment_of
        self._read_clock = read_clock
        self._post = post
        self._boxes = boxes
        self._mask = mask
        self._queue: queue.Queue[Work | None] = queue.Queue(MOST_WAITING)
        self._held: deque[News] = deque(maxlen=MOST_HELD)
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._outbox: Outbox | None = None
        self._has_opened = False
        self._has_tried = threading.Event()
        self._is_idle = threading.Event()
        self._moments: dict[str, Reading] = {}

    def start(self) -> None:
        """Begin; the storage is opened at once."""
        self._queue.put(CheckStorage())
        self._thread.start()

    def stop(self) -> None:
        """Finish what waits, then end."""
        self._try_held_again()
        self._queue.put(None)
        self._thread.join(timeout=10)

    def wait_for_first_try(self, longest_s: float) -> None:
        """Until the storage is open, or could not be opened."""
        self._has_tried.wait(longest_s)

    def wait_until_idle(self, longest_s: float) -> None:
        """Until nothing is in line, or so long."""
        self._is_idle.wait(longest_s)

    def submit(self, work: Work) -> None:
        """Put work in line; never waits."""
        self._is_idle.clear()
        try:
            self._queue.put_nowait(work)
        except queue.Full:
            self._say_failed(work)

    def _run(self) -> None:
        while (work := self._queue.get()) is not None:
            try:
                self._carry_out_somehow(work)
            except (sqlite3.Error, KioskError, OSError) as error:
                log.error("not stored: %s", error)  # noqa: TRY400 - one line, no traceback
                self._forget_storage()
                self._say_failed(work)
            except Exception:
                log.exception("the writer goes on after an error of ours")
                self._say_failed(work)
            self._has_tried.set()
            if self._queue.empty():
                self._is_idle.set()
        self._forget_storage()

    def _carry_out_somehow(self, work: Work) -> None:
        """Carry out; if the disk is full again and again, in the space that can be freed."""
        freed = self._freed(work)
        while True:
            try:
                self._carry_out(work)
            except (sqlite3.OperationalError, StateNotWritable, OSError) as error:
                if isinstance(error, StateDamaged) or is_busy(error) or not any(freed):
                    raise
                log.warning("%s; using space that was freed", error)
                self._forget_storage()
            else:
                return

    def _freed(self, work: Work) -> Iterator[bool]:
        """Free one thing after the other, each as it is asked for; whether there was any."""
        if self._room is None:
            return
        yield self._room.give_back()
        # With an open storage copies are given up before these.
        while self._outbox is None and (given := self._give_up_files()):
            log.warning("the disk is full; given up: %s", given)
            self._hold(Tell("made-room", given))
            yield True
        # Kept for what makes more room: answers would use it up.
        if isinstance(work, CheckStorage):
            yield self._room.give_back_last()

    def _make_room(self, outbox: Outbox) -> None:
        """Have space set aside before anybody answers; raises StateNotWritable if there is none."""
        if self._room is None or self._room.keep():
            return
        try:
            given = give_up(outbox, self._room.keep)
        finally:
            self._room.keep_last()
        if given:
            log.warning("the disk is full; given up: %s", given)
        if not self._room.keep():
            raise StateNotWritable(
                "the disk is full, with nothing left to give up: free some space"
            )
        note(outbox.db, entry_now("made-room", given, self._read_clock()))

    def _say_failed(self, work: Work) -> None:
        match work:
            case Tell() | FlagEarlier() | JournalEntry():
                self._hold(work)
            case Save() | CheckStorage():
                save = work if isinstance(work, Save) else None
                self._post(StorageFailed(save, self._now()))
            case Acknowledge(press=press, is_too_late=True):
                self._boxes.acknowledge(press)
            case Acknowledge(press=press):
                self._boxes.refuse(press)

    def _hold(self, news: News) -> None:
        """Keep it, as of now, until the storage is ready."""
        if isinstance(news, Tell):
            news = entry_now(news.kind, news.data, self._read_clock())
        self._held.append(news)

    def _try_held_again(self) -> None:
        with suppress(IndexError):  # the end may come from another thread
            for _ in range(len(self._held)):
                self.submit(self._held.popleft())

    def _now(self) -> float:
        return self._read_clock().boottime

    def _carry_out(self, work: Work) -> None:
        outbox = self._storage()
        match work:
            case Save(draft=draft, press=press):
                self._put(draft, press)
                if press is not None:
                    self._boxes.acknowledge(press)
                self._post(Saved(work, self._now()))
            case Acknowledge(press=press):
                with immediate(outbox.db) as conn:
                    self._record(conn, press)
                self._boxes.acknowledge(press)
            case CheckStorage():
                self._make_room(outbox)
                state_fact(outbox.db, "kiosk", "storage", "ok")
                self._post(StorageReady(self._now()))
                self._try_held_again()
            case Fact(name=name, body=body):
                state_fact(outbox.db, "kiosk", name, body)
            case Tell(kind=kind, data=data):
                note(outbox.db, entry_now(kind, data, self._read_clock()))
            case FlagEarlier():
                self._flag_earlier(outbox, work)
            case JournalEntry():
                note(outbox.db, work)
            case Reading():
                note_anchor(outbox.db, work)

    def _put(self, draft: Draft, press: PressId | None) -> None:
        moment = self._moment(draft)
        self._write(draft, moment, press)
        if self._storage_is_replaced():
            # Committed into a file that nobody will find again: once more, into the new one.
            self._write(draft, moment, press)
        if draft.ended is not None:
            self._moments.pop(draft.id, None)

    def _write(self, draft: Draft, moment: Reading, press: PressId | None) -> None:
        content = content_of(draft, moment, self._mask, self._terminal_id())
        self._storage().put(content, moment, lambda conn: self._record(conn, press))

    def _record(self, conn: sqlite3.Connection, press: PressId | None) -> None:
        if press is not None:
            now = self._read_clock()
            record(conn, press, now.boot_id, now.boottime)

    def _flag_earlier(self, outbox: Outbox, flag: FlagEarlier) -> None:
        """Responses that are stored already get a flag by an event that names their numbers."""
        runs: dict[int, list[int]] = {}
        for epoch, seq in outbox.numbers_of(flag.ids):
            runs.setdefault(epoch, []).append(seq)
        for epoch, seqs in runs.items():
            data = {"rule": flag.rule, "limit": flag.limit, "measured": flag.measured}
            data |= {"epoch": epoch, "first_seq": seqs[0], "last_seq": seqs[-1]}
            note(outbox.db, entry_now("flag", data, self._read_clock()))

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
