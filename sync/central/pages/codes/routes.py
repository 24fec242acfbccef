"""Serves the page of codes, and makes and withdraws them."""

import asyncio
import math
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from device_config.errors import UsageProblem
from device_config.pin import hash_pin, pin_problem, random_pin
from sync import wire
from sync.central.accounts.access import Visitor
from sync.central.fleet.codes_sheet import Sheet, sheets
from sync.central.fleet.tending import MOST_CODES, MOST_PLACE, Doing, new_codes, withdraw_code
from sync.central.pages import moments
from sync.central.pages.forms import form_of
from sync.central.pages.render import Pages
from sync.central.pages.replies import go_to, page_reply
from sync.central.pages.sheets import draw_sheets, terminals_address
from sync.central.pages.tree import visible
from sync.central.pages.unit_choice import fitting, label, labels
from sync.central.pages.visitor import language_of, visitor
from sync.central.service import Call, Service
from sync.central.store.codes import Code, all_codes
from sync.central.store.units import all_units

MOST_DAYS = 365
MOST_ROWS = 500
DEFAULTS = {"count": "1", "days": "7"}


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody wrote into the form, and what is wrong with it: a code by field."""

    fields: dict[str, str] = field(default_factory=lambda: dict(DEFAULTS))
    wrong: dict[str, str] = field(default_factory=dict)
    found: tuple[wire.Unit, ...] = ()


@get("/codes")
async def get_codes(
    request: Call, service: NamedDependency[Service], pages: NamedDependency[Pages]
) -> Response[str]:
    """Every code with what came of it, never the code itself; and the form that makes new ones."""
    who = await visitor(request, service, "change-fleet")
    return await asyncio.to_thread(_page, request, service, pages, who, Written())


@post("/codes")
async def post_codes(
    request: Call, service: NamedDependency[Service], pages: NamedDependency[Pages]
) -> Response[str]:
    """Make codes, and show them this once."""
    who = await visitor(request, service, "change-fleet")
    fields = await form_of(request, who)
    return await asyncio.to_thread(_make, request, service, pages, who, fields)


@post("/codes/{code_id:str}/withdraw")
async def post_withdraw(
    request: Call, service: NamedDependency[Service], code_id: FromPath[str]
) -> Response[str]:
    """Let nobody in with a code any more; where none is open, the list says what came of it."""
    who = await visitor(request, service, "change-fleet")
    await form_of(request, who)

    def do() -> str:
        try:
            with service.store.writing() as connection:
                allowed = who.units(all_units(connection))
                units = {code.id: code.unit for code in all_codes(connection)}
                if allowed is not None and units.get(code_id) not in allowed:
                    return "not-open"
                withdraw_code(connection, code_id, Doing(who=who, now=service.now()))
        except UsageProblem:
            return "not-open"
        return "withdrawn"

    done = await asyncio.to_thread(do)
    return go_to(f"/codes?lang={language_of(request)}&done={done}")


def _make(
    request: Call, service: Service, pages: Pages, who: Visitor, fields: dict[str, str]
) -> Response[str]:
    with service.store.reading() as connection:
        known = all_units(connection)
    units = visible(known, who.units(known))
    found = fitting(fields.get("unit", ""), units)
    wrong = _wrong(fields, len(found))
    if wrong:
        return _page(request, service, pages, who, Written(fields, wrong, found))
    unit, place, days = found[0], fields.get("place") or None, int(fields["days"])
    pin = fields.get("pin") or random_pin()
    pin_hash = hash_pin(pin)  # one for all: staff of one unit have one PIN
    doing = Doing(who=who, now=service.now())
    with service.store.writing() as connection:
        made = new_codes(
            connection,
            unit.unit,
            place,
            int(fields["count"]),
            days,
            pin_hash,
            doing,
            service.random,
        )
    address = terminals_address(request, service)
    wanted = (Sheet(each, pin, unit, place, address) for each in made)
    return draw_sheets(request, service, pages, who, sheets(wanted), days)


def _wrong(fields: dict[str, str], fitting_units: int) -> dict[str, str]:
    """What is wrong with the form, by field."""
    wrong = {}
    if fitting_units != 1:
        wrong["unit"] = "several" if fitting_units else "none"
    place = fields.get("place", "")
    if len(place) > MOST_PLACE or not place.isprintable():
        wrong["place"] = "long"
    for name, most in (("count", MOST_CODES), ("days", MOST_DAYS)):
        text = fields.get(name, "")
        if not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= most):
            wrong[name] = "number"
    if fields.get("pin") and pin_problem(fields["pin"]) is not None:
        wrong["pin"] = "weak"
    return wrong


def _page(
    request: Call, service: Service, pages: Pages, who: Visitor, written: Written
) -> Response[str]:
    language, now = language_of(request), service.now()
    with service.store.reading() as connection:
        units = all_units(connection)
        codes = all_codes(connection)
    allowed = who.units(units)
    seen = [each for each in codes if allowed is None or each.unit in allowed]
    seen.sort(key=lambda code: (code.standing(now) != "open", _age_s(code, now)))
    page = pages.draw(
        "codes/list.html",
        who,
        language,
        rows=[(each, each.standing(now)) for each in seen[:MOST_ROWS]],
        names={unit.unit: unit.name for unit in units},
        units=labels(visible(units, allowed), language),
        fields=written.fields,
        wrong=written.wrong,
        found=[(each.unit, label(each, language)) for each in written.found],
        most_codes=MOST_CODES,
        most_days=MOST_DAYS,
        when=lambda moment: moments.when(moment, language, now),
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if written.wrong else HTTPStatus.OK
    return page_reply(page, status)


def _age_s(code: Code, now: datetime) -> float:
    return math.inf if code.made_at is None else (now - code.made_at).total_seconds()


ROUTES: tuple[HTTPRouteHandler, ...] = (get_codes, post_codes, post_withdraw)
