"""A sheet of translations into a questionnaire, and back: one row an item, one column a language.

Pure. What a sheet does not name stays as it is. A text that is new counts as unverified unless the
sheet says otherwise; one that the sheet repeats keeps its status and its source.
"""

import copy
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from device_config.catalogue import LANGUAGE
from device_config.sheet import Sheet, address

ITEM, TEXT = "item", "text"
STATUSES = ("verified", "unverified")
MOST_TEXT = 400
"""Characters of a text or a source: as in assets/schemas/questionnaire.schema.json."""
UNSEEN = ("Cc", "Cs")
"""Unicode's categories of control characters, and of halves of one that lost the other."""
NOT_APPLICABLE = "not-applicable"

Body = dict[str, Any]
Texts = dict[str, dict[str, str]]


Columns = dict[tuple[str, str], int]
"""The columns by what they hold (item, text, status, source) and in which language; "" is all."""


def rows_of(body: Body, more_languages: Sequence[str] = ()) -> list[list[str]]:
    """A questionnaire as the rows of a sheet, a header first, with room for more languages."""
    languages = [*body["languages"], *(e for e in more_languages if e not in body["languages"])]
    header = [ITEM, *languages]
    header += [f"{kind} {language}" for language in languages for kind in ("status", "source")]
    rows = [header]
    for name, texts in texts_of(body).items():
        said = [texts.get(language, {}) for language in languages]
        row = [name, *(each.get("text", "") for each in said)]
        row += [each.get(kind, "") for each in said for kind in ("status", "source")]
        rows.append(row)
    return rows


def texts_of(body: Body) -> dict[str, Texts]:
    """Everything that a client reads of a questionnaire's body, by the names of a sheet's rows."""
    found = {"title": body["title"]}
    for item in [*body["items"], *body["own"].get("items", ())]:
        name = item["id"]
        found[f"own:{name}" if name in found else name] = item["text"]
    for name, scale in body["scales"].items():
        for value, texts in scale["labels"].items():
            found[f"scale:{name}:{value}"] = texts
        if scale.get("not_applicable") is not None:
            found[f"scale:{name}:{NOT_APPLICABLE}"] = scale["not_applicable"]
    if body.get("reasons") is not None:
        found["reasons"] = body["reasons"]["text"]
        for option in body["reasons"].get("options", ()):
            found[f"reasons:{option['id']}"] = option["text"]
    return found


def merged_body(
    body: Body, sheet: Sheet, version: str, source: str
) -> tuple[Body | None, tuple[str, ...]]:
    """The questionnaire with the sheet's texts, as another version; and every problem, by cell.

    `source` is what a new text says of itself where the sheet says nothing. The body is None where
    there are problems; it is the old one where the sheet says nothing new.
    """
    after = copy.deepcopy(body)
    problems = list(sheet.problems)
    columns, unclear = _columns(sheet)
    if unclear:
        return None, (*problems, *unclear)
    item_column, languages = columns[ITEM, ""], _languages(columns)
    new = [each for each in languages if each not in body["languages"]]
    known = texts_of(after)
    seen: dict[str, int] = {}
    for number, row in sheet.rows():
        if number == 1:
            continue
        name = _name(row.get(item_column, ""), known)
        if name not in known:
            problems.append(_unknown(number, item_column, row, known))
        elif name in seen:
            problems.append(f"{address(number, item_column)}: {name!r} is also row {seen[name]}")
        else:
            seen[name] = number
            problems += _take_row(number, row, columns, known[name], source)
    for language in new:
        lacking = [name for name in known if name not in seen]
        if lacking:
            problems.append(
                f"{address(1, languages[language])}: a new language needs every text;"
                f" no rows for {', '.join(lacking[:10])}{' …' if len(lacking) > 10 else ''}"
            )
    if problems:
        return None, tuple(problems)
    after["languages"] = [*body["languages"], *new]
    if after != body:
        after["version"] = version
    return after, ()


