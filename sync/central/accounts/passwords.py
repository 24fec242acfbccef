"""The passwords of accounts: which are none, what is kept of one, and whether one is right.

Rules as NIST SP 800-63B, section 3.1.1: long, no rules of composition, none of the worst, none that
runs out. What is kept is argon2id with RFC 9106's second set of parameters, as of staff PINs.
"""

import asyncio
import unicodedata
from itertools import pairwise
from random import Random
from typing import Literal

import argon2

from sync.central.receiving.crowd import Crowd

Problem = Literal["short", "long", "untypable", "common"]

LEAST, MOST = 12, 200
LEAST_DIFFERENT = 5
MOST_AT_ONCE = 2
"""Each hash takes 64 MiB and a tenth of a second or more of every core."""
MOST_WAITING = 20
HASHER = argon2.PasswordHasher.from_parameters(argon2.profiles.RFC_9106_LOW_MEMORY)
NOBODYS = (
    "$argon2id$v=19$m=65536,t=3,p=4$p5vgidaK7QSXBpd6xX2faw"
    "$r4zMNsKxuM2pHBIgvSK8aVBMSV7BB1hd7LAoYAaubGk"
)  # fmt: skip
"""Of a random text that nobody knows: a name that does not exist takes as long as one that does."""

WORST = (
    "password", "passwrd", "salasana", "lösenord", "losenord", "qwerty", "asdfgh", "zxcvbn",
    "qwe", "welcome", "tervetuloa", "välkommen", "letmein", "admin", "administrator",
    "paakayttaja", "pääkäyttäjä", "iloveyou", "minarakastan", "monkey", "dragon", "football",
    "jalkapallo", "jaakiekko", "jääkiekko", "suomi", "finland", "perkele", "vittu", "kesa", "kesä",
    "talvi", "syksy", "kevat", "kevät", "sommar", "vinter", "summer", "winter", "changeme",
    "vaihda", "secret", "salainen", "hyvinvointialue", "valfardsomrade", "välfärdsområde",
    "palaute", "palautepiste", "feedback", "terveys", "sairaala", "hospital",
)  # fmt: skip
"""What the lists of leaked passwords begin with, here and elsewhere, and this place's words."""
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without i l o 0 1: a first password is read from paper."""


def password_problem(password: str, name: str) -> Problem | None:
    """What is wrong with a password that the account `name` is to have, or None."""
    plain = _normal(password)
    if len(plain) < LEAST:
        return "short"
    if len(plain) > MOST:
        return "long"
    if not plain.isprintable():
        return "untypable"
    if _is_easily_guessed(plain.casefold(), name.casefold()):
        return "common"
    return None


def random_password(random: Random) -> str:
    """A first password to be told to somebody: four groups of four, 79 bits."""
    drawn = "".join(random.choices(ALPHABET, k=16))
    return "-".join(drawn[at : at + 4] for at in range(0, 16, 4))


class Passwords:
    """Makes and compares hashes, a few at once, beside the event loop."""

    def __init__(self, hasher: argon2.PasswordHasher = HASHER, nobodys: str = NOBODYS) -> None:
        self._hasher = hasher
        self._nobodys = nobodys
        self._crowd = Crowd(MOST_AT_ONCE, MOST_WAITING)

    def hash(self, password: str) -> str:
        """What is kept of a password."""
        return self._hasher.hash(_normal(password))

    def is_old(self, password_hash: str) -> bool:
        """Whether a hash was made with other parameters than new ones are."""
        return self._hasher.check_needs_rehash(password_hash)

    async def hashed(self, password: str) -> str:
        """`hash`, beside the event loop; raises TooBusy."""
        async with self._crowd.place():
            return await asyncio.to_thread(self.hash, password)

    async def is_right(self, password_hash: str | None, password: str) -> bool:
        """Whether a password fits; takes as long where there is no hash. Raises TooBusy."""
        async with self._crowd.place():
            return await asyncio.to_thread(self._fits, password_hash, password)

    def _fits(self, password_hash: str | None, password: str) -> bool:
        plain = _normal(password)
        try:
            fits = self._hasher.verify(password_hash or self._nobodys, plain[:MOST])
        except (argon2.exceptions.Argon2Error, argon2.exceptions.InvalidHashError):
            return False
        return fits and password_hash is not None and len(plain) <= MOST


def _normal(password: str) -> str:
    """The same however a keyboard composed its letters (NFKC, as SP 800-63B says)."""
    return unicodedata.normalize("NFKC", password)


def _is_easily_guessed(password: str, name: str) -> bool:
    """Whether it is a row, a few characters over and over, or the worst words and little else."""
    if len(set(password)) < LEAST_DIFFERENT or _is_row(password):
        return True
    letters = "".join(c for c in password if c.isalpha())
    left = letters
    for word in sorted((*WORST, *([name] if len(name) >= 4 else [])), key=len, reverse=True):
        left = left.replace(word, "")
    return left != letters and len(left) < 4


def _is_row(password: str) -> bool:
    """Whether each character follows the one before, as in 123456789012 or lkjihgfedcba."""
    steps = {(ord(after) - ord(before)) % 10 for before, after in pairwise(password)}
    return steps in ({1}, {9})
