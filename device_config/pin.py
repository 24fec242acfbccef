"""The staff PIN: its hash, which PINs are none, and how often somebody may guess."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from random import Random, SystemRandom
from typing import Any

import argon2
import msgspec

from device_config.clock import Reading
from device_config.credentials import Credentials
from device_config.errors import StateDamaged, UsageProblem
from device_config.state import StateDirectory

HASHER = argon2.PasswordHasher.from_parameters(argon2.profiles.RFC_9106_LOW_MEMORY)
"""RFC 9106, section 4, the second recommended option: argon2id, 3 passes over 64 MiB in 4 lanes,
one for each core of a Pi 4."""
MOST_MEMORY_KIB, MOST_PASSES, MOST_LANES = 256 * 1024, 10, 16
"""A hash comes from outside: one that asks for more would take the terminal's memory."""

LEAST_DIGITS, MOST_DIGITS, RANDOM_DIGITS = 4, 12, 6
LEAST_DIFFERENT = 3
PIN_RULE = (
    f"{LEAST_DIGITS} to {MOST_DIGITS} digits, {LEAST_DIFFERENT} different ones at least,"
    " and no row of digits such as 1234"
)

FREE_TRIES = 3
FIRST_WAIT_S = 30.0
LONGEST_WAIT_S = 1800.0


def pin_problem(pin: str) -> str | None:
    """What is wrong with a PIN that somebody chose, or None."""
    if not (pin.isascii() and pin.isdigit()):
        return "a PIN is of digits only"
    if not LEAST_DIGITS <= len(pin) <= MOST_DIGITS:
        return f"a PIN has {LEAST_DIGITS} to {MOST_DIGITS} digits"
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    if len(set(pin)) < LEAST_DIFFERENT or steps in ({1}, {9}):
        return "this PIN is among the first that anybody tries"
    return None


def random_pin(random: Random | None = None) -> str:
    """A PIN that nobody chose, evenly drawn from those that are allowed."""
    source = random or SystemRandom()
    while True:
        pin = "".join(source.choices("0123456789", k=RANDOM_DIGITS))
        if pin_problem(pin) is None:
            return pin


def hash_pin(pin: str) -> str:
    """What is kept of a PIN (argon2id); raises UsageProblem for one that is easily guessed."""
    problem = pin_problem(pin)
    if problem is not None:
        raise UsageProblem(f"--pin: {problem}; take {PIN_RULE}")
    return HASHER.hash(pin)


def is_usable(pin_hash: str | None) -> bool:
    """Whether this is an argon2id hash that a terminal can afford to compute."""
    if pin_hash is None or not pin_hash.isascii():  # argon2's own functions raise for that
        return False
    try:
        wanted = argon2.extract_parameters(pin_hash)
    except argon2.exceptions.InvalidHashError:
        return False
    return (
        wanted.type is argon2.Type.ID
        and wanted.memory_cost <= MOST_MEMORY_KIB
        and wanted.time_cost <= MOST_PASSES
        and wanted.parallelism <= MOST_LANES
    )


class Tries(msgspec.Struct, frozen=True, kw_only=True):
    """The wrong tries since the last right one, and when the latest was (CLOCK_BOOTTIME)."""

    wrong: int = 0
    boot_id: str = ""
    boottime: float = 0.0


def wait_after(wrong: int) -> float:
    """Seconds to wait after so many wrong tries in a row: none, 30, 60, 120 … 1800."""
    if wrong < FREE_TRIES:
        return 0.0
    return min(FIRST_WAIT_S * 2.0 ** min(wrong - FREE_TRIES, 20), LONGEST_WAIT_S)


def wait_left(tries: Tries, now: Reading) -> float:
    """Seconds until the next try. After a restart the whole wait begins anew, with the boot.

    The clock on the wall is not trusted for this: whoever can pull the plug can set it back.
    """
    is_this_boot = tries.boot_id == now.boot_id and tries.boottime <= now.boottime
    since = tries.boottime if is_this_boot else 0.0
    return max(since + wait_after(tries.wrong) - now.boottime, 0.0)


def counted(tries: Tries, now: Reading) -> Tries:
    """With one more, which counts as wrong until it is known to be right."""
    return Tries(wrong=tries.wrong + 1, boot_id=now.boot_id, boottime=now.boottime)


@dataclass(frozen=True, slots=True)
class Opened:
    """The PIN was right."""


@dataclass(frozen=True, slots=True)
class Refused:
    """It was wrong, or it is not time yet. `wait_s` is 0 while there are free tries left."""

    wait_s: float
    tries_left_before_wait: int


@dataclass(frozen=True, slots=True)
class NoPin:
    """Enrolment gave no PIN, or none that can be used: nothing opens the staff pages."""


class PinGate:
    """Lets in whoever knows the PIN. `verify` says whether a PIN fits a hash; it takes its time.

    A try is on disk as a wrong one before the hash is computed, so that pulling the plug during
    it gains nothing; a right one is taken back.
    """

    def __init__(
        self,
        state: StateDirectory,
        credentials: Credentials | None,
        verify: Callable[[str, str], bool] | None = None,
    ) -> None:
        self._file = state.durable("pin")
        self._hash = credentials.staff_pin_hash if credentials else None
        self._verify = verify or _is_right

    def try_pin(self, pin: str, now: Reading) -> Opened | Refused | NoPin:
        """Try a PIN. Raises StateNotWritable: what cannot be counted is not tried."""
        if self._hash is None or not is_usable(self._hash):
            return NoPin()
        waiting = self._count(now)
        if waiting is not None:
            return waiting
        if len(pin) <= MOST_DIGITS and self._verify(self._hash, pin):
            self._file.write(Tries())
            return Opened()
        return _refused(self._tries(now), now)

    def wait_s(self, now: Reading) -> float:
        """Seconds until somebody may try."""
        return wait_left(self._tries(now), now)

    def _count(self, now: Reading) -> Refused | None:
        """Write one more try down; what to answer instead when it is not time yet."""
        if self.wait_s(now) > 0:
            return _refused(self._tries(now), now)
        too_early: list[Refused] = []

        def with_one_more(body: Any) -> Tries:
            tries = self._tries(now) if body is None else _read(body, now)
            if wait_left(tries, now) > 0:  # another try came between
                too_early.append(_refused(tries, now))
                return tries
            return counted(tries, now)

        self._file.update(with_one_more)
        return too_early[0] if too_early else None

    def _tries(self, now: Reading) -> Tries:
        try:
            body = self._file.read()
        except StateDamaged:
            return _unknown(now)
        return Tries() if body is None else _read(body, now)


def _read(body: Any, now: Reading) -> Tries:
    try:
        return msgspec.convert(body, Tries)
    except msgspec.ValidationError:
        return _unknown(now)


def _unknown(now: Reading) -> Tries:
    """Nobody knows how often it was tried: the longest wait, from the start of this boot on."""
    longest = next(wrong for wrong in range(100) if wait_after(wrong) == LONGEST_WAIT_S)
    return Tries(wrong=longest, boot_id=now.boot_id)


def _refused(tries: Tries, now: Reading) -> Refused:
    return Refused(wait_left(tries, now), max(FREE_TRIES - tries.wrong, 0))


def _is_right(pin_hash: str, pin: str) -> bool:
    try:
        return HASHER.verify(pin_hash, pin)
    except argon2.exceptions.Argon2Error:
        return False
