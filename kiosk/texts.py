"""The kiosk's own words, and which way a language is read.

The English texts are the keys of the catalogues in assets/locales. What the questionnaire says is
not here: statements, labels and their certainty are data (assets/questionnaires).
"""

from typing import Literal

from device_config.catalogue import translator

Direction = Literal["ltr", "rtl"]

NAMES = {
    "fi": "Suomi",
    "sv": "Svenska",
    "en": "English",
    "se": "Davvisámegiella",
    "smn": "Anarâškielâ",
    "sms": "Nuõrttsääʹmǩiõll",
    "ru": "Русский",
    "ar": "العربية",
}
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


def kiosk_text(english: str, language: str) -> str:
    """One of the kiosk's own texts in a language."""
    return translator("kiosk", language)(english)


def language_name(language: str) -> str:
    """A language's name in itself."""
    return NAMES.get(language, language)


def direction(language: str) -> Direction:
    """Which way the language is read."""
    return "rtl" if language.partition("-")[0] in RIGHT_TO_LEFT else "ltr"
