"""The kiosk process, put together: the one place where its parts meet."""

import logging
import os
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from device_config import clock
from device_config.config_store import ConfigStore, Effective
from device_config.disk import say_once
from device_config.errors import KioskError
from device_config.reserve import Reserve
from device_config.software import software
from device_config.state import StateDirectory, hold, open_state
from kiosk import kivy_setup
from kiosk.document import moment_at
from kiosk.early_storage import EarlyStorage
from kiosk.next_session import fingerprint_of, is_open_at, opening_hours, session_config_of
from kiosk.panel import Panels, open_panels
from kiosk.panel.lights import DARK, Lights
from kiosk.panel.presses import PressMemory
from kiosk.panel_watch import PanelWatch
from kiosk.runtime import Runtime
from kiosk.session.draft import Draft
from kiosk.session.effects import CheckStorage, PressId
from kiosk.session.events import ConfigChanged, DoorsChanged, Event, Pressed
from kiosk.session.moves import left_behind
from kiosk.session.reduce import is_left_alone
from kiosk.session.states import start
from kiosk.sound import AcceptedSound
from kiosk.touch_record import TouchRecord
from kiosk.turned_away import TurnedAway

if TYPE_CHECKING:
    from kiosk.app import KioskApp
    from sync.outbox import Outbox

log = logging.getLogger(__name__)

LOCK_WAIT_S = 5.0
CONFIG_CHECK_S = 2.0
HOURS_CHECK_S = 20.0
TOUCHES_KEPT_S = 1800.0
ROOM_CHECK_S = 5.0
STORAGE_PATIENCE_S = 30.0
"""Longer than an opening takes, or needs to fail."""


def run_kiosk(
    state_path: Path, config_file: Path | None, is_windowed: bool, hands_fd: int | None
) -> None:
    """Run the touchscreen until it is closed; raises KioskError for what a person can mend."""
    state = open_state(state_path)
    with hold(state, "kiosk", wait_s=LOCK_WAIT_S):
        store = ConfigStore(state, config_file)
        fingerprint = fingerprint_of(state, store)  # before reading: a change since is news
        effective = store.effective()
        for warning in effective.warnings:
            log.warning("%s", warning)
        screen = effective.settings.screen
        kivy_setup.prepare(screen.size, not is_windowed, screen.rotation)
        app = _open_app()
        Terminal(state, store, effective, fingerprint, app).run(hands_fd)


def _open_app() -> "KioskApp":
    from kiosk.app import KioskApp, has_window  # opens the window

    if not has_window():
        driver = os.environ["SDL_VIDEODRIVER"]
        raise KioskError(
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
        self._hours = opening_hours(self._settings)
        self._fingerprint = fingerprint
        self._was_synced = False
        self._is_leaving = False
        self._has_opened_storage = False
        self._storage = EarlyStorage()
        self._panels = Panels(())
        self._lights = DARK
        self._presses = PressMemory()
        self._sound = AcceptedSound()
        self.runtime = Runtime(
            start(session_config_of(state, self._settings)),
            self._storage,
            app.draw,
            app.arm,
            self,
            self._sound.play,
        )
        self._reserve = Reserve(state.file("reserve"))
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

    def _take(self, event: Event) -> None:
        if isinstance(event, Pressed):
            self._touches.pressed(event.now)
        before = self.runtime.state
        self.runtime.handle(event)
        self._turned_away.saw(before, event, self.runtime.state)

    def _touched(self) -> None:
        self._touches.touched()
        self._turned_away.touched()

    def _after_first_frame(self) -> None:
        """What is slow to import, or to open, comes when there is something to see."""
        threading.Thread(target=self._open_the_rest, name="opening", daemon=True).start()
        self._sound.turn(is_on=self._settings.sound.accepted)

    def _open_the_rest(self) -> None:
        from kiosk.writer import Fact, Writer

        watch = PanelWatch(lambda facts: self._storage.submit(Fact("panels", facts)), self._note)
        panels = open_panels(
            self._settings.panel,
            self._app.post,
            watch.hear,
            self._storage.submit,
            self._presses,
        )
        writer = Writer(
            self._open_outbox,
            _moment_of,
            clock.read,
            self._app.post,
            panels,
            room=self._reserve,
        )
        writer.start()
        self._storage.open(writer)
        self._note("started", {"software": software()})
        self._storage.submit(Fact("panels", []))  # what an earlier run knew is over
        # A box offers again what it pressed before this start: first know what counted already.
        writer.wait_for_first_try(STORAGE_PATIENCE_S)
        self._panels = panels
        panels.start()
        panels.light(self._lights)
        self._app.listen(panels.key)

    def _open_outbox(self) -> "Outbox":
        from device_config.road import fact
        from kiosk.press_record import PRESSES, settled_presses
        from sync.salvage.rescue import open_or_rescue

        # Opened again: writing has failed, so it is looked at more closely.
        outbox = open_or_rescue(
            self._state, clock.read(), (PRESSES,), is_thorough=self._has_opened_storage
        )
        self._has_opened_storage = True
        self._touches.take_up(fact(outbox.db, "kiosk", "touches"))
        now = clock.read()
        self._presses.take_up(settled_presses(outbox.db, now.boot_id, now.boottime))
        return outbox

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
        if is_left_alone(self.runtime.state) and not self._reserve.is_kept:
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
        is_open = is_open_at(self._hours, now.wall, now.is_synced)
        was_seen = was_seen and self._was_synced
        self._was_synced = now.is_synced
        if now.is_synced:
            self._storage.submit(now)  # for the answers that were given before it was right
        if is_open != self.runtime.state.memory.is_open:
            self._app.post(DoorsChanged(is_open, now.boottime, was_seen))

    _settings_said: tuple[str, ...] | None = None
    """What the agent was last told of the settings; None before the first time."""

    def _check_config(self) -> None:
        """Take changed settings or another location between sessions; refuse bad ones aloud."""
        try:
            fingerprint = fingerprint_of(self._state, self._store)
            if fingerprint != self._fingerprint:
                self._fingerprint = fingerprint
                self._take_config()
            elif self._settings_said is None:
                self._say_of_settings(self._store.effective().warnings)
        except (OSError, KioskError) as error:  # trouble with files must not end Kivy's thread
            say_once(f"settings not looked at: {error}")
        if self._is_leaving and is_left_alone(self.runtime.state):
            self._app.stop()

    def _say_of_settings(self, warnings: tuple[str, ...]) -> None:
        """Tell the agent, for the heartbeat, what is left out of the settings."""
        from kiosk.writer import Fact

        if warnings != self._settings_said:
            self._settings_said = warnings
            self._storage.submit(Fact("settings", list(warnings)))

    def _take_config(self) -> None:
        try:
            effective = self._store.effective()
            settings = effective.settings
            config = session_config_of(self._state, settings)
        except KioskError as error:
            log.error("settings not taken: %s", error)  # noqa: TRY400 - a person's mistake
            self._say_of_settings((str(error),))
            return
        for warning in effective.warnings:
            log.warning("%s", warning)
        self._say_of_settings(effective.warnings)
        self._hours = opening_hours(settings)
        self._sound.turn(is_on=settings.sound.accepted)
        self._app.post(ConfigChanged(config))
        self._check_hours(was_seen=False)
        # Wiring and window are taken by starting anew: systemd starts what ends with 0, too.
        wired = (self._settings.panel, self._settings.screen)
        self._is_leaving = wired != (settings.panel, settings.screen)


def _moment_of(draft: Draft) -> clock.Reading:
    return moment_at(clock.read(), draft.first_at)
