"""The configuration's life: layers staged, checked whole, activated only if clean, rolled back.

The centre's layer and `config set`'s live in one durable file, `settings`, together with the
pair that was active before, so that a change is one atomic step.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from device_config.assets import asset
from device_config.disk import mend_reading, say_once
from device_config.durable_file import DurableFile, file_fingerprint
from device_config.errors import ConfigurationProblems, StateDamaged, UsageProblem
from device_config.questionnaire import Questionnaire
from device_config.questionnaire_files import installed, newest_of_each
from device_config.settings import Layer, Settings, merged, settings_from
from device_config.settings_rules import (
    central_layer_problems,
    fit_problems,
    fitted,
    layer_problems,
    own_problems,
    settings_problems,
)
from device_config.state import StateDirectory

MOST_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Effective:
    """The settings that count now, and for each key the layer that it came from."""

    settings: Settings
    body: Layer
    sources: Mapping[str, str]
    warnings: tuple[str, ...] = ()


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What the state directory keeps of the configuration."""

    centre: Layer = {}
    set: Layer = {}
    previous: "Kept | None" = None


class ConfigStore:
    """The layers of one terminal: shipped < centre < terminal.toml < `config set`."""

    def __init__(self, state: StateDirectory, config_file: Path | None) -> None:
        self._file = DurableFile(state.file("settings"))
        self._config_file = config_file
        self._state = state
        self._questionnaires = state.questionnaires

    def effective(self) -> Effective:
        """The settings now; raises ConfigurationProblems when terminal.toml breaks a rule.

        Left out with a warning: what does not fit the questionnaires that are installed, such as
        a language that is gone; kept layers that are damaged, or break a rule themselves.
        """
        what = str(self._config_file or "the settings")
        try:
            return self._fitted(self._merged(self._kept(), what))
        except (StateDamaged, ConfigurationProblems) as error:
            # Without the kept layers a terminal collects all the same; if they were not what is
            # wrong, this fails as well.
            warning = f"{error}\ncollecting without the centre's settings and those of config set"
            effective = self._fitted(self._merged(Kept(), what))
            return replace(effective, warnings=(warning, *effective.warnings))

    def set_value(self, key: str, value: Any) -> None:
        """Set one key, as `config set` does; raises ConfigurationProblems if it does not fit."""
        self._change(lambda kept: _with_value(kept, key, value), f"the settings with {key}", key)

    def effective_with(self, key: str, value: Any) -> Effective:
        """The settings as `set_value` would make them, and raising as it does; nothing is kept."""
        kept = self._kept_or_fresh()
        after = _with_value(kept, key, value)
        self._refuse_misfits(kept, after, f"the settings with {key}", key)
        return self._fitted(self._merged(after, f"the settings with {key}"))

    def activate_central(self, layer: Layer) -> bool:
        """Take the centre's layer; returns whether it was news.

        Raises ConfigurationProblems, and keeps the layer before it, if it does not fit.
        """
        problems = central_layer_problems(layer)
        if problems:
            raise ConfigurationProblems("the centre's settings", problems)
        if layer == self._kept_or_fresh().centre:
            return False
        self._change(lambda kept: Kept(centre=layer, set=kept.set), "the centre's settings")
        return True

    def roll_back(self) -> None:
        """Go back to what was active before the last change; again to undo that."""
        self._change(_the_previous, "the configuration before this one")

    def problems_with(self, questionnaire: Questionnaire) -> tuple[str, ...]:
        """What would not fit the settings any more with this one installed too."""
        try:
            settings = self._merged(self._kept(), "the settings").settings
        except (ConfigurationProblems, UsageProblem, StateDamaged):
            return ()  # they are not right as they are, and that is said elsewhere
        now = installed(self._questionnaires)
        then = newest_of_each((*now, questionnaire))
        return _news(fit_problems(settings, now), fit_problems(settings, then))

    def fingerprint(self) -> tuple[int, ...]:
        """Changes whenever a kept layer, terminal.toml or a part of a language pack does."""
        own = file_fingerprint(self._config_file) if self._config_file is not None else (0, 0)
        return (*self._file.fingerprint(), *own, *_packs_fingerprint(self._state))

    def _kept(self) -> Kept:
        body = self._file.read()
        return msgspec.convert(body, Kept) if body is not None else Kept()

    def _kept_or_fresh(self) -> Kept:
        try:
            return self._kept()
        except StateDamaged:
            return Kept()

    def _change(self, change: Callable[[Kept], Kept], what: str, key: str = "") -> None:
        """Activate what `change` makes of the kept layers, if clean; they stay as a way back."""

        def checked(body: object) -> Kept:
            before = msgspec.convert(body, Kept) if body is not None else Kept()
            after = change(before)
            self._refuse_misfits(before, after, what, key)
            previous = Kept(centre=before.centre, set=before.set)
            return Kept(centre=after.centre, set=after.set, previous=previous)

        self._file.update(checked)

    def _refuse_misfits(self, before: Kept, after: Kept, what: str, key: str) -> None:
        """Raise ConfigurationProblems for what a change brings, or leaves wrong at its own key.

        What did not fit before it is no reason: a language that is gone must not keep anybody
        from setting anything else.
        """
        now = installed(self._questionnaires)
        problems = fit_problems(self._merged(after, what).settings, now)
        if not problems:
            return
        try:
            known = fit_problems(self._merged(before, what).settings, now)
        except ConfigurationProblems:
            known = ()
        problems = _news(known, problems, key)
        if problems:
            raise ConfigurationProblems(what, problems)

    def _fitted(self, wanted: Effective) -> Effective:
        settings, warnings = fitted(wanted.settings, installed(self._questionnaires))
        return replace(wanted, settings=settings, warnings=warnings)

    def _merged(self, kept: Kept, what: str) -> Effective:
        """All layers on top of each other; raises ConfigurationProblems for a broken rule.

        Whether they fit what is installed is not looked at.
        """
        layers = [("shipped", shipped_layer()), ("centre", kept.centre)]
        if self._config_file is not None:
            layers.append((str(self._config_file), read_layer(self._config_file)))
        layers.append(("set", kept.set))
        for name, layer in layers:
            _refuse_no_tables(layer, name)
        body, sources = merged(layers)
        try:
            settings = settings_from(body)
        except msgspec.ValidationError:
            problems = settings_problems(body, installed(self._questionnaires))
            raise ConfigurationProblems(what, problems) from None
        problems = own_problems(settings)
        if problems:
            raise ConfigurationProblems(what, problems)
        return Effective(settings, body, sources)


