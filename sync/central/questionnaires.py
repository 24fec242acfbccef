"""The questionnaires that the service hands out and checks answers against."""

import hashlib
import logging
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import msgspec

from device_config.durable_file import file_fingerprint
from device_config.questionnaire import Item, Kind, Questionnaire, Texts
from device_config.questionnaire_files import (
    found_in,
    newest_of_each,
    questionnaire_paths,
    shipped_bytes,
)
from sync import wire

log = logging.getLogger(__name__)

LOOK_S = 1.0
"""The folder of what was published is looked at so often, at most."""

Tallied = Literal["statement", "recommendation"]


@dataclass(frozen=True)
class Published:
    """One questionnaire as its bytes and as what they mean."""

    body: bytes
    questionnaire: Questionnaire

    @cached_property
    def sha256(self) -> str:
        """The digest by which a terminal recognises the bytes."""
        return hashlib.sha256(self.body).hexdigest()


class Questionnaires:
    """Questionnaires by id and version: the shipped ones, and those published in a folder.

    What is published while the service runs is known within a second.
    """

    def __init__(self, bodies: tuple[bytes, ...], folder: Path | None = None) -> None:
        self._shipped = [Published(b, msgspec.json.decode(b, type=Questionnaire)) for b in bodies]
        self._folder = folder
        self._looked_at: float | None = None
        self._seen: tuple[tuple[int, int], ...] = ()
        self._take(self._shipped)

    def find(self, questionnaire_id: str, version: str) -> Published | None:
        """The questionnaire of this id and version, or None when we do not know it."""
        self._look()
        return self._by_key.get((questionnaire_id, version))

    def entries(self) -> tuple[wire.QuestionnaireEntry, ...]:
        """What a terminal should hold, for its configuration: of each id the highest version."""
        self._look()
        return tuple(
            wire.QuestionnaireEntry(
                each.id, each.version, self._by_key[each.id, each.version].sha256
            )
            for each in newest_of_each(known.questionnaire for known in self._by_key.values())
        )

    def _look(self) -> None:
        now = time.monotonic()
        if self._folder is None or (self._looked_at is not None and now - self._looked_at < LOOK_S):
            return
        self._looked_at = now
        try:
            seen = tuple(file_fingerprint(path) for path in questionnaire_paths(self._folder))
            if seen == self._seen:
                return
            more = [
                Published(each.path.read_bytes(), each.questionnaire)
                for each in found_in(self._folder)[0]
                if each.path is not None
            ]
        except OSError as error:
            log.warning("%s: %s; going on with the questionnaires before", self._folder, error)
            return
        self._seen = seen
        self._take([*self._shipped, *more])

    def _take(self, known: list[Published]) -> None:
        self._by_key = {(s.questionnaire.id, s.questionnaire.version): s for s in known}
        self._items = {item.id: item for s in known for item in s.questionnaire.all_items()}

    def item_ids(self) -> tuple[str, ...]:
        """Every known item once, in the order of asking; free text is not among them."""
        self._look()
        return tuple(item.id for item in self._items.values() if item.kind != "text")

    def counted_as(self, item_id: str, value: int) -> Tallied | None:
        """Which statistic a number belongs to; None for an unknown item or one off its scale.

        National item ids mean the same in every version, so a response of an unknown version
        still counts.
        """
        item = self._items.get(item_id)
        match item:
            case Item(kind="statement") if 1 <= value <= 5:
                return "statement"
            case Item(kind="recommendation") if 0 <= value <= 10:
                return "recommendation"
        return None

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


def shipped_questionnaires(folder: Path | None = None) -> Questionnaires:
    """The questionnaires that travel with the program, and those published in this folder."""
    return Questionnaires(shipped_bytes(), folder)
