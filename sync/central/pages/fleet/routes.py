"""Serves the fleet's pages, and does what their forms ask."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from sqlalchemy import Connection

from device_config.errors import UsageProblem
from device_config.pin import hash_pin, random_pin
from sync.central.accounts.access import Visitor
from sync.central.fleet.alarms import ALARMS, STANDINGS
from sync.central.fleet.codes_sheet import Sheet, sheets
from sync.central.fleet.tending import Doing, move, replacement_code, retire, revoke
from sync.central.pages import moments
from sync.central.pages.fleet.view import MOST_PAGES, MOST_WORDS, Wanted, fleet, one
from sync.central.pages.forms import form_of
from sync.central.pages.render import Pages
from sync.central.pages.replies import go_to, page_reply
from sync.central.pages.sheets import draw_sheets, terminals_address
from sync.central.pages.unit_choice import fitting, label, labels
from sync.central.pages.visitor import language_of, visitor
from sync.central.scopes import EVERYTHING, parse_scope
from sync.central.service import Call, Service

CODE_DAYS = 7
Deed = Callable[[Connection, str, Doing], None]


@get("/fleet")
async def get_fleet(
    request: Call, service: NamedDependency[Service], pages: NamedDependency[Pages]
) -> Response[str]:
    """Every terminal that the visitor may see, the worst first."""
    who = await visitor(request, service, "see-fleet")
    wanted, language = _wanted(request), language_of(request)

    def draw() -> str:
        found = fleet(service, who, wanted)
        return pages.draw(
            "fleet/list.html",
            who,
            language,
            fleet=found,
            wanted=wanted,
            **_times(service, language),
        )

    return page_reply(await asyncio.to_thread(draw))


@get("/fleet/{terminal_id:str}")
async def get_terminal(
    request: Call,
    service: NamedDependency[Service],
    pages: NamedDependency[Pages],
    terminal_id: FromPath[str],
) -> Response[str]:
    """One terminal with all that is known of it."""
    who = await visitor(request, service, "see-fleet")
    return await asyncio.to_thread(_terminal_page, request, service, pages, who, terminal_id)


@post("/fleet/{terminal_id:str}/move")
async def post_move(
    request: Call,
    service: NamedDependency[Service],
    pages: NamedDependency[Pages],
    terminal_id: FromPath[str],
) -> Response[str]:
    """Tell a terminal where it stands; asks again where the words do not name one unit."""
    who = await visitor(request, service, "change-fleet")
    fields = await form_of(request, who)

    def do() -> Response[str]:
        _, units = one(service, who, terminal_id)
        found = fitting(fields.get("unit", ""), units)
        if len(found) == 1:
            place = fields.get("place") or None
            try:
                with service.store.writing() as connection:
                    move(connection, terminal_id, found[0].unit, place, _doing(service, who))
            except UsageProblem:
                return _wrong(request, service, pages, who, terminal_id, "place", fields)
            return go_to(_address(request, terminal_id, "moved"))
        wrong = "several" if found else "unit"
        return _wrong(request, service, pages, who, terminal_id, wrong, fields, found)

    return await asyncio.to_thread(do)


@post("/fleet/{terminal_id:str}/revoke")
async def post_revoke(
    request: Call,
    service: NamedDependency[Service],
    pages: NamedDependency[Pages],
    terminal_id: FromPath[str],
) -> Response[str]:
    """Refuse a terminal from now on."""
    return await _sure(request, service, pages, terminal_id, revoke, "revoked")


@post("/fleet/{terminal_id:str}/retire")
async def post_retire(
    request: Call,
    service: NamedDependency[Service],
    pages: NamedDependency[Pages],
    terminal_id: FromPath[str],
) -> Response[str]:
    """Take a terminal out of use."""
    return await _sure(request, service, pages, terminal_id, retire, "retired")


@post("/fleet/{terminal_id:str}/replace")
async def post_replace(
    request: Call,
    service: NamedDependency[Service],
    pages: NamedDependency[Pages],
    terminal_id: FromPath[str],
) -> Response[str]:
    """Make a code for the machine that takes a terminal's place, and show it this once."""
    who = await visitor(request, service, "change-fleet")
    await form_of(request, who)

    def do() -> Response[str]:
        whole, _ = one(service, who, terminal_id)
        pin = random_pin()
        pin_hash = hash_pin(pin)
        with service.store.writing() as connection:
            made = replacement_code(
                connection, terminal_id, CODE_DAYS, pin_hash, _doing(service, who), service.random
            )
        address = terminals_address(request, service)
        stands = whole.seen.terminal.location
        sheet = Sheet(made, pin, whole.seen.unit, stands.place, address, terminal_id)
        return draw_sheets(request, service, pages, who, sheets((sheet,)), CODE_DAYS)

    return await asyncio.to_thread(do)


