"""Whether the fonts have every letter of what is asked and said."""

from collections.abc import Iterator

from device_config.checks.asked import asked, own_words, texts_of
from device_config.checks.finding import Finding, fail, ok, warn
from device_config.settings import SessionSettings
from device_config.state import StateDirectory

INSTALL = "install the program anew: a part of it is missing"


def letter_findings(session: SessionSettings, state: StateDirectory) -> Iterator[Finding]:
    """Each language, with the letters that a client would see as empty boxes."""
    from kiosk.screens.fonts import missing_letters  # Pillow is slow to import

    for language in session.languages:
        lines = list(own_words(language, state.locales)[0].values())
        for questionnaire in asked(session, state):
            found = [texts.get(language) for texts in texts_of(questionnaire)]
            lines += [text.text for text in found if text is not None]
        try:
            missing = set().union(*(missing_letters(line, language) for line in lines))
        except OSError as error:
            yield fail("letters", f"a font cannot be read: {error}", INSTALL)
            return
        if missing:
            says = f"{language}: no font has {' '.join(sorted(missing)[:10])}"
            yield warn(
                "letters", says, "write it in other letters, or ask for a font that has them"
            )
        else:
            yield ok("letters", f"{language}: the fonts have them all")
