"""Browsers on their way to the OpenID provider and back: each comes back once, and soon."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select

from sync.central.accounts.open_id import Begun
from sync.central.store.secrets import sha256
from sync.central.store.tables import open_id_flows

LONGEST = timedelta(minutes=10)
MOST = 10_000
"""Beyond these, the oldest are forgotten: anybody may set out."""


@dataclass(frozen=True, slots=True)
class Flow:
    """What a browser set out with."""

    nonce: str
    verifier: str
    next_path: str


def add_flow(
    connection: Connection, begun: Begun, browser: str, next_path: str, now: datetime
) -> None:
    """Note that this browser sets out; forgets those that are too long on their way."""
    made_at = open_id_flows.c.made_at
    oldest = select(made_at).order_by(made_at.desc()).offset(MOST).limit(1).scalar_subquery()
    connection.execute(delete(open_id_flows).where((made_at < now - LONGEST) | (made_at <= oldest)))
    row = {
        "state_hash": sha256(begun.state),
        "browser_hash": sha256(browser),
        "nonce": begun.nonce,
        "verifier": begun.verifier,
        "next_path": next_path,
        "made_at": now,
    }
    connection.execute(insert(open_id_flows), row)


def take_flow(connection: Connection, state: str, browser: str, now: datetime) -> Flow | None:
    """What this browser set out with, the one time that it comes back; else None."""
    flows = open_id_flows.c
    statement = delete(open_id_flows).where(
        flows.state_hash == sha256(state),
        flows.browser_hash == sha256(browser),
        flows.made_at >= now - LONGEST,
    )
    row = connection.execute(
        statement.returning(flows.nonce, flows.verifier, flows.next_path)
    ).one_or_none()
    return None if row is None else Flow(*row)
