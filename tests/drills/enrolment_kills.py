"""An enrolment is killed before each of its writes to the disk, and made again with the same code.

    python -m tests.drills.enrolment_kills 10

A real central service, the terminal's own enrolment in a process of its own, `kill -9`. After each
the centre must know one terminal for the code, the terminal must hold a token that the centre
takes, and what it collected before must still be there.
"""
# ruff: noqa: T201 - it prints what it did

import argparse
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests")]

from builders import a_content, a_reading, a_state, central_settings, settings_with  # noqa: E402
from test_central_builders import NOON, UNIT, a_centre  # noqa: E402

from device_config.credentials import read_credentials  # noqa: E402
from device_config.errors import EnrolmentRefused  # noqa: E402
from sync.client import CentralClient  # noqa: E402
from sync.enrolment import enrol  # noqa: E402
from sync.outbox import open_outbox  # noqa: E402

MOST_WRITES = 200
KILLED = """
import os, signal, sys
sys.path[:0] = [{tests!r}]
from pathlib import Path
from tests.drills.enrolment_kills import try_to_enrol

folder, url, code, at = sys.argv[1:]
left, sync = int(at), os.fsync

def counted(descriptor):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    sync(descriptor)

os.fsync = counted
try_to_enrol(Path(folder), url, code)
"""


@dataclass
class Result:
    """What came of all the kills."""

    kills: int = 0
    ends: Counter = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)


def try_to_enrol(folder: Path, url: str, code: str) -> str:
    """`enrolled`, or the word of the refusal."""
    with closing(CentralClient(central_settings(url), None)) as client:
        try:
            enrol(a_state(folder), client, code)
        except EnrolmentRefused as error:
            return error.code
    return "enrolled"


def drill(
    folder: Path, rounds: int, writes: Iterable[int] = range(MOST_WRITES), *, forgets: bool = False
) -> Result:
    """Kill before each of these writes, `rounds` times over.

    `forgets`: a terminal that draws a new secret for each attempt is tried instead.
    """
    result = Result()
    (folder / "centre").mkdir()
    with a_centre(folder / "centre") as centre:
        for number in range(rounds):
            for at in writes:
                place = folder / f"{number}-{at}"
                if not _killed(place, centre, at, result, forgets=forgets):
                    break
    return result


def _killed(place: Path, centre, at: int, result: Result, *, forgets: bool) -> bool:
    """One life; False when it ended before it was to be killed."""
    place.mkdir()
    state, code = a_state(place), centre.store.new_code(UNIT, now=NOON)
    with closing(open_outbox(state)) as outbox:
        outbox.put(a_content(1), a_reading())
    before = {each.id for each in centre.store.all_terminals()}
    program = [sys.executable, "-c", KILLED.format(tests=str(ROOT / "tests"))]
    words = [str(place), centre.url, code, str(at)]
    done = subprocess.run([*program, *words], cwd=ROOT, timeout=60, check=False)
    if done.returncode != -signal.SIGKILL:
        assert done.returncode == 0
        return False
    result.kills += 1
    if forgets:
        state.durable("attempt").write({})
    result.ends[try_to_enrol(place, centre.url, code)] += 1
    new = {each.id for each in centre.store.all_terminals()} - before
    kept = read_credentials(state, settings_with().central)
    let_in = centre.store.authenticate(kept.token) if kept else None
    with closing(open_outbox(state)) as outbox:
        is_held = outbox.counts().pending == 1
    if not (len(new) == 1 and let_in and let_in.id in new and is_held):
        result.lost.append(f"killed before write {at}: {len(new)} terminals, {let_in=}, {is_held=}")
    return True


def main() -> None:
    """So many rounds, each with a kill before every write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("rounds", type=int)
    with tempfile.TemporaryDirectory() as folder:
        result = drill(Path(folder), parser.parse_args().rounds)
    print(f"{result.kills} kills; then: {dict(result.ends)}; {len(result.lost)} lost")
    print(*result.lost, sep="\n")
    sys.exit(bool(result.lost))


if __name__ == "__main__":
    main()
