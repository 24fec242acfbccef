"""Many wild calls of the whole API and every page, on both databases: never a server error.

    python -m tests.drills.wild_calls 500

So many calls of each operation, right and wrong ones, made by schemathesis from the published
description; a tenth as many of each page. Other ones in each run.
"""
# ruff: noqa: T201 - it prints what it did

import argparse
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

# As pytest does: what tests build is imported by its bare name.
sys.path.insert(0, str(Path(__file__).parents[1]))

from databases import KINDS
from test_central_schemathesis import a_busy_centre
from wild_calls import try_api, try_pages, wild


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("calls", type=int, help="of each operation and kind")
    calls = parser.parse_args().calls
    for kind in KINDS:
        seen: Counter[tuple[str, int]] = Counter()
        with (
            tempfile.TemporaryDirectory() as folder,
            a_busy_centre(kind, Path(folder)) as centre,
        ):
            try:
                try_api(centre, wild(calls), seen)
                try_pages(centre, wild(max(calls // 10, 1)), seen)
            finally:
                by_status = Counter({status: 0 for _, status in seen})
                for (_, status), count in seen.items():
                    by_status[status] += count
                print(json.dumps({"database": kind, "calls": seen.total(), "by_status": by_status}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
