"""The kiosk process, put together: the one place where its parts meet."""

import logging
import os
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from device_config import clock
from device_config.config_store import ConfigStore, Effective
from device_config.errors import KioskError
from device_config.out_of_order import OutOfOrderSign
from device_config.reserve import Reserve
from device_config.settings import Settings
from device_config.software import software
from device_config.state import StateDirectory, hold, open_state
from kiosk import kivy_setup
from kiosk.backlight import Backlight
from kiosk.document import moment_at
from kiosk.early_storage import EarlyStorage
from kiosk.house_doors import HouseDoors
from kiosk.next_session import (
    Calendar,
    alert_of,
    fingerprint_of,
    opening_hours,
    session_config_of,
    terminal_id_of,
)
from kiosk.outbox_opening import OutboxOpening
from kiosk.panel import Panels, open_panels
from kiosk.panel.lights import DARK, Lights
from kiosk.panel.presses import PressMemory
from kiosk.panel_watch import PanelWatch
from kiosk.runtime import Runtime
from kiosk.session.config import SessionConfig
from kiosk.session.draft import Draft
from kiosk.session.effects import CheckStorage, PressId
from kiosk.session.events import ConfigChanged, Pressed
from kiosk.session.moves import left_behind
from kiosk.session.states import OutOfOrder, start
from kiosk.settings_watch import SettingsWatch
from kiosk.sound import AcceptedSound
from kiosk.staff.events import AlertSeen, FrontEvent, Told
from kiosk.staff_door import StaffDoor
from kiosk.touch_record import TouchRecord
from kiosk.trial_watch import TrialWatch
from kiosk.turned_away import TurnedAway

if TYPE_CHECKING:
    from kiosk.app import KioskApp
    from kiosk.staff.effects import Asked

log = logging.getLogger(__name__)

LOCK_WAIT_S = 5.0
CONFIG_CHECK_S = 2.0
HOURS_CHECK_S = 20.0
TOUCHES_KEPT_S = 1800.0
ROOM_CHECK_S = 5.0
STORAGE_PATIENCE_S = 30.0
"""Longer than an opening takes, or needs to fail."""


class NoWindow(KioskError):
    """There is no display, or it is not ours."""


def run_kiosk(
    state_path: Path, config_file: Path | None, is_windowed: bool, hands_fd: int | None
) -> None:
    """Run the touchscreen until it is closed; raises KioskError for what a person can mend."""
    state = open_state(state_path)
    with hold(state, "kiosk", wait_s=LOCK_WAIT_S):
        store = ConfigStore(state, config_file)
        store.start()
        fingerprint = fingerprint_of(state, store)  # before reading: a change since is news
        effective = store.effective()
        for warning in effective.warnings:
            log.warning("%s", warning)
        screen = effective.settings.screen
        try:
            kivy_setup.prepare(screen.size, not is_windowed, screen.rotation)
            Terminal(state, store, effective, fingerprint, _open_app()).run(hands_fd)
        except Exception as error:
            store.note_failure(str(error), has_display=not isinstance(error, NoWindow))
            raise


def _open_app() -> "KioskApp":
    from kiosk.app import KioskApp, has_window  # opens the window

    if not has_window():
        driver = os.environ["SDL_VIDEODRIVER"]
        raise NoWindow(
            f"no window could be opened ({driver}): log in at the display itself, or check "
            "DISPLAY, or set SDL_VIDEODRIVER=offscreen to draw without a display"
        )
    return KioskApp()


