"""Every screen that there is, in any language, as a sitting that has come to it. Holds no tests."""

from collections.abc import Callable, Iterator
from functools import lru_cache

import msgspec

from device_config.notices import Notices
from device_config.questionnaire import Questionnaire
from device_config.questionnaire_files import questionnaire_named
from kiosk.session.config import SessionConfig
from kiosk.session.draft import TEXT
from kiosk.session.events import CharactersTyped, DoorsChanged, StorageFailed
from kiosk.session.free_text import MOST_CHARACTERS
from kiosk.view.model import Choice, View
from kiosk.view.show import show
from tests import language_packs
from tests.kiosk_builders import LANGUAGES, NPS, Sitting, a_config, new_id
from tests.language_packs import pack_config, pack_questionnaire

EVERY_LANGUAGE = (*LANGUAGES, *language_packs.LANGUAGES)
REASONS = "reasons"
FORM_URL = "https://palaute.example.fi/k/aula-1"
SAID_DID = {
    "fi": "Pyysitte lyhyempiä jonoja. Vastaanotto aukeaa nyt kello 7.30.",
    "sv": "Ni bad om kortare köer. Mottagningen öppnar nu klockan 7.30.",
    "en": "You asked for shorter queues. The clinic now opens at 7:30.",
    "ar": "طلبتم طوابير أقصر. تفتح العيادة الآن في الساعة 7:30.",
    "ru": "Вы просили, чтобы очереди были короче. Теперь приём начинается в 7.30.",
    "se": "Dii sihtabehtet oaneheabbo vuordináiggi. Vuostáiváldin rahpasa dál diibmu 7.30.",
}


def own_form_of(general: Questionnaire, respondent: str) -> Questionnaire:
    """A questionnaire for a child or a relative: here with the same statements."""
    return msgspec.structs.replace(general, id=f"test-{respondent}", respondent=respondent)


@lru_cache
def full_config(language: str) -> SessionConfig:
    """Everything that there can be: each respondent's form, a message, a form for phones."""
    languages = (language, *(each for each in LANGUAGES if each != language))
    is_pack = language in language_packs.LANGUAGES
    general = pack_questionnaire(language) if is_pack else questionnaire_named("national-general")
    others = tuple(own_form_of(general, each) for each in ("child", "relative"))
    notices = Notices(said_did=(SAID_DID,), form_url=FORM_URL)
    if is_pack:
        return pack_config(language, questionnaires=others, notices=notices)
    return a_config(languages=languages, questionnaires=(general, *others), notices=notices)


ORDER = tuple(item.id for item in full_config("fi").forms[0].order)


def choice(sitting: Sitting, choice_id: str) -> Choice:
    """What is offered on the screen under this id."""
    view = show(sitting.state)
    offered = [*view.choices(), *([view.whole_screen] if view.whole_screen else [])]
    return next(each for each in offered if each.id == choice_id)


def touch(sitting: Sitting, *choice_ids: str) -> Sitting:
    """Touch one choice after another, as a visitor would; each answer reaches the disk."""
    for choice_id in choice_ids:
        sitting.now += 1.0
        sitting.happen(choice(sitting, choice_id).event(sitting.now, new_id()))
        sitting.save_all()
    return sitting


def write(sitting: Sitting, text: str) -> Sitting:
    """Type a text, letter by letter."""
    for letter in text:
        sitting.happen(CharactersTyped(letter, sitting.now + 1.0))
    sitting.now += 1.0
    return sitting


# The screens


def at_the_start(language: str) -> Sitting:
    return Sitting(full_config(language))


def asked(item: str) -> Callable[[str], Sitting]:
    """A sitting that was content so far, and is asked this; the answer before can be changed."""

    def sitting_at(language: str) -> Sitting:
        sitting = touch(at_the_start(language), "answer:5")
        while sitting.state.item != item:
            touch(sitting, "answer:3")
        return sitting

    return sitting_at


