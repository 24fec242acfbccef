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

from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

sys.path.insert(0, str(Path(__file__).parents[1]))

from test_time_machine import EndsWell


class Counted(EndsWell):
    """The model, counting how the answers' times were told at last."""

    counts: Counter

    def at_the_end(self):
        super().at_the_end()
        self.counts["lives"] += 1
        self.counts["boots"] += self.machine.boot
        self.counts.update(claims[-1].clock for claims in self.told().values())


def run(examples: int, number: int, steps: int = 50) -> Counter:
    """So many lives; raises AssertionError, with the steps that led there, if a time is wrong."""
    Counted.counts = Counter()
    run_state_machine_as_test(
        seed(number)(Counted),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return Counted.counts


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("examples", type=int)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    begun = time.monotonic()
    counts = run(asked.examples, asked.seed)
    seconds = time.monotonic() - begun
    told = ", ".join(f"{counts[each]} {each}" for each in ("synced", "corrected", "estimated"))
    print(
        f"{counts['lives']} lives with {counts['boots']} boots in {seconds:.0f} s; "
        f"times told: {told}; none of them wrong, {counts['unknown']} left unknown"
    )
