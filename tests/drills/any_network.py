"""Many schedules of faults between a terminal and the real central service, by hypothesis.

    python -m tests.drills.any_network 500

Each example is one terminal with up to 50 things that happen to it; at the end the network is good,
and the centre must hold each response once, equal to what was closed.
"""
# ruff: noqa: T201 - it prints what it did

import argparse
import json
import logging
import sys
import time
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

sys.path.insert(0, str(Path(__file__).parents[1]))

from network_model import OverABadNetwork, a_real_centre


class Counted(OverABadNetwork):
    """The model, counting what came of it."""

    counts: Counter

    def teardown(self):
        super().teardown()
        self.counts["terminals"] += 1
        self.counts["responses"] += len(self.closed)
        self.counts.update(self.network.suffered)


def run(examples: int, number: int, steps: int = 50) -> Counter:
    """So many examples; raises AssertionError, with the steps that led there, if one fails."""
    Counted.counts = Counter()
    with a_real_centre() as Counted.centre:
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
    logging.disable()
    began = time.monotonic()
    result = run(asked.examples, asked.seed)
    print(json.dumps({**result, "seconds": round(time.monotonic() - began)}))
