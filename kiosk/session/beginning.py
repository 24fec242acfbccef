"""How a response begins: from a first tap or press to its draft. Pure."""

from kiosk.session.draft import Draft
from kiosk.session.events import Pressed, Tapped
from kiosk.session.states import Memory
from sync.wire import Answer, Flag, Instrument, QuestionnaireRef, Respondent

# docs/interfaces.md, "The response document": how boxes map onto the five steps.
STEPS = {3: (1, 3, 5), 4: (1, 2, 4, 5), 5: (1, 2, 3, 4, 5)}


def answer_of(event: Tapped | Pressed, item: str) -> Answer | None:
    """The answer to `item` that a tap or press gives; None if it speaks of something else."""
    if isinstance(event, Tapped):
        return event.answer if event.answer.item == item else None
    steps = STEPS.get(event.buttons, ())
    if not 1 <= event.button <= len(steps):
        return None
    return Answer(item=item, value=steps[event.button - 1])


def new_draft(
    memory: Memory, language: str, respondent: Respondent, event: Tapped | Pressed
) -> Draft:
    """The response that this first tap or press begins, without its answer yet."""
    config = memory.config
    form = config.form(respondent)
    return Draft(
        id=event.fresh_id,
        questionnaire=QuestionnaireRef(form.questionnaire.id, form.questionnaire.version),
        respondent=form.respondent,
        language=language,
        location=config.location,
        contact_mode=config.contact_mode,
        channel="kiosk-button" if isinstance(event, Pressed) else "kiosk-touch",
        instrument=_instrument(event),
        first_at=event.at,
        flags=(*config.base_flags, *_interval_flags(memory, event.at), *_hours_flags(memory)),
    )


def _instrument(event: Tapped | Pressed) -> Instrument:
    if isinstance(event, Tapped):
        return "screen"
    by_count: dict[int, Instrument] = {3: "panel-3", 4: "panel-4", 5: "panel-5"}
    return by_count[event.buttons]


def _interval_flags(memory: Memory, at: float) -> tuple[Flag, ...]:
    limit = memory.config.min_interval_s
    if memory.last_first_at is None:
        return ()
    # A box may deliver late a press that was made before the last answer: no interval is negative.
    interval = abs(at - memory.last_first_at)
    if interval >= limit:
        return ()
    return (Flag(rule="min-interval", limit=limit, measured=round(interval, 1)),)


def _hours_flags(memory: Memory) -> tuple[Flag, ...]:
    return () if memory.is_open else (Flag(rule="out-of-hours"),)
