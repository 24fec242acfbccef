"""Slaps whose presses come late or over a failing disk; what holds of any slap and any flag."""

from contextlib import closing
from dataclasses import replace

import kiosk_builders
import pytest
from builders import an_outbox, documents
from hypothesis import given, settings
from hypothesis import strategies as st
from kiosk_builders import (
    FIRST,
    TEXT,
    Sitting,
    a_config,
    a_press_id,
    a_questionnaire,
    a_reading,
    an_answer,
    one_answer_only,
    press,
    told_by,
)
from session_strategies import configs, is_caught, run_home, sittings, take

from kiosk import abuse
from kiosk.abuse import MOST_FIRSTS, MOST_PRESSES, SLAP_S, Judgement
from kiosk.document import content_of
from kiosk.masking import mask
from kiosk.session import moves, slap
from kiosk.session import reduce as rules
from kiosk.session.effects import Refuse
from kiosk.session.events import CharactersTyped, StorageFailed, StorageReady
from kiosk.session.moves import Step
from kiosk.session.reduce import reduce
from kiosk.session.states import Idle, OutOfOrder

NEAR_S = SLAP_S / 2

# Late


def late(sitting, button, made_at, **changes):
    """A press that its box delivers only now."""
    return sitting.happen(replace(press(button, at=made_at, **changes), heard_at=sitting.now))


def test_a_press_delivered_late_is_compared_by_when_it_was_made():
    sitting = one_answer_only()
    sitting.now = 10.0

    sitting.press(4, after=0)
    sitting.save_all()
    step = late(sitting, 2, made_at=9.0)
    sitting.leave()

    assert not told_by(step)
    assert sitting.saved().answers == (an_answer(4),)


def test_the_later_press_may_be_heard_first():
    sitting = one_answer_only()
    sitting.now = 10.0
    sitting.press(4, after=0)

    step = late(sitting, 2, made_at=10.0 - NEAR_S)
    sitting.leave()

    assert told_by(step)
    assert sitting.saved().answers == ()


def test_what_is_closed_when_the_second_press_comes_stands_and_is_told_of():
    sitting = one_answer_only()
    sitting.press(4)
    made_at = sitting.now + NEAR_S
    sitting.settle()
    sitting.now += 1.0

    step = late(sitting, 2, made_at, number=2)
    sitting.leave()

    assert told_by(step)[0].data["answer"] == "stands"
    assert sitting.put_aside == [a_press_id(2)]
    assert [draft.answers for draft in sitting.disk.values()] == [(an_answer(4),)]


def test_a_late_second_press_takes_back_what_nobody_has_gone_on_from():
    sitting = Sitting()
    sitting.press(4)
    made_at = sitting.now + NEAR_S
    sitting.save_all()
    sitting.now += 1.0

    late(sitting, 2, made_at)
    sitting.leave()

    assert (sitting.saved().answers, sitting.saved().ended) == ((), "timeout")


def test_a_late_second_press_takes_nothing_from_a_visitor_who_has_gone_on():
    sitting = Sitting()
    sitting.press(4)
    made_at = sitting.now + NEAR_S
    sitting.save_all()
    sitting.say(3)

    step = late(sitting, 2, made_at)
    sitting.leave()

    assert told_by(step)[0].data["answer"] == "stands"
    assert len(sitting.saved().answers) == 2


def test_a_late_second_press_takes_nothing_from_a_visitor_who_is_writing():
    first_and_text = tuple(
        item for item in a_config().forms[0].order if item.id == FIRST or item.kind == "text"
    )
    questionnaire = a_questionnaire(items=first_and_text, reasons=None)
    sitting = Sitting(a_config(questionnaires=(questionnaire,)))
    sitting.press(4)
    made_at = sitting.now + NEAR_S
    sitting.save_all()
    sitting.do(CharactersTyped, "a")

    late(sitting, 2, made_at)
    sitting.leave()

    assert (sitting.saved().answers, sitting.saved().text) == ((an_answer(4),), "A")


# Out of order


