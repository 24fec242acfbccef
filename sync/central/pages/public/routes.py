"""Serves the public pages, and the same figures as JSON for a county's own website."""

import asyncio
from datetime import date
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from sync.central.api.problems import ProblemError
from sync.central.api.replies import etag, names_tag
from sync.central.local_time import day_of
from sync.central.numbers.public import PublicFigures
from sync.central.pages.public.view import (
    CountyView,
    PublicUnit,
    gather_counties,
    gather_county,
    is_public,
)
from sync.central.pages.render import Pages, chosen_language
from sync.central.pages.replies import SAFE
from sync.central.service import Call, Service

MAX_AGE_S = 300
ENDING = ".json"


@get("/public")
async def get_counties(
    request: Call, service: NamedDependency[Service], pages: NamedDependency[Pages]
) -> Response[bytes]:
    """The counties that have units here."""

    def draw() -> str:
        _check_public(service)
        language = _language(request)
        return pages.draw(
            "public/counties.html",
            None,
            language,
            home="/public",
            counties=gather_counties(service),
        )

    return _page(request, await asyncio.to_thread(draw))


@get("/public/{county:str}")
async def get_county(
    request: Call,
    service: NamedDependency[Service],
    pages: NamedDependency[Pages],
    county: FromPath[str],
) -> Response[bytes]:
    """What clients say of a county, and of each of its units."""

    def draw() -> str | bytes:
        view = _county(service, county.removesuffix(ENDING))
        if county.endswith(ENDING):
            return msgspec.json.encode(_county_json(view))
        return pages.draw("public/county.html", None, _language(request), home="/public", view=view)

    return _reply(request, await asyncio.to_thread(draw))


@get("/public/{county:str}/{oid:str}")
async def get_unit(
    request: Call,
    service: NamedDependency[Service],
    pages: NamedDependency[Pages],
    county: FromPath[str],
    oid: FromPath[str],
) -> Response[bytes]:
    """What clients say of one unit."""

    def draw() -> str | bytes:
        view = _county(service, county)
        unit = view.unit(oid.removesuffix(ENDING))
        if unit is None:
            raise ProblemError(HTTPStatus.NOT_FOUND, "this county has no such unit")
        if oid.endswith(ENDING):
            return msgspec.json.encode(_unit_json(view, unit))
        return pages.draw(
            "public/unit.html", None, _language(request), home="/public", view=view, unit=unit
        )

    return _reply(request, await asyncio.to_thread(draw))


ROUTES: tuple[HTTPRouteHandler, ...] = (get_counties, get_county, get_unit)


def _check_public(service: Service) -> None:
    if not is_public(service):
        raise ProblemError(HTTPStatus.NOT_FOUND, "nothing is published here")


def _county(service: Service, code: str) -> CountyView:
    _check_public(service)
    view = gather_county(service, code, day_of(service.now()))
    if view is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, "there are no units of this county here")
    return view


def _language(request: Call) -> str:
    """From the address or the browser, by no cookie: a cache keeps the page for everybody."""
    asked = str(request.query_params.get("lang", ""))
    return chosen_language(asked, request.headers.get("accept-language", ""))


def _reply(request: Call, content: str | bytes) -> Response[bytes]:
    return _json(request, content) if isinstance(content, bytes) else _page(request, content)


def _page(request: Call, page: str) -> Response[bytes]:
    body = page.encode()
    return _cacheable(request, body, "text/html; charset=utf-8", SAFE | {"Vary": "Accept-Language"})


def _json(request: Call, body: bytes) -> Response[bytes]:
    """For pages of other hosts, too: everybody may know it."""
    from_anywhere = {
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    return _cacheable(request, body, "application/json", SAFE | from_anywhere)


def _cacheable(
    request: Call, body: bytes, media_type: str, headers: dict[str, str]
) -> Response[bytes]:
    tag = etag(body)
    headers = headers | {"Cache-Control": f"public, max-age={MAX_AGE_S}", "ETag": tag}
    if names_tag(request.headers.get("if-none-match", ""), tag):
        return Response(b"", status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def _county_json(view: CountyView) -> dict[str, Any]:
    return {
        "county": {"code": view.code, "name": view.names},
        **_about(view),
        **_figures_json(view, view.figures),
        "units": [
            {"unit": unit.oid, "name": unit.names, "nps": unit.figures.nps} for unit in view.units
        ],
    }


def _unit_json(view: CountyView, unit: PublicUnit) -> dict[str, Any]:
    return {
        "county": {"code": view.code, "name": view.names},
        "unit": {"unit": unit.oid, "name": unit.names},
        **_about(view),
        **_figures_json(view, unit.figures),
    }


def _about(view: CountyView) -> dict[str, date | int]:
    return {
        "first_day": view.first,
        "last_day": view.last,
        "updated": view.updated,
        "minimum_n": view.minimum_n,
    }


def _figures_json(view: CountyView, figures: PublicFigures) -> dict[str, Any]:
    """Each figure with its n; null for what is not shown."""
    return {
        "nps": figures.nps,
        "agreeing_percent": [
            {"item": item, "text": view.texts[item], "figure": figure}
            for item, figure in figures.agreeing.items()
        ],
    }
