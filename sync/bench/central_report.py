"""`palautepiste bench central`: what was measured, as lines."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles

from device_config.errors import KioskError
from sync.bench.central import (
    TERMINALS,
    batches,
    delays,
    enrolled,
    made,
    raw_seconds,
    served,
    service_seconds,
)
from sync.bench.central_pages import pages, questions
from sync.bench.central_rows import fill
from sync.central.admin import database_url
from sync.central.errors import DatabaseUnusable
from sync.central.local_time import day_of
from sync.central.store import Store, open_store
from sync.wire import Content

ROUNDS = 3
SHOWN = 40


def lines(
    samples: Sequence[Content], responses: int, stored: int, database: str | None
) -> Iterator[str]:
    """The report, measured while it is read; raises KioskError when something was lost.

    `database`: the address of an empty database; a new SQLite file otherwise.
    """
    with tempfile.TemporaryDirectory() as folder:
        url = database or database_url(Path(folder))
        with closing(open_store(url)) as store:
            if store.count_responses() or store.all_units():
                raise DatabaseUnusable("--database: there is something in it; give an empty one")
            with served(url) as one, served(url) as other:
                yield from _receiving(
                    store,
                    one,
                    samples,
                    max(responses // ROUNDS, 1),
                    is_postgresql=url.startswith("postgres"),
                )
                yield ""
                yield from _showing(store, (one, other), samples)
                yield ""
                yield from _asking(store, one, samples, stored)


def _receiving(
    store: Store, address: str, samples: Sequence[Content], count: int, *, is_postgresql: bool
) -> Iterator[str]:
    ways = ["the service, over HTTP", "bare rows, INSERT"]
    if is_postgresql:
        ways.append("bare rows, COPY")
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    senders = enrolled(store, TERMINALS)
    each = max(count // TERMINALS, 1)
    for _ in range(ROUNDS):
        found = [(sender, made(samples, sender, each)) for sender in senders]
        bodies = [(sender, batches(responses, sender)) for sender, responses in found]
        before = store.count_responses()
        seconds[ways[0]].append(service_seconds(address, bodies))
        if (arrived := store.count_responses() - before) != each * TERMINALS:
            raise KioskError(f"{arrived} responses of {each * TERMINALS} were counted")
        for way in ways[1:]:
            bare = made(samples, senders[0], each * TERMINALS)
            seconds[way].append(raw_seconds(store, bare, by_copy=way.endswith("COPY")))
    total = each * TERMINALS
    yield (
        f"{total} responses in each of {ROUNDS} rounds in turn, {TERMINALS} terminals at once,"
        " batches of 500 with a commit each; medians"
    )
    for way in ways:
        rate = total / median(seconds[way])
        share = median(a / b for a, b in zip(seconds[way], seconds[ways[0]], strict=True))
        said = "" if way == ways[0] else f"   the service has {share:.0%} of it"
        yield f"{way:<28}{rate:>9.0f} responses/s{said}"


def _showing(store: Store, addresses: tuple[str, str], samples: Sequence[Content]) -> Iterator[str]:
    yield f"from sending one response to its picture on an open page, {SHOWN} times:"
    (sender,) = enrolled(store, 1)
    for name, sent_to in zip(("one process", "two processes"), addresses, strict=True):
        seconds = delays(addresses[0], sent_to, sender, made(samples, sender, SHOWN))
        p95 = quantiles(seconds, n=20)[-1]
        yield f"{name:<28}{_ms(median(seconds))} median {_ms(p95)} p95"


def _asking(store: Store, address: str, samples: Sequence[Content], stored: int) -> Iterator[str]:
    # Up to yesterday: today has what was received above.
    filled = fill(store, samples, stored, day_of(datetime.now(UTC)) - timedelta(days=1))
    yield f"{filled.responses} responses of three years in {len(filled.units)} units:"
    for name, (middle, p95) in questions(store, filled):
        yield f"{name:<52}{_ms(middle)} median {_ms(p95)} p95"
    for name, (middle, p95) in pages(address, filled):
        yield f"{name:<52}{_ms(middle)} median {_ms(p95)} p95"


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:>7.0f} ms"
