"""What is asked: a questionnaire as versioned data, and which item comes next.

Pure. A `Questionnaire` is made only from a body that `problems.py` found clean.
"""

from collections.abc import Collection
from typing import Literal

from msgspec import Struct

Kind = Literal["statement", "recommendation", "text"]
TextStatus = Literal["verified", "unverified"]


class LocalText(Struct, frozen=True, forbid_unknown_fields=True):
    """One wording in one language, where it comes from, and whether that is sure."""

    text: str
    source: str
    status: TextStatus


Texts = dict[str, LocalText]


class Scale(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole numbers from `min` to `max`, their labels, and the way out of them."""

    min: int
    max: int
    labels: dict[str, Texts]
    not_applicable: Texts | None = None


class Item(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One statement or question."""

    id: str
    kind: Kind
    text: Texts
    scale: str | None = None
    dimension: str | None = None


class OwnStatements(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The county's own statements: always after the national ones, never between them."""

    most: int
    items: tuple[Item, ...] = ()


class Questionnaire(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A form of the national content, in one version."""

    id: str
    version: str
    respondent: Literal["client", "child", "relative"]
    languages: tuple[str, ...]
    title: Texts
    note: str = ""
    scales: dict[str, Scale]
    items: tuple[Item, ...]
    own: OwnStatements

    def all_items(self) -> tuple[Item, ...]:
        """The items in the order in which they are asked; free text is always last."""
        before = tuple(item for item in self.items if item.kind != "text")
        texts = tuple(item for item in self.items if item.kind == "text")
        return before + self.own.items + texts

    def item(self, item_id: str) -> Item:
        """The item with this id; raises KeyError for an unknown one."""
        for item in self.all_items():
            if item.id == item_id:
                return item
        raise KeyError(item_id)

    def scale_of(self, item: Item) -> Scale | None:
        """The scale on which an item is answered; None for free text."""
        return self.scales[item.scale] if item.scale is not None else None


def order_of_asking(
    questionnaire: Questionnaire, first_item: str, kinds: Collection[Kind]
) -> tuple[Item, ...]:
    """The items of these kinds, the first one moved to the front."""
    items = [item for item in questionnaire.all_items() if item.kind in kinds]
    return tuple(sorted(items, key=lambda item: item.id != first_item))


def next_item(order: tuple[Item, ...], settled: Collection[str]) -> Item | None:
    """The first item that has neither been answered nor skipped; None when all have."""
    return next((item for item in order if item.id not in settled), None)


def answer_problem(
    questionnaire: Questionnaire, item_id: str, value: int | None, status: str | None
) -> str | None:
    """What is wrong with an answer under this questionnaire, or None.

    `value` and `status` are those of the answer, None where it has none.
    """
    try:
        item = questionnaire.item(item_id)
    except KeyError:
        return f"item {item_id!r} is not in {questionnaire.id} {questionnaire.version}"
    scale = questionnaire.scale_of(item)
    if scale is None:
        return f"item {item_id!r} is free text and takes no answer here"
    if value is not None and not scale.min <= value <= scale.max:
        return f"item {item_id!r}: {value} is not on the scale {scale.min}–{scale.max}"
    if status == "not-applicable" and scale.not_applicable is None:
        return f"item {item_id!r} cannot be answered as not applicable"
    return None
