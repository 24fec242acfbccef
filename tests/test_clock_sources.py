"""Nobody measures with the clock on the wall: it steps, and what it times fires early or never.

Every use of it in the program is known here, with its reason. `threading`, `queue`, `select` and
`time.sleep` count monotonic seconds by themselves.
"""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = ("device_config", "sync", "kiosk")
TELLS_THE_WALL_TIME = {
    *("time.time", "time.time_ns", "time.localtime", "time.gmtime", "time.ctime", "time.asctime"),
    *("time.strftime", "time.CLOCK_REALTIME", "time.CLOCK_TAI"),
    *("datetime.now", "datetime.utcnow", "datetime.today", "date.today"),
}
KNOWN = {
    ("device_config/clock.py", "time.time"): "the one reading that everything else goes by",
    ("kiosk/panel_command.py", "datetime.now"): "for the person who watches a box being wired",
    ("sync/bench/drain.py", "datetime.now"): "enrols at a centre of its own",
    ("sync/central/store/__init__.py", "datetime.now"): "the centre's own time, on a server",
}


def wall_times_in(source: str) -> set[str]:
    """What of the above a module uses, however it was imported."""
    tree = ast.parse(source)
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = "" if node.module == "datetime" else f"{node.module}."
            names |= {alias.asname or alias.name: f"{module}{alias.name}" for alias in node.names}
    found = {_dotted(node, names) for node in ast.walk(tree) if isinstance(node, ast.expr)}
    short = {name.removeprefix("datetime.") for name in found}
    return (found | short) & TELLS_THE_WALL_TIME


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
            for name in wall_times_in(path.read_text("utf-8")):
                yield path.relative_to(ROOT).as_posix(), name


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
    assert wall_times_in(source) == {name}


def test_monotonic_time_is_no_wall_clock():
    source = "import time\ntime.monotonic()\ntime.clock_gettime(time.CLOCK_BOOTTIME)\ntime.sleep(1)"

    assert wall_times_in(source) == set()
