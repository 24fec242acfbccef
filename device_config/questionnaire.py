"""What is asked: a questionnaire as versioned data, in which order, and what answers it takes.

Pure. A `Questionnaire` is made only from a body that `problems.py` found clean.
"""

from collections.abc import Collection
from itertools import chain
from typing import Literal

from msgspec import Struct

Kind = Literal["statement", "recommendation", "text", "reasons"]
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


class Option(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One of the things that can be chosen; with `leads_to_text` the free text comes next."""

    id: str
    text: Texts
    leads_to_text: bool = False


class Item(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One statement or question.

    `options` and `at_most` are those of the reasons: what can be chosen, and the highest answer
    to any statement after which they are asked.
    """

    id: str
    kind: Kind
    text: Texts
    scale: str | None = None
    dimension: str | None = None
    options: tuple[Option, ...] = ()
    at_most: int | None = None


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
    reasons: Item | None = None
    own: OwnStatements

    def all_items(self) -> tuple[Item, ...]:
        """The items in the order in which they are asked; free text is always last.

        The reasons are not among them: they follow a low answer, once a session.
        """
        before = tuple(item for item in self.items if item.kind != "text")
        texts = tuple(item for item in self.items if item.kind == "text")
        return before + self.own.items + texts

    def all_texts(self) -> tuple[Texts, ...]:
        """Everything that a client reads of it."""
        texts = [self.title, *(item.text for item in self.all_items())]
        if self.reasons is not None:
            texts += [self.reasons.text, *(option.text for option in self.reasons.options)]
        for scale in self.scales.values():
            texts += scale.labels.values()
            if scale.not_applicable is not None:
                texts.append(scale.not_applicable)
        return tuple(texts)

    def item(self, item_id: str) -> Item:
        """The item with this id; raises KeyError for an unknown one."""
        if self.reasons is not None and self.reasons.id == item_id:
            return self.reasons
        for item in chain(self.items, self.own.items):
            if item.id == item_id:
                return item
        raise KeyError(item_id)

    @property
    def text_item(self) -> Item | None:
        """The free-text item, where there is one."""
        return next((item for item in self.items if item.kind == "text"), None)

    def reasons_after(self, value: int) -> Item | None:
        """The reasons to ask after a statement, whichever it is, was answered so; or None.

        `value` is 1 to 5. They are asked once a session: after the first such answer.
        """
        reasons = self.reasons
        if reasons is None or reasons.at_most is None or value > reasons.at_most:
            return None
        return reasons

    def scale_of(self, item: Item) -> Scale | None:
        """The scale on which an item is answered; None for free text and the reasons."""
        return self.scales[item.scale] if item.scale is not None else None


def order_of_asking(
    questionnaire: Questionnaire, first_item: str, kinds: Collection[Kind]
) -> tuple[Item, ...]:
    """The items of these kinds, the first one moved to the front.

    Without it that is the first statement: the start screen has faces, and so has a box.
    """
    items = [item for item in questionnaire.all_items() if item.kind in kinds]
    statements = [item.id for item in items if item.kind == "statement"]
    first = first_item if first_item in statements else next(iter(statements), "")
    return tuple(sorted(items, key=lambda item: item.id != first))


def answer_problem(
    questionnaire: Questionnaire,
    item_id: str,
    value: int | None,
    status: str | None,
    options: tuple[str, ...] | None = None,
) -> str | None:
    """What is wrong with an answer under this questionnaire, or None.

    `value`, `status` and `options` are those of the answer, None where it has none.
    """
    try:
        item = questionnaire.item(item_id)
    except KeyError:
        return f"item {item_id!r} is not in {questionnaire.id} {questionnaire.version}"
    if item.kind == "reasons":
        return _reasons_problem(item, value, status, options)
    if options is not None:
        return f"item {item_id!r} takes no options"
    return _scale_problem(item, questionnaire.scale_of(item), value, status)


def _scale_problem(
    item: Item, scale: Scale | None, value: int | None, status: str | None
) -> str | None:
    if scale is None:
        is_skipped = value is None and status == "skipped"
        return None if is_skipped else f"item {item.id!r} is free text: only skipped is an answer"
    if value is not None and not scale.min <= value <= scale.max:
        return f"item {item.id!r}: {value} is not on the scale {scale.min}–{scale.max}"
    if status == "not-applicable" and scale.not_applicable is None:
        return f"item {item.id!r} cannot be answered as not applicable"
    return None


def _reasons_problem(
    item: Item, value: int | None, status: str | None, options: tuple[str, ...] | None
) -> str | None:
    if (value, status, options) == (None, "skipped", None):
        return None
    if value is not None or status is not None or options is None:
        return f"item {item.id!r} takes options, or is skipped"
    known = [option.id for option in item.options]
    unknown = [each for each in options if each not in known]
    if unknown:
        return f"item {item.id!r} has no option {unknown[0]!r} ({', '.join(known)})"
    if not options or len(set(options)) < len(options):
        return f"item {item.id!r} takes one option or more, each once"
    return None
