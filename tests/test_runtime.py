"""The runtime: it carries out what the rules ask for, and survives what goes wrong on the way."""

from dataclasses import dataclass, field

from kiosk_builders import FIRST, a_config, press, short, tap

from kiosk.runtime import Runtime
from kiosk.session.effects import PressId, Save
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
from kiosk.session.states import Asking, Idle, OutOfOrder, Thanks, start


@dataclass
class Surroundings:
    """A screen, a timer, a box and a storage that remember what they were asked."""

    drawn: list = field(default_factory=list)
    armed: list = field(default_factory=list)
    acknowledged: list = field(default_factory=list)
    refused: list = field(default_factory=list)
    submitted: list = field(default_factory=list)

    def submit(self, work):
        self.submitted.append(work)

    def runtime(self, config=None, **instead):
        parts = {
            "draw": self.drawn.append,
            "arm": self.armed.append,
            "acknowledge": self.acknowledged.append,
            "refuse": self.refused.append,
        }
        return Runtime(start(config or a_config()), self, **(parts | instead))


def fails(_):
    raise ZeroDivisionError


def test_the_first_screen_is_shown():
    around = Surroundings()

    around.runtime().begin()

    assert [view.key for view in around.drawn] == ["start:fi"]


def test_a_press_is_acknowledged_only_after_its_save():
    around = Surroundings()
    runtime = around.runtime()

    runtime.handle(press(5, at=1.0, number=3))
    assert around.acknowledged == []
    [save] = around.submitted
    runtime.handle(Saved(save, 1.1))

    assert around.acknowledged == [PressId("box", 3)]


def test_a_press_whose_save_failed_is_not_acknowledged():
    around = Surroundings()
    runtime = around.runtime()
    runtime.handle(press(5, at=1.0, number=3))

    runtime.handle(StorageFailed(around.submitted[0], 1.1))

    assert isinstance(runtime.state, OutOfOrder)
    assert around.acknowledged == []


def test_a_press_whose_save_comes_late_is_acknowledged_then():
    around = Surroundings()
    runtime = around.runtime()
    runtime.handle(press(5, at=1.0, number=3))
    runtime.handle(TimePassed(runtime.state.deadline))
    assert isinstance(runtime.state, OutOfOrder)

    runtime.handle(Saved(around.submitted[0], 30.0))

    assert around.acknowledged == [PressId("box", 3)]


def test_a_press_put_aside_is_acknowledged_at_once():
    around = Surroundings()
    runtime = around.runtime()
    runtime.handle(press(5, at=1.0))

    runtime.handle(press(1, at=1.1, number=4))

    assert around.acknowledged == [PressId("box", 4)]


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
    assert around.acknowledged == [PressId("box", 3)]


def test_a_box_that_cannot_be_told_does_not_stop_the_screen():
    around = Surroundings()
    runtime = around.runtime(acknowledge=fails)

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
