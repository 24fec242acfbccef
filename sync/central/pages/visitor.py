"""Who looks at a page, and in which language."""

import asyncio
import re
from http import HTTPStatus
from urllib.parse import quote

from sync.central.accounts.access import ANYBODY, Permission, Visitor
from sync.central.api.problems import ProblemError
from sync.central.pages.address import LANGUAGE_COOKIE
from sync.central.pages.render import chosen_language
from sync.central.service import Call, Service
from sync.central.store.logins import Login, find_login, note_use

MOST_ADDRESS = 1000
LOGIN_COOKIE = "__Host-palautepiste"
"""With this prefix a browser takes it only with Secure and Path=/, for this host alone
(RFC 6265bis)."""
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class LoginNeeded(Exception):
    """Nobody has logged in: the visitor is sent to the login page and comes back from there."""

    def __init__(self, back_to: str) -> None:
        super().__init__(back_to)
        self.address = f"/login?next={quote(back_to[:MOST_ADDRESS], safe='')}"


async def visitor(call: Call, service: Service, permission: Permission | None) -> Visitor:
    """Who looks, if they may do this; raises LoginNeeded, or ProblemError with 403.

    None for what every account may do.
    """
    who = await known_visitor(call, service)
    if who is None:
        if call.method not in {"GET", "HEAD"}:
            raise LoginNeeded("/")
        query = call.url.query
        raise LoginNeeded(call.url.path + (f"?{query}" if query else ""))
    call.scope["state"]["visitor"] = who  # for the frame of a page that tells of a problem
    if permission is not None and not who.may(permission):
        raise ProblemError(HTTPStatus.FORBIDDEN, "your account may not do this")
    return who


async def known_visitor(call: Call, service: Service) -> Visitor | None:
    """Who looks; None for who has not logged in. Raises ProblemError with 421."""
    if service.is_open:
        check_host(call)
        return ANYBODY
    token = login_token(call)
    if not token:
        return None
    # A page that keeps itself fresh on a screen that nobody sits at is no use of the login:
    # by EventSource, or by fetch, of which browsers say that it leads to no page.
    is_fresh = "text/event-stream" in call.headers.get("accept", "")
    is_use = not is_fresh and call.headers.get("sec-fetch-dest") != "empty"
    return await asyncio.to_thread(_visitor_with, service, token, is_use)


def login_token(call: Call) -> str:
    """The token of the login that the browser has, or an empty text."""
    return call.cookies.get(LOGIN_COOKIE, "")[:200]


def check_host(call: Call) -> None:
    """Refuse an open service's pages under another name than this machine's own.

    A page from elsewhere may give its own name this machine's address (DNS rebinding), and would
    then read ours as its own. Raises ProblemError with 421.
    """
    host = call.headers.get("host", "")
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    if name.lower() not in LOOPBACK:
        detail = f"an open service answers only to {', '.join(LOOPBACK)}"
        raise ProblemError(HTTPStatus.MISDIRECTED_REQUEST, detail)


def own_path(text: str) -> str:
    """A path of this service that an address asked to go on to; "/" for whatever is none.

    Browsers take a backslash for a slash and leave out tabs and line ends: with either in the
    second place, as with two slashes, an address would lead away.
    """
    is_ours = text.startswith("/") and not text.startswith("//") and len(text) <= MOST_ADDRESS
    return text if is_ours and re.fullmatch(r"[!-\[\]-~]+", text) else "/"


def language_of(call: Call) -> str:
    """The language of the page: asked for, now or before, else the reader's, else Finnish."""
    asked = str(call.query_params.get("lang") or call.cookies.get(LANGUAGE_COOKIE, ""))
    return chosen_language(asked, call.headers.get("accept-language", ""))


def _visitor_with(service: Service, token: str, is_use: bool) -> Visitor | None:
    now = service.now()
    with service.store.reading() as connection:
        login: Login | None = find_login(connection, token, now)
    if login is None:
        return None
    if is_use and login.is_to_be_noted(now):
        with service.store.writing() as connection:
            note_use(connection, token, now)
    return login.account.visitor(login.form_token)
