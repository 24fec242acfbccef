"""What the pages about accounts show, gathered in one view of the database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sync import wire
from sync.central.accounts.changes import SEPARATOR
from sync.central.local_time import FINLAND
from sync.central.pages.render import in_language
from sync.central.pages.tree import choices, name_of
from sync.central.scopes import Scope
from sync.central.service import Service
from sync.central.store.accounts import Account, all_accounts, find_account
from sync.central.store.audit import Entry, entries, names_and_actions
from sync.central.store.units import all_units

ROWS = 100
"""Of the audit log on a page."""


@dataclass(frozen=True, slots=True)
class NamedScope:
    """A part of the tree with its name; None where no unit of it is known."""

    text: str
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAccount:
    """An account as the pages show it. `openid`: issuer and subject, once it is linked."""

    id: str
    name: str
    role: str
    scopes: tuple[NamedScope, ...]
    has_password: bool
    openid: tuple[str, str] | None
    is_disabled: bool
    made: date
    password_changed: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownEntry:
    """A line of the audit log, in Finland's time."""

    number: int
    day: date
    time: str
    who: str
    is_account: bool
    action: str
    subject: str
    detail: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditView:
    """A page of the audit log; `older`: the number below which the next page begins."""

    entries: tuple[ShownEntry, ...]
    older: int | None
    names: tuple[str, ...]
    actions: tuple[str, ...]


def every_account(service: Service, language: str) -> tuple[ShownAccount, ...]:
    """Every account, in the order of the names; those that are disabled come last."""
    with service.store.reading() as connection:
        units = all_units(connection)
        found = all_accounts(connection)
    shown = [_shown(account, units, language) for account in found]
    return tuple(sorted(shown, key=lambda account: account.is_disabled))


def one_account(service: Service, account_id: str | None, language: str) -> ShownAccount | None:
    """One account, if there is one."""
    if account_id is None:
        return None
    with service.store.reading() as connection:
        account = find_account(connection, account_id)
        units = all_units(connection) if account and account.scopes else ()
    return _shown(account, units, language) if account else None


def scope_choices(service: Service, language: str) -> tuple[NamedScope, ...]:
    """The parts of the tree that an account can be bound to."""
    with service.store.reading() as connection:
        units = all_units(connection)
    return tuple(
        NamedScope(
            choice.scope,
            " › ".join((*choice.branch, in_language(choice.names, language)))
            if not choice.is_whole or not choice.branch
            else " › ".join(choice.branch),
        )
        for choice in choices(units, None)
    )


def audit_view(service: Service, before: int | None, name: str, action: str) -> AuditView:
    """The log below a number, of one name or one kind of deed if given."""
    with service.store.reading() as connection:
        found = entries(connection, ROWS + 1, before, name, action)
        names, actions = names_and_actions(connection)
    shown = found[:ROWS]
    return AuditView(
        entries=tuple(_entry(entry) for entry in shown),
        older=shown[-1].number if len(found) > ROWS else None,
        names=names,
        actions=actions,
    )


def local(moment: datetime) -> datetime:
    """A moment by the clocks of Finland."""
    return moment.astimezone(FINLAND)


def _shown(account: Account, units: Sequence[wire.Unit], language: str) -> ShownAccount:
    issuer, _, subject = (account.issuer_subject or "").partition(SEPARATOR)
    changed = account.password_changed_at
    return ShownAccount(
        id=account.id,
        name=account.name,
        role=account.role,
        scopes=tuple(_named(scope, units, language) for scope in account.scopes),
        has_password=account.has_password,
        openid=(issuer, subject) if account.issuer_subject else None,
        is_disabled=account.disabled_at is not None,
        made=local(account.made_at).date(),
        password_changed=local(changed).date() if changed else None,
    )


def _named(scope: Scope, units: Iterable[wire.Unit], language: str) -> NamedScope:
    names = name_of(scope, units, None)
    return NamedScope(str(scope), in_language(names, language) if names else None)


def _entry(entry: Entry) -> ShownEntry:
    at = local(entry.at)
    return ShownEntry(
        number=entry.number,
        day=at.date(),
        time=f"{at:%H:%M:%S}",
        who=entry.account_name,
        is_account=entry.account_id is not None,
        action=entry.action,
        subject=entry.subject,
        detail=tuple((name, _in_words(value)) for name, value in entry.detail.items()),
    )


def _in_words(value: object) -> str:
    match value:
        case list():
            return ", ".join(_in_words(part) for part in value) or "–"
        case dict():
            return ", ".join(f"{name} {_in_words(part)}" for name, part in value.items()) or "–"
        case "" | None:
            return "–"
    return str(value)
