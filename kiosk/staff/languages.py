"""Which languages are offered: each on or off, with whether its texts are verified. Pure."""

from dataclasses import dataclass, replace

from kiosk.session.events import BackTapped, StaffTouched
from kiosk.session.states import Memory
from kiosk.staff.effects import (
    Done,
    Failed,
    LanguageSeen,
    LanguagesSeen,
    ReadLanguages,
    SetSetting,
)
from kiosk.staff.events import PageEvent, Told
from kiosk.staff.frame import MOST_TALL_ROWS, NEXT, PREVIOUS, StaffFrame, offer, pages_of
from kiosk.staff.states import Page, Turn
from kiosk.view.model import View

KEY = "session.languages"


@dataclass(frozen=True, slots=True)
class Languages(Page):
    """The languages, once they have been read. While `is_setting` no touch counts."""

    seen: LanguagesSeen | None = None
    is_setting: bool = False
    has_failed: bool = False
    number: int = 1


def begin(_memory: Memory, _at: float) -> Turn:
    """See which there are."""
    return Turn(Languages(), (ReadLanguages(),))


def reduce(page: Languages, event: PageEvent) -> Turn:  # noqa: PLR0911 - a table
    """A touch switches a language on or off; the last one stays."""
    match event:
        case Told(ReadLanguages(), LanguagesSeen() as seen):
            return Turn(replace(page, seen=seen, is_setting=False))
        case Told(SetSetting(key), Done()) if key == KEY:
            return Turn(replace(page, has_failed=False), (ReadLanguages(),))
        case Told(SetSetting() | ReadLanguages(), Failed()):
            return Turn(replace(page, is_setting=False, has_failed=True))
        case StaffTouched(choice) if choice == NEXT and page.number < _last(page):
            return Turn(replace(page, number=page.number + 1))
        case StaffTouched(choice) if choice == PREVIOUS and page.number > 1:
            return Turn(replace(page, number=page.number - 1))
        case StaffTouched(choice) if not page.is_setting:
            after = _switched(page, choice.removeprefix("offer:"))
            if after is None:
                return Turn(page)
            return Turn(replace(page, is_setting=True), (SetSetting(KEY, after),))
        case BackTapped():
            return Turn(None)
    return Turn(page)


def _all(page: Languages) -> tuple[LanguageSeen, ...]:
    return page.seen.languages if page.seen is not None else ()


def _last(page: Languages) -> int:
    return pages_of(len(_all(page)), MOST_TALL_ROWS)


def _switched(page: Languages, code: str) -> list[str] | None:
    """The languages offered after this one was touched; None where that cannot be."""
    offered = [each.code for each in _all(page) if each.is_offered]
    if code in offered:
        return [each for each in offered if each != code] or None
    return [*offered, code] if any(each.code == code for each in _all(page)) else None


def view(page: Languages, frame: StaffFrame) -> View:
    """A row for each language, those that are offered marked."""
    if page.seen is None and not page.has_failed:
        return frame.list("languages", frame.say("One moment"))
    first = (page.number - 1) * MOST_TALL_ROWS
    rows = _all(page)[first : first + MOST_TALL_ROWS]
    hint = "The first one is shown to everybody first. At least one stays."
    failed = "That did not work. Try again; if it does not help, call support."
    return frame.list(
        f"languages:{page.number}",
        frame.say("Which languages are offered?"),
        hint=frame.say(failed if page.has_failed else hint),
        answers=[
            offer(
                f"offer:{each.code}",
                frame.frame.config.words.name_of(each.code),
                detail=frame.say(VERIFIED if each.is_verified else UNVERIFIED),
                is_chosen=each.is_offered,
            )
            for each in rows
        ],
        page_of=(page.number, _last(page)),
    )


VERIFIED = "The texts are verified"
UNVERIFIED = "Not all texts are verified"
