"""The commands about delivery: sync, enrol, status, export, requeue."""

import csv
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from device_config.settings import Settings
from device_config.state import (
    ANY_PATH,
    StateDirectory,
    config_option,
    no_config_option,
    open_state,
    state_option,
)
from sync.status_screen import REASON_WORDS, lines
from sync.wire import Heartbeat, Reason

if TYPE_CHECKING:
    from sync.outbox_reader import Held


@click.command()
@state_option
@config_option
@click.option("--once", is_flag=True, help="One pass, then end: 0 nothing waits, 3 something does.")
@click.option(
    "--spread",
    "spread_s",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    help="First calls come at random within so many seconds of the start; 600 if not said. Answers"
    " given since then do not wait, nor does --once.",
)
@click.option(
    "--boot-file",
    "boot_files",
    type=ANY_PATH,
    multiple=True,
    envvar="PALAUTEPISTE_BOOT",
    hidden=True,
    help="A boot file, instead of where a Raspberry Pi's card has it.",
)
@click.option("--bring-boot-file", "is_courier", is_flag=True, hidden=True)
@click.pass_context
def sync(  # noqa: PLR0913, PLR0917 - one parameter an option
    context: click.Context,
    state: Path,
    config: Path | None,
    once: bool,
    spread_s: float | None,
    boot_files: tuple[Path, ...],
    is_courier: bool,
) -> None:
    """Push what is waiting, pull configuration, send heartbeats."""
    from sync.boot_file_reader import BOOT_FILES
    from sync.schedule import START_SPREAD_S
    from sync.service import run_agent, run_once

    if is_courier:
        from sync.boot_file_courier import bring_boot_file

        bring_boot_file(open_state(state), boot_files or BOOT_FILES)
    elif not once:
        spread_s = START_SPREAD_S if spread_s is None else spread_s
        run_agent(state, config, spread_s, boot_files or BOOT_FILES)
    else:
        passed = run_once(state, config)
        if not passed.is_let_in:
            click.echo(REASON_WORDS["not-allowed"], err=True)
        if not passed.has_sent_all:
            click.echo("something still waits; it is kept and sent later", err=True)
            context.exit(3)


@click.command()
@click.argument("code")
@click.option("--central", "url", help="The central service's address, if the settings lack it.")
@state_option
@config_option
def enrol(code: str, url: str | None, state: Path, config: Path | None) -> None:
    """Exchange a one-time CODE for this terminal's own credentials and first configuration."""
    from device_config import clock
    from device_config.config_store import ConfigStore
    from device_config.errors import NotSetUp
    from sync.set_up import set_up

    directory = open_state(state)
    store = ConfigStore(directory, config)
    # A mistake in what was typed is told with its path, and ends with 2.
    effective = store.effective_with("central.url", url) if url else store.effective()
    if not effective.settings.central.url:
        raise NotSetUp("no central service: add --central https://…")
    done = set_up(directory, store, code, {"url": url} if url else {}, clock.read())
    click.echo(f"enrolled as {done.terminal_id}")
    if done.problem is not None:
        click.echo(f"The code is used; tell the centre: {done.problem}", err=True)


@click.command()
@state_option
@config_option
@click.option("--json", "as_json", is_flag=True, help="One object, for monitoring.")
def status(state: Path, config: Path | None, as_json: bool) -> None:
    """One screen: works, no network, or call support."""
    directory = open_state(state)
    settings, warnings = _settings(directory, config)
    heartbeat = _heartbeat(directory, settings, warnings)
    if as_json:
        click.echo(msgspec.json.encode(heartbeat).decode())
        return
    for line in lines(heartbeat, _unit_name(directory, heartbeat, settings)):
        click.echo(line)


def _settings(directory: StateDirectory, config: Path | None) -> tuple[Settings, tuple[str, ...]]:
    """The settings, with a wrong terminal.toml those without it; and what is wrong with them."""
    from device_config.config_store import ConfigStore
    from device_config.errors import ConfigurationProblems

    try:
        effective = ConfigStore(directory, config).effective()
        warnings = effective.warnings
    except ConfigurationProblems as error:
        effective = ConfigStore(directory, None).effective()
        warnings = (str(error), *effective.warnings)
    for warning in warnings:
        click.echo(warning, err=True)
    return effective.settings, warnings