def test_a_slap_whose_first_press_could_not_be_saved_leaves_nothing_in_hand():
    sitting = one_answer_only()
    sitting.press(4, number=1)
    sitting.fail()

    step = sitting.press(2, after=NEAR_S, number=2)

    assert Refuse(a_press_id(2)) in step.effects
    [kept] = sitting.state.unsaved
    assert (kept.draft.answers, kept.draft.ended) == ((), "timeout")
    assert kept.press == a_press_id(1)
    sitting.leave()
    assert sitting.saved().answers == ()


def test_out_of_order_a_late_second_press_takes_nothing_from_who_went_on():
    sitting = Sitting()
    sitting.press(4)
    made_at = sitting.now + NEAR_S
    sitting.save_all()
    sitting.tap(3)
    sitting.fail()

    late(sitting, 2, made_at)

    assert len(sitting.state.unsaved[0].draft.answers) == 2


def test_a_slap_while_out_of_order_is_told_of_once_and_put_aside_when_offered_again():
    sitting = one_answer_only()
    sitting.happen(StorageFailed(None, 0.0))
    first = sitting.press(4, number=1)
    made_at = sitting.now
    second = sitting.press(2, after=NEAR_S, number=2)
    sitting.ring()
    sitting.happen(StorageReady(sitting.now))
    sitting.now += 1.0

    again = [late(sitting, 4, made_at, number=1), late(sitting, 2, made_at + NEAR_S, number=2)]

    assert first.effects == (Refuse(a_press_id(1)),)
    assert second.effects[0] == Refuse(a_press_id(2))
    assert [len(told_by(step)) for step in (second, *again)] == [1, 0, 0]
    assert isinstance(sitting.state, Idle)
    assert (sitting.put_aside, sitting.saves) == ([a_press_id(1), a_press_id(2)], [])


def test_a_press_offered_again_after_an_outage_is_no_slap_with_itself():
    sitting = one_answer_only()
    sitting.happen(StorageFailed(None, 0.0))
    sitting.press(4, number=1)
    made_at = sitting.now
    sitting.ring()
    sitting.happen(StorageReady(sitting.now))
    sitting.now += 1.0

    late(sitting, 4, made_at + 0.001, number=1)
    sitting.leave()

    assert sitting.saved().answers == (an_answer(4),)


# On a real disk


@pytest.mark.parametrize(
    ("presses", "answers", "ended"),
    [((4,), [{"item": FIRST, "value": 4}], "restart"), ((4, 2), [], "timeout")],
    ids=["a press", "a slap"],
)
def test_a_program_that_dies_within_the_60_ms_has_lost_nothing(tmp_path, presses, answers, ended):
    sitting = one_answer_only()
    with closing(an_outbox(tmp_path)) as outbox:
        for button in presses:
            sitting.press(button, after=NEAR_S)
            while sitting.waiting:
                draft = sitting.save().draft
                outbox.put(content_of(draft, a_reading(), mask), a_reading())

    with closing(an_outbox(tmp_path)) as outbox:
        outbox.close_abandoned()
        [document] = documents(outbox)

    assert (document["answers"], document["ended"]) == (answers, ended)
    assert document["seq"] == 1


# Any slap


hands = st.tuples(
    st.permutations((1, 2, 3, 4, 5)).flatmap(lambda all_: st.sampled_from((all_[:2], all_[:4]))),
    st.lists(st.floats(0, 0.059), min_size=4, max_size=4),
    st.lists(st.booleans(), min_size=4, max_size=4),
)
"""Buttons, how soon after each other they go down, and after which of them the disk was quick."""


def leaves_no_answer(config, before, hand):
    """Whatever was on the screen, and however quick the disk is."""
    sitting = Sitting(config)
    for each in before:
        take(sitting, each)
        sitting.save_all()
    in_hand = sitting.state.unsaved if isinstance(sitting.state, OutOfOrder) else ()
    known = sitting.disk | {save.draft.id: save.draft for save in in_hand}
    was = _answers(known.values())
    sitting.now += 1.0
    told = 0
    for button, after, is_quick in zip(*hand, strict=False):
        sitting.now += after
        told += len(told_by(sitting.happen(press(button, at=sitting.now))))
        if is_quick:
            sitting.save_all()
    run_home(sitting)

    assert _answers(sitting.disk.values()) == was
    assert told == 1


