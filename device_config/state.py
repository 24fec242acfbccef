"""The state directory: where a terminal keeps what it must not lose, and who may hold it."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from device_config.disk import IN_THE_WAY, make_folder, mend, open_private
from device_config.durable_file import DurableFile
from device_config.errors import StateInUse, StateNotWritable

SYSTEM_STATE = Path("/var/lib/palautepiste")
SYSTEM_CONFIG = Path("/etc/palautepiste/terminal.toml")


def default_state() -> Path:
    """The system's state directory where it exists, else the user's own data directory."""
    if SYSTEM_STATE.is_dir():
        return SYSTEM_STATE
    data_home = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(data_home).expanduser() / "palautepiste"


def default_config() -> Path | None:
    """The system's terminal.toml where it exists, else None: the shipped defaults."""
    try:
        return SYSTEM_CONFIG if SYSTEM_CONFIG.is_file() else None
    except OSError:
        return SYSTEM_CONFIG  # it may be there: who reads it says what is wrong


@dataclass(frozen=True, slots=True)
class StateDirectory:
    """The paths in a state directory that can be written, or is only looked at."""

    path: Path
    is_only_read: bool = False
    """Whether what is damaged is left as it is, for whoever only wants to know."""

    @property
    def database(self) -> Path:
        """Responses, orders, facts and journal."""
        return self.path / "device.db"

    @property
    def questionnaires(self) -> Path:
        """The folder of questionnaires that were installed besides the shipped ones."""
        return self.path / "questionnaires"

    @property
    def locales(self) -> Path:
        """The folder of interface catalogues that came with language packs."""
        return self.path / "locales"

    @property
    def keyboards(self) -> Path:
        """The folder of keyboard layouts besides the shipped ones."""
        return self.path / "keyboards"

    def file(self, name: str) -> Path:
        """A durable file, such as `location`, beside the database."""
        return self.path / name

    def durable(self, name: str) -> DurableFile:
        """The same with its two copies."""
        return DurableFile(self.file(name), heals=not self.is_only_read)


def open_state(path: Path) -> StateDirectory:
    """The state directory, made if need be; raises StateNotWritable with the mend."""
    try:
        make_folder(path.parent)
        make_folder(path, mode=0o750)
        probe = path / f".probe-{os.getpid()}"
        probe.touch(mode=0o600)
        probe.unlink()
    except OSError as error:
        # A path that was mistyped may well be somebody's file: no advice to move that away.
        first = "" if error.errno in IN_THE_WAY else f"{mend(error, path)}, or "
        what = f"{first}give another directory with --state"
        raise StateNotWritable(f"{path}: {error.strerror}; {what}") from None
    return StateDirectory(path)


@contextmanager
def hold(
    state: StateDirectory,
    role: str,
    wait_s: float = 0.0,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[None]:
    """Hold the state directory as its one `kiosk` or `sync`; raises StateInUse after `wait_s`.

    Raises StateNotWritable where that cannot be tried. The kernel lets go of it when the process
    ends, however it ends.
    """
    path = state.file(f"{role}.lock")
    try:
        descriptor = open_private(path)
    except OSError as error:
        raise StateNotWritable(f"{path}: {error.strerror}; {mend(error, path)}") from None
    try:
        give_up_at = time.monotonic() + wait_s
        while not _locked(descriptor):
            if time.monotonic() >= give_up_at:
                raise StateInUse(_in_use(state, role, descriptor))
            sleep(0.05)
        with suppress(OSError):  # only for the words of whoever comes second; the disk may be full
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _in_use(state: StateDirectory, role: str, descriptor: int) -> str:
    holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
    who = f"process {holder}" if holder else "another program"
    return (
        f"{state.path}: {who} already runs as this terminal's {role}; "
        f"stop it, or give another directory with --state"
    )


# What click finds wrong with a path it says with its usage; what we find is one line.
ANY_PATH = click.Path(path_type=Path, readable=False)
"""A path on the command line, whatever is there: who uses it says what is wrong."""

state_option: Callable[[Any], Any] = click.option(
    "--state",
    type=ANY_PATH,
    envvar="PALAUTEPISTE_STATE",
    default=default_state,
    show_default="/var/lib/palautepiste, else your data directory",
    help="Where this terminal keeps its answers and settings.",
)
"""The option --state of every command, as `state: Path`."""

config_option: Callable[[Any], Any] = click.option(
    "--config",
    type=ANY_PATH,
    envvar="PALAUTEPISTE_CONFIG",
    default=default_config,
    show_default="/etc/palautepiste/terminal.toml, else the shipped defaults",
    help="The terminal's settings file.",
)
"""The option --config of every command, as `config: Path | None`."""

no_config_option: Callable[[Any], Any] = click.option(
    "--config",
    type=ANY_PATH,
    expose_value=False,
    help="Taken by every command; this one reads no settings.",
)
"""--config for a command that needs none, so that scripts may give it everywhere."""

no_state_option: Callable[[Any], Any] = click.option(
    "--state",
    type=ANY_PATH,
    expose_value=False,
    help="Taken by every command; this one keeps no state.",
)
"""--state for a command that needs none, so that scripts may give it everywhere."""
