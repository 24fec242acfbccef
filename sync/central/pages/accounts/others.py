"""The accounts of others, for whoever looks after them."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from sqlalchemy import Connection

from sync.central.accounts import changes as accounts
from sync.central.accounts.access import ROLES, Visitor
from sync.central.accounts.changes import AccountProblem, NewAccount
from sync.central.accounts.passwords import random_password
from sync.central.api.problems import ProblemError
from sync.central.pages.accounts.view import every_account, one_account, scope_choices
from sync.central.pages.forms import fields_of, form_of
from sync.central.pages.render import Pages
from sync.central.pages.replies import go_to, page_reply
from sync.central.pages.visitor import language_of, visitor
from sync.central.receiving.crowd import TooBusy
from sync.central.service import Call, Service
from sync.central.store.accounts import Account, find_account

MOST_SHOWN = 300
Change = Callable[[Connection, Account], object]


@get("/accounts")
async def get_accounts(
    request: Call, service: NamedDependency[Service], pages: NamedDependency[Pages]
) -> Response[str]:
    """Every account, and the form for a new one."""
    who = await visitor(request, service, "change-accounts")
    return await _list_page(request, service, pages, who)


@post("/accounts")
async def post_account(
    request: Call, service: NamedDependency[Service], pages: NamedDependency[Pages]
) -> Response[str]:
    """Add an account; its first password is shown this once."""
    who = await visitor(request, service, "change-accounts")
    fields, every = await fields_of(request, who.form_token)
    wanted = NewAccount(
        name=fields.get("name", "")[:MOST_SHOWN],
        role=fields.get("role", "")[:MOST_SHOWN],
        scopes=tuple(scope for scope in every.get("scope", ()) if scope),
    )
    password, password_hash = None, None
    if fields.get("by") != "openid":
        password, password_hash = await _first_password(service)

    def add() -> Account:
        with service.store.writing() as connection:
            now = service.now()
            return accounts.add(connection, who, wanted, password_hash, now, service.random)

    try:
        account = await asyncio.to_thread(add)
    except AccountProblem as error:
        return await _list_page(request, service, pages, who, wanted, error.kind)
    if password is None:
        return go_to(f"/accounts/{account.id}?done=added")
    return _secret_page(request, pages, who, account, password)


@get("/accounts/{account_id:str}")
async def get_one(
    request: Call,
    service: NamedDependency[Service],
    pages: NamedDependency[Pages],
    account_id: FromPath[str],
) -> Response[str]:
    """One account, and what can be done with it."""
    who = await visitor(request, service, "change-accounts")
    return await _one_page(request, service, pages, who, account_id)


@post("/accounts/{account_id:str}/{deed:str}")
async def post_deed(
    request: Call,
    service: NamedDependency[Service],
    pages: NamedDependency[Pages],
    account_id: FromPath[str],
    deed: FromPath[str],
) -> Response[str]:
    """Change an account: its role, whether it can come in, whom OpenID lets in by it."""
    who = await visitor(request, service, "change-accounts")
    fields, every = await fields_of(request, who.form_token)
    change = _change(service, who, deed, fields, every.get("scope", []))
    if change is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, "no such thing can be done with an account")
    try:
        account = await asyncio.to_thread(_carry_out, service, account_id, change)
    except AccountProblem as error:
        return await _one_page(request, service, pages, who, account_id, error.kind)
    return go_to(f"/accounts/{account.id}?done={deed}")


@post("/accounts/{account_id:str}/password")
async def post_reset(
    request: Call,
    service: NamedDependency[Service],
    pages: NamedDependency[Pages],
    account_id: FromPath[str],
) -> Response[str]:
    """Another first password, shown this once; every login of the account ends."""
    who = await visitor(request, service, "change-accounts")
    await form_of(request, who)
    password, password_hash = await _first_password(service)

    def reset(connection: Connection, account: Account) -> None:
        accounts.reset_password(connection, who, account.name, password_hash, service.now())

    account = await asyncio.to_thread(_carry_out, service, account_id, reset)
    return _secret_page(request, pages, who, account, password)


ROUTES: tuple[HTTPRouteHandler, ...] = (get_accounts, post_account, get_one, post_deed, post_reset)


def _change(
    service: Service, who: Visitor, deed: str, fields: dict[str, str], scopes: list[str]
) -> Change | None:
    now = service.now()
    wanted = [scope for scope in scopes if scope]
    openid = (fields.get("issuer", ""), fields.get("subject", ""))
    changes: dict[str, Change] = {
        "role": lambda connection, account: accounts.set_role(
            connection, who, account.name, fields.get("role", ""), wanted, now
        ),
        "disable": lambda connection, account: accounts.disable(connection, who, account.name, now),
        "enable": lambda connection, account: accounts.enable(connection, who, account.name, now),
        "link": lambda connection, account: accounts.link(
            connection, who, account.name, openid, now
        ),
        "unlink": lambda connection, account: accounts.link(
            connection, who, account.name, None, now
        ),
    }
    return changes.get(deed)


def _carry_out(service: Service, account_id: str, change: Change) -> Account:
    with service.store.writing() as connection:
        account = find_account(connection, account_id.replace("\0", ""))
        if account is None:
            raise ProblemError(HTTPStatus.NOT_FOUND, "no such account")
        change(connection, account)
    return account


async def _first_password(service: Service) -> tuple[str, str]:
    password = random_password(service.random)
    try:
        return password, await service.passwords.hashed(password)
    except TooBusy:
        detail = "many passwords are being looked at; try again in a moment"
        raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, detail, {"Retry-After": "5"}) from None


async def _list_page(  # noqa: PLR0913, PLR0917 - what the page says
    call: Call,
    service: Service,
    pages: Pages,
    who: Visitor,
    wanted: NewAccount | None = None,
    problem: str = "",
) -> Response[str]:
    language = language_of(call)

    def draw() -> str:
        return pages.draw(
            "accounts/list.html",
            who,
            language,
            accounts=every_account(service, language),
            roles=ROLES,
            choices=scope_choices(service, language),
            has_open_id=service.open_id is not None,
            wanted=wanted or NewAccount(name="", role="supervisor"),
            problem=problem,
        )

    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    return page_reply(await asyncio.to_thread(draw), status)


async def _one_page(  # noqa: PLR0913, PLR0917 - as above
    call: Call,
    service: Service,
    pages: Pages,
    who: Visitor,
    account_id: str,
    problem: str = "",
) -> Response[str]:
    language = language_of(call)

    def draw() -> str:
        shown = one_account(service, account_id.replace("\0", ""), language)
        if shown is None:
            raise ProblemError(HTTPStatus.NOT_FOUND, "no such account")
        return pages.draw(
            "accounts/one.html",
            who,
            language,
            account=shown,
            roles=ROLES,
            choices=scope_choices(service, language),
            has_open_id=service.open_id is not None,
            problem=problem,
        )

    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    return page_reply(await asyncio.to_thread(draw), status)


def _secret_page(
    call: Call, pages: Pages, who: Visitor, account: Account, password: str
) -> Response[str]:
    language = language_of(call)
    return page_reply(
        pages.draw("accounts/secret.html", who, language, account=account, password=password)
    )
