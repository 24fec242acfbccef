"""The questionnaires that are installed: those that travel with the program, and those that came.

What came lies in a folder of the state directory. Of one id the highest version counts.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import msgspec

from device_config.assets import asset
from device_config.disk import NO_RIGHT, files_in, mend, mend_reading, say_once
from device_config.durable_file import file_fingerprint
from device_config.errors import ConfigurationProblems, UsageProblem
from device_config.plain_file import read_plain, write_plain
from device_config.problems import questionnaire_from
from device_config.questionnaire import Questionnaire

MOST_BYTES = 2 * 1024 * 1024  # a questionnaire in forty languages is a tenth of this
MOST_FILES = 100
SHEETS = (".csv", ".tsv", ".xlsx")
"""Tables of texts: no questionnaires yet."""


@dataclass(frozen=True, slots=True)
class Found:
    """One questionnaire, and the file it came in; None for one that travels with the program."""

    questionnaire: Questionnaire
    path: Path | None = None


def shipped_bytes() -> tuple[bytes, ...]:
    """The questionnaires that travel with the program, as they are on disk."""
    folder = asset("questionnaires")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".json"))
    return tuple(folder.joinpath(name).read_bytes() for name in names)


def shipped() -> tuple[Questionnaire, ...]:
    """The questionnaires that travel with the program.

    They are decoded without the full check, which the tests make: a terminal starts often.
    """
    return tuple(msgspec.json.decode(body, type=Questionnaire) for body in shipped_bytes())


def installed(state_questionnaires: Path | None) -> tuple[Questionnaire, ...]:
    """What can be asked: of each id the highest version, shipped or in this folder.

    What is passed over there is logged once. Never raises.
    """
    found, problems = found_in(state_questionnaires)
    for problem in problems:
        say_once(problem)
    return newest_of_each(each.questionnaire for each in found)


def found_in(state_questionnaires: Path | None) -> tuple[tuple[Found, ...], tuple[str, ...]]:
    """Every questionnaire, newer versions or not, and a line for each file that is passed over.

    Of the same id and version the first one counts; the shipped ones come first.
    """
    found = [Found(each) for each in shipped()]
    problems = []
    paths: tuple[Path, ...] = ()
    try:
        paths = questionnaire_paths(state_questionnaires)
    except OSError as error:
        what = mend(error, state_questionnaires or Path())
        problems.append(f"{state_questionnaires}: passed over: {error.strerror}; {what}")
    if len(paths) > MOST_FILES:
        problems.append(f"{state_questionnaires}: over {MOST_FILES} files; the rest is passed over")
    for path in paths[:MOST_FILES]:
        read = _read_once(path, file_fingerprint(path))
        if isinstance(read, str):
            problems.append(read)
        elif (same := same_version(read, found)) is None:
            found.append(Found(read, path))
        elif same.questionnaire != read:
            problems.append(f"{path}: passed over: {_clash(read, same)}")
    return tuple(found), tuple(problems)


def questionnaire_paths(folder: Path | None) -> tuple[Path, ...]:
    """The questionnaire files in a folder, by name; none when there is no such folder.

    Raises OSError for a folder that cannot be read.
    """
    if folder is None:
        return ()
    return files_in(folder, lambda name: name.endswith(".json") and not name.startswith("."))


def newest_of_each(questionnaires: Iterable[Questionnaire]) -> tuple[Questionnaire, ...]:
    """Of each id the questionnaire with the highest version; of equals the first."""
    newest: dict[str, Questionnaire] = {}
    for each in questionnaires:
        before = newest.get(each.id)
        if before is None or version_numbers(each) > version_numbers(before):
            newest[each.id] = each
    return tuple(newest.values())


def version_numbers(questionnaire: Questionnaire) -> tuple[int, ...]:
    """The version as numbers, by which 2024.10 comes after 2024.9."""
    return tuple(int(part) for part in questionnaire.version.split("."))


def same_version(questionnaire: Questionnaire, found: Iterable[Found]) -> Found | None:
    """The one with the same id and version, or None."""
    key = (questionnaire.id, version_numbers(questionnaire))
    return next(
        (e for e in found if (e.questionnaire.id, version_numbers(e.questionnaire)) == key), None
    )


def questionnaire_named(questionnaire_id: str, folder: Path | None = None) -> Questionnaire:
    """The installed questionnaire with this id, `folder` being that of the state directory.

    Raises UsageProblem when there is none.
    """
    here = installed(folder)
    for questionnaire in here:
        if questionnaire.id == questionnaire_id:
            return questionnaire
    known = ", ".join(questionnaire.id for questionnaire in here)
    raise UsageProblem(
        f"session.questionnaire: no questionnaire {questionnaire_id!r}; installed: {known}"
    )


def read_questionnaire(path: Path) -> Questionnaire:
    """The questionnaire in a file, checked whole.

    Raises ConfigurationProblems with every problem, or UsageProblem when the file cannot be read.
    """
    return read_questionnaire_file(path)[1]


def read_questionnaire_file(path: Path) -> tuple[bytes, Questionnaire]:
    """A file's bytes and the questionnaire in them; raises as `read_questionnaire` does."""
    if path.suffix.lower() in SHEETS:
        mend = "`palautepiste questionnaire import` makes a questionnaire file of it"
        raise UsageProblem(f"{path}: is a table; {mend}")
    try:
        content = read_plain(path, MOST_BYTES)
    except OSError as error:
        what = mend_reading(error, path, "give the path of a questionnaire file")
        raise UsageProblem(f"{path}: {error.strerror}; {what}") from None
    except ValueError as error:
        raise ConfigurationProblems(str(path), (str(error),)) from None
    return content, questionnaire_in(content, str(path))


