"""Whether the state directory is there, is the right account's, and keeps secrets to itself."""

import errno
import os
import pwd
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from device_config.checks.account import Account
from device_config.checks.finding import Finding, fail, ok, warn
from device_config.disk import mend_reading
from device_config.state import StateDirectory

SECRET = ("credentials", "settings", "device.db", "location", "epoch", "notices", ".probe")
"""How the names begin of what is for its owner alone."""
LOST = {
    "credentials": "get a new code from the centre, then: palautepiste enrol CODE",
    "settings": "the centre's come again by themselves; make those of config set anew",
    "location": "the settings count meanwhile; the centre can say anew where it stands",
    "epoch": "the kiosk writes it anew when it starts: sudo systemctl restart palautepiste-kiosk",
    "notices": "they come again from the centre by themselves",
}
"""The durable files, and what to do when both copies are damaged."""


def folder_findings(state: StateDirectory, account: Account) -> Iterator[Finding]:
    """The folder itself, then who may read and write what is in it."""
    path = state.path
    try:
        status = path.stat()
        names = sorted(os.listdir(path))  # noqa: PTH208 - as `files_in`: it may be forbidden
    except OSError as error:
        otherwise = "enrol this terminal, start its kiosk, or name its folder with --state"
        if error.errno == errno.ENOTDIR:
            otherwise = "a file is in the way: move it away, or name another folder with --state"
        yield fail("folder", f"{path}: {error.strerror}", mend_reading(error, path, otherwise))
        return
    yield ok("folder", f"{path}, of {account.name}")
    yield _rights(path, status)
    yield _owners(path, names, account)
    yield _secrets(path, names)
    yield from _copies(state)


def _rights(path: Path, status: os.stat_result) -> Finding:
    mode = stat.S_IMODE(status.st_mode)
    if os.statvfs(path).f_flag & os.ST_RDONLY:
        mend = f"sudo mount -o remount,rw {path}; if it comes back: change the card or disk"
        return fail("writable", "the disk is mounted read-only", mend)
    if mode & stat.S_IRWXU != stat.S_IRWXU:
        return fail("writable", "its owner may not write there", f"sudo chmod u+rwx {path}")
    if mode & (stat.S_IWGRP | stat.S_IWOTH):
        return warn("writable", "others may write there, too", f"sudo chmod go-w {path}")
    return ok("writable", "by its owner alone")


def _owners(path: Path, names: list[str], account: Account) -> Finding:
    strange = [name for name in names if _uid(path / name) not in (account.uid, None)]
    if strange:
        whose = _name(_uid(path / strange[0]))
        mend = f"sudo chown -R {account.name}: {path}"
        return fail("owner", f"{_some(strange)}: of {whose}, not {account.name}", mend)
    return ok("owner", f"all of {account.name}")


def _secrets(path: Path, names: list[str]) -> Finding:
    open_ones = [
        name for name in names if name.startswith(SECRET) and _is_open_to_others(path / name)
    ]
    if open_ones:
        files = " ".join(str(path / name) for name in open_ones[:6])
        mend = f"sudo chmod 600 {files}"
        return fail("secrets", f"{_some(open_ones)}: other accounts may read it", mend)
    return ok("secrets", "answers and token are for their owner alone")


def _copies(state: StateDirectory) -> Iterator[Finding]:
    for name, lost in LOST.items():
        copies = state.durable(name).wholeness()
        if copies == (True, True):
            yield ok(name, "both copies are whole")
        elif True in copies:
            mend = "it is written anew at the next reading; if it comes again: change the card"
            yield warn(name, "one of its two copies is damaged or gone; the other counts", mend)
        elif False in copies:
            mend = _mend_of(state.file(name), lost)
            yield fail(name, "damaged or not readable, and so is its second copy", mend)


def _mend_of(path: Path, otherwise: str) -> str:
    """What to do about a durable file without a whole copy."""
    try:
        path.with_name(path.name + ".1").open("rb").close()
    except OSError as error:
        return mend_reading(error, path.with_name(path.name + ".1"), otherwise)
    return otherwise


def _is_open_to_others(path: Path) -> bool:
    with suppress(OSError):
        status = path.lstat()
        return stat.S_ISREG(status.st_mode) and bool(status.st_mode & 0o077)
    return False


def _uid(path: Path) -> int | None:
    with suppress(OSError):
        return path.lstat().st_uid
    return None


def _name(uid: int | None) -> str:
    with suppress(KeyError, TypeError):
        return pwd.getpwuid(uid).pw_name  # type: ignore[arg-type] # None is suppressed
    return f"user {uid}"


def _some(names: list[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
