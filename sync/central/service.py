"""What the parts of the running service share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random, SystemRandom
from typing import Any

from litestar import Request
from litestar.datastructures import State

from sync.central.live import Live
from sync.central.published_settings import PublishedSettings
from sync.central.questionnaires import Questionnaires, shipped_questionnaires
from sync.central.store import Store, utc_now
from sync.central.tries import Tries

Call = Request[Any, Any, State]


@dataclass(frozen=True, slots=True)
class Service:
    """The store and everything beside it; handed to each handler as `service`."""

    store: Store
    questionnaires: Questionnaires = field(default_factory=shipped_questionnaires)
    settings: PublishedSettings = field(default_factory=PublishedSettings)
    live: Live = field(default_factory=Live)
    tries: Tries = field(default_factory=Tries)
    now: Callable[[], datetime] = utc_now
    random: Random = field(default_factory=SystemRandom)
