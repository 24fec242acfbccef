"""The settings of a terminal, as checked values."""

from typing import Any, Literal

import msgspec
from msgspec import Struct


class CentralSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the central service is. An empty text means: not set."""

    url: str
    ca_file: str
    proxy: str
    token: str
    terminal_id: str


class LocationSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the terminal stands, until staff or the centre say otherwise."""

    county: str
    unit: str
    service: str
    place: str
    contact_mode: Literal["on-site", "mobile", "home"]


class ScreenSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The window's size in pixels on a desktop, and the panel's rotation in degrees."""

    size: tuple[int, int]
    rotation: Literal[0, 90, 180, 270]


class SessionSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How one visitor's sitting runs. Times are in seconds."""

    questionnaire: str
    languages: tuple[str, ...]
    first_item: str
    follow_up: bool
    idle_timeout_s: float
    undo_s: float
    min_interval_s: float


class PanelSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One button panel; pins are BCM numbers, worst to best."""

    kind: Literal["keypad", "gpio", "serial"]
    buttons: tuple[int, ...] = ()
    leds: tuple[int, ...] = ()
    port: str = ""
    protocol: Literal["palaute/1", "plain"] = "palaute/1"


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that can be set, with its value."""

    central: CentralSettings
    location: LocationSettings
    screen: ScreenSettings
    session: SessionSettings
    panel: tuple[PanelSettings, ...]


Layer = dict[str, Any]
"""Settings as a person or the centre writes them: any of the tables, any of their keys."""


def merged(layers: list[tuple[str, Layer]]) -> tuple[Layer, dict[str, str]]:
    """The layers on top of each other, lowest first, and for each key the layer it came from.

    Tables are merged key by key; lists replace each other whole.
    """
    body: Layer = {}
    sources: dict[str, str] = {}
    for name, layer in layers:
        for table, value in layer.items():
            if isinstance(value, dict):
                body.setdefault(table, {}).update(value)
                sources.update({f"{table}.{key}": name for key in value})
            else:
                body[table] = value
                sources[table] = name
    return body, sources


def settings_from(body: Layer) -> Settings:
    """Settings from merged layers; raises msgspec.ValidationError on a wrong shape."""
    return msgspec.convert(body, Settings)