def _unit_name(directory: StateDirectory, beat: Heartbeat, settings: Settings) -> str:
    """The name of the unit that it stands in; empty where the list does not know it."""
    from device_config.units import UnitsFile, in_language

    oid = beat.location.unit if beat.location else None
    units = UnitsFile.of(directory).read().units if oid else ()
    names = next((each.name for each in units if each.unit == oid), {})
    return in_language(names, settings.session.languages[0])


def _heartbeat(
    directory: StateDirectory, settings: Settings, warnings: tuple[str, ...]
) -> Heartbeat:
    from device_config import clock
    from device_config.credentials import read_credentials
    from device_config.errors import StateDamaged
    from device_config.location import LocationFile
    from sync.health import health
    from sync.outbox import open_outbox

    outbox = open_outbox(directory) if directory.database.exists() else None
    try:
        credentials = read_credentials(directory, settings.central)
    except StateDamaged as error:
        click.echo(f"{error}; enrol again", err=True)
        credentials = None
    place = LocationFile.of(directory).current(settings.location)
    return health(directory, outbox, credentials, place, clock.read(), warnings)


@click.command()
@state_option
@no_config_option
@click.option("--format", "form", type=click.Choice(["ndjson", "csv"]), default="ndjson")
def export(state: Path, form: str) -> None:
    """What this terminal holds, one response a line; with the reason of what was refused."""
    from sync.outbox import open_outbox

    directory = open_state(state)
    if not directory.database.exists():
        return
    documents = map(_exported, open_outbox(directory).held())
    if form == "ndjson":
        for document in documents:
            click.echo(json.dumps(document, ensure_ascii=False))
        return
    writer = csv.DictWriter(sys.stdout, CSV_COLUMNS, extrasaction="ignore")
    writer.writeheader()
    for document in documents:
        writer.writerow(_row(document))


CSV_COLUMNS = (
    *("id", "epoch", "seq", "state", "terminal_id", "questionnaire", "version", "respondent"),
    *("language", "county", "unit", "service", "place", "contact_mode", "channel", "instrument"),
    *("answered_at", "clock", "ended", "answers", "text", "flags", "reason"),
)


def _exported(held: "Held") -> dict[str, Any]:
    """A document with its state here and, when the centre refused it, why.

    Of a damaged one its place in the numbering, with a reason.
    """
    from sync.salvage.rows import document_in

    reason = held.reason
    if document_in(held.body) is not None:
        document = msgspec.json.decode(held.body)
    else:
        number = f"{held.epoch}/{held.seq}"
        click.echo(f"the document of response {number} is damaged; the rest follows", err=True)
        document = {"id": held.id, "epoch": held.epoch, "seq": held.seq}
        reason = reason or Reason("unreadable", "damaged on this terminal's disk")
    why = {} if reason is None else {"reason": msgspec.to_builtins(reason)}
    return {**document, "state": held.state, **why}


def _row(document: dict[str, Any]) -> dict[str, Any]:
    """A document as one row: answers and flags as short texts."""
    reason = {"reason": document.get("reason", {}).get("code", "")}
    if "answers" not in document:
        return {**document, **reason}
    answers = (
        f"{each['item']}={each.get('value', each.get('status', each.get('options')))}"
        for each in document["answers"]
    )
    text = document["text"] or {}
    return {
        **document,
        **document["location"],
        "questionnaire": document["questionnaire"]["id"],
        "version": document["questionnaire"]["version"],
        "answered_at": document["answered"]["at"],
        "clock": document["answered"]["clock"],
        "answers": " ".join(answers),
        "text": text.get("plain", "(sealed)" if "sealed" in text else ""),
        "flags": " ".join(flag["rule"] for flag in document["flags"]),
        **reason,
    }


@click.command()
@click.argument("ids", nargs=-1)
@state_option
@no_config_option
def requeue(ids: tuple[str, ...], state: Path) -> None:
    """Put responses that the centre refused back in line: these IDS, or all."""
    from device_config.errors import KioskError
    from sync.outbox import open_outbox

    outbox = open_outbox(open_state(state))
    waited = outbox.counts().rejected
    unknown = outbox.requeue(ids)
    if unknown:
        raise KioskError(f"no rejected response {', '.join(unknown)}; see: palautepiste export")
    back = waited - outbox.counts().rejected
    click.echo(f"{back} back in line" if back else "nothing was refused")
