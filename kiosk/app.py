"""The window: Kivy's clock, keyboard and canvas around one `Runtime`."""

import logging
import uuid
from collections import deque
from collections.abc import Callable

from kivy.app import App
from kivy.base import EventLoop
from kivy.clock import Clock, ClockEvent
from kivy.core.window import Window
from kivy.input import MotionEvent

from device_config.clock import boottime
from kiosk.event_loop import wait_for_input
from kiosk.inbox import Inbox
from kiosk.screens.root import TerminalScreen, load_styles
from kiosk.session.events import TimePassed, Touch
from kiosk.staff.events import FrontEvent
from kiosk.view.model import Choice, View

log = logging.getLogger(__name__)

MOST_EARLY_KEYS = 50
"""Keys that wait for the panels to open, a fraction of a second after the first frame."""

LONGEST_RING_S = 10.0
"""A deadline that passed while the machine slept is noticed at most so much later."""


def has_window() -> bool:
    """Whether a window could be opened: Kivy leaves None in its place."""
    return Window is not None


class KioskApp(App):
    """Builds the screen once, shows views, and posts what is touched.

    Set `handle` (events), `on_touch` (a finger anywhere, in pixels from the lower left, and the
    window's size) and `on_first_frame` before `run()`; all
    are called on Kivy's thread.
    """

    title = "Palautepiste"

    def __init__(self) -> None:
        super().__init__()
        self.handle: Callable[[FrontEvent], None] = lambda _event: None
        self._on_key: Callable[[int, bool], None] | None = None
        self._early_keys: deque[tuple[int, bool]] = deque(maxlen=MOST_EARLY_KEYS)
        self.on_first_frame: Callable[[], None] = lambda: None
        self.on_touch: Callable[[float, float, tuple[float, float]], None] = lambda *_: None
        self.inbox = Inbox(self._take)
        self.screen: TerminalScreen | None = None
        self._deadline: ClockEvent | None = None

    def build(self) -> TerminalScreen:
        """The one widget tree."""
        load_styles()
        self.screen = TerminalScreen(self.post_choice, self.post_cursor)
        Window.bind(on_key_down=self._key_down, on_key_up=self._key_up)
        Window.bind(on_touch_down=self._touched)
        return self.screen

    def _touched(self, _window: object, touch: MotionEvent) -> None:
        self.on_touch(touch.x, touch.y, Window.size)

    def open_settings(self, *_: object) -> bool:
        """Kivy's own settings panel, on F1: not on a public terminal."""
        return False

    def on_start(self) -> None:
        """The window is there; what is slow waits until its first frame is."""
        wait_for_input(Clock, Window, EventLoop)
        Clock.schedule_once(lambda _: Clock.schedule_once(lambda _: self.on_first_frame()))

    def leave(self) -> None:
        """Close the window after this turn; also from a signal's handler, so it locks nothing."""
        EventLoop.quit = True

    def _take(self, event: FrontEvent) -> None:
        self.handle(event)

    def listen(self, on_key: Callable[[int, bool], None]) -> None:
        """Give keys to the panels from now on, those since the first frame before the others."""
        while self._early_keys:
            on_key(*self._early_keys.popleft())
        self._on_key = on_key

    def post(self, event: FrontEvent) -> None:
        """Put an event in line; callable from any thread."""
        self.inbox.post(event)

    def post_choice(self, choice: Choice) -> None:
        """Something on the screen was touched."""
        self.post(choice.event(boottime(), str(uuid.uuid4())))

    def post_cursor(self, event: Callable[[float], Touch]) -> None:
        """The written text was touched."""
        self.post(event(boottime()))

    def draw(self, view: View) -> None:
        """Show a view."""
        if self.screen is not None:
            self.screen.show(view)

    def arm(self, deadline: float | None) -> None:
        """Ring once at the deadline (CLOCK_BOOTTIME), and at no earlier one any more."""
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None
        if deadline is not None:
            # Kivy's time stands still while the machine sleeps, so look now and then.
            wait_s = min(max(deadline - boottime(), 0.0), LONGEST_RING_S)
            self._deadline = Clock.schedule_once(lambda _: self._ring(deadline), wait_s)

    def every(self, seconds: float, action: Callable[[], None]) -> None:
        """Do something again and again, on Kivy's thread."""
        Clock.schedule_interval(lambda _: action(), seconds)

    def _ring(self, deadline: float) -> None:
        # It may be a look in between, and Kivy may call a fraction of a frame too early.
        if boottime() < deadline:
            self.arm(deadline)
        else:
            self.post(TimePassed(boottime()))

    def _key_down(self, _window: object, key: int, *_: object) -> None:
        self._key(key, True)

    def _key_up(self, _window: object, key: int, *_: object) -> None:
        self._key(key, False)

    def _key(self, key: int, is_down: bool) -> None:
        if self._on_key is None:
            self._early_keys.append((key, is_down))
        else:
            self._on_key(key, is_down)
