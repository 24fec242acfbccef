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

sys.path.insert(0, str(Path(__file__).parents[1]))

from network_model import OverABadNetwork, a_real_centre

from tests.drills.machines import play


class Counted(OverABadNetwork):
    """The model, counting what came of it."""

    counts: Counter

    def teardown(self):
        super().teardown()
        self.counts["terminals"] += 1
        self.counts["responses"] += len(self.closed)
        self.counts.update(self.network.suffered)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("examples", type=int)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    logging.disable()
    began = time.monotonic()
    with a_real_centre() as Counted.centre:
        result = play(Counted, asked.examples, asked.seed)
    print(json.dumps({**result, "seconds": round(time.monotonic() - began)}))
