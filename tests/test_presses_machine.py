"""Boxes that move, lose their power and are not heard, against a kiosk that is killed and restarts.

Whatever happens, no press is acknowledged before it is on disk, and none counts twice.
"""

from dataclasses import dataclass, field

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from kiosk.panel import box as boxes
from kiosk.panel.box import TOO_OLD_MS
from kiosk.panel.box_panel import BoxPanel
from kiosk.panel.presses import MOST_REMEMBERED, REMEMBERED_S, PressMemory
from kiosk.panel.sentences import ASK, acknowledgement, frame

PORTS = ("/dev/a", "/dev/b")
NAMES = ("box-1", "box-2")
RUN_S = 10_000
boxes_there = st.sampled_from(range(len(NAMES)))


@dataclass
class Made:
    """A press as its box knows it, and what became of it in truth."""

    number: int
    at: float
    is_posted: bool = False
    is_settled: bool = False


@dataclass
class Wooden:
    """A box whose numbers begin at 0 with every power-up, and whose uptime falls with it."""

    name: str
    port: str | None
    power_ups: int = 0
    waiting: list[Made] = field(default_factory=list)
    count: int = 0
    is_hello_due: bool = True

    def press(self, now: float) -> None:
        self.waiting.append(Made(self.count, now))
        self.count += 1

    def lose_power(self) -> None:
        self.waiting.clear()
        self.power_ups, self.count, self.is_hello_due = self.power_ups + 1, 0, True

    def lines(self, now: float) -> list[tuple[str, Made | None]]:
        uptime_s = (10 - self.power_ups) * RUN_S + int(now)
        hello = [f"PHELLO,1,{self.name},5,1.0"] if self.is_hello_due else []
        self.is_hello_due = False
        said = [(line, None) for line in (*hello, f"PALIVE,{uptime_s},0")]
        return said + [
            (f"PBTN,{made.number},1,{round((now - made.at) * 1000)}", made) for made in self.waiting
        ]


class BoxesAndAKiosk(RuleBasedStateMachine):
    """Each press is followed from the finger to the disk."""

    @initialize()
    def begin(self):
        self.now = 1000.0
        self.boxes = [Wooden(*each) for each in zip(NAMES, PORTS, strict=True)]
        self.disk = {}
        self.start_kiosk()

    def start_kiosk(self):
        self.memory = PressMemory()
        self.memory.take_up(row for row in self.disk.values() if self.is_fresh(row[1]))
        self.posted, self.aside, self.panels = [], [], {}
        for port in PORTS:
            self.panels[port] = BoxPanel(
                port,
                self.memory,
                lambda event: self.posted.append(event.press),
                lambda _news: None,
                lambda work: self.aside.append(work.press),
            )
        for box in self.boxes:
            if box.port is not None:
                self.panels[box.port].begin(self.now)

    def is_fresh(self, at):
        return self.now - at <= REMEMBERED_S

    @rule(box=boxes_there, is_heard=st.booleans())
    def press(self, box, is_heard):
        self.boxes[box].press(self.now)
        self.talk(box, is_heard)

    @rule(box=boxes_there, is_heard=st.booleans())
    def talk(self, box, is_heard):
        """The box says all that is due; what it is answered may be lost."""
        box = self.boxes[box]
        if box.port is None:
            return
        panel = self.panels[box.port]
        for line, made in box.lines(self.now):
            before = len(self.posted), len(self.aside)
            assert panel.hear(frame(line).rstrip(), self.now)
            if len(self.posted) > before[0]:
                assert not made.is_posted, "posted twice"
                made.is_posted = True
            if len(self.aside) > before[1]:
                assert self.now - made.at > TOO_OLD_MS / 1000
        self.listen(box, is_heard=is_heard)

    def listen(self, box, *, is_heard):
        said = self.said_on(box.port)
        if not is_heard:
            return
        box.is_hello_due = box.is_hello_due or frame(ASK) in said
        for made in list(box.waiting):
            if acknowledgement(made.number) in said:
                assert made.is_settled, "acknowledged before it was settled"
                box.waiting.remove(made)

    def said_on(self, port):
        unsent = self.panels[port]._line._unsent
        return [unsent.get_nowait() for _ in range(unsent.qsize())]

    @precondition(lambda self: self.posted)
    @rule()
    def commit(self):
        """The oldest of the posted presses reaches the disk, and its panel is told."""
        self.settle(self.posted.pop(0))

    @precondition(lambda self: self.aside)
    @rule()
    def commit_what_was_put_aside(self):
        self.settle(self.aside.pop(0))

    def settle(self, press):
        self.disk[press.panel, press.box, press.number] = press, self.now
        for made in self.made(press):
            made.is_settled = True
        self.panels[press.panel].acknowledge(press)

    @precondition(lambda self: self.posted)
    @rule(which=st.integers(0, 9))
    def refuse(self, which):
        """One of the posted presses cannot be taken now."""
        press = self.posted.pop(which % len(self.posted))
        for made in self.made(press):
            made.is_posted = False
        self.panels[press.panel].refuse(press)

    def made(self, press):
        """The press in truth, if its box still has it."""
        return [
            made
            for box in self.boxes
            for made in box.waiting
            if (box.name, made.number) == (press.box, press.number)
            and press.uptime_s // RUN_S == 10 - box.power_ups
        ]

    @rule(ports=st.permutations([*PORTS, None]))
    def plug(self, ports):
        """Each box into another port, or into none."""
        for box, port in zip(self.boxes, ports, strict=False):
            if box.port not in {None, port}:
                self.panels[box.port].end()
        for box, port in zip(self.boxes, ports, strict=False):
            if box.port != port and port is not None:
                self.panels[port].begin(self.now)
                self.said_on(port)
                box.is_hello_due = True
            box.port = port

    @precondition(lambda self: all(box.power_ups < 9 for box in self.boxes))
    @rule(box=boxes_there)
    def lose_power(self, box):
        """What was on its way to the box is lost, too; it says hello when it is back."""
        self.boxes[box].lose_power()
        if self.boxes[box].port is not None:
            self.said_on(self.boxes[box].port)
        self.talk(box, is_heard=True)

    @rule()
    def kill_the_kiosk(self):
        """What is not on disk is gone, and counts when it is offered again."""
        for box in self.boxes:
            box.is_hello_due = True
            for made in box.waiting:
                made.is_posted = made.is_posted and made.is_settled
        self.start_kiosk()

    @rule(seconds=st.sampled_from([0.1, 0.5, 2.0, 2.0, 9.0, 30.0]))
    def pass_time(self, seconds):
        self.now += seconds
        for panel in self.panels.values():
            panel.look(self.now)

    def teardown(self):
        assert len(self.memory._known) <= MOST_REMEMBERED


