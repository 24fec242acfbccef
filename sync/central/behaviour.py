"""How the service behaves, as its administrators set it: what is public, and what is an alarm."""

import logging
from dataclasses import dataclass, fields
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from sqlalchemy import Connection

from device_config.errors import UsageProblem
from device_config.notices import is_form_url
from sync.central.store.options import put_option, remove_option, stored_options

log = logging.getLogger(__name__)

AlarmKind = Literal[
    "out-of-order",
    "silent",
    "never-seen",
    "disk-full",
    "dead-letters",
    "panel-lost",
    "clock-off",
    "waiting",
    "damaged-files",
    "settings",
    "disk-low",
    "button-stuck",
    "no-location",
    "hot",
    "old-version",
]
"""What can be the matter with a terminal (fleet.py)."""
Seconds = Annotated[int, Meta(ge=60, le=30 * 86_400)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """The service's own options, each with its default."""

    minimum_n: Annotated[int, Meta(ge=1, le=1000)] = 5
    """Fewer answers than this are not shown where no one has logged in."""
    is_public: bool = False
    """Whether citizens may see the units' public pages."""
    address: Annotated[str, Meta(max_length=300)] = ""
    """The service's root as terminals reach it, printed beside codes; empty: as the page was."""
    silent_after_s: Seconds = 15 * 60
    """A terminal sends a heartbeat a minute, and within five of an outage's end."""
    clock_off_s: Seconds = 60 * 60
    """A clock may be unsynchronised so long: a start without a network is no alarm yet."""
    waiting_after_s: Seconds = 60 * 60
    """A response may wait so long at a terminal that can be heard."""
    hot_c: Annotated[int, Meta(ge=40, le=110)] = 80
    """From here on a Raspberry Pi slows itself down (its documentation, "Frequency management")."""
    alarms_off: tuple[AlarmKind, ...] = ()
    """Alarms that nobody wants to see."""


DEFAULTS = Behaviour()
_FIELDS = {each.name: each for each in fields(Behaviour)}
NAMES = tuple(name.replace("_", "-") for name in _FIELDS)


def read_behaviour(connection: Connection) -> Behaviour:
    """How the service behaves now; what cannot be used is as if it were not set, and logged."""
    good: dict[str, Any] = {}
    for name, value in stored_options(connection).items():
        if name not in _FIELDS:
            continue
        try:
            good[name] = _checked(name, value)
        except msgspec.ValidationError as error:
            log.warning("option %s: %s; its default counts", name, error)
    return Behaviour(**good)


def set_option(connection: Connection, name: str, text: str) -> None:
    """Set an option as a person writes it; an empty text gives its default back.

    Raises UsageProblem.
    """
    field = name.replace("-", "_")
    if field not in _FIELDS:
        raise UsageProblem(f"{name}: no such option; the options are {', '.join(NAMES)}")
    if not text.strip():
        remove_option(connection, field)
        return
    is_list = isinstance(getattr(DEFAULTS, field), tuple)
    said: object = [part for part in text.replace(",", " ").split() if part] if is_list else text
    try:
        value = _checked(field, said, is_text=True)
    except msgspec.ValidationError as error:
        raise UsageProblem(f"{name} {text[:60]!r}: {str(error).partition(' - at ')[0]}") from None
    put_option(connection, field, value)


def _checked(field: str, value: object, *, is_text: bool = False) -> Any:
    """The value, if it is one for this option; raises msgspec.ValidationError."""
    wanted = msgspec.convert({field: value}, Behaviour, strict=not is_text)
    if field == "address":
        _check_address(wanted.address)
    return getattr(wanted, field)


def _check_address(address: str) -> None:
    if address and not is_form_url(address):
        raise msgspec.ValidationError("give an https address, such as https://palaute.example.fi")
