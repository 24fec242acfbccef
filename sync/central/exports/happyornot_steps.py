"""The steps of a sitting, as HappyOrNot's listings of feedback have them: a row each. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from device_config.questionnaire import Item, Questionnaire, Texts
from device_config.questionnaire import Kind as ItemKind
from sync import wire
from sync.central.exports.given import Background, Given
from sync.central.receiving.checking import options_of, status_of, value_of

BUTTON, FOLLOW_UP, TEXT = "button-feedback", "follow-up-feedback", "text-feedback"
FIVE, NPS = "five", "nps"
SCALES: dict[ItemKind, str] = {"statement": FIVE, "recommendation": NPS}
LOWEST = {FIVE: 1, NPS: 0}
"""Our lowest answer on a scale; theirs is always 0."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a sitting: a row of one of their listings.

    `index` is the button's, from 0, the most negative; in rows of other kinds the first button's.
    `survey` is the item of the button that the row belongs to.
    """

    given: Given
    kind: str
    position: int
    survey: str
    question: str = ""
    scale: str = ""
    index: int | None = None
    follow_up: str | None = None
    option: str | None = None
    option_text: str | None = None
    is_skipped: bool = False


def steps(given: Given, around: Background) -> tuple[Step, ...]:
    """The rows of a response: each number that was given, each reason, and the text.

    A statement that was skipped or does not concern the client has no row: their listings know
    only buttons that were pressed.
    """
    forms = _by_nearness(given, around.forms)
    found: list[Step] = []
    for answer in given.answers.values():
        item = _item_of(forms, answer.item)
        first = found[0] if found and found[0].kind == BUTTON else None
        found.extend(_of_answer(given, answer, item, len(found), first))
    if given.text is not None:
        first = found[0] if found and found[0].kind == BUTTON else None
        asked = next((form.text_item for form in forms if form.text_item), None)
        question = _in_finnish(asked.text) if asked else ""
        found.append(_beside(first, given, TEXT, len(found), question))
    return tuple(found)


def _of_answer(
    given: Given, answer: wire.Answer, item: Item | None, position: int, first: Step | None
) -> Iterator[Step]:
    question = _in_finnish(item.text) if item else ""
    value, options = value_of(answer), options_of(answer)
    if value is not None:
        scale = SCALES.get(item.kind, "") if item else ""
        index = value - LOWEST[scale] if scale else None
        yield Step(given, BUTTON, position, answer.item, question, scale, index)
    elif options is not None:
        texts = {option.id: _in_finnish(option.text) for option in item.options} if item else {}
        for number, option in enumerate(options):
            yield _beside(
                first, given, FOLLOW_UP, position + number, question,
                follow_up=answer.item, option=option, option_text=texts.get(option),
            )  # fmt: skip
    elif status_of(answer) == "skipped" and item is not None and item.kind == "reasons":
        yield _beside(
            first, given, FOLLOW_UP, position, question, follow_up=item.id, is_skipped=True
        )
    elif status_of(answer) == "skipped" and item is not None and item.kind == "text":
        yield _beside(first, given, TEXT, position, question, is_skipped=True)


def _beside(  # noqa: PLR0913 - what a row says
    first: Step | None,
    given: Given,
    kind: str,
    position: int,
    question: str,
    *,
    follow_up: str | None = None,
    option: str | None = None,
    option_text: str | None = None,
    is_skipped: bool = False,
) -> Step:
    """A row that explains the first button."""
    survey, index, scale = (first.survey, first.index, first.scale) if first else ("", None, "")
    return Step(
        given, kind, position, survey, question, scale, index, follow_up, option, option_text,
        is_skipped,
    )  # fmt: skip


def _by_nearness(given: Given, forms: tuple[Questionnaire, ...]) -> tuple[Questionnaire, ...]:
    """The questionnaire that was asked first: an item of one id means the same in all."""
    asked = (given.row.questionnaire, given.row.version)
    return tuple(sorted(forms, key=lambda form: (form.id, form.version) != asked))


def _item_of(forms: tuple[Questionnaire, ...], item_id: str) -> Item | None:
    for form in forms:
        try:
            return form.item(item_id)
        except KeyError:
            continue
    return None


def _in_finnish(texts: Texts) -> str:
    """Finnish is the default locale; else the first language there is."""
    return next((texts[code].text for code in ("fi", *texts) if code in texts), "")
