"""What the files of a terminal mean for its next session."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import msgspec

from device_config import clock
from device_config.campaigns import HouseHours, applied, house_hours
from device_config.clock import Reading
from device_config.config_store import ConfigStore
from device_config.credentials import read_credentials
from device_config.errors import KioskError
from device_config.keyboards import keyboard_for, number_rows
from device_config.location import LocationFile
from device_config.notices import NoticesFile
from device_config.questionnaire import Questionnaire
from device_config.questionnaire_files import questionnaire_named
from device_config.settings import SessionSettings, Settings
from device_config.state import StateDirectory
from kiosk.session.config import Keyboards, SessionConfig, session_config
from kiosk.staff.events import Alert
from kiosk.texts import words_in
from sync.wire import location_of


def session_config_of(
    state: StateDirectory, settings: Settings, today: date | None = None
) -> SessionConfig:
    """What the next session needs to know: what is asked, the rules, the words, where we stand.

    `today` is None while the clock may be wrong: then no campaign is on.
    """
    place = LocationFile.of(state).current(settings.location)
    now = applied(settings, place.unit, today)
    questionnaires = _questionnaires(now.session, state.questionnaires)
    spoken = questionnaires[0].languages
    languages = tuple(each for each in now.session.languages if each in spoken)
    return session_config(
        msgspec.structs.replace(now.session, languages=languages),
        questionnaires,
        words_in(languages, state.locales),
        _keyboards(languages, state.keyboards),
        location_of(place),
        settings.location.contact_mode,
        NoticesFile.of(state).current(),
        left_out=now.left_out,
    )


class Calendar:
    """The day on the wall here, as far as the clock can be trusted.

    A clock that may be wrong begins no day and ends none: what was the day stays it.
    """

    def __init__(self, read: Callable[[], Reading] = clock.read) -> None:
        self._read = read
        self._today: date | None = None

    def today(self) -> date | None:
        """The day now, or the last one that was known; None before there was one."""
        now = self._read()
        if now.is_synced:
            self._today = datetime.fromtimestamp(now.wall).astimezone().date()
        return self._today


def fingerprint_of(state: StateDirectory, store: ConfigStore) -> tuple[int, ...]:
    """Numbers that change whenever what the next session needs to know does."""
    location = LocationFile.of(state).file.fingerprint()
    credentials = state.durable("credentials").fingerprint()
    notices = NoticesFile.of(state).fingerprint()
    return (*store.fingerprint(), *location, *notices, *credentials)


def terminal_id_of(state: StateDirectory, settings: Settings) -> str | None:
    """Who this terminal is to the centre, if that is known and can be read."""
    try:
        credentials = read_credentials(state, settings.central)
    except (KioskError, OSError):  # the agent says so
        return None
    return credentials.terminal_id if credentials else None


def alert_of(state: StateDirectory, settings: Settings) -> Alert | None:
    """What staff must be told on the first screen already."""
    if terminal_id_of(state, settings) is None:
        return "not-set-up"
    place = LocationFile.of(state).current(settings.location)
    return "no-location" if place.unit is None else None


def opening_hours(settings: Settings, unit: str | None = None) -> HouseHours:
    """When the house of this unit is open; the settings have been checked."""
    return house_hours(settings, unit)


def is_open_at(hours: HouseHours, wall: float, is_synced: bool) -> bool:
    """Whether the house is open; a clock that may be wrong closes nothing.

    `wall` is seconds since 1970.
    """
    return not is_synced or hours.is_open(datetime.fromtimestamp(wall).astimezone())


def _questionnaires(session: SessionSettings, folder: Path) -> tuple[Questionnaire, ...]:
    named = (session.questionnaire, session.child_questionnaire, session.relative_questionnaire)
    return tuple(questionnaire_named(each, folder) for each in named if each)


def _keyboards(languages: tuple[str, ...], folder: Path) -> Keyboards:
    return Keyboards({each: keyboard_for(each, folder).rows for each in languages}, number_rows())
