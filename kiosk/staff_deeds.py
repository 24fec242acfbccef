"""The deeds of the staff desk: what each does with this terminal's files."""

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from device_config.clock import Reading
from device_config.config_store import ConfigStore
from device_config.credentials import Credentials, read_credentials
from device_config.errors import KioskError, StateDamaged
from device_config.location import LocationFile, Place
from device_config.out_of_order import is_out_of_order
from device_config.pin import NoPin, PinGate, is_usable
from device_config.pin import Opened as GateOpened
from device_config.questionnaire import Questionnaire
from device_config.questionnaire_files import questionnaire_named
from device_config.road import leave_order, order_outcome
from device_config.settings import Settings
from device_config.state import StateDirectory
from device_config.unit_search import UnitIndex
from device_config.units import UnitsFile
from device_config.wifi_password import forget_passwords, leave_password
from kiosk.backlight import Backlight
from kiosk.next_session import alert_of, fingerprint_of
from kiosk.staff.effects import (
    AskWay,
    DaySeen,
    Deed,
    Done,
    Failed,
    FindUnits,
    Found,
    LanguageSeen,
    LanguagesSeen,
    LeaveOrder,
    Moved,
    MoveTo,
    Opened,
    Outcome,
    PlaceSeen,
    PlacesSeen,
    ReadDay,
    ReadLanguages,
    ReadPlaces,
    ReadSoundAndLight,
    ReadStatus,
    Refused,
    SetSetting,
    SoundAndLight,
    StatusSeen,
    TryPin,
    UndoMove,
    Ways,
)
from kiosk.staff.events import Alert
from sync.access import read_access
from sync.health import health, read_push
from sync.outbox import Outbox, open_outbox

MOST_EARLIER = 12
"""Earlier places that are offered, each once."""
MOST_FOUND = 8


