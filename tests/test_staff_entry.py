"""Forms that staff enter for others: each becomes a response of its own, and only by "save"."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device_config.questionnaire import answer_problem
from kiosk.document import content_of
from kiosk.masking import mask
from kiosk.session.effects import Save
from kiosk.session.events import (
    BackTapped,
    CharactersTyped,
    Saved,
    StorageFailed,
    TimePassed,
)
from kiosk.session.moves import GUARD_S
from kiosk.session.states import OutOfOrder
from kiosk.staff import entry
from kiosk.staff.effects import DaySeen, Failed, ReadDay
from kiosk.staff.entry_states import OLDEST_DAYS, ClosingSoon, ItemPage, Leaving, Review, Saving
from kiosk.staff.states import WARN_S
from sync.wire import Answer
from tests.kiosk_builders import HERE, a_config, a_reading, new_id, press, tap
from tests.staff_builders import TODAY, Pages, entering, entry_setup, in_review
from tests.test_staff_machine import STEPS, take
from tests.view_builders import full_config


def save_of(pages) -> Save:
    (save,) = [each for each in pages.asked if isinstance(each, Save)]
    return save


def saved(pages) -> Pages:
    """The disk has it."""
    save = save_of(pages)
    pages.asked.remove(save)
    pages.now += 0.1
    pages.happen(Saved(save, pages.now))
    return pages


def item_of(pages) -> str:
    return pages.front.staff.page.item


# The terms


def test_as_it_usually_is_the_form_is_begun_with_one_touch():
    pages = entry_setup("fi").touch("begin")

    draft = pages.front.staff.page.entered.draft
    assert (draft.channel, draft.respondent, draft.language) == ("staff-paper", "client", "fi")
    assert draft.given_on == TODAY


def test_every_term_can_be_chosen_and_stays_for_the_next_form():
    pages = entry_setup("fi").touch("channel", "option:staff-verbal", "language", "option:sv")
    pages.touch("respondent", "option:relative", "day", "yesterday", "begin", "answer:4", "rest")
    pages.touch("save-next")
    first = save_of(pages).draft
    second = saved(pages).front.staff.page.entered.draft

    for draft in (first, second):
        assert (draft.channel, draft.language) == ("staff-verbal", "sv")
        assert (draft.respondent, draft.given_on) == ("relative", TODAY - timedelta(days=1))
    assert second.answers == ()


@given(st.lists(st.sampled_from(("earlier", "later", "week", "today", "yesterday")), max_size=40))
@settings(max_examples=60, deadline=None)
def test_the_day_is_never_in_the_future_and_never_longer_ago_than_anybody_remembers(steps):
    pages = entry_setup("fi")
    for step in steps:
        if "day" in [each.id for each in pages.view.answers]:
            pages.touch("day")
        pages.touch(step)
        terms = (getattr(pages.front.staff.page, "setup", None) or pages.front.staff.page).sitting
        assert timedelta(0) <= TODAY - terms.terms.day <= timedelta(days=OLDEST_DAYS)


def test_by_steps_the_oldest_day_is_reached():
    pages = entry_setup("fi").touch("day", *["week"] * 9)

    assert pages.front.staff.page.setup.sitting.terms.days_ago == OLDEST_DAYS


@pytest.mark.parametrize("outcome", [DaySeen(None), Failed()])
def test_without_a_right_clock_the_day_is_not_known_and_that_is_said(outcome):
    pages = Pages("en").open_entry("entry").tell(ReadDay, outcome)
    said = [each.label for each in pages.view.answers]
    pages.touch("day", "begin", "answer:5", "rest", "save")

    assert "Day not known" in said
    assert "unknown" in Pages("en").open_entry("entry").tell(ReadDay, outcome).view.hint
    assert save_of(pages).draft.given_on is None


# Item by item


def test_each_touch_of_an_answer_leads_to_the_next_item_in_the_order_of_the_paper():
    pages = entry_setup("fi", config=a_config(first_item="safety")).touch("begin")
    order = [each.id for each in a_config().forms[0].questionnaire.all_items()]
    seen = []
    while isinstance(pages.front.staff.page, ItemPage):
        seen.append(item_of(pages))
        pages.touch("answer:4" if pages.view.answers else "empty")

    assert seen == order
    assert isinstance(pages.front.staff.page, Review)


def test_what_is_given_empty_and_of_no_concern_are_three_things():
    pages = entering("fi").touch("answer:2", "empty", "not-applicable", "rest")
    draft = pages.front.staff.page.entered.draft
    items = [each.id for each in pages.front.staff.page.entered.items]

    assert draft.answer_to(items[0]) == Answer(item=items[0], value=2)
    assert draft.answer_to(items[1]) == Answer(item=items[1], status="skipped")
    assert draft.answer_to(items[2]) == Answer(item=items[2], status="not-applicable")


def test_what_is_left_of_a_paper_was_left_empty_and_what_was_not_spoken_of_was_not_asked():
    paper = entering("fi").touch("answer:5", "rest", "save")
    aloud = entry_setup("fi").touch("channel", "option:staff-verbal", "begin", "answer:5", "rest")
    aloud.touch("save")

    whole = save_of(paper).draft
    assert whole.ended == "submitted"
    assert {each.status for each in whole.answers[1:]} == {"skipped"}
    assert len(whole.answers) == len(a_config().forms[0].order)
    assert len(save_of(aloud).draft.answers) == 1
    assert save_of(aloud).draft.ended == "exit"


def test_reasons_are_asked_after_a_low_answer_and_go_with_it():
    pages = entering("fi").touch("answer:1", "rest")
    items = [each.id for each in pages.front.staff.page.entered.items]
    assert items.index("reasons") == items.index("text") - 1

    pages.touch("next", "item:reasons", "reason:waiting", "next")
    with_reasons = pages.front.staff.page.entered.draft
    assert with_reasons.answer_to("reasons").options == ("waiting",)
    pages.touch(f"item:{items[0]}", "answer:5")

    assert pages.front.staff.page.entered.draft.answer_to("reasons") is None


def offered(pages):
    return [each.id for each in pages.view.choices()]


def test_an_item_is_changed_from_the_review_and_nothing_else_with_it():
    pages = in_review("fi")
    before = pages.front.staff.page.entered.draft
    second = pages.front.staff.page.entered.items[1].id
    pages.touch(f"item:{second}", "answer:3")
    after = pages.front.staff.page.entered.draft

    assert isinstance(pages.front.staff.page, Review)
    assert after.answer_to(second).value == 3
    assert after.text == before.text
    others = [each for each in after.answers if each.item != second]
    assert others == [each for each in before.answers if each.item != second]


def test_a_second_touch_by_the_same_finger_answers_no_second_item():
    pages = entering("fi").touch("answer:4")
    second = item_of(pages)

    pages.now += GUARD_S / 2
    choice = next(each for each in pages.view.answers if each.id == "answer:4")
    pages.happen(choice.event(pages.now, new_id()))

    assert item_of(pages) == second


def test_the_way_back_shows_what_was_entered_and_a_text_is_kept_on_every_way():
    pages = entering("fi").touch("answer:4", "back")
    chosen = [each.id for each in pages.view.answers if each.is_chosen]
    assert chosen == ["answer:4"]

    pages = in_review("fi", text="Kiitos")
    pages.touch("back").write("!")
    pages.touch("back", "next")

    assert pages.view.field.text.startswith("Kiitos!")


# Saving


def test_a_saved_form_is_a_response_like_any_other_but_for_its_day_and_channel():
    pages = in_review("fi", text="Soittakaa 040 123 4567").touch("save")
    save = save_of(pages)

    content = content_of(save.draft, a_reading(), mask)
    assert (content.channel, content.instrument, content.location) == (
        "staff-paper",
        "screen",
        HERE,
    )
    assert re.fullmatch(r"[0-9a-f-]{36}", content.id)
    assert content.answered.precision == "day"
    assert content.masked == ("phone",)
    assert "123" not in content.text.plain
    assert content.flags == ()
    questionnaire = full_config("fi").forms[0].questionnaire
    for each in content.answers:
        value = each.value if isinstance(each.value, int) else None
        status = each.status if isinstance(each.status, str) else None
        options = each.options if isinstance(each.options, tuple) else None
        assert answer_problem(questionnaire, each.item, value, status, options) is None


def test_one_form_after_the_other_is_a_response_each_and_they_are_counted():
    pages = entering("en")
    ids = set()
    for _ in range(3):
        pages.touch("answer:4", "rest", "save-next")
        ids.add(save_of(pages).draft.id)
        saved(pages)
    pages.touch("answer:4", "rest", "save")
    ids.add(save_of(pages).draft.id)
    saved(pages)

    assert len(ids) == 4
    assert pages.view.title == "Forms saved: 4"
    assert "form 5" in pages.touch("next-form").view.alert.label


def test_two_forms_within_seconds_are_no_abuse_and_leave_the_clients_own_rules_alone():
    pages = entering("fi")
    before = pages.front.session.memory.firsts
    for _ in range(2):
        pages.touch("answer:1", "rest", "save-next")
        assert save_of(pages).draft.flags == ()
        saved(pages)

    assert pages.front.session.memory.firsts == before


def test_what_the_disk_did_not_take_is_kept_tried_again_and_said():
    pages = in_review("en").touch("save")
    save = save_of(pages)
    pages.happen(StorageFailed(save, pages.now))

    assert isinstance(pages.front.session, OutOfOrder)
    assert pages.front.session.unsaved == (save,)
    assert "cannot be saved" in pages.view.title

    pages.happen(Saved(save, pages.now + 6))
    assert pages.view.title == "Forms saved: 1"


def test_a_form_on_which_nothing_stands_cannot_be_saved():
    pages = entry_setup("fi").touch("channel", "option:staff-verbal", "begin", "rest")

    assert not {"save", "save-next"} & set(offered(pages))


# Giving up


def test_leaving_a_form_that_is_not_saved_is_asked_once_and_stores_nothing():
    pages = entering("fi").touch("answer:4", "leave")
    assert isinstance(pages.front.staff.page, Leaving)
    went_on = pages.touch("go-on").front.staff.page
    assert isinstance(went_on, ItemPage)
    pages.touch("leave", "discard")

    assert not [each for each in pages.asked if isinstance(each, Save)]
    assert pages.view.key.startswith("staff:entry:")
    assert isinstance(in_review("fi").touch("leave").front.staff.page, Leaving)


def test_an_empty_form_is_left_without_being_asked():
    assert entering("fi").touch("leave").view.key.startswith("staff:menu")
    assert entering("fi").touch("back").view.key.startswith("staff:entry:")


def test_a_form_that_nobody_touches_is_warned_of_and_then_discarded():
    pages = entering("fi").touch("answer:4")
    touched = pages.now
    pages.happen(TimePassed(touched + entry.IDLE_S - WARN_S))
    assert isinstance(pages.front.staff.page, ClosingSoon)
    warned = pages.view
    pages.happen(TimePassed(touched + entry.IDLE_S + 1))

    assert "puolen minuutin" in warned.hint.lower()
    assert pages.front.staff is None
    assert not [each for each in pages.asked if isinstance(each, Save)]


def test_whoever_is_there_after_all_goes_on_where_they_were():
    pages = entering("fi").touch("answer:4")
    before = pages.front.staff.page
    pages.now += entry.IDLE_S - WARN_S
    pages.happen(TimePassed(pages.now))
    pages.touch("go-on")
    after = pages.front.staff.page

    assert after == before
    assert pages.front.staff.closes_at >= pages.now + entry.IDLE_S


# Whatever happens


ENTRY_STEPS = st.one_of(
    STEPS,
    st.tuples(st.just("offered"), st.integers(0, 70)),
    st.tuples(st.just("saved"), st.none()),
    st.tuples(st.just("failed"), st.none()),
)


def take_entry(pages, step) -> list:
    kind, _ = step
    saves = [each for each in pages.asked if isinstance(each, Save)]
    if kind == "saved" and saves:
        pages.asked.remove(saves[-1])
        return pages.happen(Saved(saves[-1], pages.now))
    if kind == "failed" and saves:
        return pages.happen(StorageFailed(saves[-1], pages.now))
    return [] if kind in ("saved", "failed") else take(pages, step)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ENTRY_STEPS, max_size=80))
def test_in_any_order_only_save_stores_and_what_it_stores_is_right(steps):
    config = full_config("fi")
    pages = entry_setup("fi", config=config).touch("begin")
    ids = set()
    for step in steps:
        page = pages.front.staff.page if pages.front.staff else None
        effects = take_entry(pages, step)
        for each in effects:
            if not isinstance(each, Save) or not each.draft.channel.startswith("staff-"):
                continue
            if each.draft.id in ids:
                continue  # tried again
            ids.add(each.draft.id)
            assert isinstance(page, Review)
            assert isinstance(pages.front.staff.page, Saving)
            is_right(each.draft, config)


def is_right(draft, config):
    assert draft.ended in {"submitted", "exit"}
    assert draft.flags == config.base_flags
    assert draft.given_on is None or date.min < draft.given_on <= TODAY
    questionnaire = config.form(draft.respondent).questionnaire
    assert draft.language in questionnaire.languages
    items = [each.item for each in draft.answers]
    assert len(set(items)) == len(items)
    for each in draft.answers:
        value = each.value if isinstance(each.value, int) else None
        status = each.status if isinstance(each.status, str) else None
        options = each.options if isinstance(each.options, tuple) else None
        assert answer_problem(questionnaire, each.item, value, status, options) is None


def test_no_press_and_no_tap_of_a_client_is_ever_entered():
    pages = entering("fi")
    before = pages.front.staff.page
    pages.now += 1
    for event in (press(5, at=pages.now, number=1), tap(at=pages.now)):
        pages.happen(event)
    pages.happen(CharactersTyped("5", pages.now))

    assert pages.front.staff.page == before
    pages.happen(BackTapped(pages.now))