class Terminal:
    """The parts of one running kiosk."""

    def __init__(
        self,
        state: StateDirectory,
        store: ConfigStore,
        effective: Effective,
        fingerprint: tuple[int, ...],
        app: "KioskApp",
    ) -> None:
        self._state = state
        self._store = store
        self._app = app
        self._settings = effective.settings
        calendar = Calendar()
        config = session_config_of(state, self._settings, calendar.today())
        self._doors = HouseDoors(opening_hours(self._settings, config.location.unit))
        self._terminal_id = terminal_id_of(state, self._settings)
        self._settings_watch = SettingsWatch(
            state, store, fingerprint, self._take_config, self._say_of_settings, calendar.today
        )
        self._trial = TrialWatch(store, effective.kept)
        self._is_leaving = False
        self._storage = EarlyStorage()
        self._panels = Panels(())
        self._lights = DARK
        self._presses = PressMemory()
        self._sound = AcceptedSound()
        self._backlight = Backlight()
        self.runtime = Runtime(
            start(config),
            self._storage,
            app.draw,
            app.arm,
            self,
            self._sound.play,
            self._act,
            alert_of(state, self._settings),
        )
        self._reserve = Reserve(state.file("reserve"))
        self._sign = OutOfOrderSign(state.path)
        self._staff = StaffDoor(state, store, app.post, app.leave, self._sound.play)
        self._touches = TouchRecord(clock.boottime, self._touch_panel_is_silent)
        self._turned_away = TurnedAway(clock.boottime, self._tell_turned_away)
        app.handle = self._take
        app.on_touch = self._touched
        app.on_first_frame = self._after_first_frame

    def run(self, hands_fd: int | None) -> None:
        """Show the first screen, and go on until the window is closed."""
        signal.signal(signal.SIGTERM, lambda *_: self._app.leave())
        self._app.bind(on_start=lambda _: self._begin())
        self._app.every(CONFIG_CHECK_S, self._check_config)
        self._app.every(HOURS_CHECK_S, self._check_hours)
        self._app.every(TOUCHES_KEPT_S, self._keep_touches)
        self._app.every(ROOM_CHECK_S, self._check_room)
        if hands_fd is not None:
            from kiosk.hands import Hands

            Hands(hands_fd, self._app, self.runtime).start()
        try:
            self._app.run()
        finally:
            self._panels.stop()
            for save in left_behind(self.runtime.state):
                self._storage.submit(save)
            self._keep_touches()
            self._turned_away.tell()
            self._storage.close()
            self._staff.close()  # last: a desk may take its time, and answers come first

    def _act(self, asked: "Asked") -> None:
        self._staff.act(asked)

    def _take(self, event: FrontEvent) -> None:
        if isinstance(event, Pressed):
            self._touches.pressed(event.now)
        if isinstance(event, Told):
            self._check_config()  # what staff have changed counts for the very next answer
        before = self.runtime.state
        self.runtime.handle(event)
        if not isinstance(event, Told | AlertSeen):
            self._turned_away.saw(before, event, self.runtime.state)
        if type(before) is not type(self.runtime.state):
            self._show_order()

    def _show_order(self) -> None:
        self._sign.set(is_up=isinstance(self.runtime.state, OutOfOrder))

    def _touched(self, x: float, y: float, size: tuple[float, float]) -> None:
        self._touches.touched()
        self._turned_away.touched()
        self._staff.touched(x, y, size)

    def _after_first_frame(self) -> None:
        """What is slow to import, or to open, comes when there is something to see."""
        threading.Thread(target=self._open_the_rest, name="opening", daemon=True).start()
        self._trial.drawn(clock.boottime())
        self._take_sound_and_light(self._settings)

    def _open_the_rest(self) -> None:
        try:
            self._open_storage_and_panels()
        except Exception:
            # Without them it would stay out of order for good; systemd starts what has ended.
            log.exception("the storage and the panels could not be opened: the kiosk ends")
            self._app.leave()

    def _open_storage_and_panels(self) -> None:
        from kiosk.writer import Fact, Writer
        from sync.retention import give_up_files

        watch = PanelWatch(lambda facts: self._storage.submit(Fact("panels", facts)), self._note)
        panels = open_panels(
            self._settings.panel,
            self._app.post,
            watch.hear,
            self._storage.submit,
            self._presses,
        )
        writer = Writer(
            OutboxOpening(self._state, self._touches, self._presses).open,
            _moment_of,
            clock.read,
            self._app.post,
            panels,
            room=self._reserve,
            terminal_id=lambda: self._terminal_id,
            give_up_files=lambda: give_up_files(self._state.database),
        )
        writer.start()
        self._storage.open(writer)
        self._note("started", {"software": software()})
        self._storage.submit(Fact("panels", []))  # what an earlier run knew is over
        # A box offers again what it pressed before this start: first know what counted already.
        writer.wait_for_first_try(STORAGE_PATIENCE_S)
        self._staff.open(self.runtime.front.alert)
        self._panels = panels
        panels.start()
        panels.light(self._lights)
        self._app.listen(panels.key)

    def refuse(self, press: PressId) -> None:
        """A press cannot be taken now; its box may offer it again."""
        self._panels.refuse(press)

    def light(self, lights: Lights) -> None:
        """Show this on the panels, those too that are not open yet."""
        self._lights = lights
        self._panels.light(lights)

    def _note(self, kind: str, data: dict[str, Any]) -> None:
        """Put something that happened now into the journal."""
        from device_config.road import entry_now

        self._storage.submit(entry_now(kind, data, clock.read()))

    def _touch_panel_is_silent(self, presses: int) -> None:
        log.warning("the touch panel has been silent for days, while buttons were pressed")
        self._note("touch-silent", {"presses": presses})

    def _tell_turned_away(self, presses: int, touches: int, seconds: float) -> None:
        data = {"presses": presses, "touches": touches, "seconds": round(seconds)}
        self._note("turned-away", data)

    def _check_room(self) -> None:
        """Once somebody has used the space set aside, see to it before the next one answers."""
        self._turned_away.look()
        self._show_order()
        if self.runtime.front.is_left_alone and not self._reserve.is_kept:
            self._storage.submit(CheckStorage())

    def _keep_touches(self) -> None:
        from kiosk.writer import Fact

        self._storage.submit(Fact("touches", self._touches.as_fact()))

    def _begin(self) -> None:
        self.runtime.begin()
        self._check_hours(was_seen=False)

    def _check_hours(self, *, was_seen: bool = True) -> None:
        """The house opens and closes by the clock on the wall, once that is right."""
        now = clock.read()
        was_open = self.runtime.state.memory.is_open
        changed = self._doors.look(now, was_open=was_open, was_seen=was_seen)
        if now.is_synced:
            self._storage.submit(now)  # for the answers that were given before it was right
        if changed is not None:
            self._app.post(changed)

    def _check_config(self) -> None:
        """Take what has changed between sessions; start anew where only that helps."""
        self._settings_watch.look()
        self._trial.look(clock.boottime())
        if self._is_leaving and self.runtime.front.is_left_alone:
            self._app.stop()

    def _say_of_settings(self, warnings: list[str]) -> None:
        from kiosk.writer import Fact

        self._storage.submit(Fact("settings", warnings))

    def _take_config(self, effective: Effective, config: SessionConfig) -> None:
        settings = effective.settings
        self._doors.hours = opening_hours(settings, config.location.unit)
        self._terminal_id = terminal_id_of(self._state, settings)
        self._take_sound_and_light(settings)
        self._app.post(ConfigChanged(config))
        self._check_hours(was_seen=False)
        # Wiring and window are taken by starting anew: systemd starts what ends with 0, too.
        self._is_leaving = _wired(self._settings) != _wired(settings)
        self._trial.took("" if self._is_leaving else effective.kept, clock.boottime())

    def _take_sound_and_light(self, settings: Settings) -> None:
        self._sound.turn(is_on=settings.sound.accepted, volume=settings.sound.volume)
        if settings.screen.brightness:
            self._backlight.set(settings.screen.brightness)


def _wired(settings: Settings) -> tuple[object, ...]:
    """What only a new start takes."""
    return settings.panel, settings.screen.size, settings.screen.rotation


def _moment_of(draft: Draft) -> clock.Reading:
    return moment_at(clock.read(), draft.first_at)