class TerminalDeeds:
    """Deeds on the files of one terminal, all on one thread. `read_clock` gives the clocks."""

    def __init__(
        self,
        state: StateDirectory,
        store: ConfigStore,
        read_clock: Callable[[], Reading],
        backlight: Backlight = Backlight(),  # noqa: B008 - it only knows its folder
    ) -> None:
        self._state = state
        self._store = store
        self._read_clock = read_clock
        self._backlight = backlight
        self._outbox: Outbox | None = None
        self._alert: Alert | None = None
        self._fingerprint: tuple[int, ...] | None = None
        """Of the files that `_alert` was made of."""
        self._units = Units(UnitsFile.of(state))
        forget_passwords(state)  # of an agent that never came
        self._table: dict[type, Callable[[Any], Outcome]] = {
            AskWay: self._ask_way,
            TryPin: self._try_pin,
            ReadStatus: self._read_status,
            FindUnits: self._find_units,
            ReadPlaces: self._read_places,
            MoveTo: self._move_to,
            UndoMove: self._undo_move,
            ReadLanguages: self._read_languages,
            ReadDay: self._read_day,
            ReadSoundAndLight: self._read_sound_and_light,
            SetSetting: self._set_setting,
        }

    def do(self, deed: Deed) -> Outcome:
        """Carry a deed out; raises KioskError, OSError or sqlite3.Error for trouble with files."""
        return self._table[type(deed)](deed)

    def forget(self) -> None:
        """Let go of the database; it is opened anew when it is needed."""
        outbox, self._outbox = self._outbox, None
        if outbox is not None:
            with suppress(sqlite3.Error):
                outbox.close()

    # The way in

    def _ask_way(self, _deed: AskWay) -> Ways:
        settings, credentials = self._settings(), self._credentials()
        url = settings.central.url
        if credentials is None:
            return Ways("not-set-up", url=url)
        if not is_usable(credentials.staff_pin_hash):
            return Ways("no-pin", terminal_id=credentials.terminal_id, url=url)
        wait_s = PinGate(self._state, credentials).wait_s(self._read_clock())
        return Ways("pin", wait_s, credentials.terminal_id, url)

    def _try_pin(self, deed: TryPin) -> Outcome:
        tried = PinGate(self._state, self._credentials()).try_pin(deed.pin, self._read_clock())
        if isinstance(tried, GateOpened):
            return Opened()
        if isinstance(tried, NoPin):
            return Failed()
        return Refused(tried.wait_s, tried.tries_left_before_wait)

    def _settings(self) -> Settings:
        return self._store.effective().settings

    def _credentials(self) -> Credentials | None:
        """None as well when they are damaged: only a new code helps."""
        try:
            return read_credentials(self._state, self._settings().central)
        except StateDamaged:
            return None

    # How it is

    def _read_status(self, _deed: ReadStatus) -> StatusSeen:
        try:
            return self._status(self._storage())
        except (KioskError, sqlite3.Error, OSError):
            if not is_out_of_order(self._state.path):
                raise
        self.forget()
        return self._status(None)  # staff who come to see why have to be told the rest

    def _status(self, outbox: Outbox | None) -> StatusSeen:
        place = self._place()
        beat = health(self._state, outbox, self._credentials(), place, self._read_clock())
        unit, failure = self._units.name_of(place.unit), read_push(outbox).failure
        return StatusSeen(beat, unit, failure, is_storage_read=outbox is not None)

    def alert(self) -> Alert | None:
        """What staff must know before anything else. Files that are as they were cost nothing."""
        fingerprint = fingerprint_of(self._state, self._store)
        if fingerprint != self._fingerprint:
            self._alert = alert_of(self._state, self._settings())
            self._fingerprint = fingerprint
        is_revoked = read_access(self._storage().db) == "revoked"
        return "revoked" if is_revoked and self._alert != "not-set-up" else self._alert

    def _storage(self) -> Outbox:
        if self._outbox is not None and self._outbox.is_replaced():
            self.forget()
        if self._outbox is None:
            self._outbox = open_outbox(self._state)
        return self._outbox

    # Where it stands

    def _place(self) -> Place:
        return LocationFile.of(self._state).current(self._settings().location)

    def _seen(self, place: Place) -> PlaceSeen:
        return PlaceSeen(place, self._units.name_of(place.unit))

    def _find_units(self, deed: FindUnits) -> Found:
        index, known = self._units.index()
        near = self._place().unit or ""
        return Found(index.find(deed.text, MOST_FOUND, near), known)

    def _read_places(self, _deed: ReadPlaces) -> PlacesSeen:
        now, history = self._place(), LocationFile.of(self._state).history()
        before = _each_once(now, reversed(history))[:MOST_EARLIER]
        return PlacesSeen(self._seen(now), tuple(self._seen(each) for each in before))

    def _move_to(self, deed: MoveTo) -> Moved:
        place = LocationFile.of(self._state).change(
            deed.unit, deed.service, deed.place, self._read_clock(), county=deed.county
        )
        return Moved(self._seen(place))

    def _undo_move(self, _deed: UndoMove) -> Moved:
        settings = self._settings().location
        place = LocationFile.of(self._state).undo(self._read_clock(), settings)
        return Moved(None if place is None else self._seen(place))

    # What is offered

    def _read_languages(self, _deed: ReadLanguages) -> LanguagesSeen:
        session = self._settings().session
        asked = questionnaire_named(session.questionnaire, self._state.questionnaires)
        offered = [each for each in session.languages if each in asked.languages]
        others = [each for each in asked.languages if each not in offered]
        return LanguagesSeen(
            tuple(
                LanguageSeen(each, each in offered, is_verified(asked, each))
                for each in (*offered, *others)
            )
        )

    def _read_day(self, _deed: ReadDay) -> DaySeen:
        now = self._read_clock()
        local = datetime.fromtimestamp(now.wall, UTC).astimezone()
        return DaySeen(local.date() if now.is_synced else None)

    def _read_sound_and_light(self, _deed: ReadSoundAndLight) -> SoundAndLight:
        sound = self._settings().sound
        light = self._backlight
        return SoundAndLight(sound.accepted, sound.volume, light.percent(), light.can_be_set())

    def _set_setting(self, deed: SetSetting) -> Done:
        self._store.set_value(deed.key, deed.value)
        return Done()

    # What the agent is asked for

    def leave(self, order: LeaveOrder) -> int:
        """Leave an order, with the moment at which it was left: an old one means nothing."""
        now = self._read_clock()
        asked = {"boot_id": now.boot_id, "boottime": now.boottime}
        body = {**order.body, "asked": asked}
        db = self._storage().db  # first: without an order nobody would delete the password's file
        if "password" in body:  # never into the database: what is deleted there can be read
            body["password_file"] = leave_password(self._state, body.pop("password"))
        return leave_order(db, order.kind, body)

    def outcome(self, number: int) -> dict[str, Any] | None:
        """What came of an order; None while it waits."""
        return order_outcome(self._storage().db, number)


class Units:
    """The list of units as it was last fetched; its index is made when it is first needed."""

    def __init__(self, file: UnitsFile) -> None:
        self._file = file
        self._fingerprint: tuple[int, ...] | None = None
        self._index = UnitIndex.of(())
        self._names: dict[str, dict[str, str]] = {}

    def index(self) -> tuple[UnitIndex, int]:
        """The index, and how many units are in it."""
        fingerprint = self._file.fingerprint()
        if fingerprint != self._fingerprint:
            units = self._file.read().units
            self._index = UnitIndex.of(units)
            self._names = {each.unit: each.name for each in units}
            self._fingerprint = fingerprint
        return self._index, len(self._names)

    def name_of(self, unit: str | None) -> dict[str, str]:
        """A unit's name by language; empty where the list does not know it."""
        self.index()
        return self._names.get(unit or "", {})


def _each_once(now: Place, places: Iterable[Place]) -> list[Place]:
    """The places with a unit, each once, without the one where it stands."""
    known, kept = {_whereabouts(now)}, []
    for place in places:
        if place.unit is not None and _whereabouts(place) not in known:
            known.add(_whereabouts(place))
            kept.append(place)
    return kept


def _whereabouts(place: Place) -> tuple[str | None, ...]:
    return place.unit, place.service, place.place


def is_verified(questionnaire: Questionnaire, language: str) -> bool:
    """Whether every text that a client reads in this language is verified."""
    return all(texts[language].status == "verified" for texts in questionnaire.all_texts())
