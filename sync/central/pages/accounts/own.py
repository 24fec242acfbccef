"""One's own account: another password, and out everywhere."""

import asyncio
from http import HTTPStatus

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler

from sync.central.accounts.access import Visitor
from sync.central.accounts.changes import (
    change_password,
    chosen_password_problem,
    log_out_everywhere,
    normal_name,
)
from sync.central.pages.accounts.login import host_cookie
from sync.central.pages.accounts.view import ShownAccount, one_account
from sync.central.pages.forms import form_of
from sync.central.pages.render import Pages
from sync.central.pages.replies import go_to, page_reply
from sync.central.pages.visitor import LOGIN_COOKIE, language_of, login_token, visitor
from sync.central.receiving.crowd import TooBusy
from sync.central.service import Call, Service
from sync.central.store.accounts import password_hash_of
from sync.central.store.tries import Try, begin_try, limits, take_back


@get("/account")
async def get_account(
    request: Call, service: NamedDependency[Service], pages: NamedDependency[Pages]
) -> Response[str]:
    """What one's account is, and what one can do with it."""
    who = await visitor(request, service, None)
    return await _page(request, service, pages, who)


@post("/account/password")
async def post_password(
    request: Call, service: NamedDependency[Service], pages: NamedDependency[Pages]
) -> Response[str]:
    """Another password; the old one is asked for, and guessed no quicker than at the login."""
    who = await visitor(request, service, None)
    fields = await form_of(request, who)
    if who.account_id is None:
        return go_to("/")
    new = fields.get("new", "")
    problem = chosen_password_problem(new, fields.get("again", ""), who.name)
    if problem is not None:
        return await _page(request, service, pages, who, problem)
    counted, old_hash = await asyncio.to_thread(_begin, service, request, who)
    if counted.wait_s:
        return await _page(request, service, pages, who, "wait", counted.wait_s)
    try:
        is_right = await service.passwords.is_right(old_hash, fields.get("old", ""))
        new_hash = await service.passwords.hashed(new) if is_right else ""
    except TooBusy:
        return await _page(request, service, pages, who, "busy", 5)
    if not is_right:
        return await _page(request, service, pages, who, "wrong")

    def change() -> None:
        with service.store.writing() as connection:
            take_back(connection, counted)
            change_password(connection, who, new_hash, login_token(request), service.now())

    await asyncio.to_thread(change)
    return go_to("/account?done=changed")


@post("/account/out")
async def post_out(request: Call, service: NamedDependency[Service]) -> Response[str]:
    """Out of every browser."""
    who = await visitor(request, service, None)
    await form_of(request, who)
    if who.account_id is None:
        return go_to("/")

    def end() -> None:
        with service.store.writing() as connection:
            log_out_everywhere(connection, who, service.now())

    await asyncio.to_thread(end)
    reply = go_to("/login?done=everywhere")
    reply.set_cookie(host_cookie(LOGIN_COOKIE, "", 0))
    return reply


ROUTES: tuple[HTTPRouteHandler, ...] = (get_account, post_password, post_out)


def _begin(service: Service, call: Call, who: Visitor) -> tuple[Try, str | None]:
    """Whoever sits down at a screen that was left open must not guess faster here."""
    address = call.client.host if call.client else ""
    most = limits(normal_name(who.name), address, login_token(call))
    with service.store.writing() as connection:
        counted = begin_try(connection, most, service.now())
        return counted, password_hash_of(connection, who.account_id or "")


async def _page(  # noqa: PLR0913, PLR0917 - what the page says
    call: Call,
    service: Service,
    pages: Pages,
    who: Visitor,
    problem: str = "",
    wait_s: int = 0,
) -> Response[str]:
    language = language_of(call)

    def draw() -> str:
        shown: ShownAccount | None = one_account(service, who.account_id, language)
        wait_min = -(-wait_s // 60)
        return pages.draw(
            "accounts/own.html", who, language, account=shown, problem=problem, wait_min=wait_min
        )

    status = HTTPStatus.OK
    if problem:
        status = {
            "wait": HTTPStatus.TOO_MANY_REQUESTS,
            "busy": HTTPStatus.SERVICE_UNAVAILABLE,
        }.get(problem, HTTPStatus.UNPROCESSABLE_ENTITY)
    reply = page_reply(await asyncio.to_thread(draw), status)
    if wait_s:
        reply.headers["Retry-After"] = str(wait_s)
    return reply
