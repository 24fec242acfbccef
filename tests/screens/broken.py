"""Breaks screens on purpose, one fault after another: `python -m tests.screens.broken`.

Prints one JSON line a fault: its name, and what `TerminalScreen.problems()` says of it.
"""

import json
import sys
from dataclasses import replace

from tests.screens.views import view_of
from tests.screens.walk import _open

SIZE = (1280, 800)
START, ASKED = "start", "availability"


def moved(screen):
    """A face stands half on the next one."""
    button = screen.places()["answer:2"]
    button.x += button.width / 2


def too_near(screen):
    """A face stands two pixels from the next one."""
    left, right = screen.places()["answer:1"], screen.places()["answer:2"]
    left.x = right.x - left.width - 2


def too_small(screen):
    screen.places()["skip"].height = 60


def at_the_edge(screen):
    screen.places()["enough"].y = 3


def off_the_screen(screen):
    screen.places()["answer:5"].x = 1270


def too_high(screen):
    """In lowered mode."""
    button = screen.places()["answer:3"]
    button.y = 420


def clipped(screen):
    """A word of it is broken, since it did not fit."""
    title = titles(screen)[0]
    title.words = replace(title.words, setting=replace(title.words.setting, is_whole=False))


def out_of_its_room(screen):
    titles(screen)[0].width += 900


def words_on_words(screen):
    one, other = titles(screen)[:2]
    one.pos = other.pos


def words_on_a_target(screen):
    titles(screen)[0].pos = screen.places()["answer:3"].pos


def words_out_of_their_target(screen):
    label(screen, "enough").x += 200


def type_too_small(screen):
    words = label(screen, "enough").words
    setting = replace(words.setting, type=replace(words.setting.type, size=20))
    label(screen, "enough").words = replace(words, setting=setting)


CASES = {
    "nothing": (START, "plain", lambda _screen: None),
    "moved": (START, "plain", moved),
    "too near": (START, "plain", too_near),
    "too small": (ASKED, "plain", too_small),
    "at the edge": (ASKED, "plain", at_the_edge),
    "off the screen": (START, "plain", off_the_screen),
    "lowered, nothing": (START, "lowered", lambda _screen: None),
    "lowered, too high": (START, "lowered", too_high),
    "clipped": (START, "plain", clipped),
    "out of its room": (START, "plain", out_of_its_room),
    "words on words": (START, "plain", words_on_words),
    "words on a target": (START, "plain", words_on_a_target),
    "words out of their target": (ASKED, "plain", words_out_of_their_target),
    "type too small": (ASKED, "plain", type_too_small),
    "nothing again": (ASKED, "plain", lambda _screen: None),
}


def titles(screen):
    """The words that stand by themselves, the title first."""
    return [each for each in screen.children[::-1] if hasattr(each, "words")]


def label(screen, choice):
    return next(each for each in screen.places()[choice].children if hasattr(each, "words"))


def main():
    _window, screen = _open(SIZE)
    for name, (screen_name, mode, break_it) in CASES.items():
        for each in screen.walk():
            if hasattr(each, "words"):
                each.words = None  # nothing of the fault before is kept
        screen.show(view_of(screen_name, "fi", mode))
        break_it(screen)
        line = {"fault": name, "problems": screen.problems()}
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
