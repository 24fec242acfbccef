"""Every screen in any language and mode, as real sittings show them."""

import itertools
from dataclasses import replace
from functools import cache

from kiosk.session.preferences import COMFORTS
from kiosk.view.model import View
from kiosk.view.show import show
from tests.view_builders import EVERY_LANGUAGE, SCREENS

LANGUAGES = EVERY_LANGUAGE
MODES = tuple(
    "+".join(chosen) or "plain"
    for count in range(len(COMFORTS) + 1)
    for chosen in itertools.combinations(COMFORTS, count)
)
"""Every combination of the comforts, by name: "plain", "contrast", … "larger+lowered"."""

NAMES = {screen: screen.replace(", ", "-").replace(" ", "-") for screen in SCREENS}


@cache
def _state(screen: str, language: str):
    return SCREENS[screen](language).state


def view_of(screen: str, language: str, mode: str) -> View:
    """One screen, with the comforts of a mode."""
    state = _state(screen, language)
    comforts = {each: each in mode.split("+") for each in COMFORTS}
    return show(replace(state, preferences=replace(state.preferences, **comforts)))


def wanted_views(languages=LANGUAGES, modes=MODES, screens=()):
    """(name, view) of every screen in these languages and modes."""
    for language, mode, screen in itertools.product(languages, modes, SCREENS):
        if not screens or NAMES[screen] in screens:
            yield f"{NAMES[screen]}-{language}-{mode}", view_of(screen, language, mode)
