"""Finding a unit by a few letters, as staff type them. Pure.

Every word that was typed must be found, in any order, among the words of a unit: those of its
name, of its path, county and service, in every language. A word is found at the beginning of one,
also inflected ("helsinki" in "Helsingin"), inside of one ("hoitola" in "hammashoitola"), or with
one slip of the finger; and if nothing fits, as two words without the space. Upper case, å ä ö and
hyphens make no difference.
"""

import functools
import heapq
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from device_config.counties import COUNTIES, Counties
from device_config.units import Unit, in_language
from device_config.words import alphabetical, fold, mistyped, stem_of, words_of

MOST_CHARACTERS = 100
MOST_WORDS = 8
LEAST_INSIDE = 3
"""Fewer letters are inside of nearly every word, and tell nothing."""
LEAST_MISTYPED = 4
LEAST_OID_DIGITS = 3

# How well a typed word is found, in the name or beside it. Whole: a word's beginning that has the
# same stem, too, so that "oulu" means Oulun rather than Oulunsalon. Part: only one of both.
_WHOLE, _PART, _WHOLE_BESIDE, _PART_BESIDE = 0, 1, 2, 3
_INSIDE, _INSIDE_BESIDE, _MISTYPED, _MISTYPED_BESIDE = 4, 5, 6, 7
_CLASSES = (1, 1, 2, 2, 3, 3, 4, 4)

