"""The command: `central-admin conformance`."""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from device_config.errors import KioskError, UsageProblem
from device_config.state import no_config_option, no_state_option

if TYPE_CHECKING:
    from sync.central.conformance.pretended_terminal import PretendedTerminal

WHAT_IS_SENT = (
    "about 600 responses flagged `simulated`, events and heartbeats in the name of this terminal,"
    " and requests that no terminal would send"
)


class DoesNotConform(KioskError):
    """The centre breaks rules of the contract, or could not be checked whole."""


@click.command("conformance")
@click.argument("url")
@click.argument("token", required=False, envvar="PALAUTEPISTE_TOKEN")
@click.option("--terminal-id", metavar="ID", help="The terminal that the token was given to.")
@click.option("--code", metavar="CODE", help="Enrol with this one-time code, in place of TOKEN.")
@click.option(
    "--ca-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The authority of the centre's certificate, where it is a private one.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--yes", is_flag=True, help="Send it, also to another machine than this.")
@no_state_option
@no_config_option
def conformance(  # noqa: PLR0913, PLR0917 - one parameter an option
    url: str,
    token: str | None,
    terminal_id: str | None,
    code: str | None,
    ca_file: Path | None,
    as_json: bool,
    yes: bool,
) -> None:
    """Check the central service at URL against the contract, with a test terminal's TOKEN.

    Each rule is passed, failed with what was sent and what came, or not checked and why. Ends with
    0 only if none is broken. The token may stand in PALAUTEPISTE_TOKEN instead.
    """
    _check_usage(url, token, code, yes)
    from sync.central.conformance.calls import Calls, Limits
    from sync.central.conformance.examine import a_terminal, examine
    from sync.central.conformance.report import document_of, is_good, lines_of, summary

    calls = Calls(url, Limits(), str(ca_file) if ca_file else None)
    terminal = a_terminal(calls, token or "", terminal_id, code)
    if code is None and terminal_id is None:
        _check_name(terminal, url)
    click.echo(f"{url} gets {WHAT_IS_SENT}", err=True)
    findings = []
    for finding in examine(terminal):
        findings.append(finding)
        if not as_json:
            for line in lines_of(finding):
                click.echo(line)
    if as_json:
        click.echo(json.dumps(document_of(url, terminal.id, findings), ensure_ascii=False))
    else:
        click.echo(summary(findings))
    if not is_good(findings):
        raise DoesNotConform(f"{url} does not keep to the contract: {summary(findings)}")


def _check_usage(url: str, token: str | None, code: str | None, is_meant: bool) -> None:
    """Raises UsageProblem."""
    from device_config.settings import LOOPBACK
    from device_config.settings_rules import address_problem

    problem = address_problem(url)
    if problem:
        raise UsageProblem(f"URL: {problem}")
    if (token is None) == (code is None):
        raise UsageProblem("give the TOKEN of a terminal made for this, or a --code for one")
    if token is not None and not re.fullmatch("[!-~]+", token):
        raise UsageProblem("TOKEN: has characters that no token has; copy it whole")
    if urlsplit(url).hostname not in LOOPBACK and not is_meant:
        made = "if the terminal was made for that, say --yes"
        raise UsageProblem(f"{url} would get {WHAT_IS_SENT}; {made}")


def _check_name(terminal: "PretendedTerminal", url: str) -> None:
    """Raises UsageProblem where the centre wants to know who it is, and DoesNotConform."""
    from sync.central.conformance.calls import Stopped
    from sync.central.conformance.examine import is_known_by
    from sync.central.conformance.rules import Broken

    try:
        is_known = is_known_by(terminal)
    except (Broken, Stopped) as error:
        raise DoesNotConform(f"{url}: {error}") from None
    if not is_known:
        raise UsageProblem("the centre wants the terminal's name: give --terminal-id, too")
