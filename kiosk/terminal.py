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
from device_config.location import LocationFile
from device_config.questionnaire_files import questionnaire_named
from device_config.settings import Settings
from device_config.software import software
from device_config.state import StateDirectory, hold, open_state
from kiosk import kivy_setup
from kiosk.document import moment_at
from kiosk.early_storage import EarlyStorage
from kiosk.events import ConfigChanged
from kiosk.panel import PanelNews, Panels, open_panels
from kiosk.runtime import Runtime
from kiosk.states import Draft, Idle, PressId, SessionConfig, session_config, start
from sync.wire import location_of

if TYPE_CHECKING:
    from kiosk.app import KioskApp
    from sync.outbox import Outbox

log = logging.getLogger(__name__)

LOCK_WAIT_S = 5.0
CONFIG_CHECK_S = 2.0


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


def fingerprint_of(state: StateDirectory, store: ConfigStore) -> tuple[int, ...]:
    """Numbers that change whenever the settings or the location do."""
    return (*store.fingerprint(), *LocationFile.of(state).file.fingerprint())


def _open_app() -> "KioskApp":
    from kiosk.app import KioskApp, has_window  # opens the window

    if not has_window():
        driver = os.environ["SDL_VIDEODRIVER"]
        raise KioskError(
            f"no window could be opened ({driver}): log in at the display itself, or check "
            "DISPLAY, or set SDL_VIDEODRIVER=offscreen to draw without a display"
        )
    return KioskApp()


def session_config_of(state: StateDirectory, settings: Settings) -> SessionConfig:
    """What the next session needs to know: the questionnaire, the rules, where we stand."""
    place = LocationFile.of(state).current(settings.location)
    location = location_of(place)
    questionnaire = questionnaire_named(settings.session.questionnaire)
    return session_config(settings.session, questionnaire, location, settings.location.contact_mode)


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
        app.handle = self.runtime.handle
        app.on_first_frame = self._after_first_frame

    def run(self, hands_fd: int | None) -> None:
        """Show the first screen, and go on until the window is closed."""
        signal.signal(signal.SIGTERM, lambda *_: self._app.stop())
        self._app.bind(on_start=lambda _: self.runtime.begin())
        self._app.every(CONFIG_CHECK_S, self._check_config)
        if hands_fd is not None:
            from kiosk.hands import Hands

            Hands(hands_fd, self._app, self.runtime).start()
        try:
            self._app.run()
        finally:
            self._panels.stop()
            self._storage.close()

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
        from sync.outbox import open_outbox

        return open_outbox(self._state)

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

    def _check_config(self) -> None:
        """Take changed settings or another location between sessions; refuse bad ones aloud."""
        fingerprint = fingerprint_of(self._state, self._store)
        if fingerprint != self._fingerprint:
            self._fingerprint = fingerprint
            self._take_config()
        if self._is_leaving and isinstance(self.runtime.state, Idle):
            self._app.stop()

    def _take_config(self) -> None:
        try:
            settings = self._store.effective().settings
            config = session_config_of(self._state, settings)
        except KioskError as error:
            log.error("settings not taken: %s", error)  # noqa: TRY400 - a person's mistake
            return
        self._app.post(ConfigChanged(config))
        # Wiring and window are taken by starting anew: systemd starts what ends with 0, too.
        wired = (self._settings.panel, self._settings.screen)
        self._is_leaving = wired != (settings.panel, settings.screen)


def _moment_of(draft: Draft) -> clock.Reading:
    return moment_at(clock.read(), draft.first_at)
