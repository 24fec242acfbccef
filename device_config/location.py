"""Where this terminal stands now and stood before: dated changes, the highest revision counts.

Whoever changes a place, here or at the centre, gives it the highest revision that they have seen
plus one. The higher one wins, and on equal the terminal's own: clocks are not trusted to decide
this. What lost stays in the history. The sync agent tells the centre of each place that is used;
whoever changes one writes only here.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import msgspec

from device_config.clock import Reading, rfc3339
from device_config.durable_file import DurableFile
from device_config.errors import StateDamaged
from device_config.settings import LocationSettings
from device_config.state import StateDirectory

if TYPE_CHECKING:
    from device_config.road import JournalEntry

MOST_HISTORY = 500
UNCOUNTED = 100_000
"""Above what any terminal counts to: where its own count was lost, the next change still wins."""

SetBy = Literal["settings", "staff", "centre", "command"]


class Moment(msgspec.Struct, frozen=True):
    """A moment by no wall clock: `boottime` is seconds of CLOCK_BOOTTIME in the boot `boot_id`."""

    boot_id: str
    boottime: float


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where the terminal stands; None where unknown.

    `since` is RFC 3339; where the clock could not be trusted, `set_at` stands in for it. `is_used`
    is False for a word of the centre's that lost to a change here.
    """

    revision: int = 0
    county: str | None = None
    unit: str | None = None
    service: str | None = None
    place: str | None = None
    since: str | None = None
    set_by: str = "settings"
    is_used: bool = True
    set_at: Moment | None = None

    def is_where(self, other: "Place") -> bool:
        """Whether this is the same spot, whoever said so and when."""
        return _spot(self) == _spot(other)


class _History(msgspec.Struct, frozen=True, omit_defaults=True):
    places: tuple[Place, ...] = ()
    seen: int = 0

    @property
    def current(self) -> Place | None:
        return next((place for place in reversed(self.places) if place.is_used), None)

    def with_place(self, place: Place) -> "_History":
        """One more, the oldest giving way; but never what is used now."""
        places = (*self.places, place)
        current = _History(places).current
        kept = places[-MOST_HISTORY:]
        if current is not None and current not in kept:
            kept = (current, *kept[1:])
        return _History(kept, self.seen)


