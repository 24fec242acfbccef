"""Somebody who has logged in, for tests of pages: as an HTTP client, or in a browser."""

from contextlib import contextmanager
from datetime import UTC, datetime
from random import SystemRandom

import httpx

from sync.central.pages.visitor import LOGIN_COOKIE
from sync.central.scopes import parse_scope
from sync.central.store.accounts import Account, add_account
from sync.central.store.logins import begin_login


def an_account(  # noqa: PLR0913 - what an account is
    store, role="administrator", scopes=(), *, now=None, name=None, password_hash=None
):
    """A new account; `scopes` as texts, such as "unit:1.2.3"."""
    account = Account(
        id="a-" + SystemRandom().randbytes(4).hex(),
        name=name or f"{role}-{SystemRandom().randbytes(3).hex()}",
        role=role,
        scopes=tuple(parse_scope(text) for text in scopes),
        made_at=now or datetime.now(UTC),
    )
    with store.writing() as connection:
        assert add_account(connection, account, password_hash)
    return account


def a_login(store, role="administrator", scopes=(), *, now=None, account=None):
    """The token of a new login."""
    now = now or datetime.now(UTC)
    account = account or an_account(store, role, scopes, now=now)
    with store.writing() as connection:
        return begin_login(connection, account.id, now, SystemRandom())


@contextmanager
def logged_in(centre, role, scopes=()):
    """An HTTP client of somebody with this role at a running centre (test_central_builders).

    The service must not be open: a_centre(tmp_path, is_open=False).
    """
    token = a_login(centre.store, role, scopes, now=centre.clock())
    with httpx.Client(
        base_url=centre.url,
        headers={"Cookie": f"{LOGIN_COOKIE}={token}"},
        trust_env=False,
        timeout=30,
    ) as http:
        yield http


def browse_as(context, url, token):
    """Let a Playwright browser context be somebody: `token` as a_login gives it."""
    context.add_cookies(
        [
            {
                "name": LOGIN_COOKIE,
                "value": token,
                "url": url.replace("http:", "https:"),  # or it would not be taken as secure
                "secure": True,
                "httpOnly": True,
                "sameSite": "Lax",
            }
        ]
    )
