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
from device_config.software import software
from device_config.state import StateDirectory, hold, open_state
from kiosk import kivy_setup
from kiosk.document import moment_at
from kiosk.early_storage import EarlyStorage
from kiosk.next_session import fingerprint_of, is_open_at, opening_hours, session_config_of
from kiosk.panel import PanelNews, Panels, open_panels
from kiosk.runtime import Runtime
from kiosk.session.draft import Draft
from kiosk.session.effects import PressId
from kiosk.session.events import ConfigChanged, DoorsChanged, Event, Pressed
from kiosk.session.moves import left_behind
from kiosk.session.states import Idle, Night, start
from kiosk.touch_record import TouchRecord

if TYPE_CHECKING:
    from kiosk.app import KioskApp
    from sync.outbox import Outbox

log = logging.getLogger(__name__)

LOCK_WAIT_S = 5.0
CONFIG_CHECK_S = 2.0
HOURS_CHECK_S = 20.0
TOUCHES_KEPT_S = 1800.0


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
        self._is_leaving = False
        self._storage = EarlyStorage()
        self._panels = Panels(())
        self._panel_facts: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()
        self.runtime = Runtime(
            start(session_config_of(state, self._settings)),
            self._storage,
            app.draw,
            app.arm,
            self._acknowledge,
            self._refuse,
        )
        self._touches = TouchRecord(clock.boottime, self._touch_panel_is_silent)
        app.handle = self._take
        app.on_touch = self._touches.touched
        app.on_first_frame = self._after_first_frame

    def run(self, hands_fd: int | None) -> None:
        """Show the first screen, and go on until the window is closed."""
        signal.signal(signal.SIGTERM, lambda *_: self._app.leave())
        self._app.bind(on_start=lambda _: self._begin())
        self._app.every(CONFIG_CHECK_S, self._check_config)
        self._app.every(HOURS_CHECK_S, self._check_hours)
        self._app.every(TOUCHES_KEPT_S, self._keep_touches)
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
            self._storage.close()

    def _take(self, event: Event) -> None:
        if isinstance(event, Pressed):
            self._touches.pressed(event.now)
        self.runtime.handle(event)

    def _after_first_frame(self) -> None:
        """What is slow to import, or to open, comes when there is something to see."""
        threading.Thread(target=self._open_the_rest, name="opening", daemon=True).start()

    def _open_the_rest(self) -> None:
        from kiosk.writer import Fact, Writer

        writer = Writer(self._open_outbox, _moment_of, clock.boottime, self._app.post)
        writer.start()
        self._storage.open(writer)
        self._note("started", {"software": software()})
        self._storage.submit(Fact("panels", []))  # what an earlier run knew is over
        panels = open_panels(self._settings.panel, self._app.post, self._panel_news)
        self._panels = panels
        panels.start()
        self._app.listen(panels.key)

    def _open_outbox(self) -> "Outbox":
        from device_config.road import fact
        from sync.outbox import open_outbox

        outbox = open_outbox(self._state)
        self._touches.take_up(fact(outbox.db, "kiosk", "touches"))
        return outbox

    def _acknowledge(self, press: PressId) -> None:
        self._panels.acknowledge(press)

    def _refuse(self, press: PressId) -> None:
        self._panels.refuse(press)

    def _panel_news(self, news: PanelNews) -> None:
        """From any thread: a panel came, went, or put a press aside."""
        from kiosk.writer import Fact

        if news.event != "press-put-aside":
            fact = {"kind": news.kind, "id": news.id, "state": news.event}
            with self._lock:
                self._panel_facts[news.id] = fact
                facts = list(self._panel_facts.values())
            self._storage.submit(Fact("panels", facts))
        if news.event != "ok":
            self._note(f"panel-{news.event}", {"panel": news.kind, "id": news.id, **news.data})

    def _note(self, kind: str, data: dict[str, Any]) -> None:
        """Put something that happened now into the journal."""
        from device_config.road import entry_now

        self._storage.submit(entry_now(kind, data, clock.read()))

    def _touch_panel_is_silent(self, presses: int) -> None:
        log.warning("the touch panel has been silent for days, while buttons were pressed")
        self._note("touch-silent", {"presses": presses})

    def _keep_touches(self) -> None:
        from kiosk.writer import Fact

        self._storage.submit(Fact("touches", self._touches.as_fact()))

    def _begin(self) -> None:
        self.runtime.begin()
        self._check_hours()

    def _check_hours(self) -> None:
        """The house opens and closes by the clock on the wall."""
        now = clock.read()
        is_open = is_open_at(self._hours, now.wall, now.is_synced)
        if is_open != self.runtime.state.memory.is_open:
            self._app.post(DoorsChanged(is_open, now.boottime))

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
        if self._is_leaving and isinstance(self.runtime.state, Idle | Night):
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
        self._app.post(ConfigChanged(config))
        self._check_hours()
        # Wiring and window are taken by starting anew: systemd starts what ends with 0, too.
        wired = (self._settings.panel, self._settings.screen)
        self._is_leaving = wired != (settings.panel, settings.screen)


def _moment_of(draft: Draft) -> clock.Reading:
    return moment_at(clock.read(), draft.first_at)
