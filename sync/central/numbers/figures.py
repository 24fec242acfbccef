"""What answers say together: distribution, share agreeing, mean, NPS, each with its n. Pure.

Each figure carries its 95 % confidence interval: what chance alone leaves open about all clients
like these. Skipped and not applicable are never numbers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt

from device_config.questionnaire import Kind

RESPONSES = ""
"""In place of an item: the responses themselves."""
RECOMMENDATION = "nps"
"""The item of the recommendation question, in every questionnaire."""

Z = 1.959964  # of a 95 % interval under the normal distribution
SMALL_N = 400
"""Below it the interval is shown: from it on, chance moves a share by five points at most."""

FACES = (1, 2, 3, 4, 5)
_NONE_OF_FIVE = (0,) * 5
_NONE_OF_ELEVEN = (0,) * 11


@dataclass(frozen=True, slots=True)
class Counts:
    """How often each value from 0 to 10 was given, how often none was.

    For what has options, and for the responses themselves, `values[0]` counts.
    """

    values: tuple[int, ...] = (0,) * 11
    skipped: int = 0
    not_applicable: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            tuple(a + b for a, b in zip(self.values, other.values, strict=True)),
            self.skipped + other.skipped,
            self.not_applicable + other.not_applicable,
        )

    @property
    def given(self) -> int:
        """How many gave a value, or options."""
        return sum(self.values)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure, how many answers it comes from, and the bounds of its 95 % interval.

    `clients` gave the answers: where each answered several statements, they are fewer, and chance
    leaves open more. Without any answer there is no value and there are no bounds.
    """

    n: int = 0
    value: float | None = None
    low: float | None = None
    high: float | None = None
    clients: int = 0

    @property
    def is_small(self) -> bool:
        """Whether so few answered that the interval belongs beside the value."""
        return 0 < self.clients < SMALL_N


def share(part: int, n: int, clients: int | None = None) -> Figure:
    """The share of a part, 0–1, with the score interval (Wilson 1927, JASA 22, 209–212)."""
    if not n:
        return Figure()
    p, sure = part / n, clients or n
    middle = (p + Z * Z / (2 * sure)) / (1 + Z * Z / sure)
    half = Z * sqrt(p * (1 - p) / sure + (Z / (2 * sure)) ** 2) / (1 + Z * Z / sure)
    return _bounded(Figure(n, p, middle - half, middle + half, sure), 0.0, 1.0)


def mean(faces: Sequence[int], clients: int | None = None) -> Figure:
    """The mean of answers 1–5, of which there are so many each.

    Its interval counts two answers more, spread evenly over the scale, as Agresti and Coull (1998,
    The American Statistician 52, 119–126) do for shares: Student's would have no width at all
    where all answer alike, and in simulations it misses most where nearly all do.
    """
    n = sum(faces)
    if not n:
        return Figure()
    value, sure = _mean_and_variance(faces, 1)[0], clients or n
    more = [count * sure / n + 2 / len(faces) for count in faces]
    middle, variance = _mean_and_variance(more, 1)
    half = Z * sqrt(variance / sum(more))
    return _bounded(Figure(n, value, middle - half, middle + half, sure), 1.0, 5.0)


def nps(detractors: int, passives: int, promoters: int) -> Figure:
    """Promoters less detractors in per cent of all who answered, unrounded.

    Its interval is the adjusted Wald one: three answers more, 3/4 of them promoters, 3/4
    detractors (Rocks 2016, The American Statistician 70, 365–372).
    """
    counts = (detractors, passives, promoters)
    n = sum(counts)
    if not n:
        return Figure()
    more = [count + extra for count, extra in zip(counts, (0.75, 1.5, 0.75), strict=True)]
    middle, variance = _mean_and_variance(more, -1)
    half = Z * sqrt(variance / sum(more))
    score = 100 * (promoters - detractors) / n
    return _bounded(
        Figure(n, score, 100 * (middle - half), 100 * (middle + half), n), -100.0, 100.0
    )


def whole(number: float) -> int:
    """To the nearest whole number, halves away from zero, as people round."""
    return int(number + 0.5) if number >= 0 else -int(0.5 - number)


