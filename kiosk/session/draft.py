"""A session's response so far. Pure."""

from dataclasses import dataclass, replace
from datetime import date

from sync.wire import (
    Answer,
    Channel,
    ContactMode,
    Ended,
    Flag,
    Instrument,
    Location,
    QuestionnaireRef,
    Respondent,
)

TEXT = "text"
"""The id of the free text, which is no answer but stands beside them in the document."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A session's response so far. `revision` rises with each change that is to be saved.

    `text` is as the visitor wrote it; it is masked on its way to the first write. `given_on` is the
    day that staff say, for a form that they enter.
    """

    id: str
    questionnaire: QuestionnaireRef
    language: str
    location: Location
    contact_mode: ContactMode
    channel: Channel
    instrument: Instrument
    first_at: float
    respondent: Respondent = "client"
    answers: tuple[Answer, ...] = ()
    text: str | None = None
    ended: Ended | None = None
    flags: tuple[Flag, ...] = ()
    given_on: date | None = None
    revision: int = 0

    def answer_to(self, item_id: str) -> Answer | None:
        """What was said to an item, or None."""
        return next((answer for answer in self.answers if answer.item == item_id), None)

    def settled(self) -> frozenset[str]:
        """The items that were answered or skipped."""
        written = () if self.text is None else (TEXT,)
        return frozenset((*(answer.item for answer in self.answers), *written))

    def with_answer(self, answer: Answer) -> "Draft":
        """With this answer, in the place of an earlier one to the same item."""
        if self.answer_to(answer.item) is None:
            answers = (*self.answers, answer)
        else:
            answers = tuple(answer if a.item == answer.item else a for a in self.answers)
        text = None if answer.item == TEXT else self.text
        return replace(self, answers=answers, text=text, revision=self.revision + 1)

    def without_answer(self, item_id: str) -> "Draft":
        """With what was said to an item taken back."""
        answers = tuple(answer for answer in self.answers if answer.item != item_id)
        return replace(self, answers=answers, revision=self.revision + 1)

    def with_text(self, text: str) -> "Draft":
        """With free text; of blanks alone there is nothing to keep."""
        kept = text.strip() or None
        answers = self.answers
        if kept is not None:
            answers = tuple(answer for answer in answers if answer.item != TEXT)
        return replace(self, text=kept, answers=answers, revision=self.revision + 1)

    def in_language(self, language: str) -> "Draft":
        """Of somebody who goes on in another language."""
        return replace(self, language=language, revision=self.revision + 1)

    def closed(self, ended: Ended) -> "Draft":
        """Ended this way; a draft that has ended stays as it is."""
        if self.ended is not None:
            return self
        return replace(self, ended=ended, revision=self.revision + 1)
