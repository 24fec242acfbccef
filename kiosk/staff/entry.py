"""Entering forms for others: how, by whom, in which language, on which day. Pure.

What is chosen here stays for one form after the other. The forms themselves are in `entry_form`.
"""

from dataclasses import replace
from typing import Any

from kiosk.session.events import BackTapped, StaffTouched
from kiosk.session.moves import refreshed
from kiosk.session.states import Memory
from kiosk.staff.dates import written_day
from kiosk.staff.effects import DaySeen, Failed, ReadDay
from kiosk.staff.entry_form import first_item
from kiosk.staff.entry_states import (
    OLDEST_DAYS,
    Choosing,
    ChoosingDay,
    Part,
    Setup,
    Sitting,
    StaffChannel,
    Terms,
)
from kiosk.staff.events import PageEvent, Told
from kiosk.staff.frame import MOST_ROWS, NEXT, PREVIOUS, StaffFrame, offer, pages_of
from kiosk.staff.states import Turn
from kiosk.view.model import Choice, View
from sync.wire import Respondent

IDLE_S = 300.0
"""Longer than other pages: whoever reads from paper looks away."""
CHANNELS: dict[StaffChannel, str] = {
    "staff-paper": "On paper",
    "staff-verbal": "Said aloud",
}
RESPONDENTS: dict[Respondent, str] = {
    "client": "The client, 13 or older",
    "child": "A child, 7 to 12",
    "relative": "A relative",
}
DAYS = {0: "Today, %(day)s", 1: "Yesterday, %(day)s"}
STEPS = {"later": -1, "earlier": 1, "week": 7}
"""Days further back, by the ids of the choices."""


def begin(memory: Memory, _at: float) -> Turn:
    """As it usually is: a client's form on paper, in the first language, of today."""
    config = refreshed(memory).config
    form = config.form("client")
    languages = config.languages_of(form.respondent) or form.questionnaire.languages
    sitting = Sitting(config, Terms(form.respondent, languages[0]))
    return Turn(Setup(sitting), (ReadDay(),))


# The terms


def reduce(page: Setup, event: PageEvent) -> Turn:  # noqa: PLR0911 - a table
    """Choose one of the terms, or begin with the form."""
    terms = page.sitting.terms
    match event:
        case Told(ReadDay(), DaySeen(today)) if not page.is_ready:
            return Turn(Setup(_on_terms(page.sitting, replace(terms, today=today).on(0)), True))
        case Told(ReadDay(), Failed()) if not page.is_ready:
            return Turn(Setup(page.sitting, is_ready=True))
        case BackTapped():
            return Turn(None)
        case StaffTouched("channel" | "respondent" | "language" as part) if page.is_ready:
            return Turn(Choosing(page, part))
        case StaffTouched("day") if terms.today is not None:
            return Turn(ChoosingDay(page))
        case StaffTouched("begin", at) if page.is_ready:
            return Turn(first_item(page.sitting, at))
    return Turn(page)


def _on_terms(sitting: Sitting, terms: Terms) -> Sitting:
    return replace(sitting, terms=terms)


def view(page: Setup, frame: StaffFrame) -> View:
    """The terms as rows, and the way to the form."""
    if not page.is_ready:
        return frame.list("entry:reading", frame.say("One moment"))
    terms = page.sitting.terms
    rows = [
        offer("channel", frame.say(CHANNELS[terms.channel])),
        offer("day", said_day(terms, frame)),
        replace(offer("language", _name_of(page, terms.language)), language=terms.language),
    ]
    if len(page.sitting.config.forms) > 1:
        rows.append(offer("respondent", frame.say(RESPONDENTS[terms.respondent])))
    return frame.list(
        "entry",
        frame.say("Enter a form for somebody"),
        hint=frame.say(CHANGE if terms.today is not None else NO_DAY),
        answers=rows,
        actions=(offer("begin", frame.say("Begin"), is_primary=True),),
    )


CHANGE = "Touch what is to be different. It stays so for the next form, too."
NO_DAY = "The clock is not right: the day of the form stays unknown."


def _name_of(page: Setup, language: str) -> str:
    return page.sitting.config.words.name_of(language)


def said_day(terms: Terms, frame: StaffFrame) -> str:
    """The day of the form, as it is said here."""
    if terms.day is None:
        return frame.say("Day not known")
    words = DAYS.get(terms.days_ago, "%(days)d days ago, %(day)s")
    day = written_day(terms.day, frame.language)
    return frame.say(words) % {"days": terms.days_ago, "day": day}


