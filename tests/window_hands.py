"""What fingers do on the real window, for its tests. Holds no tests."""

import time

SMALL = "[screen]\nsize = [800, 480]\n"
"""A screen that is quick to draw."""


def middle(seen, choice):
    x, y, width, height = seen["choices"][choice]
    return x + width / 2, y + height / 2


def at_start(reach):
    return reach.wait(
        lambda seen: seen["key"].startswith("start:") and seen["is_ready"], "the start screen"
    )


def touch_away(reach):
    """Touch the thanks where nothing else is, and wait for the start screen."""
    reach.ready()
    reach.touch_at(4, 4)
    return at_start(reach)


def tick(reach, reason):
    was_ticked = reason in reach.ready()["chosen"]
    reach.touch(reason)
    reach.wait(lambda seen: (reason in seen["chosen"]) is not was_ticked, f"a tick: {reason}")


def press_keys(reach, keys):
    """Touch the keys of these letters and names, and see what each does."""
    seen = reach.ready()
    for key in keys:
        before = keyboard(seen)
        reach.touch_at(*middle(seen, f"key:{key}"))
        seen = reach.wait(lambda now, before=before: keyboard(now) != before, f"the key {key}")
    return seen


def keyboard(seen):
    return seen["written"], seen["chosen"], list(seen["choices"])


def hold(reach, choice, seconds):
    place = middle(reach.ready(), choice)
    reach.touch_at(*place, only="down")
    time.sleep(seconds)
    reach.touch_at(*place, only="up")