_OID = re.compile(r"[0-9][0-9.]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Words:
    """Where each word stands: the numbers of the units that have it in their name, or beside it."""

    in_name: dict[str, list[int]]
    beside: dict[str, list[int]]


@dataclass(frozen=True, slots=True)
class _Entry:
    unit: Unit
    names: frozenset[tuple[str, ...]]
    order: tuple[int, str, str]
    """The shorter name first, then by the Nordic alphabet, then by OID."""


class UnitIndex:
    """The words of a list of units, ready to be searched."""

    def __init__(self, entries: Sequence[_Entry], words: _Words) -> None:
        self._entries = entries
        self._words = words
        self._vocabulary = tuple(words.in_name.keys() | words.beside.keys())
        self._stems = {word: stem_of(word) for word in self._vocabulary}
        self._stemmed: dict[str, list[str]] = {}
        for word, stem in self._stems.items():
            self._stemmed.setdefault(stem, []).append(word)

    @classmethod
    def of(cls, units: Iterable[Unit], counties: Counties = COUNTIES) -> "UnitIndex":
        """The index of these units."""
        words, entries = _Words({}, {}), []
        findable = functools.cache(_findable)  # many units share a path
        for number, unit in enumerate(units):
            in_name = frozenset().union(*map(findable, unit.name.values()))
            beside = frozenset().union(*map(findable, _beside(unit, counties)))
            for word in in_name:
                words.in_name.setdefault(word, []).append(number)
            for word in beside - in_name:
                words.beside.setdefault(word, []).append(number)
            names = frozenset(tuple(words_of(name)) for name in unit.name.values())
            entries.append(_Entry(unit, names, _order(unit)))
        return cls(entries, words)

    def find(self, text: str, most: int = 8, near: str = "") -> tuple[Unit, ...]:
        """The units that fit what was typed, best first, at most so many. Never raises.

        Without a word in `text`: those that stand nearest to the unit with the OID `near`.
        """
        typed = text[:MOST_CHARACTERS]
        words = words_of(typed)[:MOST_WORDS]
        if not words:
            return self._nearest(near, most)
        found: dict[int, tuple[int, ...]] = dict(self._by_words(words))
        for number, is_whole in self._by_oid(typed.strip()):
            found[number] = (0 if is_whole else 1, 0, 0)
        if not found:
            found = dict(self._by_words([part for word in words for part in self._parted(word)]))
        best = heapq.nsmallest(
            most, found, key=lambda number: (*found[number], *self._entries[number].order)
        )
        return tuple(self._entries[number].unit for number in best)

    def _by_words(self, words: Sequence[str]) -> Iterator[tuple[int, tuple[int, ...]]]:
        """The units that have every word, each with its rank: the lower, the better.

        First its class, by the word that it has worst: the whole name, all in the name, some beside
        it, some inside of a word, some mistyped. Then how well it has them all, and whether a name
        begins with the first.
        """
        have: dict[int, list[int]] | None = None
        for word in words:
            levels = self._levels(word)
            if have is None:
                have = {number: [level] for number, level in levels.items()}
            else:
                have = {
                    number: [*before, levels[number]]
                    for number, before in have.items()
                    if number in levels
                }
        whole = tuple(words)
        for number, each in (have or {}).items():
            names = self._entries[number].names
            if whole in names:
                yield number, (0, 0, 0)
            else:
                begins = any(name and name[0].startswith(words[0]) for name in names)
                yield number, (max(_CLASSES[level] for level in each), sum(each), not begins)

    def _parted(self, word: str) -> tuple[str, ...]:
        """A word as two, where the space between them was not typed: kajaanin, hammas.

        The longer the first part, the better; a word that is not two stays as it is.
        """
        for at in range(len(word) - LEAST_INSIDE, LEAST_INSIDE, -1):
            head, tail = word[:at], word[at:]
            if stem_of(head) in self._stemmed and any(tail in each for each in self._vocabulary):
                return head, tail
        return (word,)

    def _levels(self, word: str) -> dict[int, int]:
        """The units that have this word, each with the best way in which they have it."""
        levels: dict[int, int] = {}
        around = [each for each in self._vocabulary if word in each]
        begun = [each for each in around if each.startswith(word)]
        # From the worst to the best, so that the best stays.
        if len(word) >= LEAST_MISTYPED and word.isalpha():
            near = mistyped(word, self._vocabulary)
            _mark(levels, self._words.beside, near, _MISTYPED_BESIDE)
            _mark(levels, self._words.in_name, near, _MISTYPED)
        if len(word) >= LEAST_INSIDE:
            _mark(levels, self._words.beside, around, _INSIDE_BESIDE)
            _mark(levels, self._words.in_name, around, _INSIDE)
        stem = stem_of(word)
        whole = [each for each in begun if self._stems[each] == stem]
        part = [*begun, *self._stemmed.get(stem, ())]
        _mark(levels, self._words.beside, part, _PART_BESIDE)
        _mark(levels, self._words.beside, whole, _WHOLE_BESIDE)
        _mark(levels, self._words.in_name, part, _PART)
        _mark(levels, self._words.in_name, whole, _WHOLE)
        return levels

    def _by_oid(self, typed: str) -> Iterator[tuple[int, bool]]:
        """The units whose OID begins or ends with this; and whether it is the whole."""
        if not _OID.fullmatch(typed) or len(typed) < LEAST_OID_DIGITS:
            return
        for number, entry in enumerate(self._entries):
            oid = entry.unit.unit
            if oid.endswith(typed) or oid.startswith(typed):
                yield number, oid == typed

    def _nearest(self, near: str, most: int) -> tuple[Unit, ...]:
        here = next((entry.unit for entry in self._entries if entry.unit.unit == near), None)

        def away(entry: _Entry) -> tuple[int, str, str]:
            _, name, oid = entry.order
            return (0 if here is None else -_shared(here, entry.unit), name, oid)

        return tuple(entry.unit for entry in heapq.nsmallest(most, self._entries, key=away))


def path_of(unit: Unit, language: str, counties: Counties = COUNTIES) -> str:
    """Where a unit belongs, whole: "Kainuu › Suun terveydenhuolto › Kajaanin hammashoitola".

    In this language as far as there are texts in it. What the path says itself is not said again.
    """
    name = in_language(unit.name, language)
    parts = _parts(in_language(unit.path, language))
    county = in_language(dict(counties.get(unit.county or "", {})), language)
    if county and not (parts and _names(parts[0], county)):
        parts.insert(0, county)
    if not parts or fold(parts[-1]) != fold(name):
        parts.append(name)
    return " › ".join(parts)


def _findable(text: str) -> frozenset[str]:
    """The words of a text; those that a hyphen keeps apart also as one."""
    joined = ("".join(words_of(part)) for part in text.split() if "-" in part)
    return frozenset((*words_of(text), *joined))


def _beside(unit: Unit, counties: Counties) -> Iterator[str]:
    """What is said of a unit beside its name."""
    yield from unit.path.values()
    yield from counties.get(unit.county or "", {}).values()
    yield unit.service or ""
    yield unit.unit.rpartition(".")[2]


def _mark(
    levels: dict[int, int], places: dict[str, list[int]], words: Iterable[str], level: int
) -> None:
    for word in words:
        for number in places.get(word, ()):
            levels[number] = level


def _order(unit: Unit) -> tuple[int, str, str]:
    name = in_language(unit.name, "fi")
    return len(name), alphabetical(name), unit.unit


def _shared(one: Unit, other: Unit) -> int:
    """How much of their way two units share: county, then step by step of the path."""
    if one.county != other.county:
        return 0
    mine, theirs = (_parts(in_language(each.path, "fi")) for each in (one, other))
    steps = 1
    for left, right in zip(mine, theirs, strict=False):
        if fold(left) != fold(right):
            break
        steps += 1
    return steps


def _parts(path: str) -> list[str]:
    return [part for each in re.split("[›>]", path) if (part := each.strip())]


def _names(part: str, county: str) -> bool:
    """Whether a path's first part is the county, as in "Kainuun hyvinvointialue"."""
    said = {stem_of(word) for word in words_of(part)}
    return all(stem_of(word) in said for word in words_of(county))
