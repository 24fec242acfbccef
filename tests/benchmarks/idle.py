"""What a kiosk costs that nobody uses, beside Kivy's own loop and a page in Chromium.

`python -m tests.benchmarks.idle [SAMPLES [SECONDS]]`; needs Xvfb, libXtst and Chromium.
All run at once on throw-away data, each untouched; per process tree, medians are printed of the
CPU time used (percent of a core) and, at the end, the memory (PSS). Then `latency`.
"""
# ruff: noqa: T201 - it prints a table

import os
import signal
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks import latency
from tests.test_event_loop import a_display

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
SETTLE_S = 15
OURS = "from kiosk.cli import main; main()"
KIVYS = "from kiosk import event_loop; event_loop.wait_for_input = lambda *_: None; " + OURS
FACES = "".join(f"<button>{face}</button>" for face in "12345")
PAGE = "<style>button{width:18%;height:60vh;font-size:9vw}</style><h1>Palaute</h1>" + FACES


def tree(pid):
    """A process and all that it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(each for child in children for each in tree(int(child)))]


def cpu_s(pid):
    fields = [Path(f"/proc/{each}/stat").read_text().rsplit(")")[-1].split() for each in tree(pid)]
    return sum(int(each[11]) + int(each[12]) for each in fields) / TICKS_A_SECOND


def pss_mib(pid):
    rollups = [Path(f"/proc/{each}/smaps_rollup").read_text() for each in tree(pid)]
    return sum(int(each.split("\nPss:")[1].split()[0]) for each in rollups) / 1024


@contextmanager
def process(command, **environment):
    started = subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield started.pid
    finally:
        os.killpg(started.pid, signal.SIGTERM)
        started.wait()


def kiosk(code, folder, **environment):
    folder.mkdir()
    (folder / "terminal.toml").write_text('[central]\nurl = ""\n')
    options = ["--windowed", "--state", str(folder / "state")]
    options += ["--config", str(folder / "terminal.toml")]
    return process([sys.executable, "-c", code, "kiosk", *options], **environment)


def chromium(folder, *options, **environment):
    folder.mkdir()
    (folder / "page.html").write_text(PAGE)
    common = ["--no-sandbox", "--no-first-run", f"--user-data-dir={folder}"]
    page = (folder / "page.html").as_uri()
    return process(["chromium", *common, *options, page], **environment)


def main(samples=5, seconds=20):
    with ExitStack() as stack:
        place = Path(stack.enter_context(TemporaryDirectory(ignore_cleanup_errors=True)))
        x11 = {}
        for name in ("ours", "kivys", "chromium"):
            display = stack.enter_context(a_display("1280x800x24"))
            x11[name] = {"DISPLAY": display, "SDL_VIDEODRIVER": "x11"}
        offscreen = {"SDL_VIDEODRIVER": "offscreen"}
        contestants = {
            "kiosk, off screen": kiosk(OURS, place / "1", **offscreen),
            "  with Kivy's loop": kiosk(KIVYS, place / "2", **offscreen),
            "kiosk, X11": kiosk(OURS, place / "3", **x11["ours"]),
            "  with Kivy's loop, X11": kiosk(KIVYS, place / "4", **x11["kivys"]),
            "Chromium, headless": chromium(place / "5", "--headless=new"),
            "Chromium, kiosk, X11": chromium(place / "6", "--kiosk", **x11["chromium"]),
        }
        running = {name: stack.enter_context(each) for name, each in contestants.items()}
        time.sleep(SETTLE_S)
        used = {name: [] for name in running}
        for _ in range(samples):
            began, before = time.monotonic(), {name: cpu_s(pid) for name, pid in running.items()}
            time.sleep(seconds)
            for name, pid in running.items():
                spent = cpu_s(pid) - before[name]
                used[name].append(100 * spent / (time.monotonic() - began))
        print(f"{'':26}{'% of a core':>12}{'min–max':>14}{'PSS MiB':>10}")
        for name, pid in running.items():
            each = used[name]
            span = f"{min(each):.2f}–{max(each):.2f}"
            print(f"{name:26}{statistics.median(each):12.2f}{span:>14}{pss_mib(pid):10.0f}")
    latency.compare()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
