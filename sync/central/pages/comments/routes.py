"""Serves the page of comments."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler

from sync.central.api.problems import ProblemError
from sync.central.pages.comments.view import Wanted, read_comments
from sync.central.pages.render import Pages
from sync.central.pages.replies import page_reply
from sync.central.pages.visitor import language_of, visitor
from sync.central.scopes import EVERYTHING, parse_scope
from sync.central.service import Call, Service
from sync.central.store.texts import Place

MOST_CHARACTERS = 150


@get("/comments")
async def get_comments(
    request: Call, service: NamedDependency[Service], pages: NamedDependency[Pages]
) -> Response[str]:
    """What clients wrote in the units that the visitor may see, newest first."""
    who = await visitor(request, service, "read-texts")
    wanted = wanted_in(request.query_params)

    def draw() -> str:
        view = read_comments(service, who, wanted)
        return pages.draw(
            "comments/page.html",
            who,
            language_of(request),
            view=view,
            wanted=wanted,
            may_see_everything=EVERYTHING in who.scopes,
        )

    return page_reply(await asyncio.to_thread(draw))


ROUTES: tuple[HTTPRouteHandler, ...] = (get_comments,)


def wanted_in(query: Mapping[str, str]) -> Wanted:
    """What an address asks for; raises ProblemError with 404 for no part of any tree."""
    scope = parse_scope(query.get("of", ""))
    if scope is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, "there are no such units")
    return Wanted(
        scope=scope,
        with_misuse=query.get("misuse") == "in",
        with_simulated=query.get("simulated") == "in",
        below=_place(query.get("below", "")),
    )


def _place(text: str) -> Place | None:
    """A place in the order; from the top for what is none."""
    received_at, _, response_id = text.partition("~")
    if len(text) > MOST_CHARACTERS or not response_id.isprintable() or not response_id:
        return None
    try:
        moment = datetime.fromisoformat(received_at)
        is_usable = moment.utcoffset() is not None and 1 < moment.year < 9999
    except ValueError:
        return None
    return Place(moment, response_id) if is_usable else None
