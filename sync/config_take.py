"""Taking the centre's configuration: questionnaires first, since the settings may need them.

What is refused is told to the centre, once; so is what went back by itself.
"""

import hashlib
import logging
from typing import Any

import msgspec
from sqlite_utils import Database

from device_config.clock import Reading
from device_config.config_store import ConfigStore
from device_config.database import immediate
from device_config.errors import ConfigurationProblems, UsageProblem
from device_config.road import entry_now, fact, write_entry, write_fact
from device_config.state import StateDirectory
from sync.client import CentralClient
from sync.enrolment import take_config
from sync.questionnaire_pull import Pulled, QuestionnairePuller
from sync.wire import CentralConfig

log = logging.getLogger(__name__)

MOST_PROBLEMS = 20
MOST_CHARACTERS = 300
"""Of one problem, as it is told."""
TOLD = "config-told"
"""The fact that holds the digests of what was told, so that it is told once."""


class ConfigTaker:
    """Takes what was pulled, and tells the centre what it could not take."""

    def __init__(
        self, state: StateDirectory, store: ConfigStore, db: Database, client: CentralClient
    ) -> None:
        self._state = state
        self._store = store
        self._db = db
        self._puller = QuestionnairePuller(state, store, client)

    def take(self, config: CentralConfig, now: Reading, unreadable: tuple[str, ...] = ()) -> Pulled:
        """Take it all as far as it can be used; says whether it is to be asked for again.

        `unreadable` is what is wrong with what could not be read of it.
        """
        settings = config.settings if config.settings is not msgspec.UNSET else None
        pulled = self._puller.pull(config.questionnaires, settings)
        news: list[tuple[str, dict[str, Any]]] = [
            (
                "questionnaire-refused",
                {"id": each.id, "version": each.version, "problems": _short(each.problems)},
            )
            for each in pulled.refusals
        ]
        problems = unreadable
        try:
            take_config(self._state, self._store, config, now)
        except ConfigurationProblems as error:
            problems += error.problems
        except UsageProblem as error:
            problems += (str(error),)
        if problems:
            log.error("not taken of the centre's configuration: %s", "; ".join(_short(problems)))
            news.append(("config-refused", {"problems": _short(problems)}))
        installed = [
            ("questionnaire-installed", {"id": each.id, "version": each.version})
            for each in pulled.installed
        ]
        self._tell(news, installed, now)
        return pulled

    def tell_taken_back(self, now: Reading) -> None:
        """Say that settings went back by themselves, once each time."""
        taken_back = self._store.taken_back()
        if taken_back is None or fact(self._db, "sync", "taken-back", str) == taken_back.id:
            return
        data = {
            "layer": "centre" if taken_back.centre else "set",
            "starts": taken_back.starts,
            "problem": taken_back.problem,
            "sha256": taken_back.centre or None,
        }
        with immediate(self._db) as conn:
            write_entry(conn, entry_now("config-rolled-back", data, now))
            write_fact(conn, "sync", "taken-back", taken_back.id)

    def _tell(
        self,
        standing: list[tuple[str, dict[str, Any]]],
        happened: list[tuple[str, dict[str, Any]]],
        now: Reading,
    ) -> None:
        """Write down what happened, and what stands in the way if that was not told before."""
        told = set(fact(self._db, "sync", TOLD, list[str]) or ())
        known = {_digest(each): each for each in standing}
        if not happened and set(known) == told:
            return
        with immediate(self._db) as conn:
            for each, (kind, data) in known.items():
                if each not in told:
                    write_entry(conn, entry_now(kind, data, now))
            for kind, data in happened:
                write_entry(conn, entry_now(kind, data, now))
            write_fact(conn, "sync", TOLD, sorted(known))


def _short(problems: tuple[str, ...]) -> list[str]:
    return [each[:MOST_CHARACTERS] for each in problems[:MOST_PROBLEMS]]


def _digest(news: tuple[str, dict[str, Any]]) -> str:
    return hashlib.sha256(msgspec.json.encode(news, order="sorted")).hexdigest()
