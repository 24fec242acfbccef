"""Where this terminal stands now and stood before: dated changes, the newest revision counts."""

from dataclasses import dataclass

import msgspec

from device_config.durable_file import DurableFile
from device_config.errors import StateDamaged
from device_config.settings import LocationSettings
from device_config.state import StateDirectory

MOST_HISTORY = 500


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where the terminal stands; None where unknown. `since` is RFC 3339 or None."""

    revision: int = 0
    county: str | None = None
    unit: str | None = None
    service: str | None = None
    place: str | None = None
    since: str | None = None
    set_by: str = "settings"


class _History(msgspec.Struct, frozen=True):
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class LocationFile:
    """The dated places of one terminal, kept apart from the answers."""

    file: DurableFile

    @classmethod
    def of(cls, state: StateDirectory) -> "LocationFile":
        """The location file of a state directory."""
        return cls(DurableFile(state.file("location")))

    def current(self, settings: LocationSettings) -> Place:
        """Where the terminal stands: the newest change, or before any what the settings say."""
        places = self._places()
        return places[-1] if places else _from_settings(settings)

    def move(self, place: Place) -> None:
        """Write down a change."""
        places = (*self._places(), place)[-MOST_HISTORY:]
        self.file.write(_History(places))

    def adopt(self, place: Place, settings: LocationSettings) -> bool:
        """Take the centre's word if its revision is higher than ours; returns whether it was.

        On equal revisions the local one stays: clocks are not trusted to decide this.
        """
        if place.revision <= self.current(settings).revision:
            return False
        self.move(place)
        return True

    def _places(self) -> tuple[Place, ...]:
        try:
            body = self.file.read()
        except StateDamaged:
            return ()
        return msgspec.convert(body, _History).places if body is not None else ()


def _from_settings(settings: LocationSettings) -> Place:
    return Place(
        county=settings.county or None,
        unit=settings.unit or None,
        service=settings.service or None,
        place=settings.place or None,
    )
