"""What whoever carries out an order has at hand, and what may come of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from device_config.clock import Reading
from device_config.config_store import ConfigStore
from device_config.state import StateDirectory
from sync.client import CentralClient

Outcome = dict[str, Any]
"""`{"done": True, …}`, or `{"error": code, "detail": …}`; it may hold no secret."""


class OrderFailed(Exception):
    """An order could not be carried out: `code` for programs, `detail` for support.

    `more` are further members of the outcome.
    """

    def __init__(self, code: str, detail: str = "", **more: object) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.more = more


@dataclass(frozen=True, slots=True)
class Desk:
    """The agent's things, for an order. `client` is None before enrolment."""

    state: StateDirectory
    store: ConfigStore
    db: Database
    hurry: Callable[[], None]
    """Makes every delivery due now; before enrolment there is none."""
    client: CentralClient | None = None


Carrier = Callable[[dict[str, Any], Desk, Reading], Outcome]
"""Carries out one kind of order, given its body; raises OrderFailed, or what it will: the agent
goes on."""
