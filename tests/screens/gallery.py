"""Draws every screen in every language, mode and size: `python -m tests.screens.gallery OUT`.

Says what is wrong with any of them, and leaves an index.html with all pictures.
"""

import argparse
import html
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.screens.walk import add_choices

SIZES = ("800x480", "1024x600", "1280x800", "1920x1080", "720x1280", "800x1280")
AT_ONCE = 2
PATIENCE_S = 1200

STYLE = """
body { font: 15px/1.4 sans-serif; margin: 24px; background: #eceae6; color: #1b2733 }
section { display: flex; flex-wrap: wrap; gap: 12px }
figure { margin: 0 } figcaption { font-size: 13px } .wrong { color: #a4161a }
img { display: block; width: 320px; border: 1px solid #857c6d } .upright img { width: 180px }
"""


def walked(size: str, *arguments: str) -> tuple[int, dict[str, list[str]]]:
    """How many views a process for this size showed, and what was wrong with them."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.screens.walk", size, *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    *wrong, last = map(json.loads, done.stdout.splitlines())
    return last["shown"], {each["view"]: each["problems"] for each in wrong}


def write_index(folder: Path, wrong: dict[str, dict[str, list[str]]]) -> Path:
    """A page with all pictures in a folder, by size and screen."""
    parts = [
        f"<!doctype html><meta charset=utf-8><title>Palautepiste</title><style>{STYLE}</style>"
    ]
    for size, problems in wrong.items():
        width, height = size.split("x")
        shape = "upright" if int(height) > int(width) else "wide"
        parts.append(f'<h2>{size}</h2><section class="{shape}">')
        for picture in sorted(folder.glob(f"{size}-*.png")):
            name = picture.stem.removeprefix(f"{size}-")
            found = "<br>".join(map(html.escape, problems.get(name, ())))
            parts.append(
                f'<figure><a href="{picture.name}"><img src="{picture.name}" loading="lazy"></a>'
                f'<figcaption>{name}<div class="wrong">{found}</div></figcaption></figure>'
            )
        parts.append("</section>")
    page = folder / "index.html"
    page.write_text("\n".join(parts), "utf-8")
    return page


def main() -> int:
    """Draw, say what is wrong, and where the pictures are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--sizes", nargs="+", default=SIZES)
    add_choices(parser)
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    arguments = ["--pictures", str(asked.out), "--languages", *asked.languages]
    arguments += ["--modes", *asked.modes]
    if asked.screens:
        arguments += ["--screens", *asked.screens]
    # Both kinds of screens, unless those for staff alone are asked for.
    kinds = (["--staff"],) if asked.staff else ([], ["--staff"])
    walks = [(size, kind) for size in asked.sizes for kind in kinds]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(pool.map(lambda each: walked(each[0], *arguments, *each[1]), walks))
    wrong: dict[str, dict[str, list[str]]] = {size: {} for size in asked.sizes}
    for (size, _kind), (_shown, found) in zip(walks, results, strict=True):
        wrong[size] |= found
    for size, problems in wrong.items():
        for name, found in problems.items():
            sys.stdout.write(f"{size} {name}: {'; '.join(found)}\n")
    count = sum(shown for shown, _ in results)
    sys.stdout.write(f"{count} pictures: {write_index(asked.out, wrong)}\n")
    return 1 if any(wrong.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
