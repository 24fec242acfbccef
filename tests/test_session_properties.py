"""Properties of the session rules: any events, any order, any times."""

import math
from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from kiosk_builders import LANGUAGES, Sitting, a_config, an_answer, new_id

from kiosk.events import (
    BackTapped,
    ChangeTapped,
    ConfigChanged,
    Dismissed,
    EnoughTapped,
    LanguageChosen,
    Pressed,
    Saved,
    StorageFailed,
    StorageReady,
    Tapped,
    TimePassed,
)
from kiosk.session import reduce
from kiosk.states import (
    Acknowledge,
    Asking,
    CheckStorage,
    Draft,
    Idle,
    OutOfOrder,
    PressId,
    Save,
    Thanks,
    start,
)
from kiosk.view import show

RINGS = 12
ITEMS = [item.id for item in a_config().order]
CONFIGS = [
    a_config(follow_up=follow_up, undo_s=undo_s, languages=languages)
    for follow_up in (True, False)
    for undo_s in (0.0, 2.0, 9.0)
    for languages in (LANGUAGES, ("sv",))
]

configs = st.sampled_from(CONFIGS)
wild_times = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(min_value=-100, max_value=100).map(float),
)
answers = st.builds(
    an_answer, st.one_of(st.integers(0, 10), st.just("skipped")), st.sampled_from(ITEMS)
)
ids = st.builds(new_id)
press_ids = st.none() | st.builds(PressId, st.just("box"), st.integers(0, 65535))


def happenings(times):
    """Anything that can happen from outside; saves are answered by what asks for them."""
    return st.one_of(
        st.builds(Tapped, answers, times, ids),
        st.builds(
            Pressed,
            st.just("box"),
            st.integers(-1, 7),
            st.integers(-1, 7),
            times,
            ids,
            press_ids,
        ),
        st.builds(BackTapped, times),
        st.builds(EnoughTapped, times),
        st.builds(ChangeTapped, times),
        st.builds(Dismissed, times),
        st.builds(LanguageChosen, st.sampled_from((*LANGUAGES, "ru", "")), times),
        st.builds(TimePassed, times),
        st.builds(ConfigChanged, configs),
        st.builds(StorageFailed, st.none(), times),
        st.builds(StorageReady, times),
    )


def run_home(sitting: Sitting) -> int:
    """Ring at every deadline and answer every save, until the start screen is back."""
    rings = 0
    while not isinstance(sitting.state, Idle) or sitting.waiting:
        sitting.save_all()
        if isinstance(sitting.state, OutOfOrder):
            sitting.happen(StorageReady(sitting.now))
        if not isinstance(sitting.state, Idle):
            rings += 1
            assert rings <= RINGS, sitting.state
            sitting.ring()
    return rings


@settings(max_examples=200, deadline=None)
@given(configs, st.lists(happenings(wild_times), max_size=30), st.data())
def test_any_events_in_any_order_at_any_times_never_raise(config, events, data):
    sitting = Sitting(config)
    for event in events:
        sitting.happen(event)
        show(sitting.state)
        if sitting.saves and data.draw(st.booleans()):
            save = data.draw(st.sampled_from(sitting.saves))  # any of them, late, twice or never
            answer = data.draw(st.sampled_from((Saved, StorageFailed)))
            sitting.happen(answer(save, data.draw(wild_times)))
            show(sitting.state)

    finite = [sitting.state.deadline] if sitting.state.deadline is not None else []
    assert all(math.isfinite(deadline) for deadline in finite)


@settings(max_examples=200, deadline=None)
@given(configs, st.lists(happenings(st.floats(0, 200)), max_size=30))
def test_every_path_returns_to_the_start_screen_by_its_deadlines(config, events):
    sitting = Sitting(config)
    for event in events:
        sitting.happen(event)
        sitting.now = max(sitting.now, getattr(event, "at", 0.0))

    run_home(sitting)

    assert isinstance(sitting.state, Idle)
    assert all(draft.ended is not None for draft in sitting.disk.values())


