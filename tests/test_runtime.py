"""The runtime: it carries out what the rules ask for, and survives what goes wrong on the way."""

from dataclasses import dataclass, field
from itertools import pairwise

from kiosk_builders import FIRST, a_config, a_press_id, press, short, tap

from kiosk.panel.lights import DARK, Lights
from kiosk.runtime import Runtime
from kiosk.session.effects import Acknowledge, Save
from kiosk.session.events import (
    CharactersTyped,
    DoorsChanged,
    EnoughTapped,
    LanguageChosen,
    Saved,
    StorageFailed,
    TimePassed,
    Woken,
)
from kiosk.session.states import Asking, Idle, Night, OutOfOrder, Thanks, start


@dataclass
class Surroundings:
    """A screen, a timer, a box and a storage that remember what they were asked."""

    drawn: list = field(default_factory=list)
    armed: list = field(default_factory=list)
    lit: list = field(default_factory=list)
    refused: list = field(default_factory=list)
    submitted: list = field(default_factory=list)

    def submit(self, work):
        self.submitted.append(work)

    def wait_until_idle(self, longest_s):
        """It never is: nothing of this is stored."""

    def refuse(self, press):
        self.refused.append(press)

    def light(self, lights):
        self.lit.append(lights)

    def runtime(self, config=None, **instead):
        parts = {"draw": self.drawn.append, "arm": self.armed.append, "boxes": self}
        return Runtime(start(config or a_config()), self, **(parts | instead))


def fails(_):
    raise ZeroDivisionError


def test_the_first_screen_is_shown():
    around = Surroundings()

    around.runtime().begin()

    assert [view.key for view in around.drawn] == ["start:fi"]


def test_what_is_to_be_written_down_goes_to_the_storage_and_what_is_not_back_to_its_box():
    around = Surroundings()
    runtime = around.runtime()

    runtime.handle(press(5, at=1.0, number=3))
    runtime.handle(press(1, at=1.1, number=4))
    [save, aside] = around.submitted
    runtime.handle(StorageFailed(save, 1.2))
    runtime.handle(press(1, at=2.0, number=5))

    assert (save.press, aside) == (a_press_id(3), Acknowledge(a_press_id(4)))
    assert isinstance(runtime.state, OutOfOrder)
    assert around.refused == [a_press_id(5)]


def test_the_lights_invite_confirm_and_go_dark_with_the_session_and_only_when_they_change():
    around = Surroundings()
    runtime = around.runtime(a_config(follow_up=False))

    runtime.begin()
    runtime.handle(press(4, at=1.0))
    runtime.handle(Saved(around.submitted[0], 1.2))
    runtime.handle(DoorsChanged(is_open=False, at=1.3))
    while runtime.state.deadline is not None:
        runtime.handle(TimePassed(runtime.state.deadline))

    assert isinstance(runtime.state, Night)
    assert around.lit[0] == Lights(invites=True)
    assert Lights(confirms=4) in around.lit
    assert around.lit[-1] == DARK
    assert all(before != after for before, after in pairwise(around.lit))


def test_the_deadline_of_each_new_state_is_armed():
    around = Surroundings()
    runtime = around.runtime()

    runtime.handle(LanguageChosen("sv", 1.0))
    runtime.handle(tap(5, at=2.0))
    runtime.handle(Saved(around.submitted[0], 2.5))
    runtime.handle(TimePassed(runtime.state.deadline))

    # The language's end, the disk's patience, the echo's end, and then the warning.
    assert around.armed == [21.0, 12.0, 4.5, 12.5]
    assert isinstance(runtime.state, Asking)


def test_each_second_of_a_countdown_is_armed_and_drawn_and_the_last_one_leads_home():
    around = Surroundings()
    runtime = around.runtime()
    runtime.handle(tap(5, at=1.0))
    runtime.handle(Saved(around.submitted[0], 1.5))

    while runtime.state.deadline is not None:
        runtime.handle(TimePassed(runtime.state.deadline))

    assert around.armed == [11.0, 3.5, 11.5, *(12.5 + second for second in range(10)), None]
    assert [view.seconds_left for view in around.drawn if view.screen == "warning"] == list(
        range(10, 0, -1)
    )
    assert isinstance(runtime.state, Idle)


def test_the_night_waits_for_nothing_until_it_is_woken():
    around = Surroundings()
    runtime = around.runtime()

    runtime.handle(DoorsChanged(is_open=False, at=1.0))
    runtime.handle(Woken(2.0))

    assert [view.screen for view in around.drawn] == ["night", "faces"]
    assert around.armed == [None, 22.0]


def test_each_key_is_drawn_and_none_is_saved():
    around = Surroundings()
    runtime = around.runtime(a_config(questionnaires=(short(),)))
    for number, item in enumerate((FIRST, "safety")):
        runtime.handle(tap(5, item, at=1.0 + number))
        runtime.handle(Saved(around.submitted[-1], 1.5 + number))
    saves = len(around.submitted)

    for character in "hyvä":
        runtime.handle(CharactersTyped(character, 4.0))

    assert [view.field.text for view in around.drawn[-4:]] == ["H", "Hy", "Hyv", "Hyvä"]
    assert len(around.submitted) == saves


def test_what_changes_nothing_draws_and_arms_nothing():
    around = Surroundings()
    runtime = around.runtime()

    runtime.handle(EnoughTapped(1.0))

    assert around.drawn == []
    assert around.armed == []


def test_the_thanks_are_drawn_after_the_save_and_not_before():
    around = Surroundings()
    runtime = around.runtime(a_config(follow_up=False))
    runtime.handle(press(5, at=1.0))
    assert "thanks" not in [view.screen for view in around.drawn]

    runtime.handle(Saved(around.submitted[0], 1.2))

    assert around.drawn[-1].screen == "thanks"


def test_a_screen_that_cannot_be_drawn_costs_neither_the_answer_nor_the_deadline_nor_the_loop():
    around = Surroundings()
    runtime = around.runtime(a_config(follow_up=False), draw=fails)

    runtime.handle(press(5, at=1.0, number=3))
    runtime.handle(Saved(around.submitted[0], 1.1))

    assert isinstance(runtime.state, Thanks)
    assert around.armed == [11.0, runtime.state.deadline]


def test_a_box_that_cannot_be_lit_does_not_stop_the_screen():
    class Broken(Surroundings):
        def light(self, lights):
            fails(lights)

    around = Broken()
    runtime = around.runtime()

    runtime.handle(press(5, at=1.0, number=3))
    runtime.handle(Saved(around.submitted[0], 1.1))

    assert around.drawn[-1].step == 2
    assert isinstance(runtime.state, Asking)


def test_a_timer_that_cannot_be_set_does_not_stop_the_screen():
    around = Surroundings()
    runtime = around.runtime(arm=fails)

    runtime.handle(tap(5, at=1.0))

    assert isinstance(around.submitted[0], Save)
    assert len(around.drawn) == 1


def test_something_that_is_no_event_costs_nothing():
    around = Surroundings()
    runtime = around.runtime()

    runtime.handle("nonsense")
    runtime.handle(None)

    assert isinstance(runtime.state, Idle)
