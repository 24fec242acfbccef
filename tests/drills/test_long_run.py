import json
import subprocess
import sys

import pytest


@pytest.mark.slow
def test_hundreds_of_sessions_leave_memory_where_it_was():
    """The same as `make drills` does with ten thousand; here with what a check has time for."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.drills.long_run", "120"],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    measured = json.loads(done.stdout.splitlines()[-1])
    assert 0 < measured["own_kb_before"] < 400_000
