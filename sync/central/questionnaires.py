"""The questionnaires that the service hands out and checks answers against."""

import hashlib
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import msgspec

from device_config.questionnaire import Kind, Questionnaire, Texts
from device_config.questionnaire_files import newest_of_each, shipped_bytes, version_numbers
from sync import wire

LOOK_S = 1.0
"""What was published is looked at so often, at most."""
Key = tuple[str, str]
Fresh = Callable[[Collection[Key]], Iterable[tuple[bytes, datetime]]]
"""What was published besides these: the bytes, and when they came."""


@dataclass(frozen=True)
class Published:
    """One questionnaire as its bytes and as what they mean."""

    body: bytes
    questionnaire: Questionnaire
    added_at: datetime | None = None  # None: it travels with the program

    @cached_property
    def sha256(self) -> str:
        """The digest by which a terminal recognises the bytes."""
        return hashlib.sha256(self.body).hexdigest()


class Questionnaires:
    """Questionnaires by id and version: the shipped ones, and those that were published.

    What is published while the service runs, by whatever process, is known within a second.
    """

    def __init__(self, bodies: tuple[bytes, ...], fresh: Fresh | None = None) -> None:
        self._fresh = fresh
        self._looked_at: float | None = None
        self._published: set[Key] = set()
        self._take([_published(body) for body in bodies])

    def find(self, questionnaire_id: str, version: str) -> Published | None:
        """The questionnaire of this id and version, or None when we do not know it."""
        self._look()
        return self._by_key.get((questionnaire_id, version))

    def newest(self) -> tuple[Published, ...]:
        """Of each id the highest version."""
        self._look()
        found = newest_of_each(known.questionnaire for known in self._by_key.values())
        return tuple(self._by_key[each.id, each.version] for each in found)

    def all(self) -> tuple[Published, ...]:
        """Every version, by id, the highest first."""
        self._look()
        by_version = sorted(
            self._by_key.values(),
            key=lambda each: version_numbers(each.questionnaire),
            reverse=True,
        )
        return tuple(sorted(by_version, key=lambda each: each.questionnaire.id))

    def entries(self, only: Collection[str] | None = None) -> tuple[wire.QuestionnaireEntry, ...]:
        """What a terminal should hold, for its configuration: the newest, or those of these ids."""
        return tuple(
            wire.QuestionnaireEntry(each.questionnaire.id, each.questionnaire.version, each.sha256)
            for each in self.newest()
            if only is None or each.questionnaire.id in only
        )

    def look_again(self) -> None:
        """Know at once what was just published."""
        self._looked_at = None
        self._look()

    def _look(self) -> None:
        now = time.monotonic()
        if self._fresh is None or (self._looked_at is not None and now - self._looked_at < LOOK_S):
            return
        self._looked_at = now
        more = [_published(*each) for each in self._fresh(self._published)]
        if more:
            self._take([*self._by_key.values(), *more])
            self._published |= {(e.questionnaire.id, e.questionnaire.version) for e in more}

    def _take(self, known: list[Published]) -> None:
        by_key: dict[Key, Published] = {}
        for each in known:  # of the same id and version the shipped one counts
            by_key.setdefault((each.questionnaire.id, each.questionnaire.version), each)
        self._by_key = by_key
        self._items = {
            item.id: item for each in by_key.values() for item in each.questionnaire.all_items()
        }

    def item_ids(self) -> tuple[str, ...]:
        """Every known item once, in the order of asking; free text is not among them."""
        self._look()
        return tuple(item.id for item in self._items.values() if item.kind != "text")

    def kinds(self) -> dict[str, Kind]:
        """What kind each known item is of, in the order of asking; the reasons come last."""
        self._look()
        asked = {item_id: item.kind for item_id, item in self._items.items()}
        known = (each.questionnaire.reasons for each in self._by_key.values())
        return asked | {reasons.id: reasons.kind for reasons in known if reasons is not None}

    def kind_of(self, item_id: str | None) -> Kind | None:
        """What kind of item this is; None when we do not know it."""
        item = self._items.get(item_id or "")
        return item.kind if item else None

    def face_labels(self) -> dict[int, Texts]:
        """What each face from 1 to 5 says, by language: the labels of the first statement."""
        for shipped in self._by_key.values():
            for item in shipped.questionnaire.items:
                scale = shipped.questionnaire.scale_of(item)
                if item.kind == "statement" and scale is not None:
                    return {int(value): texts for value, texts in scale.labels.items()}
        return {}


def shipped_questionnaires() -> Questionnaires:
    """The questionnaires that travel with the program, and no others."""
    return Questionnaires(shipped_bytes())


def _published(body: bytes, added_at: datetime | None = None) -> Published:
    return Published(body, msgspec.json.decode(body, type=Questionnaire), added_at)