# One of the terms


def reduce_choosing(page: Choosing, event: PageEvent) -> Turn:
    """A row is chosen, and leads back."""
    known = _options(page)
    match event:
        case BackTapped():
            return Turn(page.setup)
        case StaffTouched(choice) if choice == NEXT and page.number < pages_of(
            len(known), MOST_ROWS
        ):
            return Turn(replace(page, number=page.number + 1))
        case StaffTouched(choice) if choice == PREVIOUS and page.number > 1:
            return Turn(replace(page, number=page.number - 1))
        case StaffTouched(choice) if choice.removeprefix("option:") in known:
            return Turn(_chosen(page, choice.removeprefix("option:")))
    return Turn(page)


def _options(page: Choosing) -> tuple[str, ...]:
    sitting = page.setup.sitting
    match page.part:
        case "channel":
            return tuple(CHANNELS)
        case "respondent":
            return tuple(form.respondent for form in sitting.config.forms)
        case "language":
            # Those that are offered come first; a form on paper may be in any of them.
            spoken = sitting.form.questionnaire.languages
            offered = sitting.config.languages_of(sitting.terms.respondent)
            return tuple(dict.fromkeys((*offered, *spoken)))


def _chosen(page: Choosing, option: str) -> Setup:
    sitting = page.setup.sitting
    changes: dict[str, Any] = {page.part: option}
    terms = replace(sitting.terms, **changes)
    sitting = _on_terms(sitting, terms)
    spoken = sitting.form.questionnaire.languages
    if terms.language not in spoken:
        sitting = _on_terms(sitting, replace(terms, language=spoken[0]))
    return replace(page.setup, sitting=sitting)


CHOOSING: dict[Part, str] = {
    "channel": "How was it given?",
    "respondent": "Who answered?",
    "language": "In which language?",
}


def view_choosing(page: Choosing, frame: StaffFrame) -> View:
    """What can be chosen, with what is chosen now."""
    known = _options(page)
    first = (page.number - 1) * MOST_ROWS
    return frame.list(
        f"entry:choosing:{page.part}:{page.number}",
        frame.say(CHOOSING[page.part]),
        answers=[_row(page, each, frame) for each in known[first : first + MOST_ROWS]],
        page_of=(page.number, pages_of(len(known), MOST_ROWS)),
    )


def _row(page: Choosing, option: str, frame: StaffFrame) -> Choice:
    terms = page.setup.sitting.terms
    row = offer(f"option:{option}", _label(page, option, frame))
    is_chosen = option in (terms.channel, terms.respondent, terms.language)
    return replace(row, is_chosen=is_chosen, language=option if page.part == "language" else "")


def _label(page: Choosing, option: str, frame: StaffFrame) -> str:
    if page.part == "language":
        return _name_of(page.setup, option)
    return frame.say(dict[str, str]((*CHANNELS.items(), *RESPONDENTS.items()))[option])


# The day


def reduce_day(page: ChoosingDay, event: PageEvent) -> Turn:
    """Today and yesterday in one touch, any other day by steps."""
    sitting = page.setup.sitting
    terms = sitting.terms
    match event:
        case BackTapped() | StaffTouched("ready"):
            return Turn(page.setup)
        case StaffTouched("today" | "yesterday" as day):
            after = _on_terms(sitting, terms.on(0 if day == "today" else 1))
            return Turn(replace(page.setup, sitting=after))
        case StaffTouched(step) if step in STEPS:
            after = _on_terms(sitting, terms.on(terms.days_ago + STEPS[step]))
            return Turn(ChoosingDay(replace(page.setup, sitting=after)))
    return Turn(page)


def view_day(page: ChoosingDay, frame: StaffFrame) -> View:
    """The day as it is now; touching it often enough reaches any that is allowed."""
    terms = page.setup.sitting.terms
    hint = frame.say("Not longer ago than %(days)d days.") % {"days": OLDEST_DAYS}
    rows = (
        offer("today", frame.say("Today"), is_chosen=terms.days_ago == 0),
        offer("yesterday", frame.say("Yesterday"), is_chosen=terms.days_ago == 1),
        offer("earlier", frame.say("One day earlier")),
        offer("later", frame.say("One day later")),
        offer("week", frame.say("One week earlier")),
    )
    return frame.list(
        "entry:day",
        said_day(terms, frame),
        hint=hint,
        answers=rows,
        actions=(offer("ready", frame.say("Done"), is_primary=True),),
    )