@dataclass(frozen=True, slots=True)
class Statements:
    """The answers to one statement, or to several together.

    `clients`: so many gave them at least; None where each gave one.
    """

    faces: tuple[int, ...] = _NONE_OF_FIVE  # how many answered 1, 2, 3, 4, 5
    skipped: int = 0
    not_applicable: int = 0
    clients: int | None = None

    def __add__(self, other: "Statements") -> "Statements":
        return Statements(
            tuple(a + b for a, b in zip(self.faces, other.faces, strict=True)),
            self.skipped + other.skipped,
            self.not_applicable + other.not_applicable,
        )

    @property
    def n(self) -> int:
        """How many answered with a face."""
        return sum(self.faces)

    @property
    def agreeing(self) -> Figure:
        """The share of 4 and 5, 0–1."""
        return share(self.faces[3] + self.faces[4], self.n, self.clients)

    @property
    def mean(self) -> Figure:
        """The mean, 1–5."""
        return mean(self.faces, self.clients)


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The answers to the recommendation question."""

    values: tuple[int, ...] = _NONE_OF_ELEVEN  # how many answered 0 … 10
    skipped: int = 0
    not_applicable: int = 0

    @property
    def n(self) -> int:
        """How many answered with a number."""
        return sum(self.values)

    @property
    def detractors(self) -> int:
        """How many answered 0–6."""
        return sum(self.values[:7])

    @property
    def passives(self) -> int:
        """How many answered 7–8."""
        return sum(self.values[7:9])

    @property
    def promoters(self) -> int:
        """How many answered 9–10."""
        return sum(self.values[9:])

    @property
    def nps(self) -> Figure:
        """The Net Promoter Score, −100 … 100."""
        return nps(self.detractors, self.passives, self.promoters)


@dataclass(frozen=True, slots=True)
class Completeness:
    """What became of the questions that clients came to: each was answered or passed over.

    What was on the screen when somebody left was never passed over, and is in none of these.
    """

    answered: int = 0
    skipped: int = 0
    not_applicable: int = 0

    @property
    def share(self) -> Figure:
        """The share of answered ones, 0–1."""
        return share(self.answered, self.answered + self.skipped + self.not_applicable)


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything that a number of responses say together."""

    responses: int = 0
    statements: tuple[tuple[str, Statements], ...] = ()  # by item, in the order of asking
    recommendation: Recommendation = Recommendation()
    gave_reasons: int = 0
    reasons: tuple[tuple[str, int], ...] = ()  # by option, the most frequent first
    completeness: Completeness = Completeness()

    @property
    def together(self) -> Statements:
        """The answers to all statements.

        One client's answers go together. Their intervals are those of as many answers as the most
        answered statement has: what is left when each client says the same to every statement,
        the most that the design effect can be (Kish 1965, Survey Sampling, chapter 5).
        """
        answered = [each for _, each in self.statements]
        clients = max((each.n for each in answered), default=0)
        return replace(sum(answered, Statements()), clients=clients)


def summarise(counts: Mapping[str, Counts], kinds: Mapping[str, Kind]) -> Summary:
    """What the tallies of each item say; `kinds` has the known items in the order of asking.

    What is answered to an unknown item, or lies off its scale, as it can in a version that is not
    known yet, says nothing.
    """
    asked = [(item, kind, counts[item]) for item, kind in kinds.items() if item in counts]
    statements = [(item, _statements(found)) for item, kind, found in asked if kind == "statement"]
    recommendation = next(
        (_recommendation(found) for _, kind, found in asked if kind == "recommendation"),
        Recommendation(),
    )
    reasons = {item: found for item, kind, found in asked if kind == "reasons"}
    gave_reasons = sum(found.values[0] for found in reasons.values())
    return Summary(
        responses=counts.get(RESPONSES, Counts()).given,
        statements=tuple(statements),
        recommendation=recommendation,
        gave_reasons=gave_reasons,
        reasons=_options(counts, reasons),
        completeness=Completeness(
            sum(each.n for _, each in statements) + recommendation.n + gave_reasons,
            sum(found.skipped for _, _, found in asked),
            sum(found.not_applicable for _, _, found in asked),
        ),
    )


def _statements(counts: Counts) -> Statements:
    return Statements(counts.values[1:6], counts.skipped, counts.not_applicable)


def _recommendation(counts: Counts) -> Recommendation:
    return Recommendation(counts.values, counts.skipped, counts.not_applicable)


def _options(counts: Mapping[str, Counts], items: Iterable[str]) -> tuple[tuple[str, int], ...]:
    found = [
        (name[len(item) + 1 :], each.given)
        for item in items
        for name, each in counts.items()
        if name.startswith(f"{item}/")
    ]
    return tuple(sorted(found, key=lambda pair: (-pair[1], pair[0])))


def _mean_and_variance(counts: Sequence[float], lowest: int) -> tuple[float, float]:
    """Of whole numbers from `lowest` on, of which there are so many each."""
    n = sum(counts)
    middle = sum(value * count for value, count in enumerate(counts, start=lowest)) / n
    squares = sum(value * value * count for value, count in enumerate(counts, start=lowest)) / n
    return middle, max(squares - middle * middle, 0.0)


def _bounded(figure: Figure, least: float, most: float) -> Figure:
    """The figure with its bounds on its scale. The value lies between, whatever rounding did."""
    low, high, value = figure.low or 0.0, figure.high or 0.0, figure.value or 0.0
    return replace(figure, low=min(max(low, least), value), high=max(min(high, most), value))
