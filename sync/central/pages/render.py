"""Draws the pages: one environment for all templates, and how figures are written."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from device_config.catalogue import translator
from sync.central.accounts.access import Visitor
from sync.central.numbers.figures import whole
from sync.central.pages.address import LANGUAGES, address
from sync.central.questionnaires import Questionnaires


class Pages:
    """The pages, in the languages that they speak."""

    def __init__(self, questionnaires: Questionnaires) -> None:
        self._questionnaires = questionnaires
        self._templates = Environment(
            loader=PackageLoader("sync.central.pages"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def draw(self, template: str, visitor: Visitor | None, language: str, **context: Any) -> str:
        """A page or a part of one; `visitor` is None on pages that are for everybody."""
        shared: dict[str, Any] = {
            "visitor": visitor,
            "language": language,
            "languages": LANGUAGES,
            "address": address(),
            "home": "/",
            "face_labels": self.face_labels(language),
            "number": lambda value, decimals=0: number(value, language, decimals),
            "percent": lambda share: percent(share, language),
            "nps": nps,
            "day": lambda day: written_day(day, language),
            "whole": whole,
            "in_language": lambda texts: in_language(texts, language),
            "_": translator("central", language),
        }
        return self._templates.get_template(template).render(shared | context)

    def face_labels(self, language: str) -> dict[int, str]:
        """What each face says."""
        labels = self._questionnaires.face_labels()
        return {
            value: in_language({code: text.text for code, text in texts.items()}, language)
            for value, texts in labels.items()
        }


def number(value: float | None, language: str, decimals: int = 0) -> str:
    """A number as it is written in this language; a dash for None."""
    if value is None:
        return "–"
    text = f"{value:,.{decimals}f}"
    if language == "en":
        return text
    return text.replace(",", "\N{NO-BREAK SPACE}").replace(".", ",")


def percent(share: float | None, language: str) -> str:
    """A share from 0 to 1 as a whole per cent; a dash for None."""
    if share is None:
        return "–"
    space = "" if language == "en" else "\N{NO-BREAK SPACE}"
    return f"{whole(100 * share)}{space}%"


def nps(value: float | None) -> str:
    """A Net Promoter Score as a whole number with a proper minus; a dash for None."""
    return "–" if value is None else str(whole(value)).replace("-", "\N{MINUS SIGN}")


def in_language(names: Mapping[str, str], language: str) -> str:
    """A name in this language, else in the first of fi, sv, en that there is."""
    for wanted in (language, "fi", "sv", "en", *names):
        if names.get(wanted):
            return names[wanted]
    return "–"


def written_day(day: date, language: str) -> str:
    """A day as it is written in this language."""
    if language == "en":
        return f"{day.day} {day:%b %Y}"
    return f"{day.day}.{day.month}.{day.year}"


def chosen_language(asked: str, accept_language: str) -> str:
    """The language of the page: the one asked for, else the reader's, else Finnish."""
    wanted = [asked, *_by_preference(accept_language)]
    return next((code for code in wanted if code in LANGUAGES), "fi")


def _by_preference(accept_language: str) -> Sequence[str]:
    weighed = []
    for part in accept_language.split(",")[:20]:
        tag, _, weight = part.partition(";q=")
        try:
            quality = float(weight or 1)
        except ValueError:
            quality = 0.0
        weighed.append((-quality, tag.strip().lower().partition("-")[0]))
    return [code for quality, code in sorted(weighed, key=lambda pair: pair[0]) if quality < 0]
