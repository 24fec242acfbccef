"""From a session's draft to the response document's content. Pure."""

from datetime import date, datetime, time

from device_config.clock import Reading, cut
from kiosk.masking import Mask
from kiosk.session.draft import Draft
from sync.wire import Answered, Content, Precision, Text


def moment_at(reading: Reading, boottime: float) -> Reading:
    """The clocks at an earlier moment of this boot, as far as the clocks now can say."""
    return Reading(reading.wall_at(boottime), boottime, reading.boot_id, reading.is_synced)


def answered(moment: Reading, precision: Precision = "minute") -> Answered:
    """When the first answer was given; no time is better than one that may be wrong."""
    if not moment.is_synced:
        return Answered(at=None, clock="unknown", precision=precision)
    return Answered(at=cut(moment.wall, precision), clock="synced", precision=precision)


def given_on(day: date | None) -> Answered:
    """When staff say that a form was given: on this day, by the calendar here."""
    if day is None:
        return Answered(at=None, clock="unknown", precision="day")
    midnight = datetime.combine(day, time()).astimezone()
    return Answered(at=midnight.isoformat(), clock="synced", precision="day")


def content_of(
    draft: Draft, moment: Reading, mask: Mask, terminal_id: str | None = None
) -> Content:
    """The document of a draft whose first answer was given at `moment`.

    `mask` takes out of the free text what must not be written. `terminal_id`, where it is known,
    stands in a closed response whose time is known, too: then nothing is left to be filled in, and
    the agent need not write it again before the first sending.
    """
    is_complete = draft.ended is not None and moment.is_synced
    by_staff = draft.channel.startswith("staff-")
    masked = None if draft.text is None else mask(draft.text)
    return Content(
        id=draft.id,
        terminal_id=terminal_id if is_complete else None,
        questionnaire=draft.questionnaire,
        respondent=draft.respondent,
        language=draft.language,
        location=draft.location,
        contact_mode=draft.contact_mode,
        channel=draft.channel,
        instrument=draft.instrument,
        answered=given_on(draft.given_on) if by_staff else answered(moment),
        ended=draft.ended,
        answers=draft.answers,
        text=None if masked is None else Text(plain=masked.text),
        masked=() if masked is None else masked.kinds,
        flags=draft.flags,
    )
