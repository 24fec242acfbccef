"""The questionnaires that the service hands out and checks answers against."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import msgspec

from device_config.questionnaire import Item, Kind, Questionnaire, Texts
from device_config.questionnaire_files import shipped_bytes
from sync import wire

Tallied = Literal["statement", "recommendation"]


@dataclass(frozen=True)
class Shipped:
    """One questionnaire as its shipped bytes and as what they mean."""

    body: bytes
    questionnaire: Questionnaire

    @cached_property
    def sha256(self) -> str:
        """The digest by which a terminal recognises the bytes."""
        return hashlib.sha256(self.body).hexdigest()


class Questionnaires:
    """The shipped questionnaires by id and version."""

    def __init__(self, bodies: tuple[bytes, ...]) -> None:
        all_shipped = [Shipped(b, msgspec.json.decode(b, type=Questionnaire)) for b in bodies]
        self._by_key = {(s.questionnaire.id, s.questionnaire.version): s for s in all_shipped}
        self._items = {item.id: item for s in all_shipped for item in s.questionnaire.all_items()}

    def find(self, questionnaire_id: str, version: str) -> Shipped | None:
        """The questionnaire of this id and version, or None when we do not know it."""
        return self._by_key.get((questionnaire_id, version))

    def entries(self) -> tuple[wire.QuestionnaireEntry, ...]:
        """What a terminal should hold, for its configuration."""
        return tuple(
            wire.QuestionnaireEntry(name, version, shipped.sha256)
            for (name, version), shipped in self._by_key.items()
        )

    def item_ids(self) -> tuple[str, ...]:
        """Every known item once, in the order of asking; free text is not among them."""
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


def shipped_questionnaires() -> Questionnaires:
    """The questionnaires that travel with the program."""
    return Questionnaires(shipped_bytes())
