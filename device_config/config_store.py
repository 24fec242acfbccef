"""The configuration's life: layers staged, checked whole, activated only if clean, rolled back.

The centre's layer and `config set`'s live in one durable file, `settings`, together with the
pair that was active before, so that a change is one atomic step. A change is on trial until the
kiosk has come up with it (trial.py).
"""

import logging
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from device_config.disk import mend_reading, say_once
from device_config.durable_file import file_fingerprint
from device_config.errors import ConfigurationProblems, KioskError, StateDamaged, UsageProblem
from device_config.questionnaire import Questionnaire
from device_config.questionnaire_files import installed, newest_of_each
from device_config.settings import LISTS, Layer, Settings, merged, settings_from
from device_config.settings_files import (
    MOST_BYTES,
    TOO_LARGE,
    path_of,
    read_layer,
    refuse_no_tables,
    shipped_layer,
)
from device_config.settings_rules import (
    central_layer_problems,
    fit_problems,
    fitted,
    own_problems,
    settings_problems,
)
from device_config.software import software
from device_config.state import StateDirectory
from device_config.trial import (
    Kept,
    Layers,
    TakenBack,
    changed,
    confirmed,
    digest,
    failed,
    kept_to,
    left_centre,
    refuses,
    spared,
    started,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Effective:
    """The settings that count now, and for each key the layer that it came from.

    `kept` is the digest of the kept layers in them, empty where those are left out.
    """

    settings: Settings
    body: Layer
    sources: Mapping[str, str]
    warnings: tuple[str, ...] = ()
    kept: str = ""


class ConfigStore:
    """The layers of one terminal: shipped < centre < terminal.toml < `config set`."""

    def __init__(self, state: StateDirectory, config_file: Path | None) -> None:
        self._file = state.durable("settings")
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
            kept = self._kept()
            effective = self._fitted(self._merged(kept.layers, what))
        except (StateDamaged, ConfigurationProblems) as error:
            # Without the kept layers a terminal collects all the same; if they were not what is
            # wrong, this fails as well.
            warning = f"{error}\ncollecting without the centre's settings and those of config set"
            effective = self._fitted(self._merged(Layers(), what))
            return replace(effective, warnings=(warning, *effective.warnings))
        warnings = (*_of_taken_back(kept.taken_back), *effective.warnings)
        return replace(effective, warnings=warnings, kept=digest(kept.layers))

    def start(self) -> None:
        """The kiosk starts: settings that it did not come up with go back. Never raises."""
        try:
            if self._is_calm():
                return
            self.effective()  # with a wrong terminal.toml no kiosk starts, whatever is on trial
            self._file.update(lambda body: started(_kept_in(body), software(), uuid.uuid4().hex))
        except (KioskError, OSError) as error:
            log.error("whether the settings work is not written down: %s", error)  # noqa: TRY400

    def confirm(self, kept: str) -> None:
        """The kiosk has come up with `Effective.kept`. Raises StateNotWritable."""
        before = self._kept_or_fresh()
        if confirmed(before, kept) != before:
            self._file.update(lambda body: confirmed(_kept_in(body), kept))

    def note_failure(self, problem: str, *, has_display: bool = True) -> None:
        """Why the kiosk does not come up, if it can say so. Never raises."""

        def noted(body: object) -> Kept:
            kept = failed(_kept_in(body), problem)
            return kept if has_display else spared(kept)

        try:
            if self._kept_or_fresh().trial is not None:
                self._file.update(noted)
        except (KioskError, OSError) as error:
            log.error("%s", error)  # noqa: TRY400 - the disk's trouble

    def taken_back(self) -> TakenBack | None:
        """What went back by itself, until somebody has changed it."""
        return self._kept_or_fresh().taken_back

    def set_value(self, key: str, value: Any) -> None:
        """Set one key, as `config set` does; raises ConfigurationProblems if it does not fit."""
        what = f"the settings with {key}"
        self._change(lambda kept: _with_value(kept.layers, key, value), what, key)

    def effective_with(self, key: str, value: Any) -> Effective:
        """The settings as `set_value` would make them, and raising as it does; nothing is kept."""
        layers = self._kept_or_fresh().layers
        after = _with_value(layers, key, value)
        self._refuse_misfits(layers, after, f"the settings with {key}", key)
        return self._fitted(self._merged(after, f"the settings with {key}"))

    def activate_central(self, layer: Layer) -> bool:
        """Take the centre's layer; returns whether it was news.

        One that the kiosk did not come up with is none. Raises ConfigurationProblems, and keeps
        the layer before it, if it does not fit.
        """
        if len(msgspec.json.encode(layer)) > MOST_BYTES:
            raise ConfigurationProblems("the centre's settings", (TOO_LARGE,))
        problems = central_layer_problems(layer)
        if problems:
            raise ConfigurationProblems("the centre's settings", problems)
        kept = self._kept_or_fresh()
        if layer == kept.centre:
            if kept_to(kept) != kept:
                self._file.update(lambda body: kept_to(_kept_in(body)))
            return False
        if refuses(kept, layer, software()):
            return False
        self._change(lambda kept: Layers(centre=layer, set=kept.set), "the centre's settings")
        return True

    def leave_centre(self) -> None:
        """Drop what the centre so far has sent, also as a way back. Raises StateNotWritable."""
        before = self._kept_or_fresh()
        if left_centre(before) != before:
            self._file.update(lambda body: left_centre(_kept_in(body)))

    def roll_back(self) -> None:
        """Go back to what was active before the last change; again to undo that."""
        self._change(_the_previous, "the configuration before this one")

    def problems_with(
        self, questionnaire: Questionnaire, centre: Layer | None = None
    ) -> tuple[str, ...]:
        """What would not fit the settings any more with this one installed too.

        `centre` is the layer that the centre sends with it, if it does.
        """
        try:
            layers = self._kept().layers
            if centre is not None:
                layers = Layers(centre=centre, set=layers.set)
            settings = self._merged(layers, "the settings").settings
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
        return _kept_in(self._file.read())

    def _kept_or_fresh(self) -> Kept:
        try:
            return self._kept()
        except StateDamaged:
            return Kept()

    def _is_calm(self) -> bool:
        """Whether a start changes nothing of what is kept."""
        kept = self._kept_or_fresh()
        return started(kept, "", "") == kept

    def _change(self, change: Callable[[Kept], Layers], what: str, key: str = "") -> None:
        """Activate what `change` makes of the kept layers, if clean; they stay as a way back."""

        def checked(body: object) -> Kept:
            kept = _kept_in(body)
            layers = change(kept)
            self._refuse_misfits(kept.layers, layers, what, key)
            return changed(kept, layers)

        self._file.update(checked)

    def _refuse_misfits(self, before: Layers, after: Layers, what: str, key: str) -> None:
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

    def _merged(self, kept: Layers, what: str) -> Effective:
        """All layers on top of each other; raises ConfigurationProblems for a broken rule.

        Whether they fit what is installed is not looked at.
        """
        layers = [("shipped", shipped_layer()), ("centre", kept.centre)]
        if self._config_file is not None:
            layers.append((str(self._config_file), read_layer(self._config_file)))
        layers.append(("set", kept.set))
        for name, layer in layers:
            refuse_no_tables(layer, name)
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
    known = {path_of(problem) for problem in before}
    return tuple(
        problem
        for problem in after
        if (path := path_of(problem)) not in known or (key and path.startswith(key))
    )


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


def _kept_in(body: object) -> Kept:
    """What a file's body keeps; raises StateDamaged for a body of another shape."""
    try:
        return msgspec.convert(body, Kept) if body is not None else Kept()
    except msgspec.ValidationError as error:
        raise StateDamaged(f"the kept settings are of another shape: {error}") from None


def _of_taken_back(taken_back: TakenBack | None) -> Iterator[str]:
    if taken_back is None:
        return
    whose = "the centre's last settings" if taken_back.centre else "the last settings"
    why = f" ({taken_back.problem})" if taken_back.problem else ""
    yield (
        f"{whose} went back to those before: the kiosk did not come up with them in "
        f"{taken_back.starts} starts{why}; change them, or try them again with config rollback"
    )


def _with_value(layers: Layers, key: str, value: Any) -> Layers:
    table, _, name = key.partition(".")
    if not name or not table:
        lists = " ([[panel]] and [[campaign]] are for terminal.toml)" if key in LISTS else ""
        raise UsageProblem(f"{key}: name a key with its table, like session.undo_s{lists}")
    ours = {**layers.set, table: {**layers.set.get(table, {}), name: value}}
    return Layers(centre=layers.centre, set=ours)


def _the_previous(kept: Kept) -> Layers:
    if kept.previous is None:
        raise UsageProblem("config rollback: nothing was changed yet, so there is no way back")
    return kept.previous
