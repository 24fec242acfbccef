"""A form that was entered: looked over, saved, or given up. Pure."""

from dataclasses import replace

from device_config.questionnaire import Item
from kiosk.session.effects import Save
from kiosk.session.events import BackTapped, Saved, StaffTouched, StorageFailed
from kiosk.staff.entry import CHANNELS, said_day
from kiosk.staff.entry_form import EMPTY, LEAVE, first_item, in_words, item_page
from kiosk.staff.entry_states import (
    ClosingSoon,
    Entered,
    Leaving,
    Review,
    SavedPage,
    Saving,
    Setup,
)
from kiosk.staff.events import ClosesSoon, PageEvent
from kiosk.staff.frame import MOST_ROWS, NEXT, PREVIOUS, StaffFrame, offer, pages_of
from kiosk.staff.states import Turn
from kiosk.view.model import Choice, View
from sync.wire import Answer

SHORT = 30
"""So much of a free text is shown again; more would not fit on its row."""


def reduce(page: Review, event: PageEvent) -> Turn:  # noqa: PLR0911 - a table
    """Change an item, save, or leave."""
    last = pages_of(len(page.entered.items), MOST_ROWS)
    match event:
        case ClosesSoon():
            return Turn(ClosingSoon(page))
        case BackTapped(at):
            return Turn(item_page(page.entered, page.entered.items[-1], at))
        case StaffTouched("save" | "save-next" as how, at, fresh_id) if not page.entered.is_empty:
            response = page.entered.response(fresh_id, at)
            saving = Saving(page.entered.sitting, response, goes_on=how == "save-next")
            return Turn(saving, (Save(response),))
        case StaffTouched(choice) if choice == LEAVE:
            return Turn(None if page.entered.is_empty else Leaving(page))
        case StaffTouched(choice) if choice == NEXT and page.number < last:
            return Turn(replace(page, number=page.number + 1))
        case StaffTouched(choice) if choice == PREVIOUS and page.number > 1:
            return Turn(replace(page, number=page.number - 1))
        case StaffTouched(choice, at):
            item = next((e for e in page.entered.items if f"item:{e.id}" == choice), None)
            if item is not None:
                return Turn(item_page(page.entered, item, at, is_review=True))
    return Turn(page)


def view(page: Review, frame: StaffFrame) -> View:
    """A row an item, numbered as on the paper; touching one leads to its question."""
    entered, sitting = page.entered, page.entered.sitting
    first = (page.number - 1) * MOST_ROWS
    rows = list(enumerate(entered.items, 1))[first : first + MOST_ROWS]
    actions: tuple[Choice, ...] = ()
    if not entered.is_empty:
        actions = (
            offer("save-next", frame.say("Save, next form"), is_primary=True),
            offer("save", frame.say("Save")),
        )
    shown = frame.list(
        f"entry:review:{page.number}",
        f"{frame.say(CHANNELS[sitting.terms.channel])} · {said_day(sitting.terms, frame)}",
        answers=[
            offer(f"item:{item.id}", f"{number}. {_said(entered, item, frame)}")
            for number, item in rows
        ],
        actions=actions,
        page_of=(page.number, pages_of(len(entered.items), MOST_ROWS)),
    )
    return _asking_before_it_closes(shown)


def _asking_before_it_closes(shown: View) -> View:
    """The way out, in its place, asks first."""
    *actions, close = shown.actions
    return replace(shown, actions=(*actions, offer(LEAVE, close.label)))


def _said(entered: Entered, item: Item, frame: StaffFrame) -> str:
    """What was entered for an item, in words."""
    draft = entered.draft
    if item.kind == "text" and draft.text is not None:
        return draft.text if len(draft.text) <= SHORT else f"{draft.text[:SHORT]}…"
    answer = draft.answer_to(item.id)
    if answer is None:
        return frame.say("Not asked")
    if answer.status == "skipped":
        return frame.say(EMPTY[entered.sitting.terms.channel])
    if isinstance(answer.options, tuple):
        return ", ".join(
            in_words(option.text, frame) for option in item.options if option.id in answer.options
        )
    return _on_scale(entered, item, answer, frame)


