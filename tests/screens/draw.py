"""Draws each screen in each language and size into a folder: `make pictures`."""

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.world import Terminal, go_on

SIZES = ((800, 480), (1280, 800))
LANGUAGES = ("fi", "sv", "en")
STILL_S = 0.3  # until a released button has come to rest


def draw(folder: Path, size: tuple[int, int]) -> dict[str, list[str]]:
    """Draw every screen in one size; returns for each picture's name the texts it clips."""
    folder.mkdir(parents=True, exist_ok=True)
    clipped: dict[str, list[str]] = {}

    def take(reach, name):
        reach.ready()
        time.sleep(STILL_S)
        path = folder / f"{size[0]}x{size[1]}-{name}.png"
        clipped[path.name] = reach.look()["clipped"]
        reach.picture(path)

    settings = f"[screen]\nsize = {list(size)}\n"
    with TemporaryDirectory() as place:
        terminal = Terminal(Path(place), "", settings)
        with terminal.window() as reach:
            for language in LANGUAGES:
                if language != LANGUAGES[0]:
                    go_on(reach, f"language:{language}")
                _draw_session(reach, language, take)
    with TemporaryDirectory() as place:
        terminal = Terminal(Path(place), "", settings)
        (terminal.state / "device.db").mkdir(parents=True)
        with terminal.window() as reach:
            reach.wait(lambda seen: seen["screen"] == "out-of-order", "out of order")
            take(reach, "out-of-order")
    return clipped


def _draw_session(reach, language, take):
    take(reach, f"1-start-{language}")
    seen = go_on(reach, "answer:5")
    while seen["screen"] == "faces":
        take(reach, f"2-{seen['item']}-{language}")
        seen = go_on(reach, "answer:4")
    take(reach, f"3-{seen['item']}-{language}")
    go_on(reach, "answer:9")
    take(reach, f"4-thanks-{language}")
    reach.touch_at(20, 20)
    reach.wait(lambda seen: seen["key"].startswith("start:"), "the start screen")
    reach.ready()


def write_index(folder: Path) -> None:
    """A page with all pictures in a folder."""
    pictures = sorted(path.name for path in folder.glob("*.png"))
    figures = "\n".join(
        f'<figure><img src="{name}" width="400"><figcaption>{name}</figcaption></figure>'
        for name in pictures
    )
    style = "body{display:flex;flex-wrap:wrap;font:14px sans-serif}figure{margin:8px}"
    page = f"<!doctype html><meta charset=utf-8><style>{style}</style>\n{figures}\n"
    (folder / "index.html").write_text(page, "utf-8")


if __name__ == "__main__":
    target = Path(sys.argv[1])
    for each in SIZES:
        draw(target, each)
    write_index(target)
    print(f"{target}/index.html")  # noqa: T201 - this is what was made
