"""The settings of a terminal, as checked values.

The bounds here are those of assets/schemas/terminal.schema.json: decoding refuses what the schema
refuses, in a fraction of the time; the schema then says all that is wrong, with its path.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

Word = Annotated[str, Meta(max_length=100)]
Address = Annotated[str, Meta(max_length=500)]
Pixels = Annotated[int, Meta(ge=320, le=7680)]
Hours = Annotated[tuple[Annotated[str, Meta(max_length=60)], ...], Meta(max_length=40)]
Day = Annotated[str, Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}(?!\\n)$")]
MOST_UNITS = 1000
Percent = Annotated[int, Meta(ge=0, le=100)]
Pin = Annotated[int, Meta(ge=0, le=53)]
# As in sync.wire.Enrolment: without the (?!) a line feed could end it, which no header can carry.
Token = Annotated[str, Meta(max_length=200, pattern="^[!-~]*(?!\\n)$")]

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""The hosts that are this machine itself: to them alone http is safe."""

API_PATH = "/api/v1"
"""Where the centre's API begins, below the address that the settings give."""

LISTS = ("panel", "campaign")
"""The lists of tables; all other settings are in tables."""

SECRETS = ("central.token", "central.proxy")
"""The keys whose values are never shown: a proxy's address may hold a password."""


class CentralSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the central service is. An empty text means: not set."""

    url: Address
    ca_file: Address
    proxy: Address
    token: Token
    terminal_id: Word


class LocationSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the terminal stands, until staff or the centre say otherwise."""

    county: Annotated[str, Meta(pattern="^([0-9]{2})?$")]
    unit: Word
    service: Word
    place: Word
    contact_mode: Literal["on-site", "mobile", "home"]


class ScreenSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The window's size in pixels on a desktop, and the panel's rotation in degrees.

    `brightness` is in per cent; 0: as the machine has it.
    """

    size: tuple[Pixels, Pixels]
    rotation: Literal[0, 90, 180, 270]
    brightness: Percent = 0


class SessionSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How one visitor's sitting runs. Times are in seconds."""

    questionnaire: Annotated[str, Meta(max_length=60)]
    languages: Annotated[
        tuple[Annotated[str, Meta(max_length=20)], ...], Meta(min_length=1, max_length=12)
    ]
    first_item: Annotated[str, Meta(max_length=60)]
    follow_up: bool
    idle_timeout_s: Annotated[float, Meta(ge=2, le=600)]
    undo_s: Annotated[float, Meta(ge=0, le=30)]
    min_interval_s: Annotated[float, Meta(ge=0, le=600)]
    first_items: Annotated[
        tuple[Annotated[str, Meta(max_length=60)], ...], Meta(max_length=20)
    ] = ()
    take_turns: Literal["off", "day", "week"] = "off"
    child_questionnaire: Annotated[str, Meta(max_length=60)] = ""
    relative_questionnaire: Annotated[str, Meta(max_length=60)] = ""


class HoursSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """When the terminal is open, in lines of local time (hours.py); none: always.

    A unit's own hours, by its OID, count there instead of `open`.
    """

    open: Hours
    by_unit: Annotated[dict[Word, Hours], Meta(max_length=MOST_UNITS)] = {}


class SoundSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Whether an answer that was taken is heard, too, and how loud, in per cent."""

    accepted: bool
    volume: Percent = 100


class RetentionSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How long, and how many bytes of, copies of what the centre holds are kept."""

    sent_days: Annotated[float, Meta(ge=0, le=3650)]
    sent_bytes: Annotated[int, Meta(ge=0, le=10**12)]


class PanelSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One button panel; pins are BCM numbers, worst to best.

    `button_count` is for a `plain` box, which cannot say it itself.
    """

    kind: Literal["keypad", "gpio", "serial"]
    buttons: Annotated[tuple[Pin, ...], Meta(min_length=3, max_length=5)] = ()
    leds: Annotated[tuple[Pin, ...], Meta(max_length=5)] = ()
    port: Annotated[str, Meta(max_length=300)] = ""
    protocol: Literal["palaute/1", "plain"] = "palaute/1"
    button_count: Literal[3, 4, 5] = 5


class CampaignSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Days, both inclusive, on which something else is asked, or the house is open longer.

    `units` are OIDs, none: everywhere. An empty `questionnaire` or `first_item`: as always. `own`
    are the county's own statements that are asked only while a campaign that names them is on;
    `hours` come on top of the unit's.
    """

    name: Annotated[str, Meta(min_length=1, max_length=60)]
    first_day: Day
    last_day: Day
    units: Annotated[tuple[Word, ...], Meta(max_length=MOST_UNITS)] = ()
    questionnaire: Annotated[str, Meta(max_length=60)] = ""
    first_item: Annotated[str, Meta(max_length=60)] = ""
    own: Annotated[tuple[Annotated[str, Meta(max_length=60)], ...], Meta(max_length=20)] = ()
    hours: Hours = ()


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that can be set, with its value."""

    central: CentralSettings
    location: LocationSettings
    screen: ScreenSettings
    session: SessionSettings
    hours: HoursSettings
    sound: SoundSettings
    retention: RetentionSettings
    panel: Annotated[tuple[PanelSettings, ...], Meta(max_length=8)]
    campaign: Annotated[tuple[CampaignSettings, ...], Meta(max_length=50)] = ()


Layer = dict[str, Any]
"""Settings as a person or the centre writes them: any of the tables, any of their keys."""


def merged(layers: list[tuple[str, Layer]]) -> tuple[Layer, dict[str, str]]:
    """The layers on top of each other, lowest first, and for each key the layer it came from.

    Tables are merged key by key; a key's value replaces the one below it whole, also when it is a
    list or, as in `hours.by_unit`, a table itself. So do `[[panel]]` and `[[campaign]]`.
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