def questionnaire_in(content: bytes, what: str) -> Questionnaire:
    """The questionnaire that these bytes hold, checked whole.

    Raises ConfigurationProblems, naming `what` and every problem.
    """
    try:
        body = json.loads(content.decode("utf-8"))
    except json.JSONDecodeError as error:
        problem = f"line {error.lineno}, column {error.colno}: not JSON: {error.msg}"
        raise ConfigurationProblems(what, (problem,)) from None
    # Also RecursionError, and ValueError for a number of thousands of digits.
    except (ValueError, RecursionError) as error:
        raise ConfigurationProblems(what, (f"not UTF-8 JSON: {error}",)) from None
    return questionnaire_from(body, what)


def install(content: bytes, questionnaire: Questionnaire, folder: Path) -> Path | None:
    """Keep a checked questionnaire's bytes in the folder; returns where, or None if it is there.

    Raises UsageProblem as `refuse_clash` does, and StateNotWritable.
    """
    if refuse_clash(questionnaire, folder) is not None:
        return None
    path = folder / f"{questionnaire.id}-{questionnaire.version}.json"
    write_plain(path, content)
    return path


def refuse_clash(questionnaire: Questionnaire, folder: Path) -> Found | None:
    """The same questionnaire where it is installed already, or None.

    Raises UsageProblem for another content under an id and version that are installed.
    """
    same = same_version(questionnaire, found_in(folder)[0])
    if same is not None and same.questionnaire != questionnaire:
        raise UsageProblem(f"{_clash(questionnaire, same)}; give it a higher version")
    return same


def _clash(new: Questionnaire, same: Found) -> str:
    where = f"in {same.path}" if same.path is not None else "shipped with the program"
    return f"{new.id} {new.version} is installed already with other content, {where}"


@lru_cache(maxsize=MOST_FILES)
def _read_once(path: Path, _fingerprint: tuple[int, int]) -> Questionnaire | str:
    """A file of the state directory, or in one line why it is passed over."""
    try:
        return questionnaire_in(read_plain(path, MOST_BYTES), str(path))
    except ConfigurationProblems as error:
        more = f" (and {len(error.problems) - 1} more)" if len(error.problems) > 1 else ""
        return f"{path}: passed over: {error.problems[0]}{more}"
    except OSError as error:
        what = f"; {mend(error, path)}" if error.errno in NO_RIGHT else ""
        return f"{path}: passed over: {error.strerror}{what}"
    except ValueError as error:
        return f"{path}: passed over: {error}"
