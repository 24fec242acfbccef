"""Interface texts by language, from the gettext catalogues in assets/locales.

The English texts are the keys; fi and sv have a catalogue each. `make i18n` compiles them.
"""

import gettext
from collections.abc import Callable
from functools import cache

from device_config.assets import asset

Translate = Callable[[str], str]


@cache
def translator(domain: str, language: str) -> Translate:
    """A function from an English text to the same in `language`.

    A language without a catalogue, and a text that a catalogue lacks, stay English.
    """
    catalogue = asset("locales", language, "LC_MESSAGES", f"{domain}.mo")
    if not catalogue.is_file():
        return gettext.NullTranslations().gettext
    with catalogue.open("rb") as file:
        return gettext.GNUTranslations(file).gettext
