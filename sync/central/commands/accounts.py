"""The commands about who may come in, and who did what: `central-admin account` and `audit`."""

import json
from pathlib import Path

import click

from device_config.errors import UsageProblem
from device_config.state import no_config_option, state_option
from sync.central.accounts.access import ROLES
from sync.central.commands.options import database_option, opened_store

_role_option = click.option(
    "--role", required=True, type=click.Choice(ROLES), help="What the account may do."
)
_of_option = click.option(
    "--of",
    "scopes",
    multiple=True,
    metavar="SCOPE",
    help="What it is bound to: unit:OID, county:20 or 'path:Kainuu › Hammashoito'; again for more.",
)


@click.group()
def account() -> None:
    """The accounts of those who look at the pages."""


@account.command("add")
@click.argument("name")
@_role_option
@_of_option
@click.option("--openid", is_flag=True, help="Without a password: for OpenID Connect's login.")
@click.option(
    "--openid-subject",
    nargs=2,
    metavar="ISSUER SUBJECT",
    help="Who it is to the OpenID provider.  [default: whoever logs in there first under NAME]",
)
@database_option
@state_option
@no_config_option
def account_add(  # noqa: PLR0913, PLR0917 - one parameter an option
    name: str,
    role: str,
    scopes: tuple[str, ...],
    openid: bool,
    openid_subject: tuple[str, str] | None,
    database: str | None,
    state: Path,
) -> None:
    """Make the account NAME, and print its first password, this once."""
    with opened_store(state, database) as store:
        from random import SystemRandom

        from sync.central.accounts.changes import NewAccount, add, first_password
        from sync.central.store import utc_now

        random = SystemRandom()
        password, password_hash = None, None
        if not openid and openid_subject is None:
            password, password_hash = first_password(random)
        wanted = NewAccount(name=name, role=role, scopes=scopes, openid=openid_subject)
        with store.writing() as connection:
            add(connection, None, wanted, password_hash, utc_now(), random)
    if password is not None:
        _show_password(password)


@account.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
@database_option
@state_option
@no_config_option
def account_list(as_json: bool, database: str | None, state: Path) -> None:
    """List the accounts, never their passwords."""
    with opened_store(state, database) as store:
        from sync.central.store.accounts import all_accounts

        with store.reading() as connection:
            known = all_accounts(connection)
    rows = [
        {
            "name": each.name,
            "role": each.role,
            "of": [str(scope) for scope in each.scopes],
            "has_password": each.has_password,
            "openid": each.issuer_subject,
            "made_at": each.made_at.isoformat(timespec="seconds"),
            "disabled_at": each.disabled_at.isoformat(timespec="seconds")
            if each.disabled_at
            else None,
        }
        for each in known
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for each in known:
        bound = "  ".join(map(str, each.scopes)) or "everything"
        standing = "disabled  " if each.disabled_at else ""
        click.echo(f"{each.name:24}  {each.role:14}  {standing}{bound}")
    if not known:
        hint = "no accounts yet: palautepiste central-admin account add NAME --role administrator"
        click.echo(hint, err=True)


@account.command("set-role")
@click.argument("name")
@_role_option
@_of_option
@database_option
@state_option
@no_config_option
def account_set_role(
    name: str, role: str, scopes: tuple[str, ...], database: str | None, state: Path
) -> None:
    """Give the account NAME another role, bound to what --of says and nothing else."""
    with opened_store(state, database) as store:
        from sync.central.accounts.changes import set_role
        from sync.central.store import utc_now

        with store.writing() as connection:
            set_role(connection, None, name, role, scopes, utc_now())


@account.command("disable")
@click.argument("name")
@database_option
@state_option
@no_config_option
def account_disable(name: str, database: str | None, state: Path) -> None:
    """Let nobody in by the account NAME, and end its logins; what it did stays written."""
    with opened_store(state, database) as store:
        from sync.central.accounts.changes import disable
        from sync.central.store import utc_now

        with store.writing() as connection:
            disable(connection, None, name, utc_now())


@account.command("enable")
@click.argument("name")
@database_option
@state_option
@no_config_option
def account_enable(name: str, database: str | None, state: Path) -> None:
    """Let the account NAME in again."""
    with opened_store(state, database) as store:
        from sync.central.accounts.changes import enable
        from sync.central.store import utc_now

        with store.writing() as connection:
            enable(connection, None, name, utc_now())


@account.command("reset-password")
@click.argument("name")
@database_option
@state_option
@no_config_option
def account_reset_password(name: str, database: str | None, state: Path) -> None:
    """Print another password for the account NAME, this once, and end its logins."""
    with opened_store(state, database) as store:
        from random import SystemRandom

        from sync.central.accounts.changes import first_password, reset_password
        from sync.central.store import utc_now

        password, password_hash = first_password(SystemRandom())
        with store.writing() as connection:
            reset_password(connection, None, name, password_hash, utc_now())
    _show_password(password)


def _show_password(password: str) -> None:
    """The password alone on standard output, for scripts."""
    click.echo(password)
    click.echo("(to be changed on the page /account; kept nowhere and not shown again)", err=True)


@click.group()
def audit() -> None:
    """Who read comments, and who changed what."""


@audit.command("list")
@click.option("--who", metavar="NAME", help="What this account did; `command` for commands.")
@click.option("--action", metavar="ACTION", help="One kind of deed, such as texts-read.")
@click.option(
    "--most",
    type=click.IntRange(1, 100_000),
    default=200,
    show_default=True,
    help="How many, the latest first.",
)
@click.option("--before", type=click.IntRange(min=1), help="Only those below this number.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line.")
@database_option
@state_option
@no_config_option
def audit_list(  # noqa: PLR0913, PLR0917 - one parameter an option
    who: str | None,
    action: str | None,
    most: int,
    before: int | None,
    as_json: bool,
    database: str | None,
    state: Path,
) -> None:
    """List what was done, the latest first."""
    if any("\0" in (text or "") for text in (who, action)):
        raise UsageProblem("a name has no character U+0000")
    with opened_store(state, database) as store:
        from sync.central.store.audit import entries

        with store.reading() as connection:
            found = entries(connection, most, before, who, action)
    for entry in found:
        row = {
            "number": entry.number,
            "at": entry.at.isoformat(timespec="seconds"),
            "who": entry.account_name,
            "account_id": entry.account_id,
            "action": entry.action,
            "subject": entry.subject,
            "detail": entry.detail,
        }
        if as_json:
            click.echo(json.dumps(row, ensure_ascii=False))
            continue
        detail = "  ".join(f"{name}={value}" for name, value in entry.detail.items())
        click.echo(f"{row['at']}  {entry.account_name}  {entry.action}  {entry.subject}  {detail}")
