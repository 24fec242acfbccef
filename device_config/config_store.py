"""The configuration's life: layers staged, checked whole, activated only if clean, rolled back.

The centre's layer and `config set`'s live in one durable file, `settings`, together with the
pair that was active before, so that a change is one atomic step.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from device_config.assets import asset
from device_config.durable_file import DurableFile
from device_config.errors import ConfigurationProblems, StateDamaged, UsageProblem
from device_config.questionnaire_files import shipped
from device_config.settings import Layer, Settings, merged, settings_from
from device_config.settings_rules import (
    central_layer_problems,
    layer_problems,
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

    def effective(self) -> Effective:
        """The settings now; raises ConfigurationProblems when terminal.toml breaks a rule.

        Damaged kept layers are left out with a warning: a terminal collects all the same.
        """
        warnings: tuple[str, ...] = ()
        try:
            kept = self._kept()
        except StateDamaged as error:
            kept, warnings = Kept(), (f"{error}; collecting with the other layers",)
        return replace(
            self._checked(kept, str(self._config_file or "the settings")), warnings=warnings
        )

    def set_value(self, key: str, value: Any) -> None:
        """Set one key, as `config set` does; raises ConfigurationProblems if it does not fit."""
        table, _, name = key.partition(".")
        if not name:
            raise UsageProblem(f"{key}: name a key with its table, like session.undo_s")
        kept = self._kept_or_fresh()
        ours = {**kept.set, table: {**kept.set.get(table, {}), name: value}}
        self._activate(kept, Kept(centre=kept.centre, set=ours), f"{key} = {value!r}")

    def activate_central(self, layer: Layer) -> bool:
        """Take the centre's layer; returns whether it was news.

        Raises ConfigurationProblems, and keeps the layer before it, if it does not fit.
        """
        problems = central_layer_problems(layer)
        if problems:
            raise ConfigurationProblems("the centre's settings", problems)
        kept = self._kept_or_fresh()
        if layer == kept.centre:
            return False
        self._activate(kept, Kept(centre=layer, set=kept.set), "the centre's settings")
        return True

    def roll_back(self) -> None:
        """Go back to what was active before the last change; again to undo that."""
        kept = self._kept_or_fresh()
        if kept.previous is None:
            raise UsageProblem("config rollback: nothing was changed yet, so there is no way back")
        self._activate(kept, kept.previous, "the configuration before this one")

    def fingerprint(self) -> tuple[int, ...]:
        """Changes whenever a layer that is kept, or terminal.toml, was written."""
        file = self._config_file
        stat = file.stat() if file is not None and file.exists() else None
        own = (stat.st_ino, stat.st_mtime_ns) if stat else (0, 0)
        return (*self._file.fingerprint(), *own)

    def _kept(self) -> Kept:
        body = self._file.read()
        return msgspec.convert(body, Kept) if body is not None else Kept()

    def _kept_or_fresh(self) -> Kept:
        try:
            return self._kept()
        except StateDamaged:
            return Kept()

    def _activate(self, before: Kept, after: Kept, what: str) -> None:
        self._checked(after, what)
        previous = Kept(centre=before.centre, set=before.set)
        self._file.write(Kept(centre=after.centre, set=after.set, previous=previous))

    def _checked(self, kept: Kept, what: str) -> Effective:
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
            raise ConfigurationProblems(what, layer_problems(body) or ("wrong shape",)) from None
        problems = settings_problems(body, shipped())
        if problems:
            raise ConfigurationProblems(what, problems)
        return Effective(settings, body, sources)


def _refuse_no_tables(layer: Layer, name: str) -> None:
    wrong = [k for k, v in layer.items() if k != "panel" and not isinstance(v, dict)]
    if wrong:
        raise ConfigurationProblems(
            name, tuple(f"{key}: is a table, like [{key}]" for key in wrong)
        )


def shipped_layer() -> Layer:
    """The shipped defaults."""
    return tomllib.loads(asset("defaults.toml").read_text("utf-8"))


def read_layer(path: Path) -> Layer:
    """A settings file as it stands; raises ConfigurationProblems or UsageProblem."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ConfigurationProblems(str(path), (f"over {MOST_BYTES} bytes: too large",))
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageProblem(f"{path}: {error.strerror}; give an existing settings file") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationProblems(str(path), (f"not TOML: {error}",)) from None


def check_file(path: Path) -> tuple[str, ...]:
    """Every problem of a settings file, on top of the shipped defaults."""
    layer = read_layer(path)
    problems = layer_problems(layer)
    if problems:
        return problems
    body, _ = merged([("shipped", shipped_layer()), (str(path), layer)])
    return settings_problems(body, shipped())
