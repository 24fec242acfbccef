"""Draws the live page and the fragment of it that changes."""

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from functools import cached_property
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from jinja2 import Environment, PackageLoader, StrictUndefined

from device_config.catalogue import translator
from sync.central.pages.view import Reader, gather, in_language
from sync.central.questionnaires import Questionnaires
from sync.central.store import Store
from sync.central.store.statistics import whole

LANGUAGES = {"fi": "Suomeksi", "sv": "På svenska", "en": "In English"}


class Pages:
    """The live page, in the languages that it speaks."""

    def __init__(
        self, store: Store, questionnaires: Questionnaires, now: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._questionnaires = questionnaires
        self._now = now
        self._templates = Environment(
            loader=PackageLoader("sync.central.pages"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def page(self, unit: str | None, language: str) -> str:
        """The whole page of one unit, or of all."""
        return self._draw("page.html", unit, language)

    def picture(self, unit: str | None, language: str) -> str:
        """The part of the page that changes as responses arrive."""
        return self._draw("picture.html", unit, language)

    def _draw(self, template: str, unit: str | None, language: str) -> str:
        reader = Reader(language, self._now(), self._zone)
        return self._templates.get_template(template).render(
            view=gather(self._store, self._questionnaires, unit, reader),
            language=language,
            languages=LANGUAGES,
            face_labels=self._face_labels(language),
            number=lambda value, decimals=0: number(value, language, decimals),
            percent=lambda share: percent(share, language),
            nps=nps,
            whole=whole,
            _=translator("central", language),
        )

    @cached_property
    def _zone(self) -> tzinfo | None:
        try:
            return ZoneInfo("Europe/Helsinki")
        except ZoneInfoNotFoundError:  # a machine without tzdata shows its own time
            return None

    def _face_labels(self, language: str) -> dict[int, str]:
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
