"""Serves the tree of units and the table of units side by side."""

import asyncio
from http import HTTPStatus

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler

from sync.central.accounts.access import Visitor
from sync.central.api.problems import ProblemError
from sync.central.pages.compare.view import gather
from sync.central.pages.compare.wanted import comparing_in
from sync.central.pages.live.wanted import PERIODS
from sync.central.pages.render import Pages
from sync.central.pages.replies import page_reply
from sync.central.pages.visitor import language_of, visitor
from sync.central.service import Call, Service


@get("/units")
async def get_units(
    request: Call, service: NamedDependency[Service], pages: NamedDependency[Pages]
) -> Response[str]:
    """The units that a visitor may see, as a tree or side by side."""
    who = await visitor(request, service, "see-numbers")
    return page_reply(await asyncio.to_thread(_draw, request, service, pages, who))


ROUTES: tuple[HTTPRouteHandler, ...] = (get_units,)


def _draw(request: Call, service: Service, pages: Pages, who: Visitor) -> str:
    comparing = comparing_in(request.query_params)
    if comparing is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, "there are no such units")
    view = gather(service, comparing, who.units(service.store.all_units()))
    language = language_of(request)
    return pages.draw("compare/page.html", who, language, view=view, periods=PERIODS)
