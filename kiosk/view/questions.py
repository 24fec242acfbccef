"""The screens that ask: a statement's faces, the numbers, the reasons, the free text. Pure."""

from dataclasses import replace

from device_config.questionnaire import Item, Option, Scale
from kiosk.session.config import Form
from kiosk.session.events import (
    BackTapped,
    ChangeTapped,
    CursorPlaced,
    EnoughTapped,
    NextTapped,
    ReasonTapped,
    SheetOpened,
    Tapped,
)
from kiosk.session.free_text import COUNT_FROM
from kiosk.session.states import Asking, Idle
from kiosk.view.frame import Frame
from kiosk.view.keyboard import keyboard_rows
from kiosk.view.model import Choice, Echo, Field, Note, Post, Screen, View
from sync.wire import Answer, Respondent

SCREENS: dict[str, Screen] = {
    "statement": "faces",
    "recommendation": "numbers",
    "reasons": "reasons",
    "text": "text",
}

WHO: dict[Respondent, str] = {
    "client": "I am the client, 13 or older",
    "child": "I am a child, 7 to 12",
    "relative": "I am a relative",
}


def start_view(state: Idle, frame: Frame) -> View:
    """The first statement, before anybody has answered it."""
    form = state.form
    view = item_view(frame, form.first_item, state.form.questionnaire.scale_of(form.first_item))
    return replace(
        view,
        key=f"start:{frame.key}{_of_whom(form)}",
        hint=frame.say("Tap the face that fits best") if view.screen == "faces" else "",
        actions=_who_action(state, frame),
        steps=len(form.order) if frame.config.follow_up else 1,
    )


def _of_whom(form: Form) -> str:
    return "" if form.respondent == "client" else f":{form.respondent}"


def _who_action(state: Idle, frame: Frame) -> tuple[Choice, ...]:
    """Who is answering, where others than clients can."""
    if len(frame.config.forms) < 2:
        return ()
    label = frame.say(WHO[state.respondent])
    return (Choice("who", label, lambda at, _: SheetOpened("who", at)),)


def question_view(state: Asking, frame: Frame) -> View:
    """The question that somebody is at."""
    item = state.form.item(state.item)
    given = state.draft.answer_to(item.id)
    view = item_view(frame, item, state.form.questionnaire.scale_of(item), given)
    if item.kind == "text":
        view = _with_keyboard(view, state, frame)
    return replace(
        view,
        back=_back(state, frame),
        back_words=(frame.say("Change"), frame.say("Back")),
        echo=None if state.echo is None else echo_of(state.form, state.echo, frame),
        actions=_actions(state, item, given, frame),
        step=state.form.step_of(item.id, state.trail) if frame.config.follow_up else 1,
        steps=len(state.form.order) if frame.config.follow_up else 1,
    )


def item_view(frame: Frame, item: Item, scale: Scale | None, given: Answer | None = None) -> View:
    """A question with its answers, and nothing around it yet; `given` is what was answered."""
    view = View(
        screen=SCREENS[item.kind],
        key=f"{item.id}:{frame.key}",
        language=frame.language,
        direction=frame.direction,
        title=item.text[frame.language].text,
        preferences=frame.preferences,
        languages=frame.languages(),
        more_languages=frame.more_languages(),
        comforts=frame.comforts(),
    )
    if item.kind == "reasons":
        chosen = given.options if given is not None and isinstance(given.options, tuple) else ()
        options = tuple(_reason(option, frame, option.id in chosen) for option in item.options)
        return replace(view, hint=frame.say("You can choose several."), answers=options)
    if scale is None:
        return view
    return replace(
        view,
        answers=tuple(
            _step(item, scale, value, frame.language, given)
            for value in range(scale.min, scale.max + 1)
        ),
        ends=(
            _label(scale, scale.min, frame.language),
            _label(scale, scale.max, frame.language),
        ),
    )