def run(**changes):
    run_state_machine_as_test(
        BoxesAndAKiosk,
        settings=settings(stateful_step_count=40, deadline=None, **changes),
    )


def test_no_press_is_acknowledged_before_it_is_on_disk_and_none_counts_twice():
    run(max_examples=200)


# What the machine is worth: rules broken on purpose


def is_caught():
    try:
        run(
            max_examples=400,
            database=None,
            derandomize=True,
            report_multiple_bugs=False,
            phases=[Phase.generate],
        )
    except AssertionError:
        return True
    return False


def acknowledges_before_settling(monkeypatch):
    hear = boxes.Box.hear

    def hasty(box, sentence, now):
        heard = hear(box, sentence, now)
        if isinstance(heard, boxes.Press):
            box._memory.settle(heard.id)
        return heard

    monkeypatch.setattr(boxes.Box, "hear", hasty)


def forgets_across_a_restart(monkeypatch):
    monkeypatch.setattr(PressMemory, "take_up", lambda *_: None)


def is_not_shared_by_the_ports(monkeypatch):
    monkeypatch.setattr(PressMemory, "_is_same_box", lambda _, known, port, __: known.panel == port)


def never_misses_a_box(monkeypatch):
    monkeypatch.setattr(PressMemory, "miss", lambda *_: None)


def does_not_see_a_box_begin_anew(monkeypatch):
    monkeypatch.setattr(PressMemory, "run_since", lambda *_: None)


def answers_whoever_is_there(monkeypatch):
    monkeypatch.setattr(boxes.Box, "made", lambda *_: True)


@pytest.mark.parametrize(
    "break_it",
    [
        acknowledges_before_settling,
        forgets_across_a_restart,
        is_not_shared_by_the_ports,
        never_misses_a_box,
        does_not_see_a_box_begin_anew,
        answers_whoever_is_there,
    ],
)
def test_the_machine_catches_rules_that_are_broken(break_it, monkeypatch):
    break_it(monkeypatch)

    assert is_caught()
