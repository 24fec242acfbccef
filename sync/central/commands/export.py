"""The command that writes responses out: `central-admin export`."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, BinaryIO, cast

import click

from device_config.errors import UsageProblem
from device_config.state import no_config_option, state_option
from sync.central.commands.options import database_option, opened_store
from sync.central.commands.text_keys import opened_keys, text_keys_option
from sync.central.errors import UnknownScope

if TYPE_CHECKING:
    from sync.central.exports.export import Export, Form
    from sync.central.exports.given import Texts
    from sync.central.store import Store

FORMS = ("ndjson", "csv", "xlsx", "parquet", "happyornot")
CHANNELS = ("kiosk-touch", "kiosk-button", "staff-paper", "staff-verbal", "qr-web")
BINARY = ("xlsx", "parquet")
DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMS),
    default="ndjson",
    show_default=True,
    help="Whole documents, or a table.",
)
@click.option(
    "--of",
    metavar="SCOPE",
    default="",
    help="Only these units: county:20, path:Kainuu › Hammashoito, or unit:OID.",
)
@click.option("--from", "first", type=DAY, help="Only from this day on: YYYY-MM-DD, in Finland.")
@click.option("--to", "last", type=DAY, help="Only until this day, which is in.")
@click.option("--questionnaire", metavar="ID", help="Only responses to this questionnaire.")
@click.option("--channel", type=click.Choice(CHANNELS), help="Only what was given in this way.")
@click.option(
    "--misuse/--no-misuse",
    default=True,
    show_default=True,
    help="With what is flagged as likely misuse; a column says which.",
)
@click.option(
    "--simulated/--no-simulated",
    default=None,
    help="With rehearsals.  [default: with them, but not in happyornot]",
)
@click.option(
    "--texts/--no-texts",
    default=None,
    help="With what clients wrote, opened with the text keys.  [default: no texts; in ndjson as "
    "they came]",
)
@click.option("--output", type=click.Path(path_type=Path), help="The file to write; else printed.")
@click.option(
    "--dictionary",
    type=click.Path(path_type=Path),
    help="A file for the meaning of each column: .json or .csv. XLSX and Parquet carry it, too.",
)
@text_keys_option
@database_option
@state_option
@no_config_option
def export(  # noqa: PLR0913, PLR0917 - one for each option
    form: "Form",
    of: str,
    first: datetime | None,
    last: datetime | None,
    questionnaire: str | None,
    channel: str | None,
    misuse: bool,
    simulated: bool | None,
    texts: bool | None,
    output: Path | None,
    dictionary: Path | None,
    keys_path: Path | None,
    database: str | None,
    state: Path,
) -> None:
    """Print the responses that have arrived, oldest first; each export goes into the audit log."""
    _refuse_unusable(form, output, dictionary)
    with opened_store(state, database) as store:
        from sync.central.exports.export import Order, dictionary_of, note_made, prepare
        from sync.central.fleet.publishing import known_questionnaires
        from sync.central.store import utc_now
        from sync.central.store.selection import Selection

        units = _units_of(store, of)
        chosen = Selection(
            units=units,
            first=_day(first),
            last=_day(last),
            questionnaire=questionnaire,
            channel=channel,
            misuse=misuse,
            simulated=form != "happyornot" if simulated is None else simulated,
        )
        unless_said: Texts = "as-sent" if form == "ndjson" else "none"
        said: Texts = "opened" if texts else "none"
        order = Order(
            form=form, selection=chosen, texts=unless_said if texts is None else said, of=of
        )
        keys = opened_keys(state, keys_path)
        known = known_questionnaires(store)
        ready = prepare(store, known, order, keys.open_text, utc_now())
        if dictionary is not None:
            meaning = dictionary_of(form, ready.around)
            is_json = dictionary.suffix == ".json"
            text = meaning.as_json() if is_json else meaning.as_csv()
            with _file(dictionary) as file:
                file.write(text.encode())
        with store.writing() as connection:
            note_made(connection, ready, None, utc_now())
        with _file(output) as file:
            _write(ready, file)


def _refuse_unusable(form: str, output: Path | None, dictionary: Path | None) -> None:
    """Raises UsageProblem for what could only go wrong later."""
    if form in BINARY and output is None and sys.stdout.isatty():
        raise UsageProblem(f"--format {form}: no text for a screen; give --output FILE")
    if dictionary is not None and dictionary.suffix not in {".json", ".csv"}:
        raise UsageProblem(f"--dictionary {dictionary}: give it the ending .json or .csv")


def _units_of(store: "Store", of: str) -> frozenset[str] | None:
    from sync.central.scopes import parse_scope, units_within

    scope = parse_scope(of)
    if scope is None:
        raise UsageProblem(f"--of {of[:60]}: write county:20, path:A › B, or unit:OID")
    units = units_within([scope], store.all_units())
    if units is not None and not units:
        raise UnknownScope(f"--of {of[:60]}: no unit is there; see `central-admin unit list`")
    return units


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _write(ready: "Export", file: BinaryIO) -> None:
    """Write it, with a line of progress where somebody looks at it."""
    is_watched = sys.stderr.isatty() and not (file.isatty() and sys.stdout.isatty())
    with click.progressbar(
        length=ready.total, label="responses", file=sys.stderr, show_pos=True, hidden=not is_watched
    ) as bar:
        file.writelines(ready.pieces(lambda done: bar.update(done - bar.pos)))


@contextmanager
def _file(path: Path | None) -> Iterator[BinaryIO]:
    """Standard output; or a new file that takes its place when it is whole."""
    if path is None:
        file = sys.stdout.buffer
        yield file
        file.flush()
        return
    try:
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False) as new:
            try:
                yield cast(BinaryIO, new)
                new.flush()
                os.fsync(new.fileno())
            except BaseException:
                Path(new.name).unlink()
                raise
        Path(new.name).replace(path)
    except OSError as error:
        raise UsageProblem(f"{path}: {error.strerror}; give the path of a new file") from None
