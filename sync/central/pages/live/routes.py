"""Serves the live page and its stream of pictures."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from functools import partial
from http import HTTPStatus

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.response import Stream

from sync.central.accounts.access import Visitor
from sync.central.api.problems import ProblemError
from sync.central.live import as_event
from sync.central.local_time import day_of
from sync.central.pages.live.drawing import draw_page, draw_picture
from sync.central.pages.live.view import Look
from sync.central.pages.live.wanted import wanted_in
from sync.central.pages.render import Pages
from sync.central.pages.replies import page_reply
from sync.central.pages.tree import chosen_units
from sync.central.pages.visitor import LoginNeeded, language_of, visitor
from sync.central.service import Call, Service

LOOK_AGAIN_S = 60.0
"""So often it is looked whether the same is watched by the same: a login ends, a day begins."""
OVER = b"event: over\ndata:\n\n"
"""The last word of a stream whose reader must load the page again."""


@get("/")
async def get_page(
    request: Call, service: NamedDependency[Service], pages: NamedDependency[Pages]
) -> Response[str]:
    """What has arrived, drawn here, kept fresh by the stream."""
    who = await visitor(request, service, "see-numbers")
    look = await asyncio.to_thread(_look, request, service, who)
    return page_reply(await asyncio.to_thread(draw_page, service, pages, look, who))


@get("/live")
async def get_live(
    request: Call, service: NamedDependency[Service], pages: NamedDependency[Pages]
) -> Stream:
    """The changing part of the page, as server-sent events: first as it is now."""
    who = await visitor(request, service, "see-numbers")
    look = await asyncio.to_thread(_look, request, service, who)

    async def stream() -> AsyncIterator[bytes]:
        draw = partial(draw_picture, service, pages, look)
        pictures = service.live.pictures(look, draw, look.units)
        looked_at = time.monotonic()
        async with aclosing(pictures):
            async for picture in pictures:
                if time.monotonic() - looked_at >= LOOK_AGAIN_S:
                    if not await _is_same(request, service, look):
                        yield OVER
                        return
                    looked_at = time.monotonic()
                yield as_event(picture)

    # X-Accel-Buffering: nginx would otherwise keep the pictures to itself.
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Stream(stream(), media_type="text/event-stream", headers=headers)


ROUTES: tuple[HTTPRouteHandler, ...] = (get_page, get_live)


def _look(request: Call, service: Service, who: Visitor) -> Look:
    """What this visitor asks to see; raises ProblemError where they may not, or nothing is."""
    wanted = wanted_in(request.query_params)
    if wanted is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, "there are no such units")
    known = service.store.all_units()
    allowed = who.units(known)
    units = chosen_units(wanted.scope, known, allowed)
    return Look(wanted, day_of(service.now()), language_of(request), units, allowed)


async def _is_same(request: Call, service: Service, look: Look) -> bool:
    """Whether who watches may still watch the same, on the same day."""
    try:
        who = await visitor(request, service, "see-numbers")
        return await asyncio.to_thread(_look, request, service, who) == look
    except (LoginNeeded, ProblemError):
        return False
