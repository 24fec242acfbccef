"""The logins: who has come in and may go on. Of each token only the hash is kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import Connection, delete, insert, select, update

from sync.central.store.accounts import Account, account_of, scopes_of
from sync.central.store.secrets import sha256
from sync.central.store.tables import accounts, logins

IDLE = timedelta(minutes=60)
LONGEST = timedelta(hours=12)
"""A working day: whoever comes in the next morning says again who it is."""
NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody who has come in."""

    account: Account
    form_token: str
    used_at: datetime

    def is_to_be_noted(self, now: datetime) -> bool:
        """Whether its last use is long enough ago to be written anew."""
        return now - self.used_at >= NOTED_EVERY


def begin_login(connection: Connection, account_id: str, now: datetime, random: Random) -> str:
    """Let an account in; its new token, which is kept nowhere. Forgets logins that are over."""
    connection.execute(
        delete(logins).where((logins.c.used_at < now - IDLE) | (logins.c.made_at < now - LONGEST))
    )
    token = random.randbytes(32).hex()
    row = {
        "token_hash": sha256(token),
        "account_id": account_id,
        "form_token": random.randbytes(32).hex(),
        "made_at": now,
        "used_at": now,
    }
    connection.execute(insert(logins), row)
    return token


def find_login(connection: Connection, token: str, now: datetime) -> Login | None:
    """Whose token this is; None when the login is over or its account disabled."""
    statement = select(accounts, logins.c.form_token, logins.c.used_at).join(
        logins, logins.c.account_id == accounts.c.id
    )
    row = connection.execute(
        statement.where(
            logins.c.token_hash == sha256(token),
            logins.c.used_at >= now - IDLE,
            logins.c.made_at >= now - LONGEST,
            accounts.c.disabled_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        return None
    account = account_of(row, scopes_of(connection, row.id))
    return Login(account, row.form_token, row.used_at)


def note_use(connection: Connection, token: str, now: datetime) -> None:
    """Write down that a login was used now."""
    connection.execute(
        update(logins).where(logins.c.token_hash == sha256(token)).values(used_at=now)
    )


def end_login(connection: Connection, token: str) -> None:
    """End one login."""
    connection.execute(delete(logins).where(logins.c.token_hash == sha256(token)))


def end_logins(connection: Connection, account_id: str, but: str | None = None) -> int:
    """End every login of an account, but the one with the token `but`; how many there were."""
    statement = delete(logins).where(logins.c.account_id == account_id)
    if but is not None:
        statement = statement.where(logins.c.token_hash != sha256(but))
    return connection.execute(statement).rowcount
