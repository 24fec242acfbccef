"""The kiosk's own words, and which way a language is read.

The English texts are the keys of the catalogues in assets/locales. What the questionnaire says is
not here: statements, labels and their certainty are data (assets/questionnaires).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from device_config.catalogue import Translate, translator

Direction = Literal["ltr", "rtl"]

NAMES = {
    "fi": "Suomi",
    "sv": "Svenska",
    "en": "English",
    "se": "Davvisámegiella",
    "smn": "Anarâškielâ",
    "sms": "Nuõrttsääʹmǩiõll",
    "ru": "Русский",
    "uk": "Українська",
    "et": "Eesti",
    "so": "Soomaali",
    "ar": "العربية",
}
RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})
NAME_OF_LANGUAGE = "English"
"""The text by which a catalogue gives its language's own name."""


@dataclass(frozen=True, slots=True)
class Words:
    """The kiosk's own texts in the languages that are offered; English where one is missing."""

    translators: Mapping[str, Translate]

    def say(self, english: str, language: str) -> str:
        """One of the kiosk's own texts in a language."""
        translate = self.translators.get(language)
        return english if translate is None else translate(english)

    def name_of(self, language: str) -> str:
        """A language's name in itself; its code where nothing gives one."""
        if language in NAMES:
            return NAMES[language]
        name = self.say(NAME_OF_LANGUAGE, language)
        return language if name == NAME_OF_LANGUAGE else name


def words_in(languages: Iterable[str], folder: Path | None = None) -> Words:
    """The words of these languages, those of the catalogues in `folder` first."""
    return Words({each: translator("kiosk", each, folder) for each in languages})


def direction(language: str) -> Direction:
    """Which way the language is read."""
    return "rtl" if language.partition("-")[0] in RIGHT_TO_LEFT else "ltr"
