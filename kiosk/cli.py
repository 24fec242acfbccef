"""`palautepiste`: every command of the program, gathered."""

import logging
import signal
import sqlite3
import sys
from contextlib import suppress
from pathlib import Path

import click

from device_config.cli import config, questionnaire
from device_config.errors import KioskError
from device_config.location_command import location
from device_config.state import config_option, state_option
from kiosk.bench.cli import bench
from sync.central.cli import central, central_admin
from sync.cli import enrol, export, requeue, status, sync


class Commands(click.Group):
    """A group in which a person's mistake or a fault of the world is one line, not a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; our own errors become their line and their exit code."""
        try:
            return super().invoke(ctx)
        except KioskError as error:
            click.echo(f"palautepiste: {error}", err=True)
            ctx.exit(error.exit_code)
        except sqlite3.Error as error:
            from device_config.database import mend_for  # slow to import; most commands do without

            told = f"the terminal's database: {error}; {mend_for(error)}"
            click.echo(f"palautepiste: {told}", err=True)
            ctx.exit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="palautepiste")
@click.option("-v", "--verbose", is_flag=True, help="Say more about what happens.")
def main(verbose: bool) -> None:
    """Palautepiste: a feedback terminal for health and social care waiting rooms."""
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING,
        format="%(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )


@main.command()
@state_option
@config_option
@click.option("--windowed", is_flag=True, help="A window instead of the whole screen.")
@click.option("--hands", type=int, hidden=True, help="A socket through which a program touches.")
def kiosk(state: Path, config: Path | None, windowed: bool, hands: int | None) -> None:
    """The touchscreen app. It never opens a network connection."""
    from kiosk.terminal import run_kiosk

    signal.signal(signal.SIGINT, _close_window)
    with suppress(KeyboardInterrupt):
        run_kiosk(state, config, windowed, hands)


def _close_window(*_: object) -> None:
    """Ctrl-C closes the window as SIGTERM does; before there is one, it ends the start."""
    close = signal.getsignal(signal.SIGTERM)
    if not callable(close):
        raise KeyboardInterrupt
    close(signal.SIGTERM, None)


@main.command()
@click.argument("count", type=click.IntRange(min=1))
@click.option("--seed", type=int, default=1, show_default=True, help="Fixes what they do.")
@click.option("--as-fast-as-possible", "is_fast", is_flag=True, help="Without their pauses.")
@click.option("--yes", is_flag=True, help="Also on an enrolled terminal's own state.")
@state_option
@config_option
def simulate(  # noqa: PLR0913, PLR0917 - one parameter an option
    count: int, seed: int, is_fast: bool, yes: bool, state: Path, config: Path | None
) -> None:
    """COUNT pretend clients through the session rules and the outbox: exactly COUNT responses.

    Prints each response's id once it is closed and on disk.
    """
    from kiosk.simulate_command import run_simulation

    run_simulation(state, config, count, seed=seed, is_paced=not is_fast, is_confirmed=yes)


@main.command()
@click.option("--clients", type=click.IntRange(min=1), help="So many pretend clients, then end.")
@click.option("--seed", type=int, default=1, show_default=True, help="Fixes what they do.")
@click.option("--pictures", type=click.Path(path_type=Path, file_okay=False), help="Save some.")
@click.option("--for", "live_s", type=float, metavar="SECONDS", help="End after this long.")
@click.pass_context
def demo(
    context: click.Context,
    clients: int | None,
    seed: int,
    pictures: Path | None,
    live_s: float | None,
) -> None:
    """A terminal, its agent and a central service together, on throw-away data."""
    from kiosk.demo import run_demo

    try:
        run_demo(clients, seed, pictures, live_s)
    except KeyboardInterrupt:
        context.exit(130)


@main.command()
@click.option("--port", help="A serial port to try, instead of what the settings say.")
@click.option(
    "--protocol",
    type=click.Choice(["palaute/1", "plain"]),
    default="palaute/1",
    show_default=True,
    help="What the box on --port speaks.",
)
@click.option("--pins", help="GPIO pins to try, BCM numbers, worst to best: 5,6,13,19,26")
@click.option("--for", "live_s", type=float, metavar="SECONDS", help="End after this long.")
@state_option
@config_option
def panel(  # noqa: PLR0913, PLR0917 - one parameter an option
    port: str | None,
    protocol: str,
    pins: str | None,
    live_s: float | None,
    state: Path,
    config: Path | None,
) -> None:
    """Show presses live: button, contact bounce, interval; how each box is; wrong lines.

    Nothing is stored. Keys 1 to 5 are a keypad's; end with Ctrl-C.
    """
    from kiosk.panel_command import panels_to_try, run_panel

    with suppress(KeyboardInterrupt):
        run_panel(state, config, panels_to_try(port, protocol, pins), live_s)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="A list of objects, one a check.")
@state_option
@config_option
@click.pass_context
def doctor(context: click.Context, as_json: bool, state: Path, config: Path | None) -> None:
    """Check everything that can be wrong on a terminal, and say what to do about each.

    Changes nothing. Ends with 0 only if all is well: nothing failed, nothing to see to.
    """
    from kiosk.doctor import run_doctor

    if not run_doctor(state, config, as_json=as_json):
        context.exit(1)


for command in (
    central,
    central_admin,
    sync,
    enrol,
    status,
    export,
    requeue,
    config,
    location,
    questionnaire,
    bench,
):
    main.add_command(command)
