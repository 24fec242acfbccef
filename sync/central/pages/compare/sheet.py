"""Rows of a table and branches of a tree: each figure beside that of the whole. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from device_config.questionnaire import Item
from device_config.questionnaire import Kind as ItemKind
from sync import wire
from sync.central.numbers.comparison import ByItem, Side, Usual, usual_mean, usual_nps, usual_share
from sync.central.numbers.figures import Figure, Statements, Summary, summarise
from sync.central.pages.compare.nodes import Node, branch_names, first_of
from sync.central.pages.compare.wanted import (
    ANSWERED,
    NPS,
    RESPONSES,
    TOGETHER,
    Comparing,
    Measure,
)
from sync.central.pages.wording import Names, in_words, names_of

IN_THE_TREE = (TOGETHER, NPS, ANSWERED)

Kind = Literal["share", "mean", "nps"]  # how a figure is written, and on which scale it lies


@dataclass(frozen=True, slots=True)
class Column:
    """A figure that is compared; `texts` is the statement's wording."""

    key: str
    kind: Kind
    usual: Usual
    texts: Names | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A unit's figure, and on which side of the whole it stands out."""

    figure: Figure
    side: Side


@dataclass(frozen=True, slots=True)
class Row:
    """A unit, or the whole."""

    oid: str
    names: Names | None  # None for a unit that no register has
    branch: Names
    responses: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """A part of the tree with its figures: of all statements together, NPS, answered items."""

    names: Names
    scope: str | None
    units: int
    is_unit: bool
    responses: int
    cells: tuple[Cell, ...]
    children: tuple["Branch", ...]


def columns_of(items: Mapping[str, Item], measure: Measure, whole: Summary) -> tuple[Column, ...]:
    """All statements together, each that was answered, NPS, and the share of answered items."""
    kind: Kind = "mean" if measure == "mean" else "share"

    def usual(answers: Statements) -> Usual:
        return usual_mean(answers) if measure == "mean" else usual_share(answers.agreeing)

    return (
        Column(TOGETHER, kind, usual(whole.together)),
        *(
            Column(item, kind, usual(answers), in_words(items[item].text))
            for item, answers in whole.statements
        ),
        Column(NPS, "nps", usual_nps(whole.recommendation)),
        Column(ANSWERED, "share", usual_share(whole.completeness.share)),
    )


@dataclass(frozen=True, slots=True)
class Sheet:
    """Makes rows and branches of tallies: each figure beside that of the whole."""

    columns: tuple[Column, ...]
    measure: Measure
    kinds: Mapping[str, ItemKind]

    def rows(self, units: Iterable[wire.Unit], by_unit: Mapping[str, ByItem]) -> list[Row]:
        """A row for each unit, and for each that no register has."""
        known = {unit.unit: unit for unit in units}
        rows = []
        for oid in [*known, *(oid for oid in by_unit if oid not in known)]:
            unit = known.get(oid)
            summary = summarise(by_unit.get(oid, {}), self.kinds)
            names = names_of(unit) if unit else None
            rows.append(self.row(oid, names, branch_names(unit) if unit else {}, summary))
        return rows

    def row(self, oid: str, names: Names | None, branch: Names, summary: Summary) -> Row:
        """A unit's row."""
        return Row(oid, names, branch, summary.responses, self._cells(summary, self.columns))

    def branch(self, node: Node) -> Branch:
        """A part of the tree, and what hangs from it."""
        summary = summarise(node.counts, self.kinds)
        columns = tuple(c for c in self.columns if c.key in IN_THE_TREE)
        return Branch(
            names=node.names,
            scope=None if node.scope is None else str(node.scope),
            units=node.units,
            is_unit=node.is_unit,
            responses=summary.responses,
            cells=self._cells(summary, columns),
            children=tuple(self.branch(child) for child in node.children),
        )

    def _cells(self, summary: Summary, columns: Iterable[Column]) -> tuple[Cell, ...]:
        statements = dict(summary.statements)
        cells = []
        for column in columns:
            if column.key == NPS:
                figure = summary.recommendation.nps
            elif column.key == ANSWERED:
                figure = summary.completeness.share
            elif column.key == TOGETHER:
                figure = self._measured(summary.together)
            else:
                figure = self._measured(statements.get(column.key, Statements()))
            cells.append(Cell(figure, column.usual.side(figure)))
        return tuple(cells)

    def _measured(self, answers: Statements) -> Figure:
        return answers.mean if self.measure == "mean" else answers.agreeing


def sorted_rows(
    rows: Iterable[Row], sheet: Sheet, comparing: Comparing, minimum_n: int
) -> list[Row]:
    """By the wanted column; what too few answered comes last, whichever way round."""
    by_name = sorted(rows, key=_full_name, reverse=comparing.is_descending)
    keys = [column.key for column in sheet.columns]
    if comparing.by == RESPONSES:
        return sorted(by_name, key=lambda row: row.responses, reverse=comparing.is_descending)
    if comparing.by not in keys:
        return by_name
    place = keys.index(comparing.by)
    few = [row for row in by_name if row.cells[place].figure.n < max(minimum_n, 1)]
    enough = [row for row in by_name if row.cells[place].figure.n >= max(minimum_n, 1)]
    enough.sort(
        key=lambda row: row.cells[place].figure.value or 0.0, reverse=comparing.is_descending
    )
    return enough + few


def _full_name(row: Row) -> tuple[bool, str, str, str]:
    """In the order of the tree; units that no register has come last."""
    names = row.names or {}
    return (row.names is None, first_of(row.branch).casefold(), first_of(names).casefold(), row.oid)
