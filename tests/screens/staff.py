"""Every staff page in any language and mode, as fingers and the desk's answers bring it about."""

import itertools
from dataclasses import replace
from functools import cache

from kiosk.front import show
from kiosk.session.preferences import COMFORTS
from kiosk.staff.frame import LANGUAGES
from kiosk.view.model import View
from tests.screens.views import MODES
from tests.staff_builders import STAFF_SCREENS

NAMES = {screen: f"staff-{screen.replace(', ', '-').replace(' ', '-')}" for screen in STAFF_SCREENS}


@cache
def _front(screen: str, language: str):
    return STAFF_SCREENS[screen](language).front


def staff_view(screen: str, language: str, mode: str) -> View:
    """One page, or the start screen with its line for staff, with the comforts of a mode."""
    comforts = {each: each in mode.split("+") for each in COMFORTS}
    front = _front(screen, language)
    if front.staff is not None:
        preferences = replace(front.staff.preferences, **comforts)
        return show(replace(front, staff=replace(front.staff, preferences=preferences)))
    preferences = replace(front.session.preferences, **comforts)
    return show(replace(front, session=replace(front.session, preferences=preferences)))


def wanted_staff_views(languages=LANGUAGES, modes=MODES, screens=()):
    """(name, view) of every staff page in these languages, of those in which they are written."""
    written = [each for each in languages if each in LANGUAGES]
    for language, mode, screen in itertools.product(written, modes, STAFF_SCREENS):
        if not screens or NAMES[screen] in screens:
            yield f"{NAMES[screen]}-{language}-{mode}", staff_view(screen, language, mode)
