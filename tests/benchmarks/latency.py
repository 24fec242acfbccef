"""How soon a window hears of something: Kivy's own loop beside the one that waits.

`compare()` starts one window a row; as a program, this is such a window.
"""
# ruff: noqa: T201 - it prints a table

import json
import os
import random
import statistics
import subprocess
import sys
import threading
import time

TIMES = 200
GAP_S = (0.05, 0.25)


def compare():
    from tests.test_event_loop import a_display

    print(f"\n{'ms from … to its handler':26}{'Kivy median':>12}{'p99':>7}{'ours':>10}{'p99':>7}")
    with a_display() as display:
        x11 = {"DISPLAY": display, "SDL_VIDEODRIVER": "x11"}
        offscreen = {"SDL_VIDEODRIVER": "offscreen"}
        rows = {
            "thread's post, off screen": ("post", offscreen),
            "pushed touch, off screen": ("push", offscreen),
            "thread's post, X11": ("post", x11),
            "pointer's press, X11": ("press", x11),
        }
        for name, (deed, environment) in rows.items():
            kivys, ours = (measured(deed, loop, environment) for loop in ("kivys", "ours"))
            print(f"{name:26}{kivys[0]:12.1f}{kivys[1]:7.1f}{ours[0]:10.1f}{ours[1]:7.1f}")


def measured(deed, loop, environment):
    """Median and 99th percentile in ms."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.latency", deed, loop],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        check=True,
    )
    took = [1000 * each for each in json.loads(done.stdout)]
    return statistics.median(took), statistics.quantiles(took, n=100)[98]


def window(deed, loop):
    """Do a deed again and again from a thread, and print how long each took to be heard of."""
    from tests import loop_probe as probe

    took, heard = [], threading.Event()
    began = 0.0

    def hear(*_):
        if not heard.is_set():
            took.append(time.perf_counter() - began)
            heard.set()

    deeds = {
        "post": lambda: probe.Clock.schedule_once(hear),
        "push": lambda: probe.Clock.schedule_once(lambda _: probe.push_press()),
        "press": probe.press_on_the_display,
    }

    def act():
        nonlocal began
        for _ in range(TIMES):
            time.sleep(random.uniform(*GAP_S))
            heard.clear()
            began = time.perf_counter()
            deeds[deed]()
            heard.wait(5)
        probe.EventLoop.quit = True

    class Window(probe.App):
        def build(self):
            probe.Window.bind(on_touch_down=hear)
            return probe.Widget()

        def on_start(self):
            if loop == "ours":
                probe.event_loop.wait_for_input(probe.Clock, probe.Window, probe.EventLoop)
            probe.Clock.schedule_once(lambda _: threading.Thread(target=act, daemon=True).start())

    Window().run()
    json.dump(took, sys.stdout)


if __name__ == "__main__":
    window(*sys.argv[1:])
