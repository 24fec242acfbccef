"""What staff enter for somebody else: a form on paper, or what was said aloud. Pure.

Each form becomes a response of its own, of the same national content as one given on the screen.
Nothing of it is stored before staff say "save".
"""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal

from device_config.questionnaire import Item
from kiosk.session.config import Form, SessionConfig
from kiosk.session.draft import Draft
from kiosk.session.free_text import Writing
from kiosk.session.moves import GUARD_S
from kiosk.staff.states import Page
from sync.wire import Answer, QuestionnaireRef, Respondent

StaffChannel = Literal["staff-paper", "staff-verbal"]
Part = Literal["channel", "respondent", "language"]

OLDEST_DAYS = 60
"""A form that was given longer ago is not entered: nobody remembers the day any more."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How, by whom, in which language and when: they stay from one form to the next.

    `today` is None while nobody knows the day; then neither is `day` known.
    """

    respondent: Respondent
    language: str
    channel: StaffChannel = "staff-paper"
    today: date | None = None
    day: date | None = None

    def on(self, days_ago: int) -> "Terms":
        """With the day so many days before today: never in the future, never too long ago."""
        if self.today is None:
            return self
        days = timedelta(days=min(max(days_ago, 0), OLDEST_DAYS))
        return replace(self, day=self.today - days)

    @property
    def days_ago(self) -> int:
        """How many days before today the form was given; 0 where that is not known."""
        if self.today is None or self.day is None:
            return 0
        return (self.today - self.day).days


@dataclass(frozen=True, slots=True)
class Sitting:
    """One form after the other, under the settings of the beginning; `saved` so many so far."""

    config: SessionConfig = field(repr=False)
    terms: Terms
    saved: int = 0

    @property
    def form(self) -> Form:
        """What this respondent is asked."""
        return self.config.form(self.terms.respondent)


@dataclass(frozen=True, slots=True)
class Entered:
    """A form that is being entered, and not stored: `draft` has no number and no time yet."""

    sitting: Sitting
    draft: Draft

    @property
    def items(self) -> tuple[Item, ...]:
        """What is on the paper, in its order; the reasons, where they are due, before the text."""
        form = self.sitting.form
        asked = {item.id for item in form.order}
        items = [each for each in form.questionnaire.all_items() if each.id in asked]
        reasons = form.questionnaire.reasons
        if reasons is not None and form.has_low_answer(self.draft):
            places = [n for n, each in enumerate(items) if each.kind == "text"]
            items.insert(places[0] if places else len(items), reasons)
        return tuple(items)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was entered yet."""
        return not self.draft.settled()

    def place_of(self, item_id: str) -> int:
        """Where an item stands on the form, from 0; the end where it does not stand there."""
        ids = [each.id for each in self.items]
        return ids.index(item_id) if item_id in ids else len(ids)

    def with_draft(self, draft: Draft) -> "Entered":
        """With these answers, without the reasons of a low one that is no more."""
        form = self.sitting.form
        reasons = form.questionnaire.reasons
        is_stale = reasons is not None and draft.answer_to(reasons.id) is not None
        if reasons is not None and is_stale and not form.has_low_answer(draft):
            draft = draft.without_answer(reasons.id)
        return replace(self, draft=draft)

    def with_rest_empty(self) -> "Entered":
        """With everything that was not entered left empty, as it is on the paper."""
        draft = self.draft
        for item in self.items:
            if item.id not in draft.settled():
                draft = draft.with_answer(Answer(item=item.id, status="skipped"))
        return replace(self, draft=draft)

    def response(self, fresh_id: str, at: float) -> Draft:
        """The response that is stored; what somebody only said may end before the last item."""
        is_whole = {each.id for each in self.items} <= self.draft.settled()
        numbered = replace(self.draft, id=fresh_id, first_at=at)
        return numbered.closed("submitted" if is_whole else "exit")


def empty_form(sitting: Sitting) -> Entered:
    """The next form, with nothing entered."""
    config, terms = sitting.config, sitting.terms
    questionnaire = sitting.form.questionnaire
    draft = Draft(
        id="",
        questionnaire=QuestionnaireRef(questionnaire.id, questionnaire.version),
        respondent=terms.respondent,
        language=terms.language,
        location=config.location,
        contact_mode=config.contact_mode,
        channel=terms.channel,
        instrument="screen",
        first_at=0.0,
        flags=config.base_flags,
        given_on=terms.day,
    )
    return Entered(sitting, draft)


# Pages


@dataclass(frozen=True, slots=True)
class Setup(Page):
    """The terms, before the first form and between two. `is_ready`: the day has been asked for."""

    sitting: Sitting
    is_ready: bool = False


@dataclass(frozen=True, slots=True)
class Choosing(Page):
    """One of the terms is chosen from a list."""

    setup: Setup
    part: Part
    number: int = 1


@dataclass(frozen=True, slots=True)
class ChoosingDay(Page):
    """The day is chosen, by steps where it is neither today nor yesterday."""

    setup: Setup


@dataclass(frozen=True, slots=True)
class ItemPage(Page):
    """One item of the form, shown since `at`. From the review, `is_review`, it alone is changed."""

    entered: Entered
    item: str
    at: float
    writing: Writing = field(default=Writing(), repr=False)
    is_review: bool = False

    @property
    def guarded_until(self) -> float:
        """The next item is on the same page: the finger of the one before means nothing on it."""
        return self.at + GUARD_S


@dataclass(frozen=True, slots=True)
class Review(Page):
    """All that was entered, before it is saved; `number` is the screenful, from 1."""

    entered: Entered
    number: int = 1


@dataclass(frozen=True, slots=True)
class Leaving(Page):
    """Somebody wants to leave a form that is not saved: asked once."""

    back_to: ItemPage | Review


@dataclass(frozen=True, slots=True)
class ClosingSoon(Page):
    """Nobody has touched a form that is not saved for long: it is discarded soon."""

    back_to: ItemPage | Review


@dataclass(frozen=True, slots=True)
class Saving(Page):
    """The response is on its way to the disk. `goes_on`: the next form follows."""

    sitting: Sitting
    response: Draft
    goes_on: bool
    has_failed: bool = False


@dataclass(frozen=True, slots=True)
class SavedPage(Page):
    """The last form is on disk."""

    sitting: Sitting