def _answers(drafts):
    return {(draft.id, each) for draft in drafts for each in draft.answers if each.item != TEXT}


@settings(max_examples=300, deadline=None)
@given(configs, sittings, hands)
def test_a_slap_never_leaves_an_answer_nor_takes_another(config, before, hand):
    leaves_no_answer(config, before, hand)


def test_rules_that_knew_no_slap_would_be_caught(monkeypatch):
    monkeypatch.setattr(rules, "struck_with", lambda _presses, _event: ())

    assert is_caught(leaves_no_answer, configs, sittings, hands)


def test_a_slap_that_took_nothing_back_would_be_caught(monkeypatch):
    monkeypatch.setattr(slap, "_taken_back", lambda _state, _event, _press: None)

    assert is_caught(leaves_no_answer, configs, sittings, hands)


def test_a_press_that_closed_at_its_commit_would_be_caught(monkeypatch):
    monkeypatch.setattr(moves, "SLAP_S", -1.0)

    assert is_caught(leaves_no_answer, configs, sittings, hands)


intervals = st.lists(st.tuples(st.integers(1, 5), st.floats(0.0601, 5.0)), max_size=20)


@settings(max_examples=200, deadline=None)
@given(configs, intervals)
def test_presses_more_than_60_ms_apart_are_never_a_slap(config, presses):
    sitting = Sitting(config)
    for button, after in presses:
        assert not told_by(sitting.press(button, after=after))
        sitting.save_all()


# Flags, and memory


hammering = st.lists(
    st.tuples(st.integers(1, 5), st.sampled_from((0.0, 0.03, 0.4, 3.0))), min_size=1, max_size=10
)


def flags_change_nothing(config, before, presses):
    """Beside rules that flag nothing, everything else is the same."""
    with_flags, without = Sitting(config), Sitting(config)
    _hammer(with_flags, before, presses)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(moves, "judge", lambda firsts, _new, _limit: nothing_flagged(firsts))
        patch.setattr(moves, "hours_flags", lambda _closed_at, _at: ())
        _hammer(without, before, presses)
    assert _contents(with_flags) == _contents(without)


def _hammer(sitting, before, presses):
    for each in before:
        take(sitting, each)
        sitting.save_all()
    for button, after in presses:
        sitting.press(button, after=after)
        sitting.save_all()


def nothing_flagged(firsts):
    return Judgement((), (), firsts)


def _contents(sitting):
    return [replace(save.draft, id="", flags=()) for save in sitting.saves]


@settings(max_examples=150, deadline=None)
@given(configs, sittings, hammering)
def test_no_flag_ever_drops_or_changes_an_answer(config, before, presses):
    flags_change_nothing(config, before, presses)


def test_a_rule_that_dropped_what_it_flags_would_be_caught(monkeypatch):
    def drops(state, event):
        step = reduce(state, event)
        drafts = [effect.draft for effect in step.effects if hasattr(effect, "draft")]
        return Step(state) if any(draft.flags for draft in drafts) else step

    monkeypatch.setattr(kiosk_builders, "reduce", drops)

    assert is_caught(flags_change_nothing, configs, sittings, hammering)


def memory_stays_bounded(config, presses):
    sitting = Sitting(config)
    for _ in range(20):
        _hammer(sitting, (), presses)
        assert len(sitting.state.memory.presses) <= MOST_PRESSES
        assert len(sitting.state.memory.firsts) <= MOST_FIRSTS


@settings(max_examples=30, deadline=None)
@given(configs, hammering)
def test_however_long_somebody_hammers_no_more_is_remembered_than_is_meant(config, presses):
    memory_stays_bounded(config, presses)


def test_a_memory_without_bounds_would_be_caught(monkeypatch):
    monkeypatch.setattr(abuse, "MOST_PRESSES", 10**6)

    assert is_caught(memory_stays_bounded, configs, hammering, examples=30)
