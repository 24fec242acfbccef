"""Draws the live page and the part of it that changes."""

from collections.abc import Callable, Sequence
from datetime import date

from markupsafe import Markup

from sync.central.accounts.access import Visitor
from sync.central.numbers.figures import Figure
from sync.central.numbers.periods import Period
from sync.central.pages.charts import NARROW, WIDE, Axis, columns, trend
from sync.central.pages.live.view import Look, View, gather
from sync.central.pages.live.wanted import PERIODS
from sync.central.pages.render import Pages, nps, percent
from sync.central.scopes import parse_scope
from sync.central.service import Service


def draw_page(service: Service, pages: Pages, look: Look, visitor: Visitor) -> str:
    """The whole page."""
    return _draw("live/page.html", service, pages, look, visitor)


def draw_picture(service: Service, pages: Pages, look: Look) -> str:
    """The part that changes as responses arrive: the same for all who look at the same."""
    return _draw("live/picture.html", service, pages, look, None)


def _draw(
    template: str, service: Service, pages: Pages, look: Look, visitor: Visitor | None
) -> str:
    view = gather(service.store, service.questionnaires, service.past, look, service.now())
    return pages.draw(
        template,
        visitor,
        look.language,
        view=view,
        wanted=view.wanted,
        periods=PERIODS,
        may_see_everything=look.allowed is None,
        dates=dates,
        scope_of=parse_scope,
        link=_link(view),
        charts=_charts(view, look.language),
    )


def dates(period: Period) -> str:
    """The days of a period, as they are written in all three languages."""
    first, last = period.first, period.last
    if first == last:
        return f"{_day(first)}{first.year}"
    until = f"{_day(last)}{last.year}"
    if first.year != last.year:
        return f"{_day(first)}{first.year}–{until}"
    return f"{first.day}.–{until}" if first.month == last.month else f"{_day(first)}–{until}"


def _day(day: date) -> str:
    return f"{day.day}.{day.month}."


def _link(view: View) -> Callable[..., str]:
    def link(**changes: object) -> str:
        """The address of this page with something else wanted."""
        query = view.wanted.query(**changes)
        return f"/?{query}" if query else "/"

    return link


def _charts(view: View, language: str) -> dict[str, Markup]:
    """Each chart twice: for a wide and for a narrow screen."""
    labels = [_label(row.period, view.wanted.step) for row in view.trend]
    shares = Axis(tuple((part / 4, percent(part / 4, language)) for part in range(5)))
    scores = Axis(tuple((score, nps(score)) for score in (-100.0, -50.0, 0.0, 50.0, 100.0)))

    def both(figures: Sequence[Figure], axis: Axis) -> Markup:
        return Markup().join(trend(labels, figures, axis, size) for size in (WIDE, NARROW))

    counts = [row.responses for row in view.trend]
    return {
        "agreeing": both([row.agreeing for row in view.trend], shares),
        "nps": both([row.nps for row in view.trend], scores),
        "responses": Markup().join(columns(labels, counts, size) for size in (WIDE, NARROW)),
    }


def _label(period: Period, step: str) -> str:
    return _day(period.first) if step == "day" else f"{period.week}"
