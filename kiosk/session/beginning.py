"""How a response begins: from a first tap or press to its draft. Pure."""

from kiosk.abuse import First
from kiosk.session.draft import Draft
from kiosk.session.events import Pressed, Tapped
from kiosk.session.states import Memory
from sync.wire import Answer, Channel, Flag, Instrument, QuestionnaireRef, Respondent

# docs/interfaces.md, "The response document": how boxes map onto the five steps.
STEPS = {3: (1, 3, 5), 4: (1, 2, 4, 5), 5: (1, 2, 3, 4, 5)}


def answer_of(event: Tapped | Pressed, item: str) -> Answer | None:
    """The answer to `item` that a tap or press gives; None if it speaks of something else."""
    if isinstance(event, Tapped):
        return event.answer if event.answer.item == item else None
    if not has_button(event):
        return None
    return Answer(item=item, value=STEPS[event.buttons][event.button - 1])


def has_button(event: Pressed) -> bool:
    """Whether there is such a button on such a box."""
    return 1 <= event.button <= len(STEPS.get(event.buttons, ()))


def first_of(event: Tapped | Pressed, answer: Answer) -> First:
    """How a response begins, for what the rules of abuse remember of it."""
    value = answer.value if isinstance(answer.value, int) else None
    return First(event.fresh_id, event.at, value, _channel(event))


def new_draft(
    memory: Memory,
    language: str,
    respondent: Respondent,
    event: Tapped | Pressed,
    flags: tuple[Flag, ...] = (),
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
        channel=_channel(event),
        instrument=_instrument(event),
        first_at=event.at,
        flags=(*config.base_flags, *flags),
    )


def _channel(event: Tapped | Pressed) -> Channel:
    return "kiosk-button" if isinstance(event, Pressed) else "kiosk-touch"


def _instrument(event: Tapped | Pressed) -> Instrument:
    if isinstance(event, Tapped):
        return "screen"
    by_count: dict[int, Instrument] = {3: "panel-3", 4: "panel-4", 5: "panel-5"}
    return by_count[event.buttons]
