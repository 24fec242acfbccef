"""A session over a disk that is slow and fails, for hypothesis: what has to be on it in the end.

Holds no tests.
"""

from collections import Counter
from dataclasses import replace
from typing import NamedTuple

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from kiosk_builders import REASONS, TEXT, Sitting, a_press_id, an_answer, new_id
from session_strategies import (
    CONFIGS,
    ITEMS,
    OPTIONS,
    fingers,
    is_untouched,
    run_home,
    text_in_field,
    touch,
    touches,
)

from kiosk.abuse import SLAP_S
from kiosk.session.draft import Draft
from kiosk.session.effects import Acknowledge, PressId, Save
from kiosk.session.events import (
    ChangeTapped,
    CharactersTyped,
    ConfigChanged,
    DoorsChanged,
    NextTapped,
    Pressed,
    ReasonTapped,
    Saved,
    StorageFailed,
    StorageReady,
    Tapped,
    TimePassed,
)
from kiosk.session.free_text import MOST_CHARACTERS
from kiosk.session.preferences import Preferences
from kiosk.session.states import Asking, Idle, Night, OutOfOrder, Thanks
from kiosk.view.show import show

# By number, since whole settings are long to print; often the short ones, to get far.
settings_numbers = st.sampled_from((0, 0, 0, 1, 1)) | st.integers(0, len(CONFIGS) - 1)
MOMENTS = st.sampled_from((0.0, 0.1, 0.5, 1.0, 6.0))


class Heard(NamedTuple):
    """A press, and the answer that it gave."""

    button: int
    at: float
    now: float
    draft_id: str | None
    item: str | None


