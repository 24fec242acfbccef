"""The keys to what clients wrote: texts that terminals seal, and that are opened only here.

libsodium's sealed boxes (X25519, XSalsa20-Poly1305): whoever has the public key can seal, and not
open again. The keys stand in a file of their own, outside the database and its backups.
"""

import base64
import binascii
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox

from device_config.durable_file import DurableFile
from device_config.errors import StateDamaged, UsageProblem
from sync import wire

log = logging.getLogger(__name__)

NAME = "text-keys"
ID_ALPHABET = "abcdefghjkmnpqrstvwxyz23456789"
MOST_KEYS = 1000
MOST_SEALED = 32_000
"""Characters, as the wire allows."""
MOST_PLAIN = 4_000

Sealing = Literal["no-key", "damaged"]


class TextKeyUnknown(UsageProblem):
    """No text key has this id."""


class Key(Struct, frozen=True, kw_only=True):
    """A key pair. A retired one seals no more, and opens what it sealed."""

    id: Annotated[str, Meta(min_length=1, max_length=100)]
    private: Annotated[bytes, Meta(min_length=32, max_length=32)]
    made_at: datetime
    retired_at: datetime | None = None

    @property
    def public(self) -> str:
        """The public half, base64, as terminals get it."""
        return base64.b64encode(bytes(PrivateKey(self.private).public_key)).decode()


@dataclass(frozen=True, slots=True)
class Opened:
    """A text as it can be shown; or why it cannot."""

    text: str | None
    why_not: Sealing | None = None


class TextKeys:
    """The keys of a file, read anew when it changes; without a file there are none."""

    def __init__(self, file: DurableFile | None = None) -> None:
        self._file = file
        self._seen: tuple[int, ...] = ()
        self._keys: tuple[Key, ...] = ()

    def all(self) -> tuple[Key, ...]:
        """Every key, the oldest first; those known before where the file can be read no more."""
        if self._file is None or (seen := self._file.fingerprint()) == self._seen:
            return self._keys
        try:
            self._keys = _read(self._file.read())
        except (StateDamaged, msgspec.ValidationError) as error:
            log.error("the text keys cannot be read; sealed texts stay sealed: %s", _told(error))  # noqa: TRY400
        self._seen = seen
        return self._keys

    def published(self) -> wire.TextKey | None:
        """The public key that terminals seal with: the newest that is not retired."""
        good = [key for key in self.all() if key.retired_at is None]
        return wire.TextKey(id=good[-1].id, public=good[-1].public) if good else None

    def open(self, text: wire.Text) -> Opened:
        """What a text says, opened in memory; or why it cannot be."""
        if isinstance(text.plain, str):
            return Opened(text.plain)
        key = next((key for key in self.all() if key.id == text.key), None)
        if key is None:
            return Opened(None, "no-key")
        plain = _opened(key, str(text.sealed))
        return Opened(plain, None if plain is not None else "damaged")

    def open_text(self, text: wire.Text) -> str | None:
        """What a text says; None where it stays sealed."""
        return self.open(text).text

    def new(self, now: datetime, random: Random) -> Key:
        """Another key, from now on the one that terminals seal with; raises StateNotWritable."""
        new_id = "k-" + "".join(random.choices(ID_ALPHABET, k=8))
        key = Key(id=new_id, private=bytes(PrivateKey.generate()), made_at=now)
        self._update(lambda keys: (*keys, key))
        return key

    def retire(self, key_id: str, now: datetime) -> None:
        """Seal with this key no more; raises TextKeyUnknown, StateNotWritable."""
        if key_id not in {key.id for key in self.all()}:
            detail = "no such text key; see `central-admin text-key list`"
            raise TextKeyUnknown(f"{key_id[:40]}: {detail}")
        self._update(lambda keys: tuple(_retired(key, key_id, now) for key in keys))

    def _update(self, change: Callable[[tuple[Key, ...]], tuple[Key, ...]]) -> None:
        if self._file is None:
            raise UsageProblem("there is no file for text keys; give one with --text-keys")
        # Never over a file that is there and cannot be read: what it sealed would be lost.
        if len(_read(self._file.read())) >= MOST_KEYS:
            raise UsageProblem(f"there are {MOST_KEYS} text keys already")
        self._file.update(lambda body: change(_read(body)))


def keys_in(path: Path) -> TextKeys:
    """The keys of this file: `<path>.1` and `<path>.2`, mode 0600."""
    return TextKeys(DurableFile(path))


def _read(body: object) -> tuple[Key, ...]:
    return msgspec.convert(body, tuple[Key, ...]) if body is not None else ()


def _opened(key: Key, sealed: str) -> str | None:
    if len(sealed) > MOST_SEALED:
        return None
    try:
        box = SealedBox(PrivateKey(key.private))
        plain = box.decrypt(base64.b64decode(sealed, validate=True)).decode()
    except (CryptoError, binascii.Error, ValueError):
        return None
    return plain.replace("\0", "")[:MOST_PLAIN]


def _retired(key: Key, key_id: str, now: datetime) -> Key:
    if key.id != key_id or key.retired_at is not None:
        return key
    return msgspec.structs.replace(key, retired_at=now)


def _told(error: Exception) -> str:
    """What is wrong with the file, and nothing of what is in it."""
    return str(error) if isinstance(error, StateDamaged) else "it is of another shape"
