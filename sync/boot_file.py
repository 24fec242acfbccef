"""The boot file: what whoever prepared the card wrote for the first start. Pure: bytes in and out.

[enrolment]
code = "K7C3-ADEF"
url = "https://palaute.example.fi"      # if terminal.toml does not say it
ca_file = "authority.pem"               # beside this file, for a private authority
[network]
ssid = "Aula"
password = "…"
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from device_config.errors import ConfigurationProblems

NAME = "palautepiste.toml"
MOST_BYTES = 16 * 1024
KEYS = {"enrolment": ("code", "url", "ca_file"), "network": ("ssid", "password")}
SECRETS = (("enrolment", "code"), ("network", "password"))
MOST_CHARACTERS = {"code": 100, "url": 500, "ca_file": 200, "ssid": 32, "password": 63}
MOST_PROBLEMS = 20
FILLER = "-"
"""Stands for each byte of what was wiped: the file keeps its length, so that on a FAT file system
only bytes within it change, and no table of it."""


@dataclass(frozen=True, slots=True, repr=False)
class BootFile:
    """What a boot file says; empty where it says nothing, or what it said was wiped."""

    code: str = ""
    url: str = ""
    ca_file: str = ""
    ssid: str = ""
    password: str = ""
    wiped: frozenset[str] = frozenset()
    """The keys whose values have served already."""


def read_boot_file(content: bytes) -> BootFile:
    """What the file says; raises ConfigurationProblems with every problem, and no secret in it."""
    try:
        # utf-8-sig: Windows' editor puts a mark before the first letter.
        body = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ConfigurationProblems(NAME, ("not UTF-8 text; save it as UTF-8",)) from None
    except (ValueError, RecursionError) as error:  # ValueError: a number of thousands of digits
        raise ConfigurationProblems(NAME, (f"not TOML: {_place(error)}",)) from None
    problems = tuple(_problems(body))[:MOST_PROBLEMS]
    if problems:
        raise ConfigurationProblems(NAME, problems)
    said = {key: value for table in body.values() for key, value in table.items()}
    gone = frozenset(key for _, key in SECRETS if _is_wiped(said.get(key, "")))
    return BootFile(**{key: said[key] for key in said.keys() - gone}, wiped=gone)


def _place(error: Exception) -> str:
    """Where it is wrong, and none of what stands there: it may be the code."""
    place = re.search(r"\(at [^)]*\)$", str(error))
    return f"a mistake {place[0]}" if place else "a mistake"


def _problems(body: Mapping[str, Any]) -> Iterator[str]:
    for table, keys in body.items():
        if table not in KEYS:
            yield f"{_name(table)}: unknown; write [enrolment] or [network]"
        elif not isinstance(keys, dict):
            yield f"{table}: not a table; write [{table}] on a line of its own"
        else:
            yield from _key_problems(table, keys)
    enrolment = body.get("enrolment")
    ca_file = enrolment.get("ca_file") if isinstance(enrolment, dict) else None
    if isinstance(ca_file, str) and "/" in ca_file:
        yield "enrolment.ca_file: a path; lay the file beside this one and write its name"
    network = body.get("network")
    if isinstance(network, dict) and not network.get("ssid"):
        yield "network.ssid: missing; write the name of the Wi-Fi"


def _key_problems(table: str, keys: Mapping[str, Any]) -> Iterator[str]:
    for key, value in keys.items():
        path = f"{table}.{_name(key)}"
        if key not in KEYS[table]:
            yield f"{path}: unknown; [{table}] has {', '.join(KEYS[table])}"
        elif not isinstance(value, str):
            yield f'{path}: no text; write {key} = "…"'
        elif len(value) > MOST_CHARACTERS[key] or not value.isprintable():
            yield f"{path}: over {MOST_CHARACTERS[key]} characters, or some that are no letters"


def _name(key: str) -> str:
    return ascii(key[:40])[1:-1]


def _is_wiped(value: str) -> bool:
    return bool(value) and not value.strip(FILLER)


def wiped(content: bytes, *keys: str) -> bytes:
    """The file with the values of these keys wiped out, the rest and its length as they were.

    Where a value cannot be found as it is written, all of the file goes: no part of it may stay.
    """
    after, before = content, read_boot_file(content)
    for key in keys:
        value = getattr(before, key)
        if value:
            after = _without(after, key, value)
    try:
        is_wiped = not any(getattr(read_boot_file(after), key) for key in keys)
    except ConfigurationProblems:
        is_wiped = False
    return after if is_wiped else re.sub(rb"[^\r\n]", b" ", content)


def _without(content: bytes, key: str, value: str) -> bytes:
    raw = value.encode()
    written = rb"(?m)^([ \t]*" + key.encode() + rb"[ \t]*=[ \t]*([\"']))" + re.escape(raw)
    return re.sub(written, lambda found: found[1] + FILLER.encode() * len(raw), content)