@dataclass(frozen=True, slots=True)
class LocationFile:
    """The dated places of one terminal, kept apart from the answers.

    A change that a power cut interrupts was made whole or not at all. Raises StateNotWritable
    where it cannot be written down.
    """

    file: DurableFile

    @classmethod
    def of(cls, state: StateDirectory) -> "LocationFile":
        """The location file of a state directory."""
        return cls(state.durable("location"))

    def current(self, settings: LocationSettings) -> Place:
        """Where the terminal stands: the newest change, or before any what the settings say."""
        return self._history().current or place_in(settings)

    def history(self) -> tuple[Place, ...]:
        """Every change that is kept, oldest first; also what the centre said and lost."""
        return self._history().places

    def change(  # noqa: PLR0913 - what a place is, when and by whom
        self,
        unit: str | None,
        service: str | None,
        place: str | None,
        now: Reading,
        set_by: SetBy = "staff",
        *,
        county: str | None = None,
    ) -> Place:
        """The terminal stands here from now on; returns the change.

        To where it was changed already this changes nothing.
        """
        spot = Place(county=county, unit=unit, service=service, place=place)
        changed = self._changed(lambda _: spot, now, set_by)
        assert changed is not None  # noqa: S101 - there is somewhere to go
        return changed

    def undo(
        self, now: Reading, settings: LocationSettings | None = None, set_by: SetBy = "staff"
    ) -> Place | None:
        """Go back to where it stood before the last change, as a change of its own.

        Before the first change that is what `settings` say. None: there is no way back.
        """

        def before(history: _History) -> Place | None:
            here = history.current
            if here is None:
                return None
            earlier = (each for each in reversed(history.places) if each.is_used)
            at_first = place_in(settings) if settings else None
            return next((each for each in earlier if not each.is_where(here)), at_first)

        return self._changed(before, now, set_by)

    def adopt(self, word: Place, *, counts_anyway: bool = False) -> bool:
        """Hear the centre's word; returns whether it is where the terminal stands from now on.

        It is only with a higher revision than ours. Else it is kept in the history, once. What
        `counts_anyway` and names a unit gets a higher one if it needs it.
        """
        is_news = False

        def heard(history: _History) -> _History:
            nonlocal is_news
            current, place = history.current, word
            if counts_anyway and word.unit is not None and current and not current.is_where(word):
                above = 1 + max(current.revision, history.seen)
                place = msgspec.structs.replace(word, revision=max(word.revision, above))
            is_news = place.revision > (current.revision if current else 0)
            dates = current if current and current.is_where(place) else place
            is_known = any(
                each.revision == place.revision and each.is_where(place) for each in history.places
            )
            if is_known or place.revision < 1:
                return history
            return history.with_place(
                msgspec.structs.replace(
                    place,
                    is_used=is_news,
                    since=dates.since,
                    set_at=dates.set_at,
                )
            )

        self._update(heard)
        return is_news

    def date(self, place: Place, since: str) -> None:
        """Fill in since when it stands there, where that was not known when it was set."""

        def dated(history: _History) -> _History:
            known = msgspec.structs.replace(place, since=since, set_at=None)
            places = tuple(known if each == place else each for each in history.places)
            return _History(places, history.seen)

        self._update(dated)

    def _changed(
        self, where: Callable[[_History], Place | None], now: Reading, set_by: SetBy
    ) -> Place | None:
        """Stand where `where` says, None for nowhere else, as a new dated change."""
        changed: Place | None = None

        def moved(history: _History) -> _History:
            nonlocal changed
            spot, current, changed = where(history), history.current, None
            if spot is None:
                return history
            if current is not None and current.is_where(spot):
                changed = current
                return history
            # What is used has the highest revision of all: what lost had no higher one.
            revision = 1 + max(current.revision if current else 0, history.seen)
            changed = msgspec.structs.replace(
                dated_now(spot, now), revision=revision, set_by=set_by
            )
            return history.with_place(changed)

        self._update(moved)
        return changed

    def _update(self, change: Callable[[_History], _History]) -> None:
        """Write down what `change` makes of the history, if it is another one."""
        before = self._history()
        if change(before) != before:
            self.file.update(lambda body: change(before if body is None else _decoded(body)))

    def _history(self) -> _History:
        try:
            return _decoded(self.file.read())
        except StateDamaged:
            return _History(seen=UNCOUNTED)


def dated_now(place: Place, now: Reading) -> Place:
    """The same place since now: no time rather than one that may be wrong."""
    if now.is_synced:
        return msgspec.structs.replace(place, since=rfc3339(now.wall), set_at=None)
    set_at = Moment(now.boot_id, now.boottime)
    return msgspec.structs.replace(place, since=None, set_at=set_at)


def place_in(settings: LocationSettings) -> Place:
    """Where the settings say that the terminal stands."""
    return Place(
        county=settings.county or None,
        unit=settings.unit or None,
        service=settings.service or None,
        place=settings.place or None,
    )


def location_event(place: Place) -> "JournalEntry":
    """`location-changed` for the centre: where the terminal stands, since when, and by whom."""
    from device_config.road import JournalEntry  # SQLite, which the first screen does not wait for

    data = {"since": place.since, "revision": place.revision, "set_by": place.set_by}
    clock = "unknown" if place.since is None else "synced"
    return JournalEntry(
        str(uuid.uuid4()), "location-changed", place.since, clock, _spot(place) | data
    )


def _spot(place: Place) -> dict[str, str | None]:
    return {
        "county": place.county,
        "unit": place.unit,
        "service": place.service,
        "place": place.place,
    }


def _decoded(body: object) -> _History:
    """The history in a file's body; an empty one for a body of another shape."""
    try:
        return msgspec.convert(body, _History) if body is not None else _History()
    except msgspec.ValidationError:
        return _History()
