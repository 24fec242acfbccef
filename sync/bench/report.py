"""`palautepiste bench sync`: what was measured, as lines."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from statistics import median

from sync.bench import drain, put
from sync.wire import Content

PUTS = 500
ROUNDS = 3


def lines(samples: Sequence[Content], responses: int) -> Iterable[str]:
    """The report, measured while it is read; raises KioskError when a response was lost."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _put_lines(Path(folder), samples, min(responses, PUTS))
    yield ""
    yield f"{responses} waiting responses in {ROUNDS} rounds, responses a second, medians:"
    yield f"{'to':<32}{'agent':>9}{'raw':>9}{'raw, gzip':>11}{'share':>7}   memory of the agent"
    centres: dict[str, drain.Opening] = {}
    if drain.has_reference_centre():
        centres["the reference centre, SQLite"] = drain.reference_centre
    else:
        yield "the reference centre is not installed: pip install 'palautepiste[central]'"
    centres["a receiver that stores nothing"] = drain.least_centre
    for name, centre in centres.items():
        count = max(responses // ROUNDS, 1)
        yield _drain_line(name, [_round(centre, samples, count) for _ in range(ROUNDS)], count)
    yield "raw: `requests` posting the same batches, encoded beforehand; share: of the quicker one"


def _put_lines(folder: Path, samples: Sequence[Content], count: int) -> Iterator[str]:
    medians = put.medians(folder, samples, count)
    yield f"keeping one closed response, median of {count}, all in turn:"
    for name, seconds in medians.items():
        yield f"{name:<42}{1e6 * seconds:>8.0f} µs{seconds / medians[put.PLAIN]:>7.2f} ×"
    if not put.has_persist_queue():
        yield "persist-queue is not installed: pip install persist-queue"


def _round(centre: drain.Opening, samples: Sequence[Content], count: int) -> drain.Drained:
    with tempfile.TemporaryDirectory() as folder:
        return drain.measure(Path(folder), centre, samples, count)


def _drain_line(name: str, rounds: Sequence[drain.Drained], count: int) -> str:
    agent = count / median(each.agent.seconds for each in rounds)
    plain = count / median(each.plain_s for each in rounds)
    zipped = count / median(each.zipped_s for each in rounds)
    share = median(each.share for each in rounds)
    first = max(each.agent.grown_first for each in rounds) / 2**20
    grown = max(each.agent.grown for each in rounds) / 2**20
    memory = f"+{first:.1f} MiB in its first turn, +{grown:.1f} MiB in all"
    return f"{name:<32}{agent:>9.0f}{plain:>9.0f}{zipped:>11.0f}{share:>6.0%}   {memory}"
