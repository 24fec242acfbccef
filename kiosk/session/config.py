"""What a session needs to know before it begins: what is asked, of whom, by which rules. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from device_config.keyboards import Rows
from device_config.notices import Notices
from device_config.questionnaire import Item, Kind, Questionnaire, order_of_asking
from device_config.settings import SessionSettings
from kiosk.session.draft import TEXT, Draft
from kiosk.texts import Words
from sync.wire import ContactMode, Flag, Location, Respondent

ASKED: tuple[Kind, ...] = ("statement", "recommendation", "text")
"""What stands in the order of asking; the reasons come in between when they are due."""


@dataclass(frozen=True, slots=True)
class Form:
    """A questionnaire as the screen asks it."""

    questionnaire: Questionnaire
    order: tuple[Item, ...]
    """Every item but the reasons, in the order of asking."""

    @property
    def respondent(self) -> Respondent:
        """Who answers it."""
        return self.questionnaire.respondent

    @property
    def first_item(self) -> Item:
        """What the start screen asks."""
        return self.order[0]

    def item(self, item_id: str) -> Item:
        """One of the items that are asked; raises KeyError for any other."""
        return self.questionnaire.item(item_id)

    def next_item(self, draft: Draft) -> Item | None:
        """What is to be asked after these answers; None when nothing is left.

        The reasons come right after the first low answer, and once; "something else" among them
        leads to the free text.
        """
        settled = draft.settled()
        reasons = self.questionnaire.reasons
        if reasons is not None and self.has_low_answer(draft):
            if reasons.id not in settled:
                return reasons
            text = self.questionnaire.text_item
            if text is not None and text.id not in settled and _leads_to_text(reasons, draft):
                return text
        return next((item for item in self.order if item.id not in settled), None)

    def has_low_answer(self, draft: Draft) -> bool:
        """Whether a statement got an answer after which the reasons are asked for."""
        statements = {item.id for item in self.order if item.kind == "statement"}
        return any(
            answer.item in statements
            and isinstance(answer.value, int)
            and self.questionnaire.reasons_after(answer.value) is not None
            for answer in draft.answers
        )

    def step_of(self, item_id: str, trail: tuple[str, ...]) -> int:
        """How far along an item is, counted from 1.

        The reasons belong to what they ask about, as does the text that "something else" leads to.
        """
        order = [item.id for item in self.order]
        reasons = self.questionnaire.reasons
        if reasons is not None and trail and trail[-1] == reasons.id and item_id == TEXT:
            item_id = reasons.id  # "something else" leads here: further along than that nobody is
        for each in (item_id, *reversed(trail)):
            if each in order:
                return order.index(each) + 1
        return 1


def _leads_to_text(reasons: Item, draft: Draft) -> bool:
    answer = draft.answer_to(reasons.id)
    given = answer.options if answer is not None else None
    chosen = given if isinstance(given, tuple) else ()
    return any(option.leads_to_text and option.id in chosen for option in reasons.options)


@dataclass(frozen=True, slots=True)
class Keyboards:
    """The keys of the on-screen keyboard, row by row, in lower case."""

    by_language: Mapping[str, Rows]
    numbers: Rows

    def letters(self, language: str) -> Rows:
        """The letters of a language; of the first one where it is offered no more."""
        first = next(iter(self.by_language.values()))
        return self.by_language.get(language, first)


@dataclass(frozen=True, slots=True)
class SessionConfig:
    """The rules of the next session; pinned when it begins."""

    forms: tuple[Form, ...]
    """The client's first; the child's and the relative's where they are loaded."""
    languages: tuple[str, ...]
    words: Words
    keyboards: Keyboards
    follow_up: bool
    idle_timeout_s: float
    undo_s: float
    min_interval_s: float
    location: Location
    contact_mode: ContactMode
    notices: Notices = Notices()  # noqa: RUF009 - frozen
    base_flags: tuple[Flag, ...] = ()

    def form(self, respondent: Respondent) -> Form:
        """What this respondent is asked; the client's form where there is no own one."""
        return next((f for f in self.forms if f.respondent == respondent), self.forms[0])

    def languages_of(self, respondent: Respondent) -> tuple[str, ...]:
        """The languages that a respondent's form can be answered in, the default one first."""
        spoken = self.form(respondent).questionnaire.languages
        return tuple(language for language in self.languages if language in spoken)

    @property
    def warning_s(self) -> float:
        """How long before a time-out the visitor is warned.

        Half of the time-out, and no more than the 20 s that WCAG 2.1, 2.2.1, asks for.
        """
        return min(20.0, self.idle_timeout_s / 2)

    @property
    def patience_s(self) -> float:
        """The time-out of a visitor who has asked for more time."""
        return max(3 * self.idle_timeout_s, 60.0)


def session_config(  # noqa: PLR0913, PLR0917 - what the settings, the files and the centre say
    settings: SessionSettings,
    questionnaires: tuple[Questionnaire, ...],
    words: Words,
    keyboards: Keyboards,
    location: Location,
    contact_mode: ContactMode,
    notices: Notices = Notices(),  # noqa: B008 - frozen
    base_flags: tuple[Flag, ...] = (),
    left_out: Collection[str] = (),
) -> SessionConfig:
    """What the settings mean for the next session; `questionnaires` begin with the client's.

    `left_out` are the ids of items that are not asked now.
    """
    return SessionConfig(
        forms=tuple(_form(each, settings.first_item, left_out) for each in questionnaires),
        languages=settings.languages,
        words=words,
        keyboards=keyboards,
        follow_up=settings.follow_up,
        idle_timeout_s=settings.idle_timeout_s,
        undo_s=settings.undo_s,
        min_interval_s=settings.min_interval_s,
        location=location,
        contact_mode=contact_mode,
        notices=notices,
        base_flags=base_flags,
    )


def _form(questionnaire: Questionnaire, first_item: str, left_out: Collection[str]) -> Form:
    order = order_of_asking(questionnaire, first_item, ASKED)
    others = tuple(each for each in order[1:] if each.id not in left_out)
    # What is asked first is always asked: without a statement there, no answer would begin.
    return Form(questionnaire, (*order[:1], *others))
