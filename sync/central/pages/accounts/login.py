"""Coming in and going out."""

import asyncio
import logging
import re
from dataclasses import dataclass
from http import HTTPStatus

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler

from sync.central.accounts.access import NOBODY
from sync.central.accounts.changes import has_accounts, normal_name
from sync.central.pages.forms import fields_of, form_of
from sync.central.pages.render import Pages
from sync.central.pages.replies import go_to, page_reply
from sync.central.pages.visitor import (
    LOGIN_COOKIE,
    known_visitor,
    language_of,
    login_token,
    own_path,
    visitor,
)
from sync.central.receiving.crowd import TooBusy
from sync.central.service import Call, Service
from sync.central.store.accounts import (
    Account,
    find_named,
    password_hash_of,
    set_password_hash,
)
from sync.central.store.audit import note
from sync.central.store.logins import begin_login, end_login
from sync.central.store.tries import (
    BROWSER_DAYS,
    Try,
    begin_try,
    is_known_browser,
    limits,
    new_browser,
    note_browser,
    take_back,
)

log = logging.getLogger(__name__)

FORM_COOKIE = "__Host-palautepiste-form"
"""Ties the login form to the browser that loaded it: nobody is logged in by another site's page."""
BROWSER_COOKIE = "__Host-palautepiste-browser"
MOST_NAME, MOST_PASSWORD = 200, 1000
MOST_BYTES = 16 * 1024
"""Of the form: anybody may send it, as often as they like at the same time."""
RETRY_AFTER_S = 5


@dataclass(frozen=True, slots=True)
class Attempt:
    """A name that somebody gave: whose it is, what its password is known by, and the try."""

    name: str
    account: Account | None
    password_hash: str | None
    browser: str | None
    counted: Try


@get("/login")
async def get_login(
    request: Call, service: NamedDependency[Service], pages: NamedDependency[Pages]
) -> Response[str]:
    """The form to come in by."""
    wanted = own_path(str(request.query_params.get("next", "")))
    if await known_visitor(request, service) is not None:
        return go_to(wanted)
    return await _login_page(request, service, pages, wanted)


@post("/login")
async def post_login(
    request: Call, service: NamedDependency[Service], pages: NamedDependency[Pages]
) -> Response[str]:
    """Come in with a name and a password."""
    form_token = request.cookies.get(FORM_COOKIE, "")
    if not form_token:
        return await _login_page(request, service, pages, "/", "cookie", HTTPStatus.FORBIDDEN)
    fields, _ = await fields_of(request, form_token, MOST_BYTES)
    wanted = own_path(fields.get("next", ""))
    name = normal_name(fields.get("name", "")[:MOST_NAME])
    attempt = await asyncio.to_thread(_begin, service, request, name)
    if attempt.counted.wait_s:
        return await _login_page(request, service, pages, wanted, "wait", attempt=attempt)
    try:
        is_right = await service.passwords.is_right(
            attempt.password_hash, fields.get("password", "")[:MOST_PASSWORD]
        )
    except TooBusy:
        await asyncio.to_thread(_forget, service, attempt)
        return await _login_page(request, service, pages, wanted, "busy")
    if not is_right or attempt.account is None or attempt.account.disabled_at is not None:
        await asyncio.to_thread(_note_failure, service, attempt)
        return await _login_page(request, service, pages, wanted, "wrong", attempt=attempt)
    password = fields["password"]
    if attempt.password_hash is not None and service.passwords.is_old(attempt.password_hash):
        newer = await service.passwords.hashed(password)
        await asyncio.to_thread(_keep_hash, service, attempt.account, newer)
    return await let_in(request, service, attempt.account, wanted, attempt.counted, "password")


@post("/logout")
async def post_logout(request: Call, service: NamedDependency[Service]) -> Response[str]:
    """Go out: the login is over, whoever may hold its token."""
    who = await visitor(request, service, None)
    await form_of(request, who)

    def end() -> None:
        with service.store.writing() as connection:
            end_login(connection, login_token(request))
            note(connection, who, "logged-out", who.name, at=service.now())

    await asyncio.to_thread(end)
    reply = go_to("/login?done=out")
    reply.set_cookie(host_cookie(LOGIN_COOKIE, "", 0))
    return reply


