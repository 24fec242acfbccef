"""Takes the boot file: once, with a report beside it for whoever put the card in."""

import hashlib
import hmac
import logging
import math
import os
import secrets
import ssl
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from device_config.clock import Reading, rfc3339
from device_config.credentials import read_credentials
from device_config.disk import replace_file, say_once
from device_config.errors import (
    ConfigurationProblems,
    EnrolmentRefused,
    StateDamaged,
    StateNotWritable,
)
from device_config.plain_file import read_plain
from device_config.state import StateDirectory
from device_config.wifi_password import forget_passwords, leave_password
from sync.boot_file import MOST_BYTES, NAME, BootFile, read_boot_file, wiped
from sync.enrolment import code_hash
from sync.enrolment_reply import FINAL, refused
from sync.network import has_network
from sync.orders.desk import Carrier, Desk, OrderFailed
from sync.orders.kinds import CARRIERS
from sync.schedule import Line
from sync.set_up import set_up

log = logging.getLogger(__name__)

BOOT_FILES = (Path("/boot/firmware") / NAME, Path("/boot") / NAME)
"""Where the first partition of a Raspberry Pi's card is: since Debian 12, and before."""
REPORT = "palautepiste-report.txt"
BROUGHT = "boot-file.toml"
"""The same in the state directory, brought there by who may write to the card."""
BROUGHT_AUTHORITY = "boot-file-authority.pem"
AUTHORITY = "authority.pem"
MOST_AUTHORITY_BYTES = 256 * 1024
MOST_KNOWN = 10


class BootFileReader:
    """One terminal's boot file, at the first of these paths at which there is one."""

    def __init__(
        self,
        desk: Desk,
        paths: Sequence[Path] = BOOT_FILES,
        carriers: Mapping[str, Carrier] = CARRIERS,
        has_network: Callable[[], bool] = has_network,
    ) -> None:
        self._desk = desk
        self._paths = (desk.state.file(BROUGHT), *paths)
        self._carriers = carriers
        self._has_network = has_network
        self._has_not_joined = False
        self._known = Known(desk.state)
        self._lines: list[str] = []

    def take(self, now: Reading, line: Line) -> Line:
        """Do what the file says and wipe its secrets; again later if the centre cannot be asked."""
        path = next((each for each in self._paths if _is_there(each)), None)
        if path is None:
            return line.succeeded(now.boottime, math.inf)
        try:
            is_over = self._take(path, now)
        except StateNotWritable as error:
            log.warning("%s: %s", path.name, error)
            is_over = False
        if is_over:
            return line.succeeded(now.boottime, math.inf)
        return line.failed(now.boottime, 1.0, None)

    def _take(self, path: Path, now: Reading) -> bool:
        """Whether there is nothing more to do for it."""
        self._lines = []
        try:
            content = read_plain(path, MOST_BYTES)
            wanted = read_boot_file(content)
        except (OSError, ValueError) as error:
            self._lines += _problem_lines(error)
            self._report(path, now)
            return True
        done = self._take_all(wanted, path.parent, now)
        self._wipe(path, content, [key for key, is_done in done.items() if is_done])
        self._report(path, now)
        return all(done.values())

    def _take_all(self, wanted: BootFile, folder: Path, now: Reading) -> dict[str, bool]:
        """Which of the file's secrets have served."""
        done = {}
        if wanted.ssid and "password" not in wanted.wiped:
            done["password"] = self._join(wanted, now)
        if wanted.code:
            done["code"] = self._enrol(wanted, folder, now)
        if not done and not wanted.wiped:  # else the report of that time stays
            self._lines.append("It asks for nothing.")
        return done

    def _enrol(self, wanted: BootFile, folder: Path, now: Reading) -> bool:
        outcome = self._known.outcome(wanted.code)
        if outcome is None and self._gave_credentials(wanted.code):
            outcome = "this terminal is enrolled with this code"
        if outcome is None:
            address = {"url": wanted.url} if wanted.url else {}
            try:
                if wanted.ca_file:
                    address["ca_file"] = str(self._keep_authority(folder / wanted.ca_file))
                done = set_up(self._desk.state, self._desk.store, wanted.code, address, now)
            except EnrolmentRefused as error:
                if error.code not in FINAL:
                    self._lines.append(f"[enrolment] not yet: {error}. The terminal tries again.")
                    return False
                outcome = str(error)
            else:
                outcome = f"enrolled as {done.terminal_id}"
                if done.problem:
                    outcome += f"; tell the centre: {done.problem}"
            self._known.keep(wanted.code, outcome)
        self._lines.append(f"[enrolment] {outcome}. The code has been used here; it is wiped.")
        return True

    def _keep_authority(self, path: Path) -> Path:
        """The private authority's certificate, kept where the card is not needed for it."""
        is_brought = path.parent == self._desk.state.path
        source = path.with_name(BROUGHT_AUTHORITY) if is_brought else path
        try:
            content = read_plain(source, MOST_AUTHORITY_BYTES)
            ssl.create_default_context(cadata=content.decode("ascii"))
        except (OSError, ValueError) as error:  # SSLError is an OSError
            what = error.strerror if isinstance(error, OSError) else "no certificates"
            raise refused("certificate", f"{path.name}: {what}") from None
        kept = self._desk.state.file(AUTHORITY)
        replace_file(kept, content, 0o600)
        return kept

    def _gave_credentials(self, code: str) -> bool:
        """Whether the credentials came from this code: the power may have gone right after."""
        settings = self._desk.store.effective().settings.central
        try:
            credentials = read_credentials(self._desk.state, settings)
        except StateDamaged:
            return False
        return credentials is not None and credentials.code_hash == code_hash(code)

    def _join(self, wanted: BootFile, now: Reading) -> bool:
        carrier = self._carriers.get("wifi-join")
        if carrier is None:
            self._lines.append("[network] this version cannot choose a Wi-Fi.")
            return True
        network = f"{wanted.ssid}\0{wanted.password}"
        if self._known.outcome(network) is not None:
            return True
        if self._has_not_joined and self._has_network():
            return False  # each try takes the Wi-Fi away that staff may have chosen since
        body: dict[str, Any] = {"ssid": wanted.ssid}
        if wanted.password:
            body["password_file"] = leave_password(self._desk.state, wanted.password)
        try:
            carrier(body, self._desk, now)
        except OrderFailed as error:
            self._has_not_joined = True
            what = ": ".join(filter(None, (error.code, error.detail)))
            self._lines.append(f"[network] {what}. The terminal tries again.")
            return False
        finally:
            forget_passwords(self._desk.state)
        self._known.keep(network, "joined")
        self._lines.append("[network] the terminal is in this Wi-Fi. The password is wiped.")
        return True

    def _wipe(self, path: Path, content: bytes, keys: Sequence[str]) -> None:
        after = wiped(content, *keys)
        if after == content:
            return
        try:
            overwrite(path, after)
        except OSError as error:
            say_once(f"{path}: {error.strerror}: wipe the code in it; it is of no use any more")

    def _report(self, path: Path, now: Reading) -> None:
        """Say what came of it; only if that is news, since cards wear out."""
        if not self._lines:
            return
        when = f" on {rfc3339(now.wall)}" if now.is_synced else ""
        lines = [f"Palautepiste has read {path.name}.", *self._lines]
        text = "\r\n".join(lines) + "\r\n"  # for Windows' editor, too
        report = path.with_name(REPORT)
        with suppress(OSError, UnicodeDecodeError):
            if report.read_text("utf-8").replace("\n", "\r\n").startswith(text):
                return
        for each in self._lines:
            log.warning("%s: %s", path.name, each)
        try:
            overwrite(report, f"{text}Written{when}.\r\n".encode(), creates=True)
        except OSError as error:
            say_once(f"{report}: {error.strerror}: the report stands only in this log")