def _news(before: Iterable[str], after: Iterable[str], key: str = "") -> tuple[str, ...]:
    """The problems at other paths than those before, and those at the key itself."""
    known = {_path_of(problem) for problem in before}
    return tuple(
        problem
        for problem in after
        if (path := _path_of(problem)) not in known or (key and path.startswith(key))
    )


def _path_of(problem: str) -> str:
    return problem.partition(": ")[0]


def _packs_fingerprint(state: StateDirectory) -> Iterator[int]:
    for folder, pattern in (
        (state.questionnaires, "*.json"),
        (state.locales, "*/LC_MESSAGES/*.mo"),
        (state.keyboards, "*.json"),
    ):
        try:
            paths = sorted(folder.glob(pattern))
        except OSError as error:
            say_once(f"{folder}: {error.strerror}; {mend_reading(error, folder, 'passed over')}")
            continue
        for path in paths:
            yield from file_fingerprint(path)


def _with_value(kept: Kept, key: str, value: Any) -> Kept:
    table, _, name = key.partition(".")
    if not name:
        raise UsageProblem(f"{key}: name a key with its table, like session.undo_s")
    ours = {**kept.set, table: {**kept.set.get(table, {}), name: value}}
    return Kept(centre=kept.centre, set=ours)


def _the_previous(kept: Kept) -> Kept:
    if kept.previous is None:
        raise UsageProblem("config rollback: nothing was changed yet, so there is no way back")
    return kept.previous


def _refuse_no_tables(layer: Layer, name: str) -> None:
    problems = [
        f"{key}: is a table, like [{key}]"
        for key, value in layer.items()
        if key != "panel" and not isinstance(value, dict)
    ]
    if not isinstance(layer.get("panel", []), list):
        problems.append("panel: is a list of tables, each like [[panel]]")
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
        raise ConfigurationProblems(str(path), (f"over {MOST_BYTES} bytes: too large",))
    try:
        return tomllib.loads(text.decode("utf-8"))
    # Also RecursionError, and ValueError for a number of thousands of digits.
    except (ValueError, RecursionError) as error:
        raise ConfigurationProblems(str(path), (f"not TOML: {error}",)) from None


def check_file(path: Path, state_questionnaires: Path | None = None) -> tuple[str, ...]:
    """Every problem of a settings file, on top of the shipped defaults.

    Of the tables that have a wrong shape only that is said; rules are for the others.
    """
    layer = read_layer(path)
    problems = layer_problems(layer)
    misshapen = {re.split(r"[.\[]", _path_of(problem))[0] for problem in problems}
    rest = {table: value for table, value in layer.items() if table not in misshapen}
    body, _ = merged([("shipped", shipped_layer()), (str(path), rest)])
    return (*problems, *settings_problems(body, installed(state_questionnaires)))
