"""From a session's draft to the response document's content. Pure."""

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


def content_of(draft: Draft, moment: Reading, mask: Mask) -> Content:
    """The document of a draft whose first answer was given at `moment`.

    `mask` takes out of the free text what must not be written. `terminal_id` stays open: the
    agent fills it in before the first sending.
    """
    masked = None if draft.text is None else mask(draft.text)
    return Content(
        id=draft.id,
        terminal_id=None,
        questionnaire=draft.questionnaire,
        respondent=draft.respondent,
        language=draft.language,
        location=draft.location,
        contact_mode=draft.contact_mode,
        channel=draft.channel,
        instrument=draft.instrument,
        answered=answered(moment),
        ended=draft.ended,
        answers=draft.answers,
        text=None if masked is None else Text(plain=masked.text),
        masked=() if masked is None else masked.kinds,
        flags=draft.flags,
    )
