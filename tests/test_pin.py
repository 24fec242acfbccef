"""The staff PIN: hard to guess, however often the plug is pulled, and kind to whoever knows it."""

import os
import re
import signal
import stat
import subprocess
import sys
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random

import argon2
import pytest
from builders import TERMINAL, TOKEN, a_reading, a_state
from hypothesis import given
from hypothesis import strategies as st

from device_config import pin
from device_config.credentials import Credentials
from device_config.durable_file import DurableFile
from device_config.errors import StateNotWritable, UsageProblem
from device_config.pin import (
    FREE_TRIES,
    LONGEST_WAIT_S,
    NoPin,
    Opened,
    PinGate,
    Refused,
    Tries,
    hash_pin,
    is_usable,
    pin_problem,
    random_pin,
)

RIGHT, WRONG = "402913", "402914"
CHEAP = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(RIGHT)
DAY_S = 86_400
WEEK_S = 7 * DAY_S
MOST_A_WEEK = WEEK_S // int(LONGEST_WAIT_S) + 9
"""One each half hour, and the nine until the wait is that long."""


def a_gate(folder, pin_hash=CHEAP, verify=None):
    credentials = Credentials(terminal_id=TERMINAL, token=TOKEN, staff_pin_hash=pin_hash)
    return PinGate(a_state(folder), credentials, verify)


# Which PINs there are


@pytest.mark.parametrize(
    "weak",
    ["0000", "1234", "4321", "7890", "0987", "012345", "1212", "1122", "111111"],
)
def test_a_pin_that_anybody_tries_first_is_refused(weak):
    assert pin_problem(weak)
    with pytest.raises(UsageProblem, match="digits"):
        hash_pin(weak)


@pytest.mark.parametrize("wrong", ["", "1", "274", "12a4", "٤٠٢٩١٣", "27 41", "4" * 13])
def test_what_is_no_pin_is_refused(wrong):
    assert pin_problem(wrong)


def test_a_drawn_pin_has_six_digits_and_is_allowed():
    drawn = {random_pin(Random(seed)) for seed in range(200)}

    assert len(drawn) > 190
    assert all(re.fullmatch("[0-9]{6}", each) and pin_problem(each) is None for each in drawn)


def test_the_hash_is_argon2id_as_rfc_9106_recommends_and_never_the_same():
    one, other = hash_pin(RIGHT), hash_pin(RIGHT)

    assert one.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert one != other
    assert is_usable(one)
    assert RIGHT not in one


@pytest.mark.parametrize(
    "hostile",
    [
        None,
        "",
        "402913",
        "$argon2",
        CHEAP.replace("argon2id", "argon2i"),
        CHEAP.replace("m=8,", "m=4000000,"),
        CHEAP.replace("t=1,", "t=4000000,"),
        CHEAP.replace("p=1$", "p=200$"),
        "$argon2id$" + "9" * 400,
        CHEAP + "ä",
    ],
    ids=lambda hostile: str(hostile)[:25],
)
def test_a_hash_that_is_none_or_asks_for_too_much_opens_nothing(tmp_path, hostile):
    assert a_gate(tmp_path, hostile).try_pin(RIGHT, a_reading()) == NoPin()


def test_before_enrolment_there_is_no_pin(tmp_path):
    assert PinGate(a_state(tmp_path), None).try_pin("0000", a_reading()) == NoPin()


# Trying


def test_the_right_pin_opens_and_a_wrong_one_does_not(tmp_path):
    gate = a_gate(tmp_path)

    assert gate.try_pin(WRONG, a_reading()) == Refused(0.0, 2)
    assert gate.try_pin("", a_reading(1)) == Refused(0.0, 1)
    assert gate.try_pin(RIGHT, a_reading(2)) == Opened()
    assert gate.try_pin(WRONG, a_reading(3)) == Refused(0.0, 2)


def test_after_three_wrong_ones_the_wait_doubles_up_to_half_an_hour(tmp_path):
    gate, at_s, waits = a_gate(tmp_path), 0.0, []
    for _ in range(11):
        refused = gate.try_pin(WRONG, a_reading(at_s))
        waits.append(refused.wait_s)
        at_s += refused.wait_s

    assert waits == [0, 0, 30, 60, 120, 240, 480, 960, 1800, 1800, 1800]


