"""Does what staff ask for on their pages, on a thread of its own: the disk and a PIN take time.

Each deed gets an answer, whatever goes wrong. An order to the agent is answered when the agent has
carried it out; until then the desk does everything else.
"""

import logging
import queue
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from device_config.errors import KioskError
from kiosk.staff.effects import AgentSilent, Deed, Failed, LeaveOrder, OrderDone, Outcome
from kiosk.staff.events import Alert, AlertSeen, Told

log = logging.getLogger(__name__)

Of = TypeVar("Of")

MOST_WAITING = 50
"""More deeds than fingers can ask for while the disk is slow."""
MOST_ORDERS = 10
STOP_S = 5.0
ORDER_LOOK_S = 0.2
WATCH_S = 5.0
"""How often the desk looks whether staff must be told something on the start screen."""
SILENT_AFTER_S = 20.0
"""An agent that runs takes an order up within a second; with a slow centre it may take this."""
GIVEN_UP_AFTER_S = 600.0


class Deeds(Protocol):
    """What carries deeds out, all on the desk's thread."""

    def do(self, deed: Deed) -> Outcome:
        """Carry a deed out; may raise."""

    def leave(self, order: LeaveOrder) -> int:
        """Leave an order for the agent; returns its number. May raise."""

    def outcome(self, number: int) -> dict[str, Any] | None:
        """What came of an order; None while it waits. May raise."""

    def alert(self) -> Alert | None:
        """What staff must be told on the start screen. May raise."""

    def forget(self) -> None:
        """After trouble: open the files anew next time. Never raises."""


@dataclass(slots=True)
class _Waiting:
    """An order that the agent has not answered yet."""

    number: int
    order: LeaveOrder
    since: float
    is_said_silent: bool = False


class StaffDesk:
    """One thread, one deed after the other; answers go to `post` as `Told`.

    `boottime` gives seconds of CLOCK_BOOTTIME. `told` is the alert that is on the screen already.
    """

    def __init__(
        self,
        deeds: Deeds,
        post: Callable[[Told | AlertSeen], None],
        boottime: Callable[[], float],
        told: Alert | None = None,
    ) -> None:
        self._deeds = deeds
        self._post = post
        self._boottime = boottime
        self._told = told
        self._watched_at = float("-inf")
        self._queue: queue.Queue[Deed | None] = queue.Queue(MOST_WAITING)
        self._orders: list[_Waiting] = []
        self._thread = threading.Thread(target=self._run, name="staff desk", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what waits, if the disk lets it; the agent still carries out what was ordered."""
        try:
            self._queue.put(None, timeout=STOP_S)
        except queue.Full:
            return  # the disk does not answer; the program has to end
        self._thread.join(timeout=STOP_S)

    def ask(self, deed: Deed) -> None:
        """Put a deed in line; never waits. Callable from any thread."""
        try:
            self._queue.put_nowait(deed)
        except queue.Full:
            log.warning("the staff desk is busy; not done: %s", type(deed).__name__)
            self._answer(deed, Failed())

    def _run(self) -> None:
        while True:
            try:
                deed = self._queue.get(timeout=ORDER_LOOK_S if self._orders else WATCH_S)
            except queue.Empty:
                deed = None
            else:
                if deed is None:
                    return
                self._carry_out(deed)
            self._look_at_orders()
            self._watch()

    def _carry_out(self, deed: Deed) -> None:
        if isinstance(deed, LeaveOrder):
            self._order(deed)
            return
        outcome = self._attempt(lambda: self._deeds.do(deed), deed)
        self._answer(deed, Failed() if outcome is None else outcome)
        self._watched_at = float("-inf")  # it may have changed what staff must know

    def _order(self, order: LeaveOrder) -> None:
        is_full = len(self._orders) >= MOST_ORDERS
        number = None if is_full else self._attempt(lambda: self._deeds.leave(order), order)
        if number is None:
            self._answer(order, Failed())
        else:
            self._orders.append(_Waiting(number, order, self._boottime()))

    def _look_at_orders(self) -> None:
        for waiting in tuple(self._orders):
            said = self._said_of(waiting)
            if said is None:
                continue
            if isinstance(said, AgentSilent):
                waiting.is_said_silent = True
            else:
                self._orders.remove(waiting)
            self._answer(waiting.order, said)

    def _said_of(self, waiting: _Waiting) -> OrderDone | AgentSilent | None:
        """What is to be said of an order now; nothing more than once."""
        outcome = self._attempt(lambda: self._deeds.outcome(waiting.number), waiting.order)
        if outcome is not None:
            return OrderDone(outcome)
        seconds = self._boottime() - waiting.since
        if seconds >= GIVEN_UP_AFTER_S:
            return OrderDone({"error": "stale"})
        return None if seconds < SILENT_AFTER_S or waiting.is_said_silent else AgentSilent()

    def _watch(self) -> None:
        now = self._boottime()
        if now - self._watched_at < WATCH_S:
            return
        self._watched_at = now
        try:
            alert = self._deeds.alert()
        except (KioskError, sqlite3.Error, OSError):
            self._deeds.forget()
            return  # whoever needs the file says so; what was told stays
        except Exception:
            log.exception("the staff desk goes on after an error of ours")
            return
        if alert != self._told:
            self._told = alert
            self._post(AlertSeen(alert))

    def _attempt(self, action: Callable[[], Of], deed: Deed) -> Of | None:
        """What the action gives; None, and one line in the log, when it fails."""
        try:
            return action()
        except (KioskError, sqlite3.Error, OSError) as error:
            # One line without a traceback: the disk's trouble, or a person's, not ours.
            log.error("staff pages, %s: %s", type(deed).__name__, error)  # noqa: TRY400
        except Exception:
            log.exception("staff pages, %s", type(deed).__name__)
        self._deeds.forget()
        return None

    def _answer(self, deed: Deed, outcome: Outcome) -> None:
        self._post(Told(deed, outcome, self._boottime()))