def _on_scale(entered: Entered, item: Item, answer: Answer, frame: StaffFrame) -> str:
    scale = entered.sitting.form.questionnaire.scale_of(item)
    if scale is not None and answer.status == "not-applicable" and scale.not_applicable:
        return in_words(scale.not_applicable, frame)
    labels = scale.labels.get(str(answer.value)) if scale is not None else None
    if labels is None or item.kind != "statement":
        return str(answer.value)
    return in_words(labels, frame)


# Leaving it


def reduce_leaving(page: Leaving, event: PageEvent) -> Turn:
    """Asked once: discarded for good, or gone on with."""
    match event:
        case ClosesSoon():
            return Turn(ClosingSoon(page.back_to))
        case StaffTouched("discard"):
            return Turn(Setup(page.back_to.entered.sitting, is_ready=True))
        case StaffTouched("go-on") | BackTapped():
            return Turn(page.back_to)
    return Turn(page)


def view_leaving(_page: Leaving, frame: StaffFrame) -> View:
    """The question."""
    return frame.list(
        "entry:leaving",
        frame.say("This form is not saved"),
        hint=frame.say("What was entered is then gone; the forms before it are saved."),
        lamp="attention",
        actions=(
            offer("go-on", frame.say("Go on with it"), is_primary=True),
            offer("discard", frame.say("Discard it")),
        ),
    )


def reduce_closing(page: ClosingSoon, event: PageEvent) -> Turn:
    """Somebody is there again, or nobody is."""
    match event:
        case StaffTouched("go-on") | BackTapped():
            return Turn(page.back_to)
    return Turn(page)


def view_closing(_page: ClosingSoon, frame: StaffFrame) -> View:
    """The warning."""
    return frame.list(
        "entry:closing",
        frame.say("Is anybody there?"),
        hint=frame.say("In half a minute this form is discarded: it is not saved."),
        lamp="attention",
        actions=(offer("go-on", frame.say("Go on with it"), is_primary=True),),
        has_back=False,
    )


# Saving


def reduce_saving(page: Saving, event: PageEvent) -> Turn:
    """On disk: the next form, or how many there are. What failed is tried again by itself."""
    match event:
        case Saved(Save(draft), at) if draft.id == page.response.id:
            sitting = replace(page.sitting, saved=page.sitting.saved + 1)
            return Turn(first_item(sitting, at) if page.goes_on else SavedPage(sitting))
        case StorageFailed(Save(draft)) if draft.id == page.response.id:
            return Turn(replace(page, has_failed=True))
    return Turn(page)


def view_saving(page: Saving, frame: StaffFrame) -> View:
    """One moment; longer where the disk is in trouble."""
    if not page.has_failed:
        return frame.list("entry:saving", frame.say("Saving"), has_back=False)
    return frame.list(
        "entry:saving:failed",
        frame.say("It cannot be saved now"),
        hint=frame.say("The terminal tries again by itself. Keep the form, and call support."),
        lamp="bad",
        has_back=False,
    )


def reduce_saved(page: SavedPage, event: PageEvent) -> Turn:
    """The next form, other terms, or the menu."""
    match event:
        case StaffTouched("next-form", at):
            return Turn(first_item(page.sitting, at))
        case StaffTouched("terms"):
            return Turn(Setup(page.sitting, is_ready=True))
        case StaffTouched("ready") | BackTapped():
            return Turn(None)
    return Turn(page)


def view_saved(page: SavedPage, frame: StaffFrame) -> View:
    """How many are saved."""
    return frame.list(
        "entry:saved",
        frame.say("Forms saved: %(count)d") % {"count": page.sitting.saved},
        hint=frame.say("They are sent like all other answers."),
        lamp="ok",
        actions=(
            offer("next-form", frame.say("Next form"), is_primary=True),
            offer("terms", frame.say("Another day or language")),
            offer("ready", frame.say("Done")),
        ),
        has_back=False,
    )
