"""Entering a form item by item, on the questions as clients see them. Pure.

One touch an item, and the next one is there: quicker than a page with every item on it, whose
rows would be too low to be touched, and one sees the very form that lies beside the screen.
"""

from dataclasses import replace

from device_config.questionnaire import Item, Texts
from kiosk.session.events import BackTapped, CursorPlaced, StaffTouched
from kiosk.session.free_text import MOST_CHARACTERS, Writing
from kiosk.staff.entry_states import (
    ClosingSoon,
    Entered,
    ItemPage,
    Leaving,
    Review,
    Setup,
    Sitting,
    StaffChannel,
    empty_form,
)
from kiosk.staff.events import ClosesSoon, PageEvent
from kiosk.staff.frame import StaffFrame, offer
from kiosk.staff.states import Turn
from kiosk.staff.written import begun_with, written
from kiosk.view.frame import Frame
from kiosk.view.keyboard import keyboard_rows
from kiosk.view.model import Choice, Field, View
from kiosk.view.questions import item_view
from sync.wire import Answer

LEAVE = "leave"
EMPTY: dict[StaffChannel, str] = {"staff-paper": "Left empty", "staff-verbal": "No answer"}
REST: dict[StaffChannel, str] = {
    "staff-paper": "The rest is empty",
    "staff-verbal": "That was all",
}
"""What was left empty on paper was skipped; what was not spoken of was never asked."""
TITLES: dict[StaffChannel, str] = {
    "staff-paper": "For staff: form %(number)d from paper",
    "staff-verbal": "For staff: form %(number)d said aloud",
}


def first_item(sitting: Sitting, at: float) -> ItemPage:
    """The first item of the next form."""
    entered = empty_form(sitting)
    return item_page(entered, entered.items[0], at)


def item_page(entered: Entered, item: Item, at: float, *, is_review: bool = False) -> ItemPage:
    """An item, with what was entered for it."""
    writing = begun_with(entered.draft.text or "") if item.kind == "text" else Writing()
    return ItemPage(entered, item.id, at, writing, is_review)


def reduce(page: ItemPage, event: PageEvent) -> Turn:  # noqa: PLR0911 - a table
    """An answer leads to the next item, the last one to the review."""
    if isinstance(event, ClosesSoon):
        return Turn(ClosingSoon(page))
    item = _item(page)
    if item.kind == "text":
        writing = written(page.writing, event, MOST_CHARACTERS)
        if writing is not None:
            return Turn(replace(page, writing=writing))
    match event:
        case BackTapped(at):
            return Turn(_before(page, at))
        case StaffTouched("rest", at):
            return Turn(_rest(_kept(page), at))
        case StaffTouched("next", at):
            return Turn(_after(_kept(page), at))
        case StaffTouched(choice) if choice == LEAVE:
            kept = _kept(page)
            return Turn(None if kept.entered.is_empty else Leaving(kept))
        case StaffTouched(choice, at):
            return _answered(page, item, choice, at)
    return Turn(page)


def _item(page: ItemPage) -> Item:
    return page.entered.sitting.form.item(page.item)


def _answered(page: ItemPage, item: Item, choice: str, at: float) -> Turn:
    """What an id of the client's screens means; reasons are ticked, and do not lead on."""
    scale = page.entered.sitting.form.questionnaire.scale_of(item)
    kind, _, what = choice.partition(":")
    match kind:
        case "answer" if scale is not None and what in map(str, range(scale.min, scale.max + 1)):
            answer = Answer(item=item.id, value=int(what))
        case "empty":
            answer = Answer(item=item.id, status="skipped")
        case "not-applicable" if scale is not None and scale.not_applicable is not None:
            answer = Answer(item=item.id, status="not-applicable")
        case "reason" if any(option.id == what for option in item.options):
            return Turn(_ticked(page, item, what))
        case _:
            return Turn(page)
    entered = page.entered.with_draft(page.entered.draft.with_answer(answer))
    return Turn(_after(replace(page, entered=entered, writing=Writing()), at))


def _ticked(page: ItemPage, item: Item, option: str) -> ItemPage:
    draft = page.entered.draft
    answer = draft.answer_to(item.id)
    before = answer.options if answer is not None and isinstance(answer.options, tuple) else ()
    chosen = set(before) ^ {option}
    options = tuple(each.id for each in item.options if each.id in chosen)
    if options:
        draft = draft.with_answer(Answer(item=item.id, options=options))
    else:
        draft = draft.without_answer(item.id)
    return replace(page, entered=replace(page.entered, draft=draft))