def asked_and_read(item: str) -> Callable[[str], Sitting]:
    """Asked this, and the answer before is gone from the screen."""

    def sitting_at(language: str) -> Sitting:
        sitting = asked(item)(language)
        sitting.ring()
        return sitting

    return sitting_at


def asked_why(language: str) -> Sitting:
    return touch(at_the_start(language), "answer:1")


def sitting_with_text(text: str) -> Callable[[str], Sitting]:
    return lambda language: write(asked(TEXT)(language), text)


def warned(language: str) -> Sitting:
    sitting = asked_and_read(ORDER[1])(language)
    while sitting.state.seconds_left is None:
        sitting.ring()
    return sitting


def thanked_with_undo(language: str) -> Sitting:
    sitting = Sitting(a_config_of_one_question(language))
    return touch(sitting, "answer:4")


def a_config_of_one_question(language: str) -> SessionConfig:
    if language in language_packs.LANGUAGES:
        return pack_config(language, follow_up=False)
    languages = (language, *(each for each in LANGUAGES if each != language))
    return a_config(languages=languages, follow_up=False)


def thanked_and_read(language: str) -> Sitting:
    sitting = thanked_with_undo(language)
    sitting.ring()
    return sitting


def at_night(language: str) -> Sitting:
    sitting = at_the_start(language)
    sitting.happen(DoorsChanged(is_open=False, at=1.0))
    return sitting


def out_of_order(language: str) -> Sitting:
    sitting = at_the_start(language)
    sitting.happen(StorageFailed(None, 1.0))
    return sitting


SCREENS: dict[str, Callable[[str], Sitting]] = {
    "start": at_the_start,
    "start for a relative": lambda each: touch(at_the_start(each), "who", "who:relative"),
    "start for a child": lambda each: touch(at_the_start(each), "who", "who:child"),
    **{item: asked(item) for item in ORDER[1:]},
    "statement, echo gone": asked_and_read(ORDER[1]),
    "numbers, echo gone": asked_and_read(NPS),
    "back at the first": lambda each: touch(asked_and_read(ORDER[1])(each), "back"),
    "reasons": asked_why,
    "reasons, two ticked": lambda each: touch(
        asked_why(each), "reason:waiting", "reason:encounter"
    ),
    "text, written": sitting_with_text("Kiitos kaikille. "),
    "text, in numbers": lambda each: touch(sitting_with_text("Jono")(each), "key:numbers"),
    "text, nearly full": sitting_with_text("a" * (MOST_CHARACTERS - 7)),
    "who": lambda each: touch(at_the_start(each), "who"),
    "languages": lambda each: touch(at_the_start(each), "languages"),
    "languages in between": lambda each: touch(asked_and_read(ORDER[1])(each), "languages"),
    "warning": warned,
    "thanks": lambda each: touch(asked(ORDER[1])(each), "enough"),
    "thanks with undo": thanked_with_undo,
    "thanks, echo gone": thanked_and_read,
    "taken back": lambda each: touch(thanked_with_undo(each), "change"),
    "night": at_night,
    "out of order": out_of_order,
}


# What a view says


def touchable(view: View) -> tuple[Choice, ...]:
    """Everything that a touch can do on a screen."""
    return (*view.choices(), *((view.whole_screen,) if view.whole_screen else ()))


def words_of(view: View) -> Iterator[tuple[str, str]]:
    """Everything that is written on a screen or read aloud from it, each with its language.

    What stands on a key, in the field and on a number is the same in every language.
    """
    keys = {each.id for row in view.keys for each in row if not each.icon}
    for each in touchable(view):
        if each.id not in keys and not each.label.isdigit():
            yield each.label, each.language or view.language
    yield view.title, view.language
    optional = [view.hint, *view.ends, *(note.text for note in view.notes)]
    if view.echo is not None and view.echo.mood is not None:
        optional.append(view.echo.label)
    yield from ((text, view.language) for text in optional if text)
    yield from ((note.heading, view.language) for note in view.notes)
    if view.code is not None:
        yield view.code.caption, view.language
    if view.field is not None:
        yield view.field.placeholder, view.language
