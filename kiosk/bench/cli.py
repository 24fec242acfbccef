"""`palautepiste bench`: the benchmarks by name."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import click

from device_config.state import no_config_option, no_state_option


@dataclass(frozen=True, slots=True)
class Size:
    """How much of a benchmark to run; each takes from it what means something to it."""

    days: int
    presses: int
    responses: int
    seed: int
    terminals: int
    queries: int
    stored: int
    database: str | None


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A benchmark: what it measures, in a line, and how it is run; it gives its report's lines."""

    about: str
    run: Callable[[Size], Iterable[str]]


def _abuse(size: Size) -> Iterable[str]:
    from kiosk.bench.abuse import lines

    return lines(size.days, size.seed)


def _central(size: Size) -> Iterable[str]:
    from kiosk.bench.central import lines

    return lines(size.responses, size.stored, size.database, size.seed)


def _fleet(size: Size) -> Iterable[str]:
    from sync.bench.fleet import lines

    return lines(size.terminals, size.seed)


def _panel(size: Size) -> Iterable[str]:
    from kiosk.bench.press import lines

    return lines(size.presses)


def _search(size: Size) -> Iterable[str]:
    from kiosk.bench.search import lines

    return lines(size.queries, size.seed)


def _sync(size: Size) -> Iterable[str]:
    from kiosk.bench.sync import lines

    return lines(size.responses, size.seed)


BENCHMARKS: dict[str, Benchmark] = {
    "abuse": Benchmark("what the rules of abuse catch, beside a lock-out of five seconds", _abuse),
    "central": Benchmark("how fast the central service receives and shows", _central),
    "fleet": Benchmark("a fleet that comes back, beside a retry every 30 seconds", _fleet),
    "panel": Benchmark("from a press on a box to its acknowledgement, beside a commit", _panel),
    "search": Benchmark(
        "finding a unit among 3,000 by a few letters, beside a plain scan", _search
    ),
    "sync": Benchmark("how fast answers are kept, and a backlog leaves, beside baselines", _sync),
}


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME …]", type=click.Choice(sorted(BENCHMARKS)))
@click.option("--list", "is_list", is_flag=True, help="Say which there are.")
@click.option(
    "--days", type=click.IntRange(1, 1000), default=20, show_default=True, help="abuse: how long."
)
@click.option(
    "--presses",
    type=click.IntRange(1, 10_000),
    default=200,
    show_default=True,
    help="panel: how many.",
)
@click.option(
    "--responses",
    type=click.IntRange(1, 1_000_000),
    default=20_000,
    show_default=True,
    help="sync: how many wait; central: how many come.",
)
@click.option(
    "--terminals",
    type=click.IntRange(1, 100_000),
    default=5000,
    show_default=True,
    help="fleet: how many.",
)
@click.option(
    "--queries",
    type=click.IntRange(1, 100_000),
    default=300,
    show_default=True,
    help="search: how many units are looked for.",
)
@click.option(
    "--stored",
    type=click.IntRange(1, 100_000_000),
    default=400_000,
    show_default=True,
    help="central: about how many are there when the pages are asked for.",
)
@click.option(
    "--database",
    metavar="URL",
    help="central: an empty database, SQLite or PostgreSQL.  [default: a new SQLite file]",
)
@click.option(
    "--seed",
    type=int,
    default=1,
    show_default=True,
    help="abuse, central, fleet, search, sync: fixes what happens.",
)
@no_state_option
@no_config_option
def bench(names: tuple[str, ...], is_list: bool, **sizes: Any) -> None:
    """The project's own benchmarks, each beside its baseline in the same run; all without NAME."""
    if is_list:
        for name, benchmark in BENCHMARKS.items():
            click.echo(f"{name:<10}{benchmark.about}")
        return
    for number, name in enumerate(names or BENCHMARKS):
        if number:
            click.echo()
        click.echo(f"{name}: {BENCHMARKS[name].about}")
        for line in BENCHMARKS[name].run(Size(**sizes)):
            click.echo(line)