def test_during_the_wait_even_the_right_pin_does_not_open_and_costs_nothing(tmp_path):
    gate = a_gate(tmp_path)
    for _ in range(3):
        gate.try_pin(WRONG, a_reading())

    assert gate.try_pin(RIGHT, a_reading(10)) == Refused(20.0, 0)
    assert gate.wait_s(a_reading(29)) == 1.0
    assert gate.try_pin(RIGHT, a_reading(30)) == Opened()


def test_two_who_try_at_once_get_no_more_tries_than_one(tmp_path, monkeypatch):
    """The other one's tries come between the look at the wait and the try itself."""
    gate, other, now = a_gate(tmp_path), a_gate(tmp_path), a_reading()
    really = DurableFile.update

    def after_the_other_one(file, change):
        if file is gate._file:
            for _ in range(FREE_TRIES):
                other.try_pin(WRONG, now)
        really(file, change)

    monkeypatch.setattr(DurableFile, "update", after_the_other_one)

    assert gate.try_pin(RIGHT, now) == Refused(30.0, 0)
    monkeypatch.undo()
    assert gate.try_pin(WRONG, a_reading(30)) == Refused(60.0, 0)


def test_a_restart_neither_ends_the_wait_nor_gives_new_tries(tmp_path):
    for _ in range(3):
        a_gate(tmp_path).try_pin(WRONG, a_reading())

    assert a_gate(tmp_path).wait_s(a_reading(10)) == 20.0
    after_boot = a_reading(boot_id="next-boot", boottime=4.0)
    assert a_gate(tmp_path).try_pin(RIGHT, after_boot) == Refused(26.0, 0)


def test_a_clock_that_is_set_ahead_does_not_shorten_the_wait(tmp_path):
    gate = a_gate(tmp_path)
    for _ in range(3):
        gate.try_pin(WRONG, a_reading())

    assert gate.wait_s(a_reading(1, wall=4e9)) == 29.0


def test_a_try_is_on_disk_before_the_hash_is_computed(tmp_path):
    def look(_hash, _pin):
        seen.append(a_state(tmp_path).durable("pin").read()["wrong"])
        return True

    seen = []
    gate = a_gate(tmp_path, verify=look)
    gate.try_pin(RIGHT, a_reading())

    assert seen == [1]
    assert a_state(tmp_path).durable("pin").read()["wrong"] == 0


PULLED = """
import os, signal, sys
from pathlib import Path
sys.path[:0] = ["tests"]
from builders import a_reading
from test_pin import a_gate
a_gate(Path(sys.argv[1]), verify=lambda *_: os.kill(os.getpid(), signal.SIGKILL)).try_pin(
    "274611", a_reading()
)
"""


def test_a_plug_pulled_during_a_try_counts_as_a_wrong_one(tmp_path):
    for _ in range(FREE_TRIES):
        done = subprocess.run([sys.executable, "-c", PULLED, tmp_path], timeout=60, check=False)
        assert done.returncode == -signal.SIGKILL

    assert a_gate(tmp_path).wait_s(a_reading()) == 30.0


@pytest.mark.parametrize("damage", [b"", b"palautepiste/1 1 0\n{}", b"\0" * 300])
def test_tries_that_cannot_be_read_any_more_mean_the_longest_wait(tmp_path, damage):
    a_gate(tmp_path).try_pin(WRONG, a_reading())
    for path in (tmp_path / "state").glob("pin.[12]"):
        path.write_bytes(damage)

    assert a_gate(tmp_path).wait_s(a_reading(boottime=10.0)) == LONGEST_WAIT_S - 10
    assert isinstance(a_gate(tmp_path).try_pin(RIGHT, a_reading(boottime=10.0)), Refused)
    assert a_gate(tmp_path).try_pin(RIGHT, a_reading(boottime=2000.0)) == Opened()


def test_tries_of_another_shape_mean_the_longest_wait(tmp_path):
    a_state(tmp_path).durable("pin").write({"wrong": "many"})

    assert a_gate(tmp_path).wait_s(a_reading(boottime=0.0)) == LONGEST_WAIT_S


