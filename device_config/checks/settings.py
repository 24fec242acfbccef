"""Whether the settings can be used, all of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from device_config.checks.finding import Finding, fail, ok, warn
from device_config.config_store import ConfigStore, Effective
from device_config.errors import ConfigurationProblems, KioskError
from device_config.settings_files import check_file
from device_config.state import StateDirectory

MOST_PROBLEMS = 10
SHOW = "palautepiste config show tells which layer it is; config set or config rollback mends it"
FITTING = (
    "palautepiste questionnaire list tells what is installed: import it, or config set another"
)


@dataclass(frozen=True, slots=True)
class SettingsFacts:
    """The settings that count, and what is wrong with terminal.toml, if there is one."""

    effective: Effective
    file: Path | None = None
    problems: tuple[str, ...] = field(default=())


def look_at_settings(state: StateDirectory, file: Path | None) -> SettingsFacts:
    """The settings now; with a wrong terminal.toml those without it. Raises KioskError."""
    problems: tuple[str, ...] = ()
    if file is not None:
        try:
            problems = check_file(file, state.questionnaires)
        except ConfigurationProblems as error:
            problems = error.problems
        except KioskError as error:
            problems = (str(error),)
    try:
        effective = ConfigStore(state, file).effective()
    except KioskError as error:
        problems = problems or (str(error),)
        effective = ConfigStore(state, None).effective()
    # What does not fit is left out at each reading, which the warnings say.
    said = {warning.removesuffix("; going on without") for warning in effective.warnings}
    return SettingsFacts(effective, file, tuple(each for each in problems if each not in said))


def settings_findings(facts: SettingsFacts) -> Iterator[Finding]:
    """terminal.toml first, then what had to be left out of all layers together."""
    if facts.file is None:
        yield ok("terminal.toml", "none: the shipped settings, the centre's, and config set's")
    elif not facts.problems:
        yield ok("terminal.toml", f"{facts.file} can be used")
    if _shows_the_token(facts):
        mend = f"sudo chown palautepiste: {facts.file}; sudo chmod 600 {facts.file}"
        yield warn("token", f"it stands in {facts.file}, which other accounts may read", mend)
    for problem in facts.problems[:MOST_PROBLEMS]:
        line = " ".join(problem.split())
        yield fail("terminal.toml", line, f"mend it, then: palautepiste config check {facts.file}")
    for warning in facts.effective.warnings:
        mend = FITTING if warning.startswith(("session.", "campaign[")) else SHOW
        yield warn("in use", " ".join(warning.split()), mend)
    if not facts.effective.warnings:
        yield ok("in use", "nothing had to be left out")


def _shows_the_token(facts: SettingsFacts) -> bool:
    """Whether terminal.toml holds the token, and not its owner alone may read it."""
    if facts.file is None or facts.effective.sources.get("central.token") != str(facts.file):
        return False
    try:
        return bool(facts.file.stat().st_mode & 0o077)
    except OSError:
        return False
