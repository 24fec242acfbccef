"""What the files of a terminal mean for its next session."""

from datetime import datetime
from pathlib import Path

from device_config.config_store import ConfigStore
from device_config.hours import OpeningHours, is_open, parse_hours
from device_config.keyboards import keyboard_for, number_rows
from device_config.location import LocationFile
from device_config.notices import NoticesFile
from device_config.questionnaire import Questionnaire
from device_config.questionnaire_files import questionnaire_named
from device_config.settings import SessionSettings, Settings
from device_config.state import StateDirectory
from kiosk.session.config import Keyboards, SessionConfig, session_config
from kiosk.texts import words_in
from sync.wire import location_of


def session_config_of(state: StateDirectory, settings: Settings) -> SessionConfig:
    """What the next session needs to know: what is asked, the rules, the words, where we stand."""
    place = LocationFile.of(state).current(settings.location)
    session = settings.session
    return session_config(
        session,
        _questionnaires(session, state.questionnaires),
        words_in(session.languages, state.locales),
        _keyboards(session.languages, state.keyboards),
        location_of(place),
        settings.location.contact_mode,
        NoticesFile.of(state).current(),
    )


def fingerprint_of(state: StateDirectory, store: ConfigStore) -> tuple[int, ...]:
    """Numbers that change whenever what the next session needs to know does."""
    location = LocationFile.of(state).file.fingerprint()
    return (*store.fingerprint(), *location, *NoticesFile.of(state).fingerprint())


def opening_hours(settings: Settings) -> OpeningHours:
    """When the terminal is open; the settings have been checked."""
    return parse_hours(settings.hours.open)


def is_open_at(hours: OpeningHours, wall: float, is_synced: bool) -> bool:
    """Whether the house is open; a clock that may be wrong closes nothing.

    `wall` is seconds since 1970.
    """
    return not is_synced or is_open(hours, datetime.fromtimestamp(wall).astimezone())


def _questionnaires(session: SessionSettings, folder: Path) -> tuple[Questionnaire, ...]:
    named = (session.questionnaire, session.child_questionnaire, session.relative_questionnaire)
    return tuple(questionnaire_named(each, folder) for each in named if each)


def _keyboards(languages: tuple[str, ...], folder: Path) -> Keyboards:
    return Keyboards({each: keyboard_for(each, folder).rows for each in languages}, number_rows())