def _step(item: Item, scale: Scale, value: int, language: str, given: Answer | None) -> Choice:
    is_face = item.kind == "statement"
    return Choice(
        id=f"answer:{value}",
        label=_label(scale, value, language) if is_face else str(value),
        event=_answers(Answer(item=item.id, value=value)),
        is_chosen=given is not None and given.value == value,
        mood=mood_of(scale, value) if is_face else None,
    )


def mood_of(scale: Scale, value: int) -> float:
    """Where a value stands between the saddest, -1, and the happiest, 1."""
    middle, half = (scale.min + scale.max) / 2, (scale.max - scale.min) / 2
    return (value - middle) / half


def _reason(option: Option, frame: Frame, is_ticked: bool) -> Choice:
    return Choice(
        id=f"reason:{option.id}",
        label=option.text[frame.language].text,
        event=lambda at, _: ReasonTapped(option.id, at),
        is_chosen=is_ticked,
    )


def _with_keyboard(view: View, state: Asking, frame: Frame) -> View:
    writing = state.writing
    left = frame.say("%(count)d characters left") % {"count": writing.left}
    return replace(
        view,
        hint=frame.say("Please do not write names or identity codes."),
        field=Field(
            writing.text,
            writing.cursor,
            view.title,
            CursorPlaced,
        ),
        keys=keyboard_rows(writing, frame),
        notes=(Note(left, ""),) if writing.left <= COUNT_FROM else (),
    )


# Ways on and back


def _back(state: Asking, frame: Frame) -> Choice | None:
    """To the question before; while the answer just given can be changed, to change it."""
    if state.echo is not None:
        return Choice("change", frame.say("Change"), lambda at, _: ChangeTapped(at), icon="back")
    if not state.trail:
        return None
    return Choice("back", frame.say("Back"), lambda at, _: BackTapped(at), icon="back")


def echo_of(form: Form, answer: Answer, frame: Frame) -> Echo:
    """The answer just given, as it is shown while it can be changed."""
    item = form.item(answer.item)
    scale = form.questionnaire.scale_of(item)
    value = answer.value
    if scale is None or not isinstance(value, int):
        return Echo("")
    if item.kind != "statement":
        return Echo(str(value))
    return Echo(_label(scale, value, frame.language), mood_of(scale, value))


def _actions(state: Asking, item: Item, given: Answer | None, frame: Frame) -> tuple[Choice, ...]:
    enough = Choice("enough", frame.say("Enough for me"), lambda at, _: EnoughTapped(at))
    return (*_not_applicable(state, item, given, frame), _way_on(state, item, given, frame), enough)


def _not_applicable(
    state: Asking, item: Item, given: Answer | None, frame: Frame
) -> tuple[Choice, ...]:
    scale = state.form.questionnaire.scale_of(item)
    if scale is None or scale.not_applicable is None:
        return ()
    answer = Answer(item=item.id, status="not-applicable")
    label = scale.not_applicable[frame.language].text
    return (Choice("not-applicable", label, _answers(answer), given == answer),)


def _way_on(state: Asking, item: Item, given: Answer | None, frame: Frame) -> Choice:
    """Skip what has no answer; on an answered question the way on must not take it away."""
    skipped = Answer(item=item.id, status="skipped")
    is_written = item.kind == "text" and bool(state.writing.text.strip())
    if is_written:
        return Choice("next", frame.say("Done"), lambda at, _: NextTapped(at), is_primary=True)
    if given in (None, skipped):
        return Choice("skip", frame.say("Skip"), _answers(skipped), given == skipped)
    return Choice("next", frame.say("Next"), lambda at, _: NextTapped(at), is_primary=True)


def _answers(answer: Answer) -> Post:
    return lambda at, fresh_id: Tapped(answer, at, fresh_id)


def _label(scale: Scale, value: int, language: str) -> str:
    texts = scale.labels.get(str(value))
    return texts[language].text if texts else ""
