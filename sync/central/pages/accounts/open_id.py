"""To the OpenID provider and back."""

import asyncio
import logging

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from sqlalchemy import Connection

from sync.central.accounts.access import NOBODY
from sync.central.accounts.changes import SEPARATOR, normal_name
from sync.central.accounts.open_id import (
    CALLBACK,
    Begun,
    Known,
    OpenIdConnect,
    OpenIdRefused,
    ProviderUnreachable,
)
from sync.central.pages.accounts.login import host_cookie, let_in
from sync.central.pages.replies import go_to
from sync.central.pages.visitor import own_path
from sync.central.receiving.crowd import TooBusy
from sync.central.service import Call, Service
from sync.central.store.accounts import Account, find_named, find_subject, link_first
from sync.central.store.audit import note
from sync.central.store.open_id_flows import Flow, add_flow, take_flow
from sync.central.store.tries import Try

log = logging.getLogger(__name__)

FLOW_COOKIE = "__Host-palautepiste-openid"
FLOW_S = 600
MOST_VALUE = 4000


@get("/login/openid")
async def get_open_id(request: Call, service: NamedDependency[Service]) -> Response[str]:
    """Set out to the provider."""
    provider = service.open_id
    if provider is None:
        return go_to("/login")
    wanted = own_path(str(request.query_params.get("next", "")))
    browser = service.random.randbytes(32).hex()

    def begin() -> Begun:
        begun = provider.begin(service.random)
        with service.store.writing() as connection:
            add_flow(connection, begun, browser, wanted, service.now())
        return begun

    try:
        async with service.open_id_crowd.place():
            begun = await asyncio.to_thread(begin)
    except (ProviderUnreachable, TooBusy) as error:
        log.warning("OpenID provider: %s", error)
        return go_to("/login?done=openid-unreachable")
    reply = go_to(begun.address)
    reply.set_cookie(host_cookie(FLOW_COOKIE, browser, FLOW_S))
    return reply


@get(CALLBACK)
async def get_callback(request: Call, service: NamedDependency[Service]) -> Response[str]:
    """Come back from the provider."""
    provider = service.open_id
    if provider is None:
        return go_to("/login")
    said = {name: str(value)[:MOST_VALUE] for name, value in request.query_params.items()}
    browser = request.cookies.get(FLOW_COOKIE, "")[:200]
    try:
        async with service.open_id_crowd.place():
            account, flow = await asyncio.to_thread(_account, service, provider, said, browser)
    except (ProviderUnreachable, TooBusy) as error:
        log.warning("OpenID provider: %s", error)
        return go_to("/login?done=openid-unreachable")
    except OpenIdRefused as error:
        log.warning("OpenID login refused: %s", error)
        return go_to("/login?done=openid-refused")
    if account is None:
        return go_to("/login?done=openid-unknown")
    reply = await let_in(request, service, account, flow.next_path, Try(), "openid")
    reply.set_cookie(host_cookie(FLOW_COOKIE, "", 0))
    return reply


ROUTES: tuple[HTTPRouteHandler, ...] = (get_open_id, get_callback)


def _account(
    service: Service, provider: OpenIdConnect, said: dict[str, str], browser: str
) -> tuple[Account | None, Flow]:
    """Whose account it is, and where the browser wanted to; raises OpenIdRefused."""
    with service.store.writing() as connection:
        flow = take_flow(connection, said.get("state", ""), browser, service.now())
    if flow is None:
        raise OpenIdRefused("the state is unknown, used, too old or another browser's")
    if "code" not in said:
        raise OpenIdRefused(f"the provider says: {said.get('error', 'nothing')[:100]!r}")
    known = provider.finish(said["code"], flow.nonce, flow.verifier, said.get("iss"))
    with service.store.writing() as connection:
        account = _of(connection, known)
        if account is None:
            note(connection, NOBODY, "login-refused", known.name or "", _told(known), service.now())
    return account, flow


def _of(connection: Connection, known: Known) -> Account | None:
    """The account that this is; the first time, the one that was made for this name."""
    subject = f"{known.issuer}{SEPARATOR}{known.subject}"
    account = find_subject(connection, subject)
    if account is None and known.name is not None:
        named = find_named(connection, normal_name(known.name))
        if named is not None and link_first(connection, named.id, subject):
            account = named
            note(connection, account.visitor(), "account-linked", account.name, _told(known))
    return account if account is not None and account.disabled_at is None else None


def _told(known: Known) -> dict[str, str]:
    return {"issuer": known.issuer, "subject": known.subject}
