"""The layers that are files: the shipped defaults, and terminal.toml. No program writes them."""

import re
import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec

from device_config.assets import asset
from device_config.campaigns import overlaps
from device_config.disk import mend_reading
from device_config.errors import ConfigurationProblems, UsageProblem
from device_config.questionnaire_files import installed
from device_config.settings import LISTS, CampaignSettings, Layer, merged
from device_config.settings_rules import layer_problems, settings_problems

MOST_BYTES = 256 * 1024
TOO_LARGE = f"over {MOST_BYTES} bytes: too large"


def refuse_no_tables(layer: Layer, name: str) -> None:
    """Raise ConfigurationProblems where a table is none, or a list of tables none."""
    problems = [
        f"{key}: is a table, like [{key}]"
        for key, value in layer.items()
        if key not in LISTS and not isinstance(value, dict)
    ]
    problems += [
        f"{key}: is a list of tables, each like [[{key}]]"
        for key in LISTS
        if not isinstance(layer.get(key, []), list)
    ]
    if problems:
        raise ConfigurationProblems(name, tuple(problems))


def shipped_layer() -> Layer:
    """The shipped defaults."""
    return tomllib.loads(asset("defaults.toml").read_text("utf-8"))


def read_layer(path: Path) -> Layer:
    """A settings file as it stands; raises ConfigurationProblems or UsageProblem."""
    try:
        size = path.stat().st_size
        text = path.read_bytes() if size <= MOST_BYTES else b""
    except OSError as error:
        what = mend_reading(error, path, "give an existing settings file")
        raise UsageProblem(f"{path}: {error.strerror}; {what}") from None
    if size > MOST_BYTES:
        raise ConfigurationProblems(str(path), (TOO_LARGE,))
    return layer_in(text, str(path))


def layer_in(content: bytes, what: str) -> Layer:
    """The settings that these bytes say; raises ConfigurationProblems, naming `what`."""
    if len(content) > MOST_BYTES:
        raise ConfigurationProblems(what, (TOO_LARGE,))
    try:
        layer = tomllib.loads(content.decode("utf-8"))
    # Also RecursionError, and ValueError for a number of thousands of digits.
    except (ValueError, RecursionError) as error:
        raise ConfigurationProblems(what, (f"not TOML: {error}",)) from None
    return _without_dates(layer)


def _without_dates(layer: Layer) -> Layer:
    """The days of campaigns as texts: TOML has dates of its own, the centre's JSON has none."""
    campaigns = layer.get("campaign")
    if not isinstance(campaigns, list):
        return layer
    plain = [
        {key: _day(value) for key, value in each.items()} if isinstance(each, dict) else each
        for each in campaigns
    ]
    return {**layer, "campaign": plain}


def _day(value: Any) -> Any:
    is_day = isinstance(value, date) and not isinstance(value, datetime)
    return value.isoformat() if is_day else value


def check_file(path: Path, state_questionnaires: Path | None = None) -> tuple[str, ...]:
    """Every problem of a settings file, on top of the shipped defaults.

    Of the tables that have a wrong shape only that is said; rules are for the others.
    """
    layer = read_layer(path)
    problems = layer_problems(layer)
    misshapen = {re.split(r"[.\[]", path_of(problem))[0] for problem in problems}
    rest = {table: value for table, value in layer.items() if table not in misshapen}
    body, _ = merged([("shipped", shipped_layer()), (str(path), rest)])
    return (*problems, *settings_problems(body, installed(state_questionnaires)))


def file_overlaps(path: Path) -> tuple[str, ...]:
    """Campaigns of a clean settings file that give way to others on some of their days."""
    campaigns = read_layer(path).get("campaign", [])
    return tuple(overlaps(msgspec.convert(campaigns, tuple[CampaignSettings, ...])))


def path_of(problem: str) -> str:
    """What a problem is about: all before the colon."""
    return problem.partition(": ")[0]
