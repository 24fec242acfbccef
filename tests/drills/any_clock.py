"""Many lives of a terminal whose clock is stepped, lost and set right, by hypothesis.

    python -m tests.drills.any_clock 1000

Each life is up to 50 answers, steps, syncs, restarts and sendings, beside the truth. No time that
the terminal tells may be wrong; when the clock is right at last, every answer has a time or bounds.
"""
# ruff: noqa: T201 - it prints what it did

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from test_time_machine import EndsWell

from tests.drills.machines import play


class Counted(EndsWell):
    """The model, counting how the answers' times were told at last."""

    counts: Counter

    def at_the_end(self):
        super().at_the_end()
        self.counts["lives"] += 1
        self.counts["boots"] += self.machine.boot
        self.counts.update(claims[-1].clock for claims in self.told().values())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("examples", type=int)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    begun = time.monotonic()
    counts = play(Counted, asked.examples, asked.seed)
    seconds = time.monotonic() - begun
    told = ", ".join(f"{counts[each]} {each}" for each in ("synced", "corrected", "estimated"))
    print(
        f"{counts['lives']} lives with {counts['boots']} boots in {seconds:.0f} s; "
        f"times told: {told}; none of them wrong, {counts['unknown']} left unknown"
    )
