"""What the parts of the running service share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random, SystemRandom
from typing import Any

from litestar import Request
from litestar.datastructures import State

from sync.central.accounts.open_id import OpenIdConnect
from sync.central.accounts.passwords import Passwords
from sync.central.fleet.publishing import known_questionnaires
from sync.central.live import Live
from sync.central.numbers.figures import Counts
from sync.central.questionnaires import Questionnaires
from sync.central.receiving.crowd import Crowd
from sync.central.receiving.limits import Doors
from sync.central.recent import Recent
from sync.central.store import Store, utc_now
from sync.central.store.statistics import Readings
from sync.central.text_keys import TextKeys
from sync.central.tries import Tries

Call = Request[Any, Any, State]
Comparisons = Recent[Mapping[tuple[str | date, ...], Mapping[str, Counts]]]
"""The tallies of every unit, which take long to read."""


@dataclass(frozen=True, slots=True)
class Service:
    """The store and everything beside it; handed to each handler as `service`.

    `is_open`: whoever reaches the pages may do everything, as in the demo.
    `url`: the root address by which browsers reach it, where it is known; without / at the end.
    """

    store: Store
    live: Live = field(default_factory=Live)
    tries: Tries = field(default_factory=Tries)
    doors: Doors = field(default_factory=Doors)
    now: Callable[[], datetime] = utc_now
    random: Random = field(default_factory=SystemRandom)
    is_open: bool = False
    url: str = ""
    passwords: Passwords = field(default_factory=Passwords)
    open_id: OpenIdConnect | None = None
    open_id_crowd: Crowd = field(default_factory=lambda: Crowd(4, 20))
    text_keys: TextKeys = field(default_factory=TextKeys)
    comparisons: Comparisons = field(default_factory=lambda: Recent(timedelta(minutes=5), most=4))
    past: Recent[Readings] = field(default_factory=lambda: Recent(timedelta(minutes=1), most=16))
    questionnaires: Questionnaires = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "questionnaires", known_questionnaires(self.store))
