"""What the page of units is asked for: everything stands in its address. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urlencode

from sync.central.pages.live.wanted import Wanted, wanted_in
from sync.central.scopes import EVERYTHING, parse_scope

Shape = Literal["tree", "table"]
Measure = Literal["agreeing", "mean"]

NAME, RESPONSES, TOGETHER, NPS, ANSWERED = "name", "responses", "together", "nps", "answered"
"""What a table can be sorted by besides the statements, whose ids they cannot be."""
MOST_CHARACTERS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparing:
    """Which units, which responses, in which shape, by which column in which order."""

    wanted: Wanted
    shape: Shape
    measure: Measure = "agreeing"
    by: str = NAME
    is_descending: bool = False
    page: int = 1

    def address(self, **changes: object) -> str:
        """Where the same stands with other members; on the first page unless said."""
        other = replace(self, **({"page": 1} | changes))  # type: ignore[arg-type]
        said = {
            "as": other.shape,
            "figure": "" if other.measure == "agreeing" else other.measure,
            "by": "" if other.by == NAME else other.by,
            "order": "down" if other.is_descending else "",
            "page": "" if other.page == 1 else str(other.page),
        }
        more = urlencode({name: value for name, value in said.items() if value})
        return "/units?" + "&".join(part for part in (other.wanted.query(), more) if part)

    def wanting(self, **changes: object) -> str:
        """Where the same stands for other responses."""
        return self.address(wanted=replace(self.wanted, **changes))  # type: ignore[arg-type]

    def of(self, scope: str, shape: Shape | None = None) -> str:
        """Where another part of the tree stands, in this shape or another."""
        part = replace(self.wanted, scope=parse_scope(scope) or EVERYTHING)
        return self.address(wanted=part, shape=shape or self.shape)

    def live(self, scope: str) -> str:
        """Where the feedback about a part of the tree is seen as it arrives."""
        query = self.wanted.query(scope=parse_scope(scope) or EVERYTHING)
        return f"/?{query}" if query else "/"

    def sorted_by(self, column: str) -> str:
        """Where the table is sorted by a column: names from A on, figures the highest first.

        By the column that it is sorted by already: the other way round.
        """
        down = not self.is_descending if column == self.by else column != NAME
        return self.address(by=column, is_descending=down)


def comparing_in(query: Mapping[str, str]) -> Comparing | None:
    """What an address asks for; None when it names no part of the tree that could be.

    The whole is shown as a tree, a part of it side by side, unless asked otherwise.
    """
    wanted = wanted_in(query)
    if wanted is None:
        return None
    is_whole = not str(wanted.scope)
    shape = query.get("as") or ("tree" if is_whole else "table")
    page = query.get("page", "1")
    by = query.get("by") or NAME
    return Comparing(
        wanted=wanted,
        shape="tree" if shape == "tree" else "table",
        measure="mean" if query.get("figure") == "mean" else "agreeing",
        by=by if len(by) <= MOST_CHARACTERS and by.isprintable() else NAME,
        is_descending=query.get("order") == "down",
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 4 and int(page) else 1,
    )
