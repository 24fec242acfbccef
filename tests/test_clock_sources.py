"""Nobody measures with the clock on the wall: it steps, and what it times fires early or never.

Every use of it in the program is known here, with its reason. `threading`, `queue`, `select` and
`time.sleep` count monotonic seconds by themselves.
"""

import ast
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from device_config import clock

ROOT = Path(__file__).parents[1]
OURS = ("device_config", "sync", "kiosk")
TELLS_THE_WALL_TIME = {
    *("time.time", "time.time_ns", "time.localtime", "time.gmtime", "time.ctime", "time.asctime"),
    *("time.strftime", "time.CLOCK_REALTIME", "time.CLOCK_TAI"),
    *("datetime.now", "datetime.utcnow", "datetime.today", "date.today"),
}
KNOWN = {
    ("device_config/clock.py", "_look", "time.time", 1): "what everything else goes by",
    ("kiosk/panel_command.py", "_say", "datetime.now", 1): "for who watches a box being wired",
    ("sync/bench/central.py", "_body", "datetime.now", 1): "a pretended terminal's sent_at",
    ("sync/bench/central.py", "enrolled", "datetime.now", 1): "enrols at a centre of its own",
    ("sync/bench/central.py", "made", "datetime.now", 1): "answers of today, to be measured with",
    ("sync/bench/central.py", "raw_seconds", "datetime.now", 1): "rows that came today, likewise",
    ("sync/bench/central_report.py", "_asking", "datetime.now", 1): "asks for the last 30 days",
    ("sync/bench/drain.py", "reference_centre", "datetime.now", 1): "enrols at a centre of its own",
    ("sync/central/conformance/examine.py", "a_terminal", "datetime.now", 1): "its epoch",
    ("sync/central/store/audit.py", "note", "datetime.now", 1): "the centre's, on a server",
    ("sync/central/store/__init__.py", "utc_now", "datetime.now", 1): "the centre's, on a server",
}


def wall_times_in(source: str) -> Counter[tuple[str, str]]:
    """What of the above a module uses, however it was imported: in which function, how often."""
    tree = ast.parse(source)
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = "" if node.module == "datetime" else f"{node.module}."
            names |= {alias.asname or alias.name: f"{module}{alias.name}" for alias in node.names}
    return Counter(_uses(tree, "", names))


def _uses(node: ast.AST, function: str, names: dict[str, str]) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        function = node.name
    if isinstance(node, ast.expr):
        whole = _dotted(node, names)
        for name in {whole, whole.removeprefix("datetime.")} & TELLS_THE_WALL_TIME:
            yield function, name
    for each in ast.iter_child_nodes(node):
        yield from _uses(each, function, names)


def _dotted(node: ast.expr, names: dict[str, str]) -> str:
    if isinstance(node, ast.Name):
        return names.get(node.id, "")
    if isinstance(node, ast.Attribute):
        before = _dotted(node.value, names)
        return f"{before}.{node.attr}" if before else ""
    return ""


def uses():
    for package in OURS:
        for path in sorted((ROOT / package).rglob("*.py")):
            for (function, name), times in wall_times_in(path.read_text("utf-8")).items():
                yield path.relative_to(ROOT).as_posix(), function, name, times


def test_the_wall_clock_is_read_where_it_is_known_why_and_nowhere_else():
    assert set(uses()) == set(KNOWN)


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import time\nend = time.time() + 5", "time.time"),
        ("import time as t\nt.time_ns()", "time.time_ns"),
        ("from time import time\ntime()", "time.time"),
        ("from datetime import datetime\ndatetime.now()", "datetime.now"),
        ("from datetime import datetime as d\nd.utcnow()", "datetime.utcnow"),
        ("import datetime\ndatetime.datetime.now()", "datetime.now"),
        ("import datetime\ndatetime.date.today()", "date.today"),
        ("import time\nadd(read=time.time)", "time.time"),
        ("import time\ntime.clock_gettime(time.CLOCK_REALTIME)", "time.CLOCK_REALTIME"),
    ],
)
def test_a_wall_clock_timer_is_found_however_it_is_written(source, name):
    assert wall_times_in(source) == {("", name): 1}


def test_monotonic_time_is_no_wall_clock():
    source = "import time\ntime.monotonic()\ntime.clock_gettime(time.CLOCK_BOOTTIME)\ntime.sleep(1)"

    assert not wall_times_in(source)


def test_each_further_look_is_told_apart_by_its_function():
    source = (
        "import time\ndef a():\n time.time()\n time.time()\nclass B:\n def c(self): time.time()"
    )

    assert wall_times_in(source) == {("a", "time.time"): 2, ("c", "time.time"): 1}


# What is counted instead

COMPARE = """
from pathlib import Path
from device_config.clock import boottime
print(boottime() - float(Path("/proc/uptime").read_text().split()[0]))
"""


def test_seconds_since_the_start_are_the_kernels():
    uptime = float(Path("/proc/uptime").read_text("ascii").split()[0])

    assert 0 <= clock.boottime() - uptime < 60


@pytest.mark.skipif(os.geteuid() != 0, reason="only root pretends another uptime")
@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare, of util-linux")
def test_they_count_on_while_the_machine_sleeps():
    """As if it had slept for hours: only CLOCK_BOOTTIME, and not the monotonic clock, has them."""
    asleep = ["unshare", "--time", "--fork", "--boottime", "20000"]
    run = subprocess.run(
        [*asleep, sys.executable, "-c", COMPARE],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    if "unshare" in run.stderr:
        pytest.skip("no time can be pretended here")

    assert -0.01 <= float(run.stdout) < 60  # /proc/uptime is rounded to hundredths
