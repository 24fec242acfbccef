"""What a column of an export is. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

Kind = Literal["text", "integer", "number", "boolean", "day", "moment", "list"]
"""`moment` is a time with its offset, `list` several texts."""

Value = str | int | bool | date | datetime | tuple[str, ...] | None


class Said(NamedTuple):
    """The same in the languages of the dictionary."""

    fi: str
    sv: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """What a column or a member of a document is called, and what it means.

    `values` are those that can stand in it, where they are few; `unit` is what it is measured in;
    `item` is the item of the questionnaires that it is about.
    """

    name: str
    kind: Kind
    meaning: Said
    values: tuple[str, ...] = ()
    unit: str = ""
    item: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Meant):
    """A column, and how it is read off a response, or off one of its steps."""

    of: Callable[[Any], Value]
