"""The questionnaires that are installed: where they are read from."""

import json
from pathlib import Path

import msgspec

from device_config.assets import asset
from device_config.errors import ConfigurationProblems, UsageProblem
from device_config.problems import questionnaire_from
from device_config.questionnaire import Questionnaire

MOST_BYTES = 2 * 1024 * 1024  # a questionnaire in forty languages is a tenth of this


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


def questionnaire_named(questionnaire_id: str) -> Questionnaire:
    """The installed questionnaire with this id; raises UsageProblem when there is none."""
    installed = shipped()
    for questionnaire in installed:
        if questionnaire.id == questionnaire_id:
            return questionnaire
    known = ", ".join(questionnaire.id for questionnaire in installed)
    raise UsageProblem(
        f"session.questionnaire: no questionnaire {questionnaire_id!r}; installed: {known}"
    )


def read_questionnaire(path: Path) -> Questionnaire:
    """The questionnaire in a file, checked whole.

    Raises ConfigurationProblems with every problem, or UsageProblem when the file cannot be read.
    """
    try:
        size = path.stat().st_size
        text = path.read_bytes() if size <= MOST_BYTES else b""
    except OSError as error:
        raise UsageProblem(
            f"{path}: {error.strerror}; give the path of a questionnaire file"
        ) from None
    if size > MOST_BYTES:
        raise ConfigurationProblems(str(path), (f"over {MOST_BYTES} bytes: too large",))
    try:
        body = json.loads(text.decode("utf-8"))
    except json.JSONDecodeError as error:
        problem = f"line {error.lineno}, column {error.colno}: not JSON: {error.msg}"
        raise ConfigurationProblems(str(path), (problem,)) from None
    # Also RecursionError, and ValueError for a number of thousands of digits.
    except (ValueError, RecursionError) as error:
        raise ConfigurationProblems(str(path), (f"not UTF-8 JSON: {error}",)) from None
    return questionnaire_from(body, str(path))
