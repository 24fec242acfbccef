"""Pretend clients through the same session rules and outbox as the app, without a screen."""

import time
import uuid
from collections.abc import Callable

from device_config import clock
from device_config.clock import Reading
from kiosk.document import content_of
from kiosk.masking import mask
from kiosk.session.config import SessionConfig
from kiosk.session.draft import Draft
from kiosk.session.effects import Save
from kiosk.session.events import Event, Pressed, Saved, TimePassed
from kiosk.session.reduce import reduce
from kiosk.session.states import start
from kiosk.view.show import show
from kiosk.visitors import Seen, visit, visitors
from sync.outbox import Outbox

THINK_S = 1.5


class SimulatedScreen:
    """A session without a window. Its own time passes at once, or as fast as ours.

    `say` is given each response's id once it is closed and on disk.
    """

    def __init__(
        self, config: SessionConfig, outbox: Outbox, say: Callable[[str], None], is_paced: bool
    ) -> None:
        self.state = start(config)
        self._outbox = outbox
        self._say = say
        self._is_paced = is_paced
        self._now = clock.boottime()
        self._moments: dict[str, Reading] = {}

    def look(self) -> Seen:
        """What would be on the screen."""
        view = show(self.state)
        choices = tuple(choice.id for choice in view.choices())
        return Seen(view.screen, view.language, choices)

    def touch(self, choice: str) -> None:
        """Touch a choice after a moment's thought."""
        self.pass_time(THINK_S)
        chosen = next(each for each in show(self.state).choices() if each.id == choice)
        self._happen(chosen.event(self._now, str(uuid.uuid4())))

    def press(self, button: int) -> None:
        """Press a button of five after a moment's thought."""
        self.pass_time(THINK_S)
        self._happen(Pressed("simulated", button, 5, self._now, str(uuid.uuid4())))

    def leave(self) -> None:
        """Walk away, and let the deadlines pass."""
        while (deadline := self.state.deadline) is not None:
            self.pass_time(max(deadline - self._now, 0.0))
            self._happen(TimePassed(self._now))

    def pass_time(self, seconds: float) -> None:
        """Let time go by."""
        if self._is_paced:
            time.sleep(seconds)
        self._now += seconds

    def _happen(self, event: Event) -> None:
        step = reduce(self.state, event)
        self.state = step.state
        for effect in step.effects:
            if isinstance(effect, Save):
                self._save(effect)

    def _save(self, save: Save) -> None:
        moment = self._moment(save.draft)
        self._outbox.put(content_of(save.draft, moment, mask), moment)
        if save.draft.ended is not None:
            self._moments.pop(save.draft.id, None)
            self._say(save.draft.id)
        self._happen(Saved(save, self._now))

    def _moment(self, draft: Draft) -> Reading:
        """The clocks at the first answer, read once, when it is first saved."""
        if draft.id not in self._moments:
            self._moments[draft.id] = clock.read()
        return self._moments[draft.id]


def simulate(  # noqa: PLR0913 - each is a choice of the person who simulates
    config: SessionConfig,
    outbox: Outbox,
    count: int,
    *,
    seed: int,
    is_paced: bool,
    say: Callable[[str], None],
) -> None:
    """Let `count` pretend clients answer: exactly as many responses, each said once."""
    screen = SimulatedScreen(config, outbox, say, is_paced)
    for visitor in visitors(count, seed, config.languages):
        screen.pass_time(visitor.pause_s)
        visit(visitor, screen)
