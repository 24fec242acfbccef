"""The free text within a session: what is kept of it, whichever way the session goes."""

import pytest
from kiosk_builders import (
    FIRST,
    NPS,
    ORDER,
    REASONS,
    TEXT,
    Sitting,
    a_config,
    an_answer,
    at_an_early_text,
    one_answer_only,
)

from kiosk.session.events import (
    BackTapped,
    CharactersTyped,
    CommandTyped,
    CursorPlaced,
    EnoughTapped,
    NextTapped,
    StorageFailed,
)
from kiosk.session.free_text import MOST_CHARACTERS
from kiosk.session.moves import GUARD_S
from kiosk.session.states import Asking, Idle, OutOfOrder, Thanks
from kiosk.view.show import show

SKIPPED = an_answer("skipped", TEXT)


def at_the_text(**changes):
    sitting = Sitting(a_config(**changes))
    sitting.go_to(TEXT)
    return sitting


def test_the_text_is_asked_last():
    assert ORDER[-1] == TEXT


# Writing


def test_keys_and_commands_and_the_cursor_write_into_the_field():
    sitting = at_the_text()
    sitting.write("hyva ")
    sitting.do(CommandTyped, "backspace")
    sitting.do(CommandTyped, "backspace")

    sitting.write("ä")
    sitting.do(CursorPlaced, 0)
    sitting.do(CommandTyped, "shift")
    sitting.write("oli ")

    assert sitting.state.writing.text == "oli Hyvä"
    field = show(sitting.state).field
    assert (field.text, field.cursor) == ("oli Hyvä", 4)


def test_keys_may_follow_each_other_faster_than_the_guard():
    sitting = at_the_text()

    sitting.now += GUARD_S
    for character in "nopea":
        sitting.do(CharactersTyped, character, after=0.001)

    assert sitting.state.writing.text == "Nopea"


def test_a_key_within_the_guard_after_the_keyboard_came_does_not_count():
    sitting = Sitting()
    sitting.go_to(TEXT)

    sitting.do(CharactersTyped, "a", after=GUARD_S - 0.01)

    assert sitting.state.writing.text == ""


def test_keys_mean_nothing_under_another_question():
    sitting = Sitting()
    sitting.say(5)
    before = sitting.state

    sitting.write("abc")
    sitting.do(CommandTyped, "shift")
    sitting.do(CursorPlaced, 1)

    assert sitting.state == before


def test_writing_alone_saves_nothing():
    sitting = at_the_text()
    saves = len(sitting.saves)

    sitting.write("abc")

    assert len(sitting.saves) == saves


def test_each_key_gives_the_visitor_time_again():
    sitting = at_the_text()

    for _ in range(10):
        sitting.do(CharactersTyped, "a", after=9.0)

    assert sitting.state.closes_at == sitting.now + 20.0


def test_a_count_is_shown_when_the_room_runs_out():
    sitting = at_the_text()
    sitting.write("a" * (MOST_CHARACTERS - 101))
    assert show(sitting.state).notes == ()

    sitting.write("b")

    assert "100" in show(sitting.state).notes[0].heading


# Done and skip


def test_done_puts_the_text_into_the_response_and_closes_it_at_once():
    sitting = at_the_text()
    sitting.write("kiitos hoidosta.")

    sitting.do(NextTapped)
    sitting.save_all()

    assert (sitting.saved().text, sitting.saved().ended) == ("Kiitos hoidosta.", "submitted")
    assert sitting.saved().answer_to(TEXT) is None
    assert (type(sitting.state), sitting.state.last, sitting.state.echo) == (Thanks, None, None)


@pytest.mark.parametrize("typed", ["", "   "])
def test_done_on_a_blank_field_is_a_skip(typed):
    sitting = at_the_text()
    sitting.write(typed)

    sitting.do(NextTapped)
    sitting.save_all()

    assert (sitting.saved().text, sitting.saved().answer_to(TEXT)) == (None, SKIPPED)
    assert sitting.saved().ended == "submitted"


def test_a_skip_is_written_and_closes_at_once():
    sitting = at_the_text()

    sitting.say("skipped")

    assert (sitting.saved().answer_to(TEXT), sitting.saved().ended) == (SKIPPED, "submitted")
    assert sitting.state.last is None


def test_a_skip_leaves_nothing_of_what_stood_in_the_field():
    sitting = at_the_text()
    sitting.write("ei sittenkään")

    sitting.say("skipped")

    assert (sitting.saved().text, sitting.saved().answer_to(TEXT)) == (None, SKIPPED)
    assert sitting.state.draft is None


def test_blanks_around_the_text_are_not_part_of_it():
    sitting = at_the_text()
    sitting.write("  hyvä  ")

    sitting.do(NextTapped)
    sitting.save_all()

    assert sitting.saved().text == "Hyvä"


