"""Serves the pages about what terminals should be, and takes what their forms say."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from sqlalchemy import Connection

from device_config.errors import ConfigurationProblems, UsageProblem
from device_config.notices import SAID_DID
from sync.central.accounts.access import Visitor
from sync.central.api.problems import ProblemError
from sync.central.fleet.desired import Kind
from sync.central.fleet.publishing import (
    choose_questionnaires,
    publish_form_url,
    publish_messages,
    publish_settings,
    take_back,
)
from sync.central.pages.desired import files
from sync.central.pages.desired.view import (
    Page,
    gather,
    lines_of,
    message_forms,
    refuse_others,
)
from sync.central.pages.forms import fields_of
from sync.central.pages.render import Pages
from sync.central.pages.replies import go_to, page_reply
from sync.central.pages.visitor import language_of, visitor
from sync.central.scopes import EVERYTHING, Scope, parse_scope
from sync.central.service import Call, Service
from sync.central.store.units import all_units

Write = Callable[[Connection], object]


@get("/desired")
async def get_desired(
    request: Call, service: NamedDependency[Service], pages: NamedDependency[Pages]
) -> Response[str]:
    """What is set at one part of the tree, and the forms that change it."""
    who = await visitor(request, service, "change-fleet")
    return await asyncio.to_thread(_desired_page, request, service, pages, who)


@post("/desired/settings")
async def post_settings(
    request: Call, service: NamedDependency[Service], pages: NamedDependency[Pages]
) -> Response[str]:
    """Publish a layer of settings for a part of the tree."""
    who = await visitor(request, service, "change-fleet")
    fields, _ = await fields_of(request, who.form_token)
    text = fields.get("settings", "").replace("\r\n", "\n")
    scope = _scope(request)

    def write(connection: Connection) -> None:
        publish_settings(connection, scope, f"{text}\n", "settings", who, service.now())

    is_empty = not text.strip()
    return await _change(
        request, service, pages, who, "settings", fields, None if is_empty else write, text
    )


@post("/desired/messages")
async def post_messages(
    request: Call, service: NamedDependency[Service], pages: NamedDependency[Pages]
) -> Response[str]:
    """Say what clients said and what the unit did; a message without a text is left out."""
    who = await visitor(request, service, "change-fleet")
    fields, _ = await fields_of(request, who.form_token)
    scope, messages = _scope(request), _messages(fields)

    def write(connection: Connection) -> None:
        publish_messages(connection, scope, messages, who, service.now())

    return await _change(
        request, service, pages, who, "messages", fields, write if messages else None, messages
    )


@post("/desired/form-url")
async def post_form_url(
    request: Call, service: NamedDependency[Service], pages: NamedDependency[Pages]
) -> Response[str]:
    """Set the address of the form for phones."""
    who = await visitor(request, service, "change-fleet")
    fields, _ = await fields_of(request, who.form_token)
    scope, address = _scope(request), fields.get("form_url", "")

    def write(connection: Connection) -> None:
        publish_form_url(connection, scope, address, who, service.now())

    return await _change(
        request, service, pages, who, "form-url", fields, write if address else None, address
    )


@post("/desired/questionnaires")
async def post_questionnaires(
    request: Call, service: NamedDependency[Service], pages: NamedDependency[Pages]
) -> Response[str]:
    """Choose the questionnaires of a part of the tree."""
    who = await visitor(request, service, "change-fleet")
    fields, every = await fields_of(request, who.form_token)
    scope, ids = _scope(request), every.get("id", [])

    def write(connection: Connection) -> None:
        choose_questionnaires(connection, scope, ids, who, service.now())

    is_all = fields.get("which") != "some"
    return await _change(
        request, service, pages, who, "questionnaires", fields, None if is_all else write, ids
    )


async def _change(  # noqa: PLR0913, PLR0917 - what every form needs
    request: Call,
    service: Service,
    pages: Pages,
    who: Visitor,
    kind: Kind,
    fields: dict[str, str],
    write: Write | None,
    written: Any,
) -> Response[str]:
    """Write what a form says, or take away what was there; show it again where it is wrong."""
    scope = _scope(request)

    def do() -> Response[str]:
        with service.store.reading() as connection:
            refuse_others(who, scope, all_units(connection))
        try:
            with service.store.writing() as connection:
                if write is None or fields.get("do") == "remove":
                    take_back(connection, scope, kind, who, service.now())
                    done = f"{kind}-removed"
                else:
                    write(connection)
                    done = f"{kind}-set"
        except (ConfigurationProblems, UsageProblem) as error:
            lines = lines_of(error)
            return _desired_page(request, service, pages, who, (kind, lines, written))
        query = {"lang": language_of(request), "of": str(scope), "done": done}
        return go_to(f"/desired?{urlencode(query)}")

    return await asyncio.to_thread(do)


def _desired_page(
    request: Call,
    service: Service,
    pages: Pages,
    who: Visitor,
    wrong: tuple[Kind, tuple[str, ...], Any] | None = None,
) -> Response[str]:
    scope, language = _scope(request), language_of(request)
    if scope == EVERYTHING and "of" not in request.query_params and wrong is None:
        scope = _first_scope(service, who)
    page: Page = gather(service, who, scope)
    kind, problems, written = wrong or ("", (), ())
    drawn = pages.draw(
        "desired/page.html",
        who,
        language,
        page=page,
        wrong=kind,
        problems=problems,
        settings=written if kind == "settings" else page.settings,
        messages=message_forms(written) if kind == "messages" else page.messages,
        form_url=written if kind == "form-url" else page.form_url,
        known=service.questionnaires.newest(),
        everything=EVERYTHING,
    )
    return page_reply(drawn, HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK)


def _first_scope(service: Service, who: Visitor) -> Scope:
    """Where a visitor begins who named no part of the tree: everywhere, or the first of theirs."""
    with service.store.reading() as connection:
        allowed = who.units(all_units(connection))
    return EVERYTHING if allowed is None else who.scopes[0] if who.scopes else EVERYTHING


def _scope(request: Call) -> Scope:
    scope = parse_scope(str(request.query_params.get("of", "")))
    if scope is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, "there are no such units")
    return scope


def _messages(fields: dict[str, str]) -> list[dict[str, Any]]:
    """The messages that a form says: m<number>_<language> for each text."""
    texts: dict[int, dict[str, str]] = {}
    for name, text in fields.items():
        number, _, language = name.removeprefix("m").partition("_")
        if name.startswith("m") and number.isascii() and number.isdigit() and language and text:
            texts.setdefault(int(number[:3]), {})[language] = " ".join(text.split())
    return [{"kind": SAID_DID, "text": texts[number]} for number in sorted(texts)]


ROUTES: tuple[HTTPRouteHandler, ...] = (
    get_desired,
    post_settings,
    post_messages,
    post_form_url,
    post_questionnaires,
    *files.ROUTES,
)
