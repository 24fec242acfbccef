"""Serves the live page, its stream of pictures, and its files."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from http import HTTPStatus
from importlib.resources import files

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Stream

from sync.central.api.problems import ProblemError
from sync.central.live import as_event
from sync.central.pages.render import Pages, chosen_language
from sync.central.service import Call, Service

MEDIA_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
SAFE = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@get("/")
async def get_page(request: Call, pages: NamedDependency[Pages]) -> Response[str]:
    """What has arrived, drawn here, kept fresh by the stream."""
    page = await asyncio.to_thread(pages.page, _unit(request), _language(request))
    fresh = {"Cache-Control": "no-store", "Vary": "Accept-Language"}
    return Response(page, media_type="text/html", headers={**SAFE, **fresh})


@get("/live")
async def get_live(
    request: Call, service: NamedDependency[Service], pages: NamedDependency[Pages]
) -> Stream:
    """The changing part of the page, as server-sent events: first as it is now."""
    unit, language = _unit(request), _language(request)

    async def stream() -> AsyncIterator[bytes]:
        pictures = service.live.pictures(unit, language, pages.picture)
        async with aclosing(pictures):
            async for picture in pictures:
                yield as_event(picture)

    # X-Accel-Buffering: nginx would otherwise keep the pictures to itself.
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Stream(stream(), media_type="text/event-stream", headers=headers)


@get("/static/{name:str}")
async def get_static(name: FromPath[str]) -> Response[bytes]:
    """One of the page's own files."""
    folder = files("sync.central.pages").joinpath("static")
    known = {entry.name: entry for entry in folder.iterdir()}
    if name not in known:
        raise ProblemError(HTTPStatus.NOT_FOUND, "no such file")
    media_type = MEDIA_TYPES[name.rpartition(".")[2]]
    headers = {**SAFE, "Cache-Control": "no-cache"}
    return Response(known[name].read_bytes(), media_type=media_type, headers=headers)


ROUTES: tuple[HTTPRouteHandler, ...] = (get_page, get_live, get_static)


def _unit(request: Call) -> str | None:
    """The unit that the address names, if it can be one."""
    unit = str(request.query_params.get("unit", "")).strip()
    return unit if unit and len(unit) <= 100 and unit.isprintable() else None


def _language(request: Call) -> str:
    asked = str(request.query_params.get("lang", ""))
    return chosen_language(asked, request.headers.get("accept-language", ""))