# Not sent


def test_enough_keeps_what_stands_in_the_field():
    sitting = at_the_text()
    sitting.write("kesken")

    sitting.do(EnoughTapped)
    sitting.save_all()

    assert (sitting.saved().text, sitting.saved().ended) == ("Kesken", "exit")


def test_a_time_out_keeps_what_stands_in_the_field():
    sitting = at_the_text()
    sitting.write("kesken")

    sitting.leave()

    assert isinstance(sitting.state, Idle)
    assert (sitting.saved().text, sitting.saved().ended) == ("Kesken", "timeout")


def test_out_of_order_keeps_what_stands_in_the_field():
    sitting = at_the_text()
    sitting.write("kesken")

    sitting.happen(StorageFailed(None, sitting.now))

    assert isinstance(sitting.state, OutOfOrder)
    assert [save.draft.text for save in sitting.state.unsaved] == ["Kesken"]


def test_a_blank_field_is_neither_a_text_nor_a_skip_for_those_who_just_leave():
    for leave in (lambda s: s.do(EnoughTapped), lambda s: s.silence()):
        sitting = at_the_text()
        sitting.write("  ")

        leave(sitting)
        sitting.save_all()

        assert (sitting.saved().text, sitting.saved().answer_to(TEXT)) == (None, None)


def test_what_stands_in_the_field_is_kept_under_another_question_too():
    sitting = at_the_text()
    sitting.write("kesken")
    sitting.do(BackTapped)
    assert sitting.state.item == NPS

    sitting.do(EnoughTapped)
    sitting.save_all()

    assert sitting.saved().text == "Kesken"


def test_going_back_and_forth_keeps_what_stands_in_the_field():
    sitting = at_the_text()
    sitting.write("kesken")
    sitting.do(BackTapped)
    sitting.say(3)

    assert sitting.state.item == TEXT
    assert sitting.state.writing.text == "Kesken"
    assert sitting.saved().text is None


# Sent, and written otherwise


def test_a_text_that_was_sent_can_be_gone_back_to_and_written_otherwise():
    sitting = at_an_early_text()
    sitting.write("kylmä")
    sitting.do(NextTapped)
    sitting.save_all()
    sitting.do(BackTapped)

    sitting.write(" sali")
    sitting.do(NextTapped)
    sitting.save_all()

    assert sitting.saved().text == "Kylmä sali"


@pytest.mark.parametrize("before", ["sent", "skipped"])
def test_a_text_changed_after_it_was_settled_counts_as_it_was_left(before):
    sitting = at_an_early_text()
    if before == "sent":
        sitting.write("kylmä")
        sitting.do(NextTapped)
        sitting.save_all()
    else:
        sitting.say("skipped")
    sitting.do(BackTapped)
    sitting.write(" sali")

    sitting.do(BackTapped)
    assert sitting.state.item == REASONS
    sitting.do(NextTapped)
    sitting.go_to(NPS)
    sitting.say(9)
    sitting.leave()

    assert sitting.saved().ended == "submitted"
    assert sitting.saved().text == ("Kylmä sali" if before == "sent" else "Sali")
    assert sitting.saved().answer_to(TEXT) is None


def test_a_sent_text_written_otherwise_is_saved_when_it_is_left():
    """Else the warning of the time-out would say of it that it is saved."""
    sitting = at_an_early_text()
    sitting.write("kylmä")
    sitting.do(NextTapped)
    sitting.save_all()
    sitting.do(BackTapped)
    sitting.write(" sali")

    sitting.do(BackTapped)
    sitting.save_all()

    assert sitting.state.item == REASONS
    assert (sitting.saved().text, sitting.saved().ended) == ("Kylmä sali", None)


def test_a_text_that_was_sent_and_then_deleted_is_not_in_the_response():
    sitting = at_an_early_text()
    sitting.write("x")
    sitting.do(NextTapped)
    sitting.save_all()
    sitting.do(BackTapped)
    sitting.do(CommandTyped, "backspace")

    sitting.do(BackTapped)
    sitting.do(EnoughTapped)
    sitting.save_all()

    assert sitting.saved().text is None


def test_without_follow_up_no_text_is_asked():
    sitting = one_answer_only()

    sitting.say(5)

    assert isinstance(sitting.state, Thanks)


def test_the_text_of_one_visitor_is_not_in_the_field_of_the_next():
    sitting = at_the_text()
    sitting.write("kesken")
    sitting.leave()
    sitting.now += 1.0
    sitting.say(5, FIRST)

    sitting.go_to(TEXT)

    assert isinstance(sitting.state, Asking)
    assert sitting.state.writing.text == ""