ROUTES: tuple[HTTPRouteHandler, ...] = (get_login, post_login, post_logout)


async def let_in(  # noqa: PLR0913, PLR0917 - who, by what, where to
    call: Call, service: Service, account: Account, wanted: str, counted: Try, by: str
) -> Response[str]:
    """Begin a login with a token of its own, and go on to the page that was wanted."""
    token, browser = await asyncio.to_thread(_let_in, call, service, account, counted, by)
    reply = go_to(wanted)
    reply.set_cookie(host_cookie(LOGIN_COOKIE, token))
    reply.set_cookie(host_cookie(BROWSER_COOKIE, browser, BROWSER_DAYS * 86_400))
    return reply


def host_cookie(name: str, value: str, max_age_s: int | None = None) -> Cookie:
    """A cookie that only this host gets, by https or at loopback, and no script."""
    return Cookie(
        key=name,
        value=value,
        max_age=max_age_s,
        path="/",
        secure=True,
        httponly=True,
        samesite="lax",
    )


def _begin(service: Service, call: Call, name: str) -> Attempt:
    now = service.now()
    browser = call.cookies.get(BROWSER_COOKIE, "")[:200] or None
    address = call.client.host if call.client else ""
    with service.store.writing() as connection:
        account = find_named(connection, name)
        if account is None or not browser or not is_known_browser(connection, browser, account.id):
            browser = None
        counted = begin_try(connection, limits(name, address, browser), now)
        password_hash = password_hash_of(connection, account.id) if account else None
    return Attempt(name, account, password_hash, browser, counted)


def _let_in(
    call: Call, service: Service, account: Account, counted: Try, by: str
) -> tuple[str, str]:
    now = service.now()
    browser = call.cookies.get(BROWSER_COOKIE, "")[:200]
    with service.store.writing() as connection:
        take_back(connection, counted)
        end_login(connection, login_token(call))
        if browser and is_known_browser(connection, browser, account.id):
            note_browser(connection, browser, now)
        else:
            browser = new_browser(connection, account.id, now, service.random)
        token = begin_login(connection, account.id, now, service.random)
        note(connection, account.visitor(), "logged-in", account.name, {"by": by}, now)
    return token, browser


def _forget(service: Service, attempt: Attempt) -> None:
    with service.store.writing() as connection:
        take_back(connection, attempt.counted)


def _keep_hash(service: Service, account: Account, password_hash: str) -> None:
    with service.store.writing() as connection:
        set_password_hash(connection, account.id, password_hash)


def _note_failure(service: Service, attempt: Attempt) -> None:
    """Only under names that exist: in the wrong field, people type their password."""
    if attempt.account is None:
        log.warning("login refused: no such account")
        return
    log.warning("login refused: account %s", attempt.account.id)
    with service.store.writing() as connection:
        note(connection, NOBODY, "login-refused", attempt.account.name, at=service.now())


async def _login_page(  # noqa: PLR0913, PLR0917 - what the page says
    call: Call,
    service: Service,
    pages: Pages,
    wanted: str,
    problem: str = "",
    status: HTTPStatus = HTTPStatus.OK,
    attempt: Attempt | None = None,
) -> Response[str]:
    known = call.cookies.get(FORM_COOKIE, "")  # another tab's form stays good
    is_ours = re.fullmatch("[0-9a-f]{64}", known)
    form_token = known if is_ours else service.random.randbytes(32).hex()
    wait_s = attempt.counted.wait_s if attempt else 0
    page = pages.draw(
        "accounts/login.html",
        None,
        language_of(call),
        form_token=form_token,
        next=wanted,
        name=attempt.name if attempt else "",
        problem=problem,
        wait_min=-(-wait_s // 60),
        has_accounts=await asyncio.to_thread(has_accounts, service),
        has_open_id=service.open_id is not None,
    )
    statuses = {
        "wrong": HTTPStatus.FORBIDDEN,
        "wait": HTTPStatus.TOO_MANY_REQUESTS,
        "busy": HTTPStatus.SERVICE_UNAVAILABLE,
    }
    reply = page_reply(page, statuses.get(problem, status))
    if problem in {"wait", "busy"}:
        reply.headers["Retry-After"] = str(wait_s or RETRY_AFTER_S)
    reply.set_cookie(host_cookie(FORM_COOKIE, form_token))
    return reply