def _kept(page: ItemPage) -> ItemPage:
    """With what stands in the text field."""
    text = page.writing.text.strip()
    if _item(page).kind != "text" or text == (page.entered.draft.text or ""):
        return page
    entered = replace(page.entered, draft=page.entered.draft.with_text(text))
    return replace(page, entered=entered)


def _after(page: ItemPage, at: float) -> ItemPage | Review:
    entered = page.entered
    place = entered.place_of(page.item) + 1
    if page.is_review or place >= len(entered.items):
        return Review(entered)
    return item_page(entered, entered.items[place], at)


def _before(page: ItemPage, at: float) -> ItemPage | Review | Leaving | Setup:
    page = _kept(page)
    if page.is_review:
        return Review(page.entered)
    place = page.entered.place_of(page.item)
    if place > 0:
        return item_page(page.entered, page.entered.items[place - 1], at)
    return Setup(page.entered.sitting, is_ready=True) if page.entered.is_empty else Leaving(page)


def _rest(page: ItemPage, _at: float) -> Review:
    is_paper = page.entered.sitting.terms.channel == "staff-paper"
    return Review(page.entered.with_rest_empty() if is_paper else page.entered)


# What is seen


def view(page: ItemPage, frame: StaffFrame) -> View:
    """The question as a client sees it, under a line that says whom this is for."""
    entered, item = page.entered, _item(page)
    questionnaire = entered.sitting.form.questionnaire
    seen = _in_words(frame.frame, questionnaire.languages)
    given = entered.draft.answer_to(item.id)
    shown = item_view(seen, item, questionnaire.scale_of(item), given)
    if item.kind == "text":
        shown = _with_keyboard(shown, page, seen)
    return replace(
        shown,
        key=f"staff:entry:{entered.sitting.saved}:{item.id}:{frame.frame.key}",
        # The line above needs the room that lowered controls would leave on a low screen.
        preferences=replace(frame.frame.preferences, lowered=False),
        answers=tuple(offer_of(each) for each in shown.answers),
        back=Choice("back", frame.say("Back"), lambda at, _: BackTapped(at), icon="back"),
        actions=_actions(page, item, given, frame),
        languages=(),
        more_languages=None,
        comforts=(),
        step=entered.place_of(item.id) + 1,
        steps=len(entered.items),
        alert=offer(LEAVE, _line(entered, frame)),
    )


def _in_words(frame: Frame, languages: tuple[str, ...]) -> Frame:
    """In the language of the pages; in the form's first one where it has not that."""
    if frame.language in languages:
        return frame
    return replace(frame, preferences=frame.preferences.in_language(languages[0]))


def in_words(texts: Texts, frame: StaffFrame) -> str:
    """A text of the form in the language of the pages, else in its first one."""
    return texts[frame.language if frame.language in texts else next(iter(texts))].text


def offer_of(choice: Choice) -> Choice:
    """A client's choice, for staff: here it is no answer of theirs."""
    return replace(choice, event=offer(choice.id, choice.label).event)


def _line(entered: Entered, frame: StaffFrame) -> str:
    sitting = entered.sitting
    return frame.say(TITLES[sitting.terms.channel]) % {"number": sitting.saved + 1}


def _actions(
    page: ItemPage, item: Item, given: Answer | None, frame: StaffFrame
) -> tuple[Choice, ...]:
    sitting = page.entered.sitting
    scale = sitting.form.questionnaire.scale_of(item)
    actions = []
    if scale is not None and scale.not_applicable is not None:
        label = in_words(scale.not_applicable, frame)
        is_chosen = given is not None and given.status == "not-applicable"
        actions.append(offer("not-applicable", label, is_chosen=is_chosen))
    is_written = item.kind == "text" and bool(page.writing.text.strip())
    is_ticked = item.kind == "reasons" and given is not None and isinstance(given.options, tuple)
    if is_written or is_ticked:
        actions.append(offer("next", frame.say("Next"), is_primary=True))
    else:
        is_chosen = given is not None and given.status == "skipped"
        label = frame.say(EMPTY[sitting.terms.channel])
        actions.append(offer("empty", label, is_chosen=is_chosen))
    if not page.is_review:
        actions.append(offer("rest", frame.say(REST[sitting.terms.channel])))
    return tuple(actions)


def _with_keyboard(view: View, page: ItemPage, frame: Frame) -> View:
    writing = page.writing
    return replace(
        view,
        hint=frame.say("Please do not write names or identity codes."),
        field=Field(writing.text, writing.cursor, view.title, CursorPlaced),
        keys=keyboard_rows(writing, frame),
    )