async def _sure(  # noqa: PLR0913, PLR0917 - what every deed needs
    request: Call,
    service: Service,
    pages: Pages,
    terminal_id: str,
    deed: Deed,
    done: str,
) -> Response[str]:
    """Do what cannot be taken back, if whoever asks has said that they mean it."""
    who = await visitor(request, service, "change-fleet")
    fields = await form_of(request, who)

    def do() -> Response[str]:
        one(service, who, terminal_id)
        if fields.get("sure") != "yes":
            return _wrong(request, service, pages, who, terminal_id, "sure", fields)
        with service.store.writing() as connection:
            deed(connection, terminal_id, _doing(service, who))
        return go_to(_address(request, terminal_id, done))

    return await asyncio.to_thread(do)


def _wrong(  # noqa: PLR0913, PLR0917 - what the page shows again
    request: Call,
    service: Service,
    pages: Pages,
    who: Visitor,
    terminal_id: str,
    wrong: str,
    fields: dict[str, str],
    found: tuple[Any, ...] = (),
) -> Response[str]:
    """The page again, with what is wrong and what was written."""
    return _terminal_page(
        request, service, pages, who, terminal_id, wrong=wrong, fields=fields, found=found
    )


def _terminal_page(  # noqa: PLR0913 - what the page shows
    request: Call,
    service: Service,
    pages: Pages,
    who: Visitor,
    terminal_id: str,
    *,
    wrong: str = "",
    fields: dict[str, str] | None = None,
    found: tuple[Any, ...] = (),
) -> Response[str]:
    language = language_of(request)
    whole, units = one(service, who, terminal_id)
    page = pages.draw(
        "fleet/terminal.html",
        who,
        language,
        whole=whole,
        seen=whole.seen,
        wrong=wrong,
        fields=fields or {},
        found=[(each.unit, label(each, language)) for each in found],
        units=labels(units, language) if who.may("change-fleet") else [],
        everything=EVERYTHING,
        **_times(service, language),
    )
    return page_reply(page, HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK)


def _wanted(request: Call) -> Wanted:
    query = request.query_params
    alarm, standing = str(query.get("alarm", "")), str(query.get("standing", ""))
    return Wanted(
        scope=parse_scope(str(query.get("of", ""))) or EVERYTHING,
        alarm=alarm if alarm in ALARMS else "",
        standing=standing if standing in STANDINGS else "",
        words=str(query.get("q", ""))[:MOST_WORDS].strip(),
        page=_page_number(str(query.get("page", ""))),
    )


def _page_number(text: str) -> int:
    is_number = text.isascii() and text.isdigit() and len(text) <= 4
    return min(max(1, int(text)), MOST_PAGES) if is_number else 1


def _times(service: Service, language: str) -> dict[str, Any]:
    """How the page writes moments."""
    now = service.now()
    return {
        "when": lambda moment: moments.when(moment, language, now),
        "ago": lambda moment: moments.lasting(now - moment, language),
        "lasting": lambda stretch: moments.lasting(stretch, language),
    }


def _doing(service: Service, who: Visitor) -> Doing:
    return Doing(who=who, now=service.now())


def _address(request: Call, terminal_id: str, done: str) -> str:
    return f"/fleet/{terminal_id}?{urlencode({'lang': language_of(request), 'done': done})}"


ROUTES: tuple[HTTPRouteHandler, ...] = (
    get_fleet,
    get_terminal,
    post_move,
    post_revoke,
    post_retire,
    post_replace,
)
