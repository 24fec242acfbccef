"""The account that a terminal runs as, and what it may use."""

import grp
import os
import pwd
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

KIOSK_UNITS = tuple(
    Path(folder, "palautepiste-kiosk.service")
    for folder in ("/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system")
)
READ, WRITE = 4, 2
"""The bits of a file's mode, as for others."""


@dataclass(frozen=True, slots=True)
class Account:
    """Whose state directory it is; `groups` holds also those that systemd adds."""

    name: str
    uid: int
    groups: frozenset[int]


def account_of(folder: Path, units: tuple[Path, ...] = KIOSK_UNITS) -> Account:
    """The owner of a state directory, or of what it would lie in."""
    owners = (_owner(place) for place in (folder, *folder.parents))
    uid = next((owner for owner in owners if owner is not None), 0)
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return Account(f"user {uid}", uid, frozenset())
    groups = os.getgrouplist(entry.pw_name, entry.pw_gid)
    return Account(entry.pw_name, uid, frozenset((*groups, *_groups_of_unit(units))))


def may_use(status: os.stat_result, account: Account, wanted: int = READ | WRITE) -> bool:
    """Whether this account may use a file with this status, by its mode alone."""
    if account.uid == 0:
        return True
    mode = stat.S_IMODE(status.st_mode)
    if status.st_uid == account.uid:
        return mode >> 6 & wanted == wanted
    if status.st_gid in account.groups:
        return mode >> 3 & wanted == wanted
    return mode & wanted == wanted


def joining(status: os.stat_result, path: Path, account: Account) -> str:
    """The command that lets this account use a device."""
    try:
        group = grp.getgrgid(status.st_gid).gr_name
    except KeyError:
        group = ""
    if group in ("", "root"):
        return f"sudo chmod o+rw {path} (or install the system's udev rules for it)"
    return f"sudo usermod -aG {group} {account.name}; then start the kiosk anew"


def _owner(path: Path) -> int | None:
    with suppress(OSError):
        return path.stat().st_uid
    return None


def _groups_of_unit(units: tuple[Path, ...]) -> tuple[int, ...]:
    """What systemd adds for the kiosk: such groups stand in no account's list."""
    for unit in units:
        with suppress(OSError, UnicodeDecodeError):
            lines = unit.read_text("utf-8").splitlines()
            words = [line.partition("=")[2] for line in lines if line.startswith("Supplementary")]
            return tuple(_group_ids(" ".join(words).split()))
    return ()


def _group_ids(names: list[str]) -> list[int]:
    found = []
    for name in names:
        with suppress(KeyError):
            found.append(grp.getgrnam(name).gr_gid)
    return found
