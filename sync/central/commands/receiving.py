"""The commands about what has arrived: refused, missing, checked again, counted again."""

import json
from pathlib import Path

import click

from device_config.state import no_config_option, state_option
from sync.central.commands.options import database_option, opened_store

MOST_SHOWN = 20
_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def refusal() -> None:
    """What of the terminals' records was not taken."""


@refusal.command("list")
@click.option("--terminal", "terminal_id", metavar="ID", help="Only what this terminal sent.")
@_json_option
@database_option
@state_option
@no_config_option
def refusal_list(terminal_id: str | None, as_json: bool, database: str | None, state: Path) -> None:
    """List what was refused and why, the latest first; of each terminal the latest 1000."""
    with opened_store(state, database) as store:
        from sync import wire
        from sync.central.store.refusals import all_refusals

        with store.reading() as connection:
            found = all_refusals(connection, terminal_id)
    if as_json:
        click.echo(wire.encode(found))
        return
    for each in found:
        when = each.received_at.isoformat(timespec="seconds")
        named = each.record_id or "(without an id)"
        click.echo(f"{when}  {each.terminal_id}  {each.kind} {named}  {each.code}: {each.detail}")
    if not found:
        click.echo("nothing was refused", err=True)


@click.command("gaps")
@click.argument("terminal_id", metavar="[ID]", required=False)
@_json_option
@database_option
@state_option
@no_config_option
def terminal_gaps(
    terminal_id: str | None, as_json: bool, database: str | None, state: Path
) -> None:
    """List the numbers of the terminal ID that are missing, or came twice; without ID of all."""
    with opened_store(state, database) as store:
        from sync.central.store.gaps import came_twice, missing

        named = (terminal_id,) if terminal_id else tuple(each.id for each in store.all_terminals())
        rows = []
        for name in named:
            with store.reading() as connection:
                gaps, twice = missing(connection, name), came_twice(connection, name)
            rows += [
                {"terminal_id": name, "epoch": gap.epoch, "first_seq": gap.first,
                 "last_seq": gap.last, "why": gap.why, "times": 0}
                for gap in gaps
            ] + [
                {"terminal_id": name, "epoch": each.epoch, "first_seq": each.seq,
                 "last_seq": each.seq, "why": "came-twice", "times": each.times}
                for each in twice
            ]  # fmt: skip
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        first, last = row["first_seq"], row["last_seq"]
        numbers = f"{first}" if first == last else f"{first}–{last}"
        click.echo(f"{row['terminal_id']}  epoch {row['epoch']}  {numbers}  {row['why']}")
    if not rows:
        click.echo("no numbers are missing", err=True)


@click.command()
@_json_option
@database_option
@state_option
@no_config_option
def recheck(as_json: bool, database: str | None, state: Path) -> None:
    """Check the responses whose questionnaire has become known; the service does so by itself."""
    with opened_store(state, database) as store:
        from sync.central.fleet.publishing import known_questionnaires
        from sync.central.receiving.recounting import recheck as check_again
        from sync.central.store import utc_now
        from sync.central.store.settling import waiting

        became = check_again(store, known_questionnaires(store), utc_now())
        with store.reading() as connection:
            wait = waiting(connection)
    told = {
        "valid": became["valid"],
        "invalid": became["invalid"],
        "waiting": [
            {"questionnaire": name, "version": version, "responses": count}
            for (name, version), count in sorted(wait.items())
        ],
    }
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    click.echo(f"checked again: {became['valid']} valid, {became['invalid']} invalid")
    for (name, version), count in sorted(wait.items()):
        click.echo(f"waiting for questionnaire {name} {version}: {count} responses")


@click.command()
@click.option("--check", "is_check", is_flag=True, help="Mend nothing; exit 1 if it were needed.")
@_json_option
@database_option
@state_option
@no_config_option
def recount(is_check: bool, as_json: bool, database: str | None, state: Path) -> None:
    """Count every document again; say where the figures differ, and mend them."""
    with opened_store(state, database) as store:
        from sync.central.receiving.recounting import recount as count_again
        from sync.central.store.tallies import COUNTS, KEY

        found = count_again(store, is_mending=not is_check)
    rows = [
        {name: str(part) for name, part in zip(KEY, key, strict=True)}
        | {"lacking": {name: n for name, n in zip(COUNTS, lacking, strict=True) if n}}
        for key, lacking in found.lacking.items()
    ]
    if as_json:
        numbers = [{"terminal_id": name, "epoch": epoch} for name, epoch in found.numbers]
        told = {"units": found.units, "tallies": rows, "numbers": numbers, "mended": not is_check}
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        for row in rows[:MOST_SHOWN]:
            click.echo(" ".join(str(value) for value in row.values()))
        if len(rows) > MOST_SHOWN:
            click.echo(f"and {len(rows) - MOST_SHOWN} more rows")
        for name, epoch in found.numbers[:MOST_SHOWN]:
            click.echo(f"the numbers of {name}, epoch {epoch}")
        what = "differ" if is_check else "differed, and are mended"
        count = len(rows) + len(found.numbers)
        click.echo(f"{count} {what}" if count else "all figures are right")
    if is_check and not found.is_right:
        raise click.exceptions.Exit(1)