class Known:
    """What came of each secret of the boot file, for a card that cannot be written to."""

    def __init__(self, state: StateDirectory) -> None:
        self._file = state.durable("boot-file")

    def outcome(self, secret: str) -> str | None:
        """What came of it; None if it was not brought before."""
        return next((each.outcome for each in self._read() if each.is_of(secret)), None)

    def keep(self, secret: str, outcome: str) -> None:
        """Write it down; of the secret itself only a salted hash."""
        salt = secrets.token_hex(16)
        served = _Served(salt=salt, hash=_salted(salt, secret), outcome=outcome)
        self._file.write((*self._read(), served)[-MOST_KNOWN:])

    def _read(self) -> tuple["_Served", ...]:
        try:
            return msgspec.convert(self._file.read() or (), tuple[_Served, ...])
        except (StateDamaged, msgspec.ValidationError):
            return ()


class _Served(msgspec.Struct, frozen=True):
    salt: str
    hash: str
    outcome: str

    def is_of(self, secret: str) -> bool:
        return hmac.compare_digest(self.hash, _salted(self.salt, secret))


def _salted(salt: str, secret: str) -> str:
    return hashlib.sha256(f"{salt} {secret}".encode()).hexdigest()


def _is_there(path: Path) -> bool:
    try:
        path.lstat()
    except OSError:
        return False
    return True


def _problem_lines(error: Exception) -> list[str]:
    if isinstance(error, ConfigurationProblems):
        return ["Nothing was done; mend this and start the terminal again:", *error.problems]
    what = error.strerror if isinstance(error, OSError) else str(error)
    return [f"It cannot be read: {what}."]


def overwrite(path: Path, content: bytes, *, creates: bool = False) -> None:
    """Write within a file: FAT knows no renaming in one step. Raises OSError."""
    flags = os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW | (os.O_CREAT | os.O_TRUNC if creates else 0)
    descriptor = os.open(path, flags, 0o644)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)