@given(configs, st.integers(3, 5), st.integers(1, 3), st.floats(0, 1e6))
def test_a_press_on_an_unguarded_start_screen_is_exactly_one_answer(config, buttons, button, at):
    press = Pressed("box", button, buttons, at, new_id(), PressId("box", 1))

    step = reduce(start(config), press)

    [save] = step.effects
    assert len(save.draft.answers) == 1
    assert save.press == press.press


@settings(max_examples=200, deadline=None)
@given(configs, st.lists(happenings(st.floats(0, 100)), max_size=20), happenings(wild_times))
def test_one_event_makes_at_most_one_answer(config, before, event):
    sitting = Sitting(config)
    for each in before:
        sitting.happen(each)
        sitting.save_all()
    was = {draft.id: set(draft.answers) for draft in sitting.disk.values()}

    step = sitting.happen(event)

    saves = [] if isinstance(event, TimePassed) else _saves(step)
    new = [
        answer
        for save in saves
        for answer in save.draft.answers
        if answer not in was.get(save.draft.id, set())
    ]
    assert len(new) <= 1
    assert not (new and not isinstance(event, Tapped | Pressed))


def _saves(step):
    return [effect for effect in step.effects if isinstance(effect, Save)]


class SessionOnADisk(RuleBasedStateMachine):
    """The session rules over a disk that is slow and fails, but answers in order, as ours does.

    The model: what each id's saved answers were, which changes the visitor made, and what came
    of each press.
    """

    def __init__(self):
        super().__init__()
        self.sitting = Sitting(a_config(follow_up=False))
        self.presses = 0
        self.fate: dict[PressId, str | None] = {}
        self.newest: dict[str, Draft] = {}
        self.closed: dict[str, Draft] = {}
        self.acknowledged: Counter[PressId] = Counter()
        self.saved_ids: list[tuple[str, int]] = []

    # What happens

    @rule(config=configs)
    def settings_change(self, config):
        before = self.sitting.state
        self._happen(ConfigChanged(config))
        if not isinstance(before, Idle):
            assert self.sitting.state.memory.config == before.memory.config

    @rule(value=st.integers(1, 5), after=st.sampled_from((0.0, 0.1, 0.5, 1.0, 6.0)))
    def the_visitor_taps(self, value, after):
        self._wait(after)
        item = getattr(self.sitting.state, "item", ITEMS[0])
        self._happen(Tapped(an_answer(value, item), self.sitting.now, new_id()))

    @rule(button=st.integers(0, 6), after=st.sampled_from((0.0, 0.1, 0.5, 1.0, 6.0)))
    def a_box_offers_a_press(self, button, after):
        self._wait(after)
        self.presses += 1
        press = PressId("box", self.presses)
        was_out_of_order = isinstance(self.sitting.state, OutOfOrder)
        step = self._happen(Pressed("box", button, 5, self.sitting.now, new_id(), press))
        attached = [save for save in _saves(step) if save.press == press]
        acknowledged = [each for each in step.effects if each == Acknowledge(press)]
        fate = (len(attached), len(acknowledged))
        assert fate == (0, 0) if was_out_of_order else fate in {(1, 0), (0, 1)}
        if attached:
            self.fate[press] = attached[0].draft.id

    @rule(
        event_type=st.sampled_from((BackTapped, EnoughTapped, Dismissed, ChangeTapped)),
        after=st.sampled_from((0.0, 0.5, 1.0)),
    )
    def the_visitor_goes_on_or_back(self, event_type, after):
        self._wait(after)
        self._happen(event_type(self.sitting.now))

    @rule(language=st.sampled_from(LANGUAGES))
    def the_visitor_chooses_a_language(self, language):
        self._wait(0.5)
        self._happen(LanguageChosen(language, self.sitting.now))

    @precondition(lambda self: self.sitting.state.deadline is not None)
    @rule()
    def the_timer_rings(self):
        self._wait(max(0.0, self.sitting.state.deadline - self.sitting.now))
        self._happen(TimePassed(self.sitting.now))

    @rule(after=st.sampled_from((0.1, 1.0, 3.0)))
    def time_passes(self, after):
        self._wait(after)
        self._happen(TimePassed(self.sitting.now))

    @precondition(lambda self: self.sitting.waiting)
    @rule()
    def the_disk_takes_a_save(self):
        before, save = self.sitting.state, self.sitting.waiting[0]
        self.sitting.save()
        self.saved_ids.append((save.draft.id, save.draft.revision))
        self._thanks_are_earned(before, save)

    @precondition(lambda self: self.sitting.waiting)
    @rule()
    def the_disk_refuses_a_save(self):
        self.sitting.fail()
        assert isinstance(self.sitting.state, OutOfOrder)

    @rule(is_ready=st.booleans())
    def the_storage_is_looked_at(self, is_ready):
        now = self.sitting.now
        self._happen(StorageReady(now) if is_ready else StorageFailed(None, now))

    # What holds

    def _wait(self, seconds):
        self.sitting.now += seconds

    def _happen(self, event):
        before, known = self.sitting.state, len(self.sitting.saves)
        step = self.sitting.happen(event)
        if not isinstance(before, Thanks):
            assert not isinstance(step.state, Thanks)
        for save in self.sitting.saves[known:]:
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
        if before is not None:
            is_retry = before.revision == draft.revision
            assert draft.revision >= before.revision
            assert not is_retry or draft == before
            gone = {each.item for each in before.answers} - {each.item for each in draft.answers}
            assert not gone or isinstance(event, ChangeTapped)
            if isinstance(event, Pressed):  # a press adds, and changes nothing
                assert set(before.answers) <= set(draft.answers)
        if draft.id in self.closed:
            assert draft == self.closed[draft.id]
        if draft.ended is not None:
            self.closed[draft.id] = draft
        self.newest[draft.id] = draft

    @invariant()
    def a_screen_can_be_drawn(self):
        show(self.sitting.state)

    @invariant()
    def no_answer_on_disk_is_newer_than_what_was_asked_for(self):
        for draft_id, draft in self.sitting.disk.items():
            assert draft.revision <= self.newest[draft_id].revision

    def teardown(self):
        """The disk works again and nobody comes: everything settles."""
        known = len(self.sitting.saves)
        run_home(self.sitting)
        for save in self.sitting.saves[known:]:
            self._save_is_right(save.draft, TimePassed(self.sitting.now))

        assert set(self.sitting.disk) == set(self.newest)
        for draft_id, draft in self.sitting.disk.items():
            assert draft.ended is not None
            assert set(draft.answers) == set(self.newest[draft_id].answers)
        for press, draft_id in self.fate.items():
            carriers = {save.draft.id for save in self.sitting.saves if save.press == press}
            assert carriers == {draft_id}
            assert press not in self.sitting.put_aside
        put_aside = Counter(self.sitting.put_aside)
        assert not put_aside or max(put_aside.values()) == 1


