"""The screens that ask nothing of the questionnaire: sheets, the warning, thanks, closed. Pure."""

from dataclasses import replace

from kiosk.session.events import (
    BackTapped,
    ChangeTapped,
    Dismissed,
    EnoughTapped,
    MoreTimeTapped,
    RespondentChosen,
    Woken,
)
from kiosk.session.states import Asking, Idle, OutOfOrder, Thanks
from kiosk.view.frame import Frame
from kiosk.view.model import Choice, Code, Note, Post, Screen, View
from kiosk.view.questions import WHO, echo_of
from sync.wire import Respondent

MOST_LANGUAGES_AT_ONCE = 4
"""As many as can be read from a screen that can offer no choice."""


def _view(frame: Frame, screen: Screen, title: str) -> View:
    return View(
        screen=screen,
        key=f"{screen}:{frame.key}",
        language=frame.language,
        direction=frame.direction,
        title=title,
        preferences=frame.preferences,
        languages=frame.languages(),
        more_languages=frame.more_languages(),
        comforts=frame.comforts(),
    )


# Sheets


def languages_view(frame: Frame) -> View:
    """Which languages there are."""
    view = _view(frame, "languages", frame.say("Language"))
    return replace(
        view, answers=frame.languages(), languages=(), more_languages=None, back=_close(frame)
    )


def who_view(state: Idle, frame: Frame) -> View:
    """Who is answering."""
    answers = tuple(
        Choice(
            f"who:{form.respondent}",
            frame.say(WHO[form.respondent]),
            _answers_as(form.respondent),
            is_chosen=form.respondent == state.respondent,
        )
        for form in frame.config.forms
    )
    view = _view(frame, "who", frame.say("Who is answering?"))
    return replace(view, answers=answers, back=_close(frame))


def _close(frame: Frame) -> Choice:
    return Choice("back", frame.say("Back"), lambda at, _: BackTapped(at), icon="back")


def _answers_as(respondent: Respondent) -> Post:
    return lambda at, _: RespondentChosen(respondent, at)


# Time


def warning_view(state: Asking, frame: Frame) -> View:
    """The time is nearly out: how long there is, and the way to have more."""
    more = Choice(
        "more-time",
        frame.say("I need more time"),
        lambda at, _: MoreTimeTapped(at),
        is_primary=True,
    )
    enough = Choice("enough", frame.say("Enough for me"), lambda at, _: EnoughTapped(at))
    return replace(
        _view(frame, "warning", frame.say("Are you still there?")),
        hint=frame.say("Your answers so far are saved. This screen starts again soon."),
        actions=(more, enough),
        seconds_left=state.seconds_left,
        whole_screen=replace(more, id="still-here"),
    )


def night_view(frame: Frame) -> View:
    """Closed."""
    return replace(
        _view(frame, "night", frame.say("Closed now")),
        hint=frame.say("Touch the screen to wake it."),
        languages=(),
        more_languages=None,
        comforts=(),
        whole_screen=Choice("wake", frame.say("Closed now"), lambda at, _: Woken(at)),
    )


# Thanks


def thanks_view(state: Thanks, frame: Frame) -> View:
    """The answer is saved; while it can be changed it stays to be seen, and then no more."""
    echo = None
    if state.echo is not None:
        echo = echo_of(state.form, state.echo, frame)
    actions: tuple[Choice, ...] = ()
    if state.last is not None:
        change = frame.say("Change my answer")
        actions = (Choice("change", change, lambda at, _: ChangeTapped(at)),)
    view = _view(frame, "thanks", frame.say("Thank you!"))
    return replace(
        view,
        key=f"{view.key}:{'echo' if echo else ''}",
        hint=frame.say("Your answer is saved. It goes to the unit that you visited."),
        actions=actions,
        echo=echo,
        face=1.0,
        more_languages=None,
        notes=_notes(frame),
        code=_code(frame),
        whole_screen=Choice("done", frame.say("Close"), lambda at, _: Dismissed(at)),
    )


def _notes(frame: Frame) -> tuple[Note, ...]:
    said = frame.config.notices.said_did_in(frame.language, frame.language)
    trust = Note(
        frame.say("What happens to my answer?"),
        frame.say("We do not ask your name. The unit's supervisor sees the answers."),
    )
    return (trust, *(Note(frame.say("You said, we did"), each) for each in said[:1]))


def _code(frame: Frame) -> Code | None:
    address = frame.config.notices.form_url
    if not address:
        return None
    return Code(address, frame.say("Answer on your own phone"))


def out_of_order_view(state: OutOfOrder, frame: Frame) -> View:
    """Nothing can be stored: say so in several languages, first in the one that is shown."""
    words, offered = frame.config.words, state.memory.config.languages
    others = [each for each in offered if each != frame.language]
    languages = (frame.language, *others[: MOST_LANGUAGES_AT_ONCE - 1])
    said = [words.say("This terminal is out of order", each) for each in languages]
    asked = [words.say("Please tell the staff.", each) for each in languages]
    lines = [f"{s}. {a}" for s, a in zip(said[1:], asked[1:], strict=True)]
    return replace(
        _view(frame, "out-of-order", said[0]),
        hint="\n".join([asked[0], *lines]),
        languages=(),
        more_languages=None,
        face=0.0,
    )
