"""The data dictionary of an export: each column, and the wordings of what was asked. Pure."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from device_config.questionnaire import Questionnaire, Texts
from sync.central.exports.cells import csv_lines
from sync.central.exports.columns import Kind, Meant, Said

COLUMN_HEADS = (
    "name", "type", "meaning_fi", "meaning_sv", "meaning_en", "values", "unit", "item",
)  # fmt: skip
WORDING_HEADS = (
    "item", "kind", "questionnaire", "version", "language", "wording", "verified", "source",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dictionary:
    """What the columns of a form of export mean, with notes on it as a whole."""

    form: str
    notes: tuple[Said, ...]
    columns: tuple[Meant, ...]
    types: dict[Kind, str]
    forms: tuple[Questionnaire, ...]

    def column_rows(self) -> Iterator[tuple[str, ...]]:
        """A header, then each column once, in order."""
        yield COLUMN_HEADS
        for column in self.columns:
            yield (
                column.name,
                self.types[column.kind],
                *column.meaning,
                " | ".join(column.values),
                column.unit,
                column.item or "",
            )

    def wording_rows(self) -> Iterator[tuple[str, ...]]:
        """A header, then each wording of each item, in every questionnaire and language."""
        yield WORDING_HEADS
        for form in self.forms:
            for name, kind, texts in _wordings(form):
                for language, text in texts.items():
                    verified = "yes" if text.status == "verified" else "no"
                    of = (name, kind, form.id, form.version)
                    yield (*of, language, text.text, verified, text.source)

    def as_json(self) -> str:
        """All of it as a JSON object."""
        whole: dict[str, Any] = {
            "format": self.form,
            "notes": [said._asdict() for said in self.notes],
            "columns": list(_as_objects(self.column_rows())),
            "wordings": list(_as_objects(self.wording_rows())),
        }
        return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"

    def as_csv(self) -> str:
        """All of it as one table: `part` says whether a row is a note, a column or a wording."""
        heads = ("part", *dict.fromkeys((*COLUMN_HEADS, *WORDING_HEADS)))
        parts = {
            "note": [dict(zip(COLUMN_HEADS[2:5], note, strict=True)) for note in self.notes],
            "column": _as_objects(self.column_rows()),
            "wording": _as_objects(self.wording_rows()),
        }
        rows = (
            [part, *(row.get(head, "") for head in heads[1:])]
            for part, found in parts.items()
            for row in found
        )
        return csv_lines([heads, *rows])


def _wordings(form: Questionnaire) -> Iterator[tuple[str, str, Texts]]:
    """Name, kind and texts of the items, of what can be chosen, and of the scales' labels."""
    for item in (*form.all_items(), *((form.reasons,) if form.reasons is not None else ())):
        yield item.id, item.kind, item.text
        for option in item.options:
            yield f"{item.id}/{option.id}", "option", option.text
    for name, scale in form.scales.items():
        for value, texts in scale.labels.items():
            yield f"{name}={value}", "label", texts
        if scale.not_applicable is not None:
            yield f"{name}=not-applicable", "label", scale.not_applicable


def _as_objects(rows: Iterator[tuple[str, ...]]) -> Iterator[dict[str, str]]:
    heads = next(rows)
    for row in rows:
        yield dict(zip(heads, row, strict=True))
