"""What staff pages ask for, and what comes of it. Pure.

The desk (`kiosk.staff_desk`) carries each deed out on its own thread and answers with
`Told(deed, outcome, at)`. A deed says all that it means, so that a page knows an answer to a
question of before by comparing.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from device_config.location import Place
from device_config.units import Unit
from kiosk.session.effects import Effect as SessionEffect
from sync.wire import Heartbeat

Way = Literal["pin", "no-pin", "not-set-up"]
"""How the pages open: with a PIN; enrolled, yet without one; or not enrolled at all."""


# Deeds


@dataclass(frozen=True, slots=True)
class AskWay:
    """See how the pages open on this terminal."""


@dataclass(frozen=True, slots=True)
class TryPin:
    """See whether this is the PIN: slow, and counted."""

    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReadStatus:
    """See how the terminal is."""


@dataclass(frozen=True, slots=True)
class FindUnits:
    """Look for units in the last list; an empty text finds those that are near."""

    text: str


@dataclass(frozen=True, slots=True)
class ReadPlaces:
    """Read where the terminal stands, and where it stood."""


@dataclass(frozen=True, slots=True)
class MoveTo:
    """The terminal stands elsewhere from now on."""

    unit: str
    service: str | None
    place: str | None
    county: str | None = None


@dataclass(frozen=True, slots=True)
class UndoMove:
    """The last change of the place was a mistake: back to the one before it."""


@dataclass(frozen=True, slots=True)
class ReadLanguages:
    """See which languages the questionnaire has, and which are offered."""


@dataclass(frozen=True, slots=True)
class ReadDay:
    """See which day it is."""


@dataclass(frozen=True, slots=True)
class ReadSoundAndLight:
    """See how loud and how bright it is."""


@dataclass(frozen=True, slots=True)
class SetSetting:
    """Set one key, as `config set` does; `value` is plain."""

    key: str
    value: Any


@dataclass(frozen=True, slots=True)
class LeaveOrder:
    """Ask the agent for something; a body may hold a code."""

    kind: str
    body: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Restart:
    """End the program; it is started anew."""


@dataclass(frozen=True, slots=True)
class PlaySound:
    """Let the sound of an answer be heard, as loud as it is set."""


Deed = (
    AskWay
    | TryPin
    | ReadStatus
    | FindUnits
    | ReadPlaces
    | MoveTo
    | UndoMove
    | ReadLanguages
    | ReadDay
    | ReadSoundAndLight
    | SetSetting
    | LeaveOrder
)
"""What the desk carries out."""
Asked = Deed | Restart | PlaySound
"""What is no session's."""
Effect = Asked | SessionEffect


# Outcomes


@dataclass(frozen=True, slots=True)
class Ways:
    """How the pages open. `wait_s`: how long no PIN is taken; `url`: the centre's address."""

    way: Way
    wait_s: float = 0.0
    terminal_id: str | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """That was the PIN."""


@dataclass(frozen=True, slots=True)
class Refused:
    """That was not the PIN; `left` tries until the next wait, or so many seconds to wait."""

    wait_s: float
    left: int


@dataclass(frozen=True, slots=True)
class StatusSeen:
    """How the terminal is; `unit` is the name of the unit by language, empty where unknown.

    `failure` is why the last sending failed, None if it did not. Unless `is_storage_read`, what
    `beat` says of answers, sendings and panels means nothing.
    """

    beat: Heartbeat
    unit: dict[str, str]
    failure: str | None = None
    is_storage_read: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """The units that fit, best first; `known` are there in all, 0 where there is no list."""

    units: tuple[Unit, ...]
    known: int


@dataclass(frozen=True, slots=True)
class PlaceSeen:
    """A place with its unit's name by language; empty where the list does not know it."""

    place: Place
    name: dict[str, str]


@dataclass(frozen=True, slots=True)
class PlacesSeen:
    """Where the terminal stands, and where it stood, the newest first, each once."""

    now: PlaceSeen
    before: tuple[PlaceSeen, ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """Where the terminal stands now; None for an undo that found nothing to undo."""

    now: PlaceSeen | None


@dataclass(frozen=True, slots=True)
class LanguageSeen:
    """A language of the questionnaire; `is_verified` where every text in it is."""

    code: str
    is_offered: bool
    is_verified: bool


@dataclass(frozen=True, slots=True)
class LanguagesSeen:
    """The languages that can be offered, those that are first, in their order."""

    languages: tuple[LanguageSeen, ...]


@dataclass(frozen=True, slots=True)
class SoundAndLight:
    """Whether an answer is heard, how loud, and how bright the screen is; 0 to 100.

    `brightness` is None where there is no backlight; `can_be_set`: whether we have the rights.
    """

    accepted: bool
    volume: int
    brightness: int | None = None
    can_be_set: bool = False


@dataclass(frozen=True, slots=True)
class DaySeen:
    """The day on the wall; None while the clock is not right."""

    day: date | None


@dataclass(frozen=True, slots=True)
class Done:
    """It was done."""


@dataclass(frozen=True, slots=True)
class OrderDone:
    """What came of an order: `{"done": true, …}` or `{"error": code, …}`."""

    outcome: dict[str, Any]


@dataclass(frozen=True, slots=True)
class AgentSilent:
    """The agent has not taken the order up, though it had time to; it waits on."""


@dataclass(frozen=True, slots=True)
class Failed:
    """It could not be done: trouble with our own files, as a line of the log says."""


Outcome = (
    Ways
    | Opened
    | Refused
    | StatusSeen
    | Found
    | PlacesSeen
    | Moved
    | LanguagesSeen
    | DaySeen
    | SoundAndLight
    | Done
    | OrderDone
    | AgentSilent
    | Failed
)