def test_over_a_slow_and_failing_disk_nothing_is_lost_changed_or_thanked_for_too_early():
    run_state_machine_as_test(
        SessionOnADisk,
        settings=settings(max_examples=150, stateful_step_count=40, deadline=None),
    )


@settings(max_examples=200, deadline=None)
@given(configs, st.lists(happenings(st.floats(0, 100)), max_size=15))
def test_settings_change_only_between_sessions(config, events):
    sitting = Sitting(config)
    for event in events:
        before = sitting.state
        sitting.happen(event)
        is_between = isinstance(before, Idle) or isinstance(sitting.state, Idle)
        is_new_response = _draft_id(before) != _draft_id(sitting.state)
        is_same = sitting.state.memory.config == before.memory.config
        assert is_between or is_new_response or is_same


def _draft_id(state):
    draft = getattr(state, "draft", None)
    return draft.id if draft else None


def test_a_check_of_the_storage_is_asked_for_with_every_retry():
    sitting = Sitting()
    sitting.happen(StorageFailed(None, 0.0))

    assert CheckStorage() in sitting.ring().effects


def test_the_model_notices_a_draft_that_changes_after_its_closing():
    machine = SessionOnADisk()
    closed = replace(Sitting().tap().effects[0].draft, ended="submitted")
    machine._save_is_right(closed, None)
    caught = False
    try:
        machine._save_is_right(replace(closed, answers=(), revision=closed.revision + 1), None)
    except AssertionError:
        caught = True

    assert caught