class SessionOnADisk(RuleBasedStateMachine):
    """The disk answers in order, as ours does.

    The model: what each id's saved answers were, which changes the visitor made, and what came
    of each press.
    """

    def __init__(self):
        super().__init__()
        self.sitting = Sitting()
        self.presses = 0
        self.fate: dict[PressId, str | None] = {}
        self.heard: list[Heard] = []
        self.slapped: set[tuple[str, str]] = set()
        self.asked: dict[tuple[str, int], Draft] = {}
        self.newest: dict[str, Draft] = {}
        self.closed: dict[str, Draft] = {}

    # What happens

    @initialize(number=settings_numbers)
    def the_terminal_starts(self, number):
        self.sitting = Sitting(CONFIGS[number])

    @rule(number=settings_numbers)
    def settings_change(self, number):
        before = self.sitting.state
        self._happen(ConfigChanged(CONFIGS[number]))
        if not is_untouched(before):
            assert self.sitting.state.memory.config == before.memory.config

    @rule(finger=fingers)
    def the_visitor_touches_what_is_there(self, finger):
        event = touch(self.sitting, finger)
        if event is not None:
            self._happen(event)

    @rule(value=st.sampled_from((1, 3, 5)), written=st.text("ab ", max_size=5))
    def the_visitor_goes_on(self, value, written):
        """An answer, a tick or a text, and on to the next question; the disk is quick."""
        self._wait(0.5)
        item = getattr(self.sitting.state, "item", ITEMS[0])
        if item == REASONS:
            self._happen(ReasonTapped(OPTIONS[-value], self.sitting.now))
        for each in written if item == TEXT else ():
            self._happen(CharactersTyped(each, self.sitting.now))
        if item in {REASONS, TEXT}:
            self._happen(NextTapped(self.sitting.now))
        else:
            self._happen(Tapped(an_answer(value, item), self.sitting.now, new_id()))
        while self.sitting.waiting:
            self.the_disk_takes_a_save()

    @rule(text=st.text("ab ", max_size=5))
    def the_visitor_writes(self, text):
        self._wait(0.5)
        for each in text:
            self._happen(CharactersTyped(each, self.sitting.now))

    @rule(text=st.text("ab ", max_size=5))
    def the_visitor_comes_to_the_text_and_writes(self, text):
        for _ in range(3):
            if getattr(self.sitting.state, "item", None) != TEXT:
                self.the_visitor_goes_on(3, "")
        self.the_visitor_writes(text)

    @rule(event=touches(st.just(0.0)), after=MOMENTS)
    def a_touch_comes_that_was_meant_for_another_screen(self, event, after):
        self._wait(after)
        self._happen(replace(event, at=self.sitting.now))

    @rule(value=st.integers(1, 5), after=MOMENTS)
    def the_visitor_taps(self, value, after):
        self._wait(after)
        item = getattr(self.sitting.state, "item", ITEMS[0])
        if item not in {TEXT, REASONS}:
            self._happen(Tapped(an_answer(value, item), self.sitting.now, new_id()))

    @rule(buttons=st.permutations((1, 3, 5)), disk=st.sampled_from(("slow", "quick", "fails")))
    def a_hand_hits_the_buttons(self, buttons, disk):
        self.a_box_offers_a_press(buttons[0], 0.5, None)
        if self.sitting.waiting:
            _ = {
                "slow": lambda: None,
                "quick": self.the_disk_takes_all,
                "fails": self.the_disk_refuses_a_save,
            }[disk]()
        for button in buttons[1:]:
            self.a_box_offers_a_press(button, 0.03, None)

    @rule(button=st.integers(0, 6), after=MOMENTS, late=st.sampled_from((None, 0.2, 5.0)))
    def a_box_offers_a_press(self, button, after, late):
        self._wait(after)
        self.presses += 1
        press = a_press_id(self.presses)
        now = self.sitting.now
        made_at = now if late is None else now - late
        was_out_of_order = isinstance(self.sitting.state, OutOfOrder)
        heard_at = None if late is None else now
        struck = self._struck_with(button, made_at)
        step = self._happen(Pressed("box", button, 5, made_at, new_id(), press, heard_at))
        attached = [save for save in _saves(step) if save.press == press]
        acknowledged = [each for each in step.effects if each == Acknowledge(press)]
        fate = (len(attached), len(acknowledged))
        if was_out_of_order:
            assert fate == (0, 0)
        else:
            assert fate == (0, 1) if struck else fate in {(1, 0), (0, 1)}
        if attached:
            self.fate[press] = attached[0].draft.id
        self._hear(button, made_at, step, attached)
        self._leaves_no_answer([each for each in struck if now - each.now <= SLAP_S])

    @precondition(lambda self: self.sitting.state.deadline is not None)
    @rule()
    def the_timer_rings(self):
        self._wait(max(0.0, self.sitting.state.deadline - self.sitting.now))
        self._happen(TimePassed(self.sitting.now))

    @rule(after=st.sampled_from((0.1, 1.0, 3.0)))
    def time_passes(self, after):
        self._wait(after)
        self._happen(TimePassed(self.sitting.now))

    @rule(is_open=st.booleans())
    def the_house_opens_or_closes(self, is_open):
        before = self.sitting.state
        self._happen(DoorsChanged(is_open, self.sitting.now))
        if not is_untouched(before):
            assert show(before).key == show(self.sitting.state).key

    @precondition(lambda self: self.sitting.waiting)
    @rule()
    def the_disk_takes_a_save(self):
        before, known = self.sitting.state, len(self.sitting.saves)
        save = self.sitting.save()
        self._thanks_are_earned(before, save)
        for closing in self.sitting.saves[known:]:
            self._save_is_right(closing.draft, Saved(save, self.sitting.now))

    @precondition(lambda self: self.sitting.waiting)
    @rule()
    def the_disk_takes_all(self):
        while self.sitting.waiting:
            self.the_disk_takes_a_save()

    @precondition(lambda self: self.sitting.waiting)
    @rule()
    def the_disk_refuses_a_save(self):
        field = text_in_field(self.sitting.state)
        self.sitting.fail()
        assert isinstance(self.sitting.state, OutOfOrder)
        self._text_is_in_hand(field)

    @rule(is_ready=st.booleans())
    def the_storage_is_looked_at(self, is_ready):
        now, field = self.sitting.now, text_in_field(self.sitting.state)
        self._happen(StorageReady(now) if is_ready else StorageFailed(None, now))
        if not is_ready:
            self._text_is_in_hand(field)

    # What holds

    def _struck_with(self, button, at):
        """The presses of other buttons with which this one is a slap; known before it happens."""
        struck = [
            each
            for each in self.heard
            if 1 <= button <= 5 and each.button != button and abs(each.at - at) <= SLAP_S
        ]
        self.slapped |= {(each.draft_id, each.item) for each in struck if each.item}
        return struck

    def _hear(self, button, at, step, attached):
        item = step.state.item if attached else None
        draft_id = attached[0].draft.id if attached else None
        if 1 <= button <= 5:
            self.heard.append(Heard(button, at, self.sitting.now, draft_id, item))

    def _leaves_no_answer(self, struck):
        """What was in hand a moment ago is taken back, and nothing is answered in its place."""
        known = dict(self.newest)
        if isinstance(self.sitting.state, OutOfOrder):
            known |= {save.draft.id: save.draft for save in self.sitting.state.unsaved}
        for each in struck:
            assert each.item is None or known[each.draft_id].answer_to(each.item) is None

    def _wait(self, seconds):
        self.sitting.now += seconds

    def _happen(self, event):
        before, known = self.sitting.state, len(self.sitting.saves)
        step = self.sitting.happen(event)
        if not isinstance(before, Thanks):
            assert not isinstance(step.state, Thanks)
        for save in self.sitting.saves[known:]:
            self._text_is_as_written(save.draft, before, event)
            self._save_is_right(save.draft, event)
        return step

    def _thanks_are_earned(self, before, save):
        after = self.sitting.state
        if isinstance(after, Thanks) and not isinstance(before, Thanks):
            assert isinstance(before, Asking)
            assert before.draft.id == save.draft.id
            assert save.draft.answers == before.draft.answers

    def _save_is_right(self, draft, event):
        before = self.newest.get(draft.id)
        retried = self.asked.setdefault((draft.id, draft.revision), draft)
        assert draft == retried  # one revision, one content
        if before is not None and draft.revision < before.revision:
            assert isinstance(event, TimePassed)
            return
        if before is not None:
            self._change_is_allowed(before, draft, event)
        if draft.id in self.closed:
            assert draft == self.closed[draft.id]
        if draft.ended is not None:
            self.closed[draft.id] = draft
        self.newest[draft.id] = draft

    def _change_is_allowed(self, before, draft, event):
        """An answer is changed or taken back only by whoever gave it, or by a slap."""
        gone = {each.item for each in set(before.answers) - set(draft.answers)}
        gone.discard(TEXT)  # skipped, and then written after all
        gone -= {item for draft_id, item in self.slapped if draft_id == draft.id}
        if isinstance(event, ChangeTapped):
            assert len(gone - {REASONS}) <= 1
        elif isinstance(event, Tapped):
            assert gone <= {event.answer.item, REASONS}
        else:
            assert gone <= ({REASONS} if isinstance(event, ReasonTapped) else set())

    def _text_is_as_written(self, draft, before, event):
        """A response is closed with what stands in the field, sent or not."""
        field = text_in_field(before)
        is_skip = isinstance(event, Tapped) and event.answer.item == TEXT
        if draft.ended is not None and field is not None and field[0] == draft.id and not is_skip:
            assert draft.text == field[1]

    def _text_is_in_hand(self, field):
        if field is not None:
            for save in self.sitting.state.unsaved:
                assert save.draft.id != field[0] or save.draft.text == field[1]

    @invariant()
    def a_screen_can_be_drawn(self):
        show(self.sitting.state)

    @invariant()
    def no_answer_on_disk_is_newer_than_what_was_asked_for(self):
        for draft_id, draft in self.sitting.disk.items():
            assert draft.revision <= self.newest[draft_id].revision

    @invariant()
    def only_an_untouched_screen_waits_for_nothing_and_it_is_as_for_anybody(self):
        state = self.sitting.state
        assert (state.deadline is None) == is_untouched(state)
        if is_untouched(state):
            assert isinstance(state, Night) != state.memory.is_open
            assert state.preferences == Preferences(state.memory.config.languages[0])
            assert isinstance(state, Night) or (state.respondent, state.sheet) == ("client", None)

    @invariant()
    def what_is_asked_and_shown_is_within_its_bounds(self):
        state = self.sitting.state
        if isinstance(state, Asking):
            state.form.item(state.item)
            assert len(state.writing.text) <= MOST_CHARACTERS
            assert 0 <= state.writing.cursor <= len(state.writing.text)
            assert state.seconds_left is None or 1 <= state.seconds_left <= 20
            assert state.seconds_left is None or state.sheet is None
            assert not state.is_saving or state.echo is None or state.echo.item == state.item
            reasons = state.draft.answer_to(REASONS)
            assert reasons is None or state.form.has_low_answer(state.draft)
        if isinstance(state, Idle | Asking | Thanks):
            assert state.preferences.language in state.form.questionnaire.languages

    @invariant()
    def nothing_can_be_changed_on_thanks_that_have_forgotten_it(self):
        state = self.sitting.state
        if isinstance(state, Thanks) and state.last is not None:
            assert state.last.draft.ended is None
            assert state.deadline <= state.undo_until

    def teardown(self):
        """The disk works again and nobody comes: everything settles."""
        known, field = len(self.sitting.saves), self.sitting.state
        run_home(self.sitting)
        for save in self.sitting.saves[known:]:
            self._text_is_as_written(save.draft, field, TimePassed(self.sitting.now))
            self._save_is_right(save.draft, TimePassed(self.sitting.now))

        assert set(self.sitting.disk) == set(self.newest)
        for draft_id, draft in self.sitting.disk.items():
            assert draft.ended is not None
            assert set(draft.answers) == set(self.newest[draft_id].answers)
            assert draft.text == self.newest[draft_id].text
        for press, draft_id in self.fate.items():
            carriers = {save.draft.id for save in self.sitting.saves if save.press == press}
            assert carriers == {draft_id}
            assert press not in self.sitting.put_aside
        put_aside = Counter(self.sitting.put_aside)
        assert not put_aside or max(put_aside.values()) == 1


def _saves(step):
    return [effect for effect in step.effects if isinstance(effect, Save)]
