"""A spreadsheet as a new version of a questionnaire that is installed, and the sheet to fill in."""

import json
from collections.abc import Sequence
from pathlib import Path

from device_config.catalogue import LANGUAGE
from device_config.errors import ConfigurationProblems, UsageProblem
from device_config.problems import questionnaire_from
from device_config.questionnaire import Questionnaire
from device_config.questionnaire_files import (
    found_in,
    questionnaire_named,
    read_questionnaire_file,
    shipped_bytes,
    version_numbers,
)
from device_config.sheet import read_sheet, written_csv
from device_config.sheet_merge import Body, merged_body, rows_of


def questionnaire_from_sheet(
    file: Path, base: str, version: str | None, folder: Path
) -> tuple[bytes, Questionnaire, str]:
    """The bytes and the questionnaire that a sheet makes of an installed one, and how it was read.

    `version` is by default the next one; a version that is installed is never changed. Raises
    ConfigurationProblems with every problem and its cell, or UsageProblem.
    """
    sheet = read_sheet(file)
    before = _body_of(base, folder)
    wanted = version or _next_version(base, folder)
    after, problems = merged_body(before, sheet, wanted, f"imported from {file.name}"[:200])
    if after is None:
        raise ConfigurationProblems(f"{file} ({sheet.said})", problems)
    if after == before:
        raise UsageProblem(f"{file}: says nothing that {base} {before['version']} does not say")
    found = questionnaire_from(after, f"{file}, as {base} {wanted},")
    content = json.dumps(after, ensure_ascii=False, indent=2).encode()
    return content + b"\n", found, sheet.said


def sheet_of(questionnaire_id: str, more_languages: Sequence[str], folder: Path) -> bytes:
    """An installed questionnaire as a .csv, with empty columns for more languages.

    Raises UsageProblem.
    """
    for each in more_languages:
        if not LANGUAGE.fullmatch(each) or len(each) > 20:
            raise UsageProblem(f"--language {each!r}: write it like se, or sv-fi")
    return written_csv(rows_of(_body_of(questionnaire_id, folder), more_languages))


def _body_of(questionnaire_id: str, folder: Path) -> Body:
    """The JSON body of the version that counts; raises UsageProblem."""
    counting = questionnaire_named(questionnaire_id, folder)
    paths = [each.path for each in found_in(folder)[0] if each.questionnaire == counting]
    bodies = (
        [read_questionnaire_file(paths[0])[0]]
        if paths and paths[0] is not None
        else shipped_bytes()
    )
    known: list[Body] = [json.loads(each) for each in bodies]
    return next(
        each for each in known if (each["id"], each["version"]) == (counting.id, counting.version)
    )


def _next_version(questionnaire_id: str, folder: Path) -> str:
    """One more than the highest version that is installed: 2024.1 is followed by 2024.2."""
    numbers = max(
        version_numbers(each.questionnaire)
        for each in found_in(folder)[0]
        if each.questionnaire.id == questionnaire_id
    )
    year, *rest = numbers
    rest = [*rest[:-1], rest[-1] + 1] if rest else [1]
    return ".".join([f"{year:04}", *map(str, rest)])
