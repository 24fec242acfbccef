"""Pulling questionnaires: whole, known by their digest, checked like a file that a person brings.

One that cannot be taken holds up no other, nor the settings. What is being asked stays: a session
keeps the version that it began with, and a response the one that it names.
"""

import hashlib
import logging
import re
from dataclasses import dataclass
from typing import Any

import msgspec

from device_config.config_store import ConfigStore
from device_config.errors import ConfigurationProblems, KioskError, UsageProblem
from device_config.questionnaire_files import (
    MOST_FILES,
    Found,
    found_in,
    install,
    questionnaire_in,
    shipped_bytes,
)
from device_config.settings import Layer
from device_config.state import StateDirectory
from sync.client import CentralClient
from sync.outcome import Reply, Unreachable
from sync.wire import QuestionnaireEntry

ID = re.compile("[a-z][a-z0-9-]{0,59}", re.ASCII)
VERSION = re.compile(r"[0-9]{4}(\.[0-9]{1,5}){0,5}", re.ASCII)

log = logging.getLogger(__name__)

MOST_ENTRIES = 50
MOST_A_ROUND = 10
"""So many are fetched before the agent does something else in between."""
MOST_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class Refusal:
    """A questionnaire that was not taken, and all that is wrong with it."""

    id: str
    version: str
    sha256: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pulled:
    """What came of a round: `is_whole` when nothing is left to be fetched, now or again.

    `later` is the reply after which the round ended early.
    """

    installed: tuple[QuestionnaireEntry, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    is_whole: bool = True
    later: Reply | Unreachable | None = None


class _NotNow(Exception):
    """The centre cannot be asked now."""

    def __init__(self, reply: Reply | Unreachable) -> None:
        self.reply = reply
        super().__init__()


class QuestionnairePuller:
    """Fetches what the centre names and this terminal lacks.

    It remembers what it refused, for as long as the settings that came with it are the same.
    """

    def __init__(self, state: StateDirectory, store: ConfigStore, client: CentralClient) -> None:
        self._folder = state.questionnaires
        self._store = store
        self._client = client
        self._settled: dict[QuestionnaireEntry, Refusal | None] = {}
        self._centre: Layer | None = None

    def pull(self, named: Any, centre: Layer | None) -> Pulled:
        """Fetch, check and install; `named` is what the centre wrote, and may be anything.

        `centre` is the layer of settings that came with it, if one did.
        """
        if centre != self._centre:
            self._settled, self._centre = {}, centre  # what did not fit may fit now
        entries, refusals = _entries(named)
        here = _digests(self._folder)
        installed: list[QuestionnaireEntry] = []
        is_whole, fetched = True, 0
        for entry in entries:
            if here.get((entry.id, entry.version)) == entry.sha256:
                continue
            if entry in self._settled:
                refusals += [each for each in (self._settled[entry],) if each is not None]
                continue
            if fetched == MOST_A_ROUND:
                is_whole = False
                break
            fetched += 1
            try:
                if self._take(entry, centre):
                    installed.append(entry)
                self._settled[entry] = None
            except _NotNow as error:
                return Pulled(tuple(installed), tuple(refusals), False, error.reply)
            except (ConfigurationProblems, UsageProblem) as error:
                refusal = _refusal(entry, error)
                self._settled[entry] = refusal
                refusals.append(refusal)
            except KioskError as error:
                log.error("%s %s is not kept: %s", entry.id, entry.version, error)  # noqa: TRY400
                is_whole = False
        return Pulled(tuple(installed), tuple(refusals), is_whole)

    def _take(self, entry: QuestionnaireEntry, centre: Layer | None) -> bool:
        """Install one; returns whether it was news. Raises ConfigurationProblems, or _NotNow."""
        what = f"the centre's {entry.id} {entry.version}"
        # They become part of a path, on the network and on the disk.
        if not ID.fullmatch(entry.id) or not VERSION.fullmatch(entry.version):
            raise ConfigurationProblems(what, ("its id or its version is none",))
        reply = self._client.pull_questionnaire(entry.id, entry.version)
        if isinstance(reply, Reply) and reply.status == 404:
            raise ConfigurationProblems(what, ("the centre names it, and does not have it",))
        if isinstance(reply, Unreachable) or reply.status != 200:
            raise _NotNow(reply)
        if hashlib.sha256(reply.body).hexdigest() != entry.sha256:
            raise ConfigurationProblems(what, ("its bytes are not those of its digest",))
        found = questionnaire_in(reply.body, what)
        if (found.id, found.version) != (entry.id, entry.version):
            raise ConfigurationProblems(what, (f"it says that it is {found.id} {found.version}",))
        problems = self._store.problems_with(found, centre)
        if problems:
            raise ConfigurationProblems(f"{what}: the settings would not fit it, so it", problems)
        if len(found_in(self._folder)[0]) >= MOST_FILES:
            raise UsageProblem(f"{MOST_FILES} questionnaires are installed; no more are taken")
        return install(reply.body, found, self._folder) is not None


def _entries(named: Any) -> tuple[list[QuestionnaireEntry], list[Refusal]]:
    """What can be read of the centre's list; of the rest, that it cannot."""
    if named is msgspec.UNSET:
        return [], []
    if not isinstance(named, list | tuple):
        return [], [Refusal("", "", "", ("questionnaires: is a list",))]
    entries: dict[QuestionnaireEntry, None] = {}
    refusals = []
    for number, each in enumerate(named[:MOST_ENTRIES]):
        try:
            entries[msgspec.convert(each, QuestionnaireEntry)] = None
        except msgspec.ValidationError as error:
            refusals.append(Refusal("", "", "", (f"questionnaires[{number}]: {error}",)))
    if len(named) > MOST_ENTRIES:
        problem = f"questionnaires: {len(named)} of them, at most {MOST_ENTRIES} are taken"
        refusals.append(Refusal("", "", "", (problem,)))
    return list(entries), refusals


def _digests(folder: Any) -> dict[tuple[str, str], str]:
    """The digest of each questionnaire that is installed, by its id and version."""
    digests = {}
    for body in shipped_bytes():
        ref = msgspec.json.decode(body, type=_Named)
        digests[ref.id, ref.version] = hashlib.sha256(body).hexdigest()
    for found in found_in(folder)[0]:
        if found.path is not None:
            digests[found.questionnaire.id, found.questionnaire.version] = _digest(found)
    return digests


class _Named(msgspec.Struct):
    id: str
    version: str


def _digest(found: Found) -> str:
    assert found.path is not None  # noqa: S101 - the caller has looked
    try:
        return hashlib.sha256(found.path.read_bytes()).hexdigest()
    except OSError:
        return ""  # gone since


def _refusal(entry: QuestionnaireEntry, error: ConfigurationProblems | UsageProblem) -> Refusal:
    problems = error.problems if isinstance(error, ConfigurationProblems) else (str(error),)
    log.error("%s %s is not taken: %s", entry.id, entry.version, "; ".join(problems))
    return Refusal(entry.id, entry.version, entry.sha256, problems[:MOST_PROBLEMS])