def _columns(sheet: Sheet) -> tuple[Columns, list[str]]:
    """What the header says, and what is wrong with it."""
    columns: Columns = {}
    problems = []
    for number, title in sorted(sheet.row(1).items()):
        place, key = address(1, number), _column(title)
        if key is None:
            problems.append(
                f"{place}: {title[:40]!r} is no column; there are item, a language such as fi, "
                "status and source, and status fi and source fi for one language"
            )
        elif key in columns:
            problems.append(f"{place}: {title[:40]!r} is there twice")
        else:
            columns[key] = number
    if (ITEM, "") not in columns:
        problems.append("A1: there is no column named item in the first row")
    if not _languages(columns):
        problems.append("A1: there is no column of a language, like fi, in the first row")
    for (kind, language), number in columns.items():
        if language and (TEXT, language) not in columns:
            problems.append(f"{address(1, number)}: {kind} of {language!r}, without its texts")
    return columns, problems


def _column(title: str) -> tuple[str, str] | None:
    """What a column holds by its title, and in which language; None for any other title."""
    match title.lower().replace(":", " ").split():
        case ["item" | "status" | "source" as kind]:
            return kind, ""
        case ["status" | "source" as kind, language] if _is_language(language):
            return kind, language
        case [language] if _is_language(language):
            return TEXT, language
        case _:
            return None


def _is_language(word: str) -> bool:
    return len(word) <= 20 and LANGUAGE.fullmatch(word) is not None


def _languages(columns: Columns) -> dict[str, int]:
    return {language: number for (kind, language), number in columns.items() if kind == TEXT}


def _name(written: str, known: Mapping[str, Texts]) -> str:
    """The name of a row; `scale:5` will do where only one scale has a 5."""
    name = re.sub(r"\s*:\s*", ":", written.strip().lower())
    if name in known or name.count(":") != 1 or not name.startswith("scale:"):
        return name
    value = name.partition(":")[2]
    fitting = [each for each in known if each.startswith("scale:") and each.endswith(f":{value}")]
    return fitting[0] if len(fitting) == 1 else name


def _unknown(number: int, column: int, row: Mapping[int, str], known: Mapping[str, Texts]) -> str:
    written = row.get(column, "")
    if not written:
        return f"{address(number, column)}: the item is missing"
    close = get_close_matches(written[:60].lower(), known, n=1)
    guess = f"; did you mean {close[0]!r}?" if close else ""
    return f"{address(number, column)}: {written[:60]!r} is no item of it{guess}"


def _take_row(
    number: int, row: Mapping[int, str], columns: Columns, texts: Texts, source: str
) -> Iterator[str]:
    """Put a row's texts in; yields what is wrong with them, by cell."""
    for language, column in _languages(columns).items():
        place, text = address(number, column), row.get(column, "")
        said = _besides(row, columns, "status", language)
        where = _besides(row, columns, "source", language)
        status = said[1].lower()
        if status and status not in STATUSES:
            known = " nor ".join(STATUSES)
            yield f"{address(number, said[0])}: {said[1][:40]!r} is neither {known}"
        if len(where[1]) > MOST_TEXT:
            yield f"{address(number, where[0])}: {_too_long(where[1])}"
        before = texts.get(language)
        is_same = before is not None and before["text"].strip() == text
        if not text:
            yield f"{place}: empty; write the text, or leave out the whole row"
        elif len(text) > MOST_TEXT:
            yield f"{place}: {_too_long(text)}"
        elif not is_same and any(unicodedata.category(each) in UNSEEN for each in text + where[1]):
            yield f"{place}: has a line break, or a character that cannot be shown"
        else:
            texts[language] = {
                "text": before["text"] if before is not None and is_same else text,
                "source": where[1] or (before["source"] if before and is_same else source),
                "status": status or (before["status"] if before and is_same else "unverified"),
            }


def _besides(row: Mapping[int, str], columns: Columns, kind: str, language: str) -> tuple[int, str]:
    """The column and the text of a status or source: the language's own, else the row's."""
    for key in ((kind, language), (kind, "")):
        if key in columns and row.get(columns[key]):
            return columns[key], row[columns[key]]
    return 0, ""


def _too_long(text: str) -> str:
    return f"{len(text)} characters, at most {MOST_TEXT}"
