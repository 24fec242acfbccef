"""How often somebody may guess a password: counted in the database, for all processes together.

A slow-down and never a lock: with whatever an attacker does, an account comes in from a browser in
which it did before (OWASP, "Slow Down Online Guessing Attacks with Device Cookies").
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import Connection, delete, func, insert, select, text, update

from sync.central.store.secrets import sha256
from sync.central.store.tables import browsers, login_tries
from sync.central.tries import network_of

WINDOW = timedelta(minutes=10)
MOST_OF_BROWSER = 10
MOST_OF_NAME = 20
MOST_OF_NETWORK = 100
"""A whole county may come from one address."""
MOST_OF_ALL = 2000
"""Bounds the table, too: no more rows than thrice this, whatever comes."""
BROWSER_DAYS = 365


@dataclass(frozen=True, slots=True)
class Try:
    """A try that has begun: the numbers of its rows; or how long to wait until the next may."""

    numbers: tuple[int, ...] = ()
    wait_s: int = 0


def limits(name: str, address: str, browser: str | None) -> dict[str, int]:
    """What a try is counted under, and how many of each may be wrong in ten minutes.

    `browser`: the token of a browser in which the account has logged in before. Names are kept as
    hashes: people type their password in the wrong field.
    """
    if browser is not None:
        return {f"browser:{sha256(browser)}": MOST_OF_BROWSER}
    return {
        f"name:{sha256(name)}": MOST_OF_NAME,
        f"network:{network_of(address)}": MOST_OF_NETWORK,
        "all": MOST_OF_ALL,
    }


def begin_try(connection: Connection, most: Mapping[str, int], now: datetime) -> Try:
    """Begin a try, which counts as wrong until it is taken back; or how long to wait."""
    if connection.dialect.name == "postgresql":
        # One after the other, so that many at the same moment gain nothing; SQLite's are anyway.
        connection.execute(text("LOCK TABLE login_tries IN SHARE ROW EXCLUSIVE MODE"))
    # Those to come, too: the clock was set back since.
    is_over = (login_tries.c.at <= now - WINDOW) | (login_tries.c.at > now)
    connection.execute(delete(login_tries).where(is_over))
    wait_s = max(_wait_s(connection, under, limit, now) for under, limit in most.items())
    if wait_s:
        return Try(wait_s=wait_s)
    rows = [{"counted_under": under, "at": now} for under in most]
    statement = insert(login_tries).returning(login_tries.c.number)
    return Try(tuple(connection.execute(statement, rows).scalars()))


def take_back(connection: Connection, done: Try) -> None:
    """The password of this try was right."""
    connection.execute(delete(login_tries).where(login_tries.c.number.in_(done.numbers)))


def _wait_s(connection: Connection, under: str, limit: int, now: datetime) -> int:
    tries = select(login_tries.c.at).where(login_tries.c.counted_under == under)
    latest = tries.order_by(login_tries.c.at.desc()).limit(limit).subquery()
    statement = select(func.count(), func.min(latest.c.at)).select_from(latest)
    count, first = connection.execute(statement).one()
    if count < limit:
        return 0
    left: float = (first + WINDOW - now).total_seconds()
    return max(math.ceil(left), 1)


def new_browser(connection: Connection, account_id: str, now: datetime, random: Random) -> str:
    """A token by which this browser is known to have let the account in."""
    long_ago = now - timedelta(days=BROWSER_DAYS)
    connection.execute(delete(browsers).where(browsers.c.seen_at < long_ago))
    token = random.randbytes(32).hex()
    row = {"token_hash": sha256(token), "account_id": account_id, "seen_at": now}
    connection.execute(insert(browsers), row)
    return token


def note_browser(connection: Connection, token: str, now: datetime) -> None:
    """An account has come in again by a browser that it is known by."""
    statement = update(browsers).where(browsers.c.token_hash == sha256(token))
    connection.execute(statement.values(seen_at=now))


def is_known_browser(connection: Connection, token: str, account_id: str) -> bool:
    """Whether the account has logged in with this browser before."""
    statement = select(browsers.c.account_id).where(browsers.c.token_hash == sha256(token))
    return connection.execute(statement).scalar_one_or_none() == account_id


def forget_browsers(connection: Connection, account_id: str) -> None:
    """Know an account by no browser any more."""
    connection.execute(delete(browsers).where(browsers.c.account_id == account_id))
