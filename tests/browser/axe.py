"""What axe-core finds wrong with a page's accessibility. Holds no tests."""

from pathlib import Path

SCRIPT = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
MEND = "axe-core is not there; run: npm --prefix tests/browser ci"


def violations(page):
    """What is wrong with the page as it stands, one line each; empty when nothing is.

    A script that the browser's driver brings runs in spite of the page's own policy.
    """
    assert SCRIPT.exists(), MEND
    page.evaluate(SCRIPT.read_text(encoding="utf-8"))
    found = page.evaluate(
        "async (tags) => (await axe.run({runOnly: {type: 'tag', values: tags}})).violations", RULES
    )
    return [
        f"{each['id']}: {each['help']}: {node['html'][:200]}"
        for each in found
        for node in each["nodes"]
    ]
