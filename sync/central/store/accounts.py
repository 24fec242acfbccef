"""The accounts: who may come in, as what, and to which units."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from sync.central.accounts.access import Role, Visitor, as_role
from sync.central.scopes import EVERYTHING, Scope, parse_scope
from sync.central.store.database import dialect_insert
from sync.central.store.tables import account_scopes, accounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account as it stands; never its password.

    `scopes`: what it is bound to; empty for nothing in particular, which is everything, except for
    a supervisor: nothing.
    `issuer_subject`: whom an OpenID provider knows by it, if anybody.
    """

    id: str
    name: str
    role: Role
    scopes: tuple[Scope, ...] = ()
    has_password: bool = True
    issuer_subject: str | None = None
    made_at: datetime
    disabled_at: datetime | None = None
    password_changed_at: datetime | None = None

    def visitor(self, form_token: str = "") -> Visitor:
        """This account, looking at pages."""
        return Visitor(
            name=self.name,
            role=self.role,
            account_id=self.id,
            scopes=self.scopes or (() if self.role == "supervisor" else (EVERYTHING,)),
            form_token=form_token,
        )


def add_account(connection: Connection, new: Account, password_hash: str | None) -> bool:
    """Add an account; False when its name or its OpenID subject is taken."""
    row = {
        "id": new.id,
        "name": new.name,
        "role": new.role,
        "password_hash": password_hash,
        "issuer_subject": new.issuer_subject,
        "made_at": new.made_at,
        "password_changed_at": new.password_changed_at,
    }
    statement = dialect_insert(connection, accounts).on_conflict_do_nothing()
    added = connection.execute(statement.returning(accounts.c.id), row).scalar_one_or_none()
    if added is None:
        return False
    _add_scopes(connection, new.id, new.scopes)
    return True


def all_accounts(connection: Connection) -> tuple[Account, ...]:
    """Every account, in the order of the names."""
    return _read(connection, select(accounts).order_by(accounts.c.name))


def count_accounts(connection: Connection) -> int:
    """How many accounts there are, as far as none or some matters: 0 or 1."""
    return len(connection.execute(select(accounts.c.id).limit(1)).all())


def find_account(connection: Connection, account_id: str) -> Account | None:
    """The account with this id."""
    return _one(connection, select(accounts).where(accounts.c.id == account_id))


def find_named(connection: Connection, name: str) -> Account | None:
    """The account with this name, written as account names are."""
    if not name.isprintable():  # as every name is, and PostgreSQL takes no U+0000
        return None
    return _one(connection, select(accounts).where(accounts.c.name == name))


def find_subject(connection: Connection, issuer_subject: str) -> Account | None:
    """The account that an OpenID provider's subject comes in by."""
    return _one(connection, select(accounts).where(accounts.c.issuer_subject == issuer_subject))


def password_hash_of(connection: Connection, account_id: str) -> str | None:
    """What is kept of an account's password; None when it has none."""
    statement = select(accounts.c.password_hash).where(accounts.c.id == account_id)
    return connection.execute(statement).scalar_one_or_none()


def set_password_hash(
    connection: Connection, account_id: str, password_hash: str, changed_at: datetime | None = None
) -> None:
    """Another hash; `changed_at` None when it is of the same password, with newer parameters."""
    values: dict[str, Any] = {"password_hash": password_hash}
    if changed_at is not None:
        values["password_changed_at"] = changed_at
    connection.execute(update(accounts).where(accounts.c.id == account_id).values(values))


def set_role(connection: Connection, account_id: str, role: Role, scopes: Iterable[Scope]) -> None:
    """Another role, bound to other scopes."""
    connection.execute(update(accounts).where(accounts.c.id == account_id).values(role=role))
    connection.execute(delete(account_scopes).where(account_scopes.c.account_id == account_id))
    _add_scopes(connection, account_id, scopes)


def set_disabled(connection: Connection, account_id: str, disabled_at: datetime | None) -> None:
    """Let nobody in by an account from that moment on, or again for None."""
    statement = update(accounts).where(accounts.c.id == account_id)
    connection.execute(statement.values(disabled_at=disabled_at))


def set_subject(connection: Connection, account_id: str, issuer_subject: str | None) -> bool:
    """Link an account to an OpenID provider's subject; False when another account has it."""
    statement = update(accounts).where(accounts.c.id == account_id)
    try:
        connection.execute(statement.values(issuer_subject=issuer_subject))
    except IntegrityError:
        return False
    return True


def link_first(connection: Connection, account_id: str, issuer_subject: str) -> bool:
    """Link an account that was made for OpenID and waits for its first login; False for others."""
    waits = (
        accounts.c.password_hash.is_(None),
        accounts.c.issuer_subject.is_(None),
        accounts.c.disabled_at.is_(None),
    )
    statement = update(accounts).where(accounts.c.id == account_id, *waits)
    return connection.execute(statement.values(issuer_subject=issuer_subject)).rowcount > 0


def enabled_administrators(connection: Connection) -> frozenset[str]:
    """The ids of the administrators that can come in, locked until this transaction ends.

    So of two transactions that each take one away, the second sees what the first has left.
    """
    is_one = (accounts.c.role == "administrator", accounts.c.disabled_at.is_(None))
    statement = select(accounts.c.id).where(*is_one).order_by(accounts.c.id).with_for_update()
    return frozenset(connection.execute(statement).scalars())


def account_of(row: Row[*tuple[Any, ...]], scopes: tuple[Scope, ...]) -> Account:
    """An account from its row and its scopes."""
    return Account(
        id=row.id,
        name=row.name,
        role=as_role(row.role),
        scopes=scopes,
        has_password=row.password_hash is not None,
        issuer_subject=row.issuer_subject,
        made_at=row.made_at,
        disabled_at=row.disabled_at,
        password_changed_at=row.password_changed_at,
    )


def scopes_of(connection: Connection, account_id: str) -> tuple[Scope, ...]:
    """What an account is bound to."""
    statement = select(account_scopes.c.scope).where(account_scopes.c.account_id == account_id)
    return _parsed(connection.execute(statement).scalars())


def _one(connection: Connection, statement: Select[*tuple[Any, ...]]) -> Account | None:
    row = connection.execute(statement).one_or_none()
    return None if row is None else account_of(row, scopes_of(connection, row.id))


def _read(connection: Connection, statement: Select[*tuple[Any, ...]]) -> tuple[Account, ...]:
    bound: dict[str, list[str]] = {}
    for account_id, scope in connection.execute(select(account_scopes)):
        bound.setdefault(account_id, []).append(scope)
    rows = connection.execute(statement)
    return tuple(account_of(row, _parsed(bound.get(row.id, ()))) for row in rows)


def _parsed(texts: Iterable[str]) -> tuple[Scope, ...]:
    """The scopes that an account is bound to; what says none binds it to a unit that is none."""
    return tuple(parse_scope(text) or Scope("unit", text) for text in sorted(texts))


def _add_scopes(connection: Connection, account_id: str, scopes: Iterable[Scope]) -> None:
    rows = [{"account_id": account_id, "scope": text} for text in sorted({str(s) for s in scopes})]
    if rows:
        connection.execute(insert(account_scopes), rows)
