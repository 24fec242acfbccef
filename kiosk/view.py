"""What the screen shows for a state: `show(state) -> View`. Pure.

A view is data: titles, choices and what each choice posts. Widgets draw it and decide nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from device_config.questionnaire import Item, LocalText, Scale
from kiosk.events import (
    BackTapped,
    ChangeTapped,
    Dismissed,
    EnoughTapped,
    LanguageChosen,
    NextTapped,
    Tapped,
    Touch,
)
from kiosk.states import Asking, Draft, Idle, OutOfOrder, State, Thanks
from kiosk.texts import Direction, direction, kiosk_text, language_name
from sync.wire import Answer

Screen = Literal["faces", "numbers", "thanks", "out-of-order"]

Post = Callable[[float, str], Touch]
"""Makes the event of a choice from the time of the touch and a fresh id."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be tapped. `id` is stable and the same in every language."""

    id: str
    label: str
    event: Post
    is_chosen: bool = False
    mood: float | None = None
    """For a face: from -1, the saddest, to 1, the happiest."""


@dataclass(frozen=True, slots=True)
class View:
    """One screen, whole: what it says, what can be chosen, how far along the visitor is."""

    screen: Screen
    key: str
    """Changes whenever the visitor is shown something else."""
    language: str
    direction: Direction
    title: str
    hint: str = ""
    answers: tuple[Choice, ...] = ()
    ends: tuple[str, str] = ("", "")
    actions: tuple[Choice, ...] = ()
    languages: tuple[Choice, ...] = ()
    step: int = 0
    steps: int = 0
    whole_screen: Choice | None = None
    """What a touch anywhere does, where that is offered."""


def show(state: State) -> View:
    """The screen for a state."""
    match state:
        case Idle():
            return _question(state, state.memory.config.first_item, state.language, None)
        case Asking():
            item = state.memory.config.item(state.item)
            return _question(state, item, state.draft.language, state.draft)
        case Thanks():
            return _thanks(state)
        case OutOfOrder():
            return _out_of_order(state)


def _question(state: Idle | Asking, item: Item, language: str, draft: Draft | None) -> View:
    config = state.memory.config
    scale = config.questionnaire.scale_of(item)
    assert scale is not None  # noqa: S101 - the order holds only items with a scale
    given = draft.answer_to(item.id) if draft else None
    order = [each.id for each in config.order] if config.follow_up else [item.id]
    is_start = isinstance(state, Idle)
    answers = tuple(
        _answer_choice(item, scale, value, language, given)
        for value in range(scale.min, scale.max + 1)
    )
    return View(
        screen="faces" if item.kind == "statement" else "numbers",
        key=f"start:{language}" if is_start else f"{item.id}:{language}",
        language=language,
        direction=direction(language),
        title=_said(item.text, language),
        hint=kiosk_text("Tap the face that fits best", language) if is_start else "",
        answers=answers,
        ends=(_label(scale, scale.min, language), _label(scale, scale.max, language)),
        actions=() if is_start else _question_actions(item, scale, language, given, order),
        languages=_languages(config.languages, language),
        step=0 if is_start else order.index(item.id) + 1,
        steps=len(order),
    )


def _answer_choice(
    item: Item, scale: Scale, value: int, language: str, given: Answer | None
) -> Choice:
    middle, half = (scale.min + scale.max) / 2, (scale.max - scale.min) / 2
    return Choice(
        id=f"answer:{value}",
        label=_label(scale, value, language) if item.kind == "statement" else str(value),
        event=_answers(Answer(item=item.id, value=value)),
        is_chosen=given is not None and given.value == value,
        mood=(value - middle) / half if item.kind == "statement" else None,
    )


def _question_actions(
    item: Item, scale: Scale, language: str, given: Answer | None, order: list[str]
) -> tuple[Choice, ...]:
    actions = []
    if order.index(item.id) > 0:
        back = kiosk_text("Back", language)
        actions.append(Choice("back", back, lambda at, _: BackTapped(at)))
    if scale.not_applicable is not None:
        answer = Answer(item=item.id, status="not-applicable")
        label = _said(scale.not_applicable, language)
        actions.append(Choice("not-applicable", label, _answers(answer), given == answer))
    skipped = Answer(item=item.id, status="skipped")
    if given in (None, skipped):
        skip = kiosk_text("Skip", language)
        actions.append(Choice("skip", skip, _answers(skipped), given == skipped))
    else:
        # Back on an answered question the way on must not take its answer away.
        next_ = kiosk_text("Next", language)
        actions.append(Choice("next", next_, lambda at, _: NextTapped(at)))
    enough = kiosk_text("Enough for me", language)
    actions.append(Choice("enough", enough, lambda at, _: EnoughTapped(at)))
    return tuple(actions)


def _thanks(state: Thanks) -> View:
    language = state.language
    actions: tuple[Choice, ...] = ()
    if state.draft is not None:
        change = kiosk_text("Change my answer", language)
        actions = (Choice("change", change, lambda at, _: ChangeTapped(at)),)
    return View(
        screen="thanks",
        key=f"thanks:{language}:{len(actions)}",
        language=language,
        direction=direction(language),
        title=kiosk_text("Thank you!", language),
        hint=kiosk_text("Your answer is saved. It goes to the unit that you visited.", language),
        actions=actions,
        languages=_languages(state.memory.config.languages, language),
        whole_screen=Choice("done", "", lambda at, _: Dismissed(at)),
    )


def _out_of_order(state: OutOfOrder) -> View:
    languages = state.memory.config.languages
    said = [kiosk_text("This terminal is out of order", language) for language in languages]
    asked = [kiosk_text("Please tell the staff.", language) for language in languages]
    return View(
        screen="out-of-order",
        key="out-of-order",
        language=languages[0],
        direction=direction(languages[0]),
        title=said[0],
        hint="\n".join(
            [asked[0], *(f"{s}. {a}" for s, a in zip(said[1:], asked[1:], strict=True))]
        ),
    )


def _languages(languages: tuple[str, ...], chosen: str) -> tuple[Choice, ...]:
    return tuple(
        Choice(f"language:{each}", language_name(each), _chooses(each), each == chosen)
        for each in languages
    )


def _answers(answer: Answer) -> Post:
    return lambda at, fresh_id: Tapped(answer, at, fresh_id)


def _chooses(language: str) -> Post:
    return lambda at, _: LanguageChosen(language, at)


def _label(scale: Scale, value: int, language: str) -> str:
    texts = scale.labels.get(str(value))
    return _said(texts, language) if texts else ""


def _said(texts: dict[str, LocalText], language: str) -> str:
    return texts[language].text