def test_what_cannot_be_counted_is_not_tried(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("device_config.durable_file.replace_file", full)
    gate = a_gate(tmp_path, verify=lambda *_: pytest.fail("it was tried"))

    with pytest.raises(StateNotWritable, match="free some space"):
        gate.try_pin(RIGHT, a_reading())


def test_neither_the_pin_nor_its_hash_is_in_the_file_of_tries(tmp_path):
    a_gate(tmp_path).try_pin(WRONG, a_reading())

    files = list((tmp_path / "state").glob("pin.[12]"))
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert not any(WRONG in path.read_text() or "argon2" in path.read_text() for path in files)


# Guessing


@dataclass
class World:
    """Time and boots as a guesser makes them; every guess that is let through is counted."""

    at_s: float = 0.0
    boot: int = 0
    booted_at: float = 0.0
    tries: Tries = field(default_factory=Tries)
    guesses: int = 0

    def now(self):
        return a_reading(
            boottime=self.at_s - self.booted_at, boot_id=f"boot-{self.boot}", wall=self.at_s
        )

    def pull_the_plug(self):
        self.boot += 1
        self.booted_at = self.at_s

    def guess(self):
        if pin.wait_left(self.tries, self.now()) > 0:
            return
        self.tries = pin.counted(self.tries, self.now())
        self.guesses += 1


def wait_as_told(world):
    world.at_s += max(pin.wait_left(world.tries, world.now()), 0.1)


def pull_the_plug_at_once(world):
    wait_as_told(world)
    world.guess()
    world.pull_the_plug()


@pytest.mark.parametrize("guile", [wait_as_told, pull_the_plug_at_once])
def test_in_a_week_a_guesser_gets_no_more_than_one_guess_each_half_hour(guile):
    world = World()
    while world.at_s < WEEK_S:
        world.guess()
        guile(world)

    assert MOST_A_WEEK - 12 <= world.guesses <= MOST_A_WEEK


moves = st.lists(
    st.one_of(
        st.just("guess"),
        st.just("plug"),
        st.just("wait"),
        st.floats(0.01, 7200.0).map(lambda seconds: seconds),
    ),
    max_size=100,
)


@given(moves)
def test_whatever_a_guesser_does_restarts_gain_nothing(steps):
    """Each guess after the third comes a whole wait after the one before, in time that passed."""
    world, guessed_at = World(), []
    for step in steps:
        before = world.guesses
        match step:
            case "guess":
                world.guess()
            case "plug":
                world.pull_the_plug()
            case "wait":
                wait_as_told(world)
            case seconds:
                world.at_s += seconds
        if world.guesses > before:
            guessed_at.append(world.at_s)

    gaps = [after - before for before, after in pairwise(guessed_at)]
    assert all(gap >= pin.wait_after(number) - 1e-6 for number, gap in enumerate(gaps, start=1))


def test_a_guard_that_forgot_at_a_restart_would_be_caught(monkeypatch):
    """The broken variant: a restart ends the wait."""
    monkeypatch.setattr(
        pin, "wait_left", lambda tries, now: 0.0 if tries.boot_id != now.boot_id else 1800.0
    )
    world = World()
    for _ in range(2 * MOST_A_WEEK):
        world.guess()
        world.pull_the_plug()

    assert world.guesses > MOST_A_WEEK


def test_the_chance_of_a_found_pin_is_what_the_documentation_says():
    """docs/enrolment.md names these: guesses in a week over the PINs that there are."""

    def allowed(digits):
        of_one_or_two = 10 + 45 * (2**digits - 2)
        return 10**digits - of_one_or_two - len(("up", "down")) * 10

    four = sum(pin_problem(f"{number:04}") is None for number in range(10**4))

    assert four == allowed(4)
    assert (MOST_A_WEEK, four, allowed(6)) == (345, 9340, 997_180)
    chances = [f"{MOST_A_WEEK / each:.2%}" for each in (four, allowed(6))]
    assert chances == ["3.69%", "0.03%"]


def test_a_day_of_guesses_at_the_real_gate_is_bounded(tmp_path):
    """The gate itself, its files on disk, a new process's view each time; only time is made up."""
    at_s, guesses = 0.0, []
    while at_s < DAY_S:
        gate = a_gate(tmp_path, verify=lambda _hash, guess: guesses.append(guess) or False)
        refused = gate.try_pin(WRONG, a_reading(at_s))
        at_s += max(refused.wait_s, 0.1)

    assert len(guesses) <= DAY_S // LONGEST_WAIT_S + 9
