import json
import subprocess
import sys

import pytest


@pytest.mark.slow
def test_a_stream_of_visitors_heaps_up_no_memory():
    """The same as `make drills` does with ten thousand; here while the caches are still filling."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.drills.long_run", "60"],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )

    measured = json.loads(done.stdout.splitlines()[-1])
    assert measured["own_kb"] < 1.25 * measured["own_kb_before"], done.stderr[-2000:]
    assert measured["own_kb"] < 400_000
