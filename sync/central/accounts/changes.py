"""What is done to accounts, each in one transaction with its line in the audit log.

The pages and the commands both do it with these; `who` is None for a command.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Literal

from sqlalchemy import Connection

from device_config.errors import UsageProblem
from sync.central.accounts.access import ROLES, Role, Visitor, binding_problem
from sync.central.accounts.passwords import Passwords, password_problem, random_password
from sync.central.accounts.passwords import Problem as PasswordProblem
from sync.central.scopes import Scope, parse_scope
from sync.central.service import Service
from sync.central.store import accounts as rows
from sync.central.store.accounts import Account
from sync.central.store.audit import note
from sync.central.store.logins import end_logins
from sync.central.store.tries import forget_browsers

MOST_NAME = 100
MOST_SUBJECT = 500
ID_ALPHABET = "abcdefghjkmnpqrstvwxyz23456789"
SEPARATOR = " "
"""Between issuer and subject: no issuer's address has a space in it."""


Kind = Literal["name", "taken", "unknown", "role", "scope", "binding", "last", "subject", "open"]


class AccountProblem(UsageProblem):
    """What was asked of an account cannot be done, and why; `kind` is for the pages' words."""

    def __init__(self, kind: Kind, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """What an account is to be. `openid`: issuer and subject, where it comes in that way."""

    name: str
    role: str
    scopes: tuple[str, ...] = ()
    openid: tuple[str, str] | None = None


def normal_name(name: str) -> str:
    """A login name as it is kept: however it was typed, in lower case."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def add(  # noqa: PLR0913, PLR0917 - what makes an account
    connection: Connection,
    who: Visitor | None,
    wanted: NewAccount,
    password_hash: str | None,
    now: datetime,
    random: Random,
) -> Account:
    """Add an account; raises AccountProblem."""
    account = Account(
        id="a-" + "".join(random.choices(ID_ALPHABET, k=8)),
        name=_name(wanted.name),
        role=_role(wanted.role),
        scopes=_scopes(wanted.role, wanted.scopes),
        issuer_subject=_subject(wanted.openid) if wanted.openid else None,
        made_at=now,
        password_changed_at=now if password_hash else None,
    )
    if not rows.add_account(connection, account, password_hash):
        raise AccountProblem(
            "taken", f"{account.name}: this name or OpenID subject has an account already"
        )
    detail: dict[str, object] = {
        "role": account.role,
        "scopes": [str(scope) for scope in account.scopes],
    }
    if account.issuer_subject:
        detail["openid"] = account.issuer_subject
    note(connection, who, "account-added", account.name, detail, now)
    return account


def set_role(  # noqa: PLR0913, PLR0917 - as above
    connection: Connection,
    who: Visitor | None,
    name: str,
    role: str,
    scopes: Iterable[str],
    now: datetime,
) -> None:
    """Another role, bound to other parts of the tree; raises AccountProblem."""
    account = _known(connection, name)
    new_role, new_scopes = _role(role), _scopes(role, scopes)
    if new_role != "administrator":
        _refuse_last(connection, account)
    rows.set_role(connection, account.id, new_role, new_scopes)
    detail = {
        "role": new_role,
        "scopes": [str(scope) for scope in new_scopes],
        "role_before": account.role,
        "scopes_before": [str(scope) for scope in account.scopes],
    }
    note(connection, who, "account-role-set", account.name, detail, now)


def disable(connection: Connection, who: Visitor | None, name: str, now: datetime) -> None:
    """Let nobody in by this account, and end its logins; raises AccountProblem."""
    account = _known(connection, name)
    if account.disabled_at is not None:
        return
    _refuse_last(connection, account)
    rows.set_disabled(connection, account.id, now)
    end_logins(connection, account.id)
    forget_browsers(connection, account.id)
    note(connection, who, "account-disabled", account.name, at=now)


def enable(connection: Connection, who: Visitor | None, name: str, now: datetime) -> None:
    """Let the account in again; raises AccountProblem."""
    account = _known(connection, name)
    if account.disabled_at is not None:
        rows.set_disabled(connection, account.id, None)
        note(connection, who, "account-enabled", account.name, at=now)


def reset_password(
    connection: Connection, who: Visitor | None, name: str, password_hash: str, now: datetime
) -> None:
    """Another password, and the end of every login; raises AccountProblem."""
    account = _known(connection, name)
    _set_password(connection, account, password_hash, None, now)
    forget_browsers(connection, account.id)
    note(connection, who, "password-reset", account.name, at=now)


def change_password(
    connection: Connection, who: Visitor, password_hash: str, token: str, now: datetime
) -> None:
    """The account's own new password: every login but the one with this token ends."""
    account = _own(connection, who)
    _set_password(connection, account, password_hash, token, now)
    note(connection, who, "password-changed", account.name, at=now)


def log_out_everywhere(connection: Connection, who: Visitor, now: datetime) -> None:
    """End every login of the account, and know its browsers no more."""
    account = _own(connection, who)
    count = end_logins(connection, account.id)
    forget_browsers(connection, account.id)
    note(connection, who, "logged-out-everywhere", account.name, {"logins": count}, now)


def link(
    connection: Connection,
    who: Visitor | None,
    name: str,
    openid: tuple[str, str] | None,
    now: datetime,
) -> None:
    """Let an OpenID provider's subject in by this account; None: nobody any more."""
    account = _known(connection, name)
    subject = _subject(openid) if openid else None
    if subject is None and not account.has_password:
        _refuse_last(connection, account)
    if not rows.set_subject(connection, account.id, subject):
        raise AccountProblem("taken", "this OpenID subject has another account already")
    detail = {"openid": subject} if subject else {}
    note(
        connection,
        who,
        "account-linked" if subject else "account-unlinked",
        account.name,
        detail,
        now,
    )


def first_password(random: Random) -> tuple[str, str]:
    """A first password that nobody chose, and its hash. Takes a tenth of a second."""
    password = random_password(random)
    return password, Passwords().hash(password)


def chosen_password_problem(
    password: str, again: str, name: str
) -> PasswordProblem | Literal["differ"] | None:
    """What is wrong with a password that somebody chose and typed twice, or None."""
    return "differ" if password != again else password_problem(password, name)


def has_accounts(service: Service) -> bool:
    """Whether anybody can have logged in at all."""
    with service.store.reading() as connection:
        return rows.count_accounts(connection) > 0


def _set_password(
    connection: Connection, account: Account, password_hash: str, but: str | None, now: datetime
) -> None:
    rows.set_password_hash(connection, account.id, password_hash, now)
    end_logins(connection, account.id, but)


def _known(connection: Connection, name: str) -> Account:
    account = rows.find_named(connection, normal_name(name))
    if account is None:
        shown = name[:40]
        raise AccountProblem(
            "unknown", f"{shown}: no such account; see `central-admin account list`"
        )
    return account


def _own(connection: Connection, who: Visitor) -> Account:
    account = rows.find_account(connection, who.account_id or "")
    if account is None:
        raise AccountProblem("open", "this service is open: nobody has an account of their own")
    return account


def _refuse_last(connection: Connection, account: Account) -> None:
    """Keep one administrator who can come in."""
    if rows.enabled_administrators(connection) == {account.id}:
        raise AccountProblem(
            "last",
            f"{account.name} is the last administrator who can come in; make another one first",
        )


def _name(name: str) -> str:
    known = normal_name(name)
    if not known or len(known) > MOST_NAME or not known.isprintable() or " " in known:
        detail = f"a login name is one word of at most {MOST_NAME} characters"
        raise AccountProblem("name", f"{name[:40]!r}: {detail}")
    return known


def _role(role: str) -> Role:
    known = next((known for known in ROLES if known == role), None)
    if known is None:
        known_roles = ", ".join(ROLES)
        raise AccountProblem("role", f"{role[:40]!r} is no role; the roles are {known_roles}")
    return known


def _scopes(role: str, texts: Iterable[str]) -> tuple[Scope, ...]:
    found = []
    for text in dict.fromkeys(text.strip() for text in texts):
        scope = parse_scope(text)
        if scope is None or scope.kind == "all":
            mend = "write unit:OID, county:CODE, or path:what it belongs to"
            raise AccountProblem("scope", f"{text[:60]!r} is no part of the tree; {mend}")
        found.append(scope)
    problem = binding_problem(_role(role), found)
    if problem:
        raise AccountProblem("binding", problem)
    return tuple(found)


def _subject(openid: tuple[str, str]) -> str:
    issuer, subject = (part.strip() for part in openid)
    if not issuer or not subject or SEPARATOR in issuer:
        detail = "an OpenID subject is an issuer's address and what it calls somebody"
        raise AccountProblem("subject", detail)
    joined = f"{issuer}{SEPARATOR}{subject}"
    if len(joined) > MOST_SUBJECT or not joined.isprintable():
        raise AccountProblem(
            "subject", f"an issuer and subject have at most {MOST_SUBJECT} characters"
        )
    return joined
