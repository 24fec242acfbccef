"""The command that runs the service: `palautepiste central`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from device_config.errors import UsageProblem
from device_config.state import ANY_PATH, no_config_option, state_option
from sync.central.commands.options import database_option, opened_store
from sync.central.commands.text_keys import opened_keys, text_keys_option

if TYPE_CHECKING:
    from sync.central.accounts.open_id import OpenIdConnect

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8700,
    show_default=True,
    help="The port to listen on; 0 takes any free one.",
)
@click.option(
    "--url",
    metavar="URL",
    envvar="PALAUTEPISTE_URL",
    help="The address by which browsers reach it, such as https://palaute.example.fi.",
)
@click.option(
    "--open",
    "is_open",
    is_flag=True,
    help="Nobody logs in, everybody may do everything: for a demo on this machine alone.",
)
@click.option(
    "--oidc-issuer",
    metavar="URL",
    envvar="PALAUTEPISTE_OIDC_ISSUER",
    help="Log in by this OpenID Connect provider, too.",
)
@click.option(
    "--oidc-client-id",
    metavar="ID",
    envvar="PALAUTEPISTE_OIDC_CLIENT_ID",
    help="What the provider calls this service.",
)
@click.option(
    "--oidc-secret-file",
    type=ANY_PATH,
    envvar="PALAUTEPISTE_OIDC_SECRET_FILE",
    metavar="FILE",
    help="Holds the client's secret; only its owner may read it.  [default: a public client]",
)
@click.option(
    "--oidc-claim",
    default="preferred_username",
    show_default=True,
    envvar="PALAUTEPISTE_OIDC_CLAIM",
    metavar="CLAIM",
    help="The claim that names an account at its first login.",
)
@text_keys_option
@database_option
@state_option
@no_config_option
def central(  # noqa: PLR0913, PLR0917 - one parameter an option
    host: str,
    port: int,
    url: str | None,
    is_open: bool,
    oidc_issuer: str | None,
    oidc_client_id: str | None,
    oidc_secret_file: Path | None,
    oidc_claim: str,
    keys_path: Path | None,
    database: str | None,
    state: Path,
) -> None:
    """Run the reference central service: receives responses, shows them as they arrive."""
    if is_open and host not in LOOPBACK:
        raise UsageProblem(f"--open with --host {host}: only on {', '.join(LOOPBACK)}")
    if is_open and oidc_issuer:
        raise UsageProblem("--open with --oidc-issuer: nobody logs in at an open service")
    if not oidc_issuer and (oidc_client_id or oidc_secret_file):
        raise UsageProblem("OpenID options without --oidc-issuer: give it, too, or none of them")
    root = _root(url)
    with opened_store(state, database) as store:
        from sync.central.server import listen, serve
        from sync.central.service import Service

        def say_ready(address: str) -> None:
            click.echo(f"Central service: {address}")

        service = Service(
            store,
            is_open=is_open,
            url=root,
            open_id=_open_id(root, oidc_issuer, oidc_client_id, oidc_secret_file, oidc_claim),
            text_keys=opened_keys(state, keys_path),
        )
        serve(service, listen(host, port), say_ready)


def _root(url: str | None) -> str:
    """The address without / at its end, or an empty text; raises UsageProblem."""
    if not url:
        return ""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        is_root = parts.scheme in {"https", "http"} and parts.hostname and parts.port != 0
    except ValueError:
        is_root = False
    if not is_root or parts.path.strip("/") or parts.query or parts.fragment or parts.username:
        raise UsageProblem(f"--url {url[:100]}: write the root, as https://palaute.example.fi")
    return f"{parts.scheme}://{parts.netloc}"


def _open_id(
    root: str, issuer: str | None, client_id: str | None, secret_file: Path | None, claim: str
) -> "OpenIdConnect | None":
    """The provider of these options; raises UsageProblem."""
    if not issuer:
        return None
    from sync.central.accounts.open_id import (
        OpenIdConnect,
        OpenIdSettings,
        is_safe_address,
        read_secret,
    )
    from sync.central.store import utc_now

    if not client_id:
        raise UsageProblem("--oidc-issuer: give --oidc-client-id, too")
    if not root:
        raise UsageProblem("--oidc-issuer: give --url, too: the provider sends browsers back there")
    if not is_safe_address(issuer):
        raise UsageProblem(f"--oidc-issuer {issuer[:100]}: write an https address")
    settings = OpenIdSettings(
        issuer=issuer,
        client_id=client_id,
        client_secret=read_secret(secret_file) if secret_file else None,
        claim=claim,
    )
    return OpenIdConnect(settings, root, utc_now)
