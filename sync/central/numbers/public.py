"""What everybody may know: the figures of units and counties, none of which gives a few away. Pure.

Whoever knows a county's figure and those of all its units but one knows that one, too. So what is
hidden of a county is taken for a figure of its own, which must not be about too few either.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from device_config.questionnaire import Kind
from sync.central.numbers.figures import Counts, Figure, Recommendation, Statements, whole

WINDOW_DAYS = 30
FEWEST_HIDDEN = 2  # units whose answers are hidden behind each other

ByItem = Mapping[str, Counts]


@dataclass(frozen=True, slots=True)
class PublicFigure:
    """A figure as everybody may see it: whole, and how many answers it comes from."""

    value: int
    n: int


@dataclass(frozen=True, slots=True)
class PublicFigures:
    """The figures of a unit or a county by item; None where none may be shown."""

    nps: PublicFigure | None
    agreeing: Mapping[str, PublicFigure | None]  # in per cent, in the order of asking


def window(today: date) -> tuple[date, date]:
    """The first and the last day of what is public: whole days only, yesterday the last."""
    return today - timedelta(days=WINDOW_DAYS), today - timedelta(days=1)


def hidden(answers: Mapping[str, int], minimum_n: int) -> frozenset[str]:
    """The units of a county whose figure is not shown; `answers` says how many each comes from.

    First those with fewer than the minimum. Then, with the fewest answers first, more of them: as
    long as what is hidden comes from one unit only, or from fewer answers than the minimum. Then
    nothing that can be worked out by subtraction is about fewer (complementary suppression;
    Hundepool et al. 2012, Statistical Disclosure Control, chapter 4).
    """
    fewest_first = sorted(
        (unit for unit in answers if answers[unit]), key=lambda u: (answers[u], u)
    )
    away = [unit for unit in fewest_first if answers[unit] < minimum_n]
    for unit in fewest_first[len(away) :]:
        if not away or (
            len(away) >= FEWEST_HIDDEN and sum(answers[each] for each in away) >= minimum_n
        ):
            break
        away.append(unit)
    return frozenset(away) | frozenset(unit for unit in answers if not answers[unit])


def public_figures(
    by_unit: Mapping[str, ByItem], kinds: Mapping[str, Kind], minimum_n: int
) -> tuple[PublicFigures, dict[str, PublicFigures]]:
    """The figures of a county as a whole, and those of each of its units.

    `by_unit` has the tallies of every unit of the county, `kinds` the known items in the order of
    asking.
    """
    found: dict[str, dict[str, PublicFigure | None]] = {}
    for item, kind in kinds.items():
        if kind in {"statement", "recommendation"}:
            found[item] = _of_item(
                {unit: items.get(item, Counts()) for unit, items in by_unit.items()},
                kind,
                minimum_n,
            )
    return _figures(_WHOLE, found, kinds), {unit: _figures(unit, found, kinds) for unit in by_unit}


_WHOLE = ""  # in place of a unit: the county


def _of_item(
    counts: Mapping[str, Counts], kind: Kind, minimum_n: int
) -> dict[str, PublicFigure | None]:
    each = {unit: _figure(found, kind) for unit, found in counts.items()}
    total = _figure(sum(counts.values(), Counts()), kind)
    away = hidden({unit: figure.n for unit, figure in each.items()}, minimum_n)
    shown = {unit: None if unit in away else _rounded(f, kind) for unit, f in each.items()}
    return shown | {_WHOLE: _rounded(total, kind) if total.n >= minimum_n else None}


def _figure(counts: Counts, kind: Kind) -> Figure:
    if kind == "recommendation":
        return Recommendation(counts.values).nps
    return Statements(counts.values[1:6]).agreeing


def _rounded(figure: Figure, kind: Kind) -> PublicFigure | None:
    if figure.value is None:
        return None
    return PublicFigure(whole(figure.value * (1 if kind == "recommendation" else 100)), figure.n)


def _figures(
    unit: str, found: Mapping[str, Mapping[str, PublicFigure | None]], kinds: Mapping[str, Kind]
) -> PublicFigures:
    recommendation = next((i for i, kind in kinds.items() if kind == "recommendation"), None)
    return PublicFigures(
        nps=found[recommendation][unit] if recommendation else None,
        agreeing={i: figures[unit] for i, figures in found.items() if kinds[i] == "statement"},
    )
