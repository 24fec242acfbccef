"""What each staff page does, told with fingers and the desk's answers; no window, no files."""

import re
from dataclasses import replace
from datetime import date

import pytest

from device_config.clock import rfc3339
from kiosk.front import KNOCK, LINES, lights, show
from kiosk.panel.lights import DARK
from kiosk.session.effects import Acknowledge, Refuse
from kiosk.session.events import (
    ConfigChanged,
    DoorsChanged,
    StaffTouched,
    StorageFailed,
    TimePassed,
)
from kiosk.session.states import Asking, Idle, Night
from kiosk.staff.dates import moment, written_day
from kiosk.staff.effects import (
    AgentSilent,
    AskWay,
    Done,
    Failed,
    FindUnits,
    Found,
    LanguageSeen,
    LanguagesSeen,
    LeaveOrder,
    Moved,
    MoveTo,
    Opened,
    OrderDone,
    ReadLanguages,
    ReadPlaces,
    ReadStatus,
    Refused,
    Restart,
    SetSetting,
    StatusSeen,
    TryPin,
    UndoMove,
    Ways,
)
from kiosk.staff.enrol import KEYS
from kiosk.staff.enrolment_words import WORDS
from kiosk.staff.entries import ENTRIES
from kiosk.staff.events import Told
from kiosk.staff.menu import entries_for
from kiosk.staff.places import UNDO_S
from kiosk.staff.send import Send
from kiosk.staff.states import IDLE_S, LET_IN_S, WARN_S
from kiosk.staff.status import TITLES, WHAT_TO_DO, lamp_of
from kiosk.staff.support import REASONS
from kiosk.texts import NAMES, words_in
from sync.central.store.codes import CODE_ALPHABET
from sync.enrolment_reply import WORDS as SAID_BY_COMMANDS
from sync.status_screen import REASON_WORDS, STATE_WORDS
from tests.kiosk_builders import a_config, press, tap
from tests.staff_builders import (
    HERE,
    LONG_UNIT,
    NOWHERE,
    STAFF_SCREENS,
    UNITS,
    Pages,
    a_beat,
    a_place,
    code_typed,
    enrolling,
    moved,
    pin_page,
    place_asked,
    searched,
)
from tests.view_builders import full_config

LONG_S = IDLE_S + 1


# In and out


def test_the_knock_opens_on_the_start_screen_at_night_and_out_of_order():
    at_night, broken = Pages(), Pages()
    at_night.happen(DoorsChanged(False, 0.0))
    broken.happen(StorageFailed(None, 0.0))
    for pages in (Pages(), at_night, broken):
        assert pages.knock().asked[-1] == AskWay()
        assert pages.front.staff is not None


def test_the_knock_never_comes_between_a_client_and_their_answers():
    pages = Pages()
    pages.happen(tap(4, at=1.0))
    assert isinstance(pages.front.session, Asking)

    pages.knock()

    assert pages.front.staff is None
    assert isinstance(pages.front.session, Asking)


def test_on_the_sheets_of_the_start_screen_no_knock_counts():
    pages = Pages().touch("languages").knock()

    assert pages.front.staff is None


def test_close_leads_back_to_a_fresh_start_screen_under_a_guard():
    pages = Pages().touch("larger").open().touch("close")

    assert isinstance(pages.front.session, Idle)
    assert not pages.view.preferences.larger
    pages.happen(tap(4, at=pages.now + 0.1))
    assert isinstance(pages.front.session, Idle)


def test_a_finger_that_is_still_there_means_nothing_on_the_next_page():
    pages = Pages("en").open()
    menu, entry = pages.front.staff.page, pages.view.answers[0]

    assert pages.happen(entry.event(pages.now + 0.1, "")) == []
    assert pages.front.staff.page == menu
    pages.happen(entry.event(pages.now + 1.0, ""))
    assert pages.front.staff.page != menu


def test_at_night_the_pages_close_into_the_night():
    pages = Pages().open()
    pages.happen(DoorsChanged(False, pages.now))
    pages.touch("close")

    assert isinstance(pages.front.session, Night)


@pytest.mark.parametrize("screen", [each for each in STAFF_SCREENS if "alert" not in each])
def test_every_page_closes_by_itself_when_nobody_touches_it(screen):
    pages = STAFF_SCREENS[screen]("fi")
    pages.happen(TimePassed(pages.now + 300 + LONG_S))

    assert pages.front.staff is None


def test_a_touch_keeps_the_pages_open():
    pages = Pages().open()
    for _ in range(5):
        pages.now += IDLE_S - WARN_S - 2
        pages.happen(TimePassed(pages.now))
        pages.touch("status")
        pages.tell(ReadStatus, StatusSeen(a_beat(), {})).touch("back")

    assert pages.front.staff is not None


def test_whoever_is_not_let_in_cannot_keep_the_screen_from_others_by_touching_it():
    pages = pin_page("fi")
    opened_at = pages.now

    while pages.front.staff is not None:
        assert pages.now < opened_at + LET_IN_S
        pages.touch("key:1", "pin-delete")
        pages.happen(TimePassed(pages.now))

    pages.now += 1.0
    pages.open()
    for _ in range(20):
        pages.now += LET_IN_S / 10
        pages.happen(TimePassed(pages.now))
        pages.touch("status").tell(ReadStatus, StatusSeen(a_beat(), {})).touch("back")
    assert pages.front.staff is not None


def test_pages_in_a_language_that_staff_switch_off_go_on_in_another():
    pages = Pages("fi").open()

    pages.happen(ConfigChanged(a_config(languages=("sv", "en"))))
    pages.touch("location")

    assert pages.view.language == "sv"
    assert pages.view.keys


def test_a_press_on_the_pages_is_acknowledged_and_offered_again_only_when_out_of_order():
    pages, broken = Pages().open(), Pages().open()
    broken.happen(StorageFailed(None, broken.now))

    assert pages.happen(press(5, at=pages.now, number=7)) == [Acknowledge(press(number=7).press)]
    assert [type(each) for each in broken.happen(press(5, at=broken.now, number=7))] == [Refuse]


def test_the_lights_in_the_buttons_are_dark_on_the_pages():
    assert lights(Pages().front).invites
    assert lights(Pages().open().front) == DARK


def test_a_language_in_which_the_pages_are_not_written_gives_way_to_one_in_which_they_are():
    pages = Pages(config=full_config("ar"))
    assert pages.view.language == "ar"

    pages.knock()

    assert pages.view.language in {"fi", "sv", "en"}


def test_the_language_chosen_on_the_start_screen_is_that_of_the_pages():
    assert Pages().touch("language:sv").knock().view.language == "sv"


# The PIN


def test_while_a_pin_is_checked_no_key_counts_and_the_page_says_so():
    pages = pin_page("en").touch("key:1", "key:2", "pin-ok")
    before = pages.view.dots

    pages.touch("key:3", "pin-ok", "pin-delete")

    assert pages.view.hint == "Checking"
    assert (before, pages.view.dots) == (2, 2)
    assert len([each for each in pages.asked if isinstance(each, TryPin)]) == 1


def test_the_wait_after_wrong_pins_is_counted_down_each_second_and_then_keys_count():
    pages = pin_page("en").touch("key:1", "pin-ok").tell(TryPin, Refused(2.0, 0))
    said = [pages.view.hint]
    pages.touch("key:1")
    assert pages.view.dots == 0
    while pages.front.staff.page.deadline is not None:
        pages.now = pages.front.staff.page.deadline
        pages.happen(TimePassed(pages.now))
        said.append(pages.view.hint)

    assert ["0 min 02 s" in said[0], "0 min 01 s" in said[1]] == [True, True]
    assert pages.touch("key:1").view.dots == 1


def test_a_pin_that_cannot_be_checked_is_said_and_can_be_tried_again():
    pages = pin_page("en").touch("key:1", "pin-ok").tell(TryPin, Failed())

    assert "did not work" in pages.view.hint
    assert pages.touch("key:1", "pin-ok").tell(TryPin, Opened()).front.staff.access == "all"


def test_when_it_is_not_known_how_the_pages_open_they_can_be_asked_again():
    pages = Pages().knock().tell(AskWay, Failed()).touch("again").tell(AskWay, Ways("pin"))

    assert pages.view.dots == 0


def test_without_credentials_only_setting_up_opens_and_without_a_pin_even_less():
    for_set_up = {each.id for each in entries_for("set-up")}
    for_support = {each.id for each in entries_for("support")}

    assert {"location", "languages"} & (for_set_up | for_support) == set()
    assert {"enrol", "status", "support"} <= for_set_up
    assert for_support <= for_set_up
    assert {each.id for each in ENTRIES} >= for_set_up


def test_the_id_of_an_entry_that_is_not_offered_opens_nothing():
    pages = STAFF_SCREENS["menu, not set up"]("fi")
    pages.now += 1
    pages.happen(StaffTouched("location", pages.now))

    assert pages.view.title == "Laitetta ei ole otettu käyttöön"


def test_no_page_opens_another_one_for_which_there_is_no_access():
    pages = Pages().knock()
    pages.front = replace(pages.front, staff=replace(pages.front.staff, page=Send("done")))
    pages.touch("status")

    assert pages.front.staff.page == Send("done")


# Status


def test_there_are_words_for_every_reason_that_the_command_status_has():
    assert set(WHAT_TO_DO) == set(REASON_WORDS)
    assert set(TITLES) == set(STATE_WORDS)


@pytest.mark.parametrize(
    ("changes", "lamp"),
    [
        ({}, "ok"),
        ({"state": "offline"}, "attention"),
        ({"state": "attention", "reasons": ("no-location",)}, "attention"),
        ({"state": "attention", "reasons": ("no-location", "disk-full")}, "bad"),
        ({"state": "attention", "reasons": ("a-new-reason",)}, "attention"),
    ],
)
def test_one_lamp_says_how_it_all_is(changes, lamp):
    assert lamp_of(a_beat(**changes)) == lamp


def test_a_reason_without_words_asks_to_call_support():
    seen = StatusSeen(a_beat(state="attention", reasons=("a-new-reason",)), {})

    assert Pages("en").open_entry("status").tell(ReadStatus, seen).view.hint == "Call support."


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_support_hears_the_state_in_words_and_reads_it_in_codes(language):
    for reason in REASON_WORDS:
        seen = StatusSeen(a_beat(state="attention", reasons=(reason, "no-location")), {})
        view = Pages(language).open_entry("support").tell(ReadStatus, seen).view
        said = view.facts[2].value

        assert (REASONS[reason] in said) == (language == "en")
        assert "no-location" not in said
        assert f"state attention {reason} no-location" in view.code.address


def test_a_reason_without_words_is_said_to_support_as_it_is_named():
    seen = StatusSeen(a_beat(state="attention", reasons=("a-new-reason",)), {})
    view = Pages("fi").open_entry("support").tell(ReadStatus, seen).view

    assert "a-new-reason" in view.facts[2].value


@pytest.mark.parametrize("at", [None, "", "yesterday", "9999-12-31T23:59:59-14:00"])
def test_a_time_that_cannot_be_read_is_none(at):
    assert moment(at, "fi") is None


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("fi", r"\d+\.\d+\. \d\d\.\d\d"),
        ("sv", r"\d+\.\d+ kl\. \d\d\.\d\d"),
        ("en", r"\d+ [A-Z][a-z]{2}, \d\d:\d\d"),
    ],
)
def test_a_time_is_written_as_its_language_writes_it(language, written):
    assert re.fullmatch(written, moment(rfc3339(1_795_255_200.0), language))


def test_a_day_in_english_names_its_month():
    assert written_day(date(2026, 11, 3), "en") == "3 Nov 2026"
    assert written_day(date(2026, 11, 3), "fi") == "3.11.2026"


# Where it stands


def test_each_letter_looks_anew_and_an_answer_to_fewer_letters_is_passed_over():
    pages = Pages().open_entry("location").tell(FindUnits, Found(UNITS, 3)).tell(ReadPlaces, HERE)
    pages.write("k").write("u")
    *_, first, second = [each for each in pages.asked if isinstance(each, FindUnits)]
    pages.tell(FindUnits, Found(UNITS[2:], 3))
    pages.asked = [first]
    pages.tell(FindUnits, Found(UNITS, 3))

    assert (first.text, second.text) == ("K", "Ku")
    assert [each.id for each in pages.view.answers] == [f"unit:{UNITS[2].unit}"]


def test_a_finger_on_a_row_that_has_just_become_another_one_means_nothing():
    pages = searched("fi", UNITS[:1])
    pages.write("x")
    pages.tell(FindUnits, Found(UNITS[1:2], 3))
    pages.happen(StaffTouched(f"unit:{UNITS[1].unit}", pages.now + 0.1))
    still = pages.view.key
    pages.now += 1
    pages.touch(f"unit:{UNITS[1].unit}")

    assert still == "staff:location:fi"
    assert pages.view.key.startswith("staff:location:place")


def test_a_row_that_stayed_where_it_was_can_be_touched_at_once():
    pages = searched("fi", UNITS[:2])
    pages.write("x")
    pages.tell(FindUnits, Found(UNITS[:1], 3))
    pages.happen(StaffTouched(f"unit:{UNITS[0].unit}", pages.now + 0.1))

    assert pages.view.key.startswith("staff:location:place")


def test_the_place_in_the_house_can_be_left_out_and_is_what_was_written_else():
    without = place_asked("fi").touch("save").asked[-1]
    with_one = place_asked("fi").write(" Aula 3 ").touch("save").asked[-1]

    assert without == MoveTo(LONG_UNIT, "dental", None, "20")
    assert with_one.place == "Aula 3"


def test_where_it_stood_in_this_unit_before_is_suggested():
    pages = place_asked("fi")
    labels = [each.label for each in pages.view.answers]
    pages.touch("place:2")

    assert labels == ["Aula 1", "Aula 2", "Ovi 0"]
    assert pages.view.field.text == "Aula 2"
    assert pages.view.field.cursor == len("Aula 2")


def test_the_change_can_be_taken_back_for_two_minutes_and_then_no_more():
    pages = moved("fi")
    assert [each.id for each in pages.view.actions] == ["undo", "ready", "close"]
    pages.touch("undo").tell(UndoMove, Moved(a_place("Aula 9")))
    assert "Aula 9" in pages.view.title

    later = moved("fi")
    later.now += UNDO_S / 2
    later.happen(StaffTouched("nothing", later.now))
    later.now += UNDO_S / 2
    later.happen(TimePassed(later.now))
    assert [each.id for each in later.view.actions] == ["ready", "close"]


def test_a_first_place_that_is_taken_back_leaves_it_nowhere_and_says_so():
    pages = moved("en")
    pages.touch("undo").tell(UndoMove, Moved(NOWHERE.now))

    assert pages.view.lamp == "attention"
    assert pages.view.hint == "It does not know where it stands. Choose the place."


def test_a_change_that_could_not_be_written_is_said():
    pages = place_asked("en").touch("save").tell(MoveTo, Failed())

    assert pages.view.lamp == "bad"
    assert pages.touch("ready").view.key.startswith("staff:menu")


def test_without_a_list_it_is_fetched_by_an_order_and_then_searched_again():
    pages = Pages("en").open_entry("location")
    pages.tell(FindUnits, Found((), 0)).tell(ReadPlaces, NOWHERE)
    missing = pages.view.hint
    pages.touch("fetch").tell(LeaveOrder, OrderDone({"done": True}))

    assert missing == "There is no list of units on this terminal yet."
    assert pages.asked[-1] == FindUnits("")
    assert pages.tell(FindUnits, Found(UNITS, 3)).view.answers


@pytest.mark.parametrize("outcome", [OrderDone({"error": "no-network"}), AgentSilent(), Failed()])
def test_a_list_that_does_not_come_is_said_in_plain_words(outcome):
    pages = Pages("en").open_entry("location").tell(FindUnits, Found((), 0)).touch("fetch")
    said = pages.tell(LeaveOrder, outcome).view.hint

    assert said.endswith(("support.", "again."))


# Languages


def test_a_language_is_switched_and_the_last_one_cannot_be():
    pages = STAFF_SCREENS["languages"]("fi").touch("offer:sv")
    assert pages.asked[-1] == SetSetting("session.languages", ["fi", "en"])
    pages.touch("offer:en")
    assert isinstance(pages.asked[-1], SetSetting)
    assert pages.asked[-1].value == ["fi", "en"]

    only = LanguagesSeen((LanguageSeen("fi", True, True), LanguageSeen("sv", False, True)))
    pages.tell(SetSetting, Done()).tell(ReadLanguages, only).touch("offer:fi")
    assert not [each for each in pages.asked if isinstance(each, SetSetting)]
    pages.touch("offer:sv")
    assert pages.asked[-1] == SetSetting("session.languages", ["fi", "sv"])


def test_each_language_says_whether_its_texts_are_verified():
    details = {each.id: each.detail for each in STAFF_SCREENS["languages"]("en").view.answers}

    assert details["offer:fi"] == "The texts are verified"
    assert details["offer:se"] == "Not all texts are verified"


# Setting up


def test_the_keys_are_the_letters_and_digits_that_codes_are_made_of():
    assert sorted(key for row in KEYS for key in row) == sorted(CODE_ALPHABET)


def test_a_code_is_sent_only_when_it_is_whole():
    pages = enrolling("en").touch("key:A", "code-ok")
    assert not [each for each in pages.asked if isinstance(each, LeaveOrder)]
    pages.touch("code-delete", *(f"key:{each}" for each in "ACDE3479"), "key:A", "code-ok")

    assert pages.asked[-1] == LeaveOrder("enrol", {"code": "ACDE3479"})


def test_without_an_address_it_is_asked_for_and_sent_along():
    pages = STAFF_SCREENS["enrol, address"]("en").touch("address-ok")

    assert pages.asked[-1].body == {"code": "ACDE3479", "url": "https://palaute.example.fi"}


@pytest.mark.parametrize("code", [*WORDS, "something-new", None])
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_whatever_came_of_it_is_said_with_what_to_do(language, code):
    pages = code_typed(language).touch("code-ok").tell(LeaveOrder, OrderDone({"error": code}))
    view = pages.view

    assert view.title
    assert view.hint
    assert "%" not in view.hint
    assert pages.touch("again").view.key == f"staff:enrol:code:{language}"


def test_the_screen_has_words_for_all_that_the_agent_says_of_an_enrolment():
    assert set(WORDS) == set(SAID_BY_COMMANDS) | {"stale", "other"}


def test_an_agent_that_does_not_answer_is_said_and_its_late_answer_is_still_told():
    pages = code_typed("en").touch("code-ok")
    order = pages.asked[-1]
    pages.tell(LeaveOrder, AgentSilent())
    silent = pages.view.hint
    pages.asked = [order]

    assert "does not answer" in silent
    assert pages.tell(LeaveOrder, OrderDone({"done": True})).view.lamp == "ok"


# The rest


def test_what_came_of_an_earlier_code_is_not_said_of_the_one_that_is_waited_for():
    pages = code_typed("fi").touch("code-ok")
    earlier = pages.asked.pop()
    pages.touch("back", "enrol").tell(AskWay, Ways("not-set-up", url="https://palaute.example.fi"))
    pages.touch(*(f"key:{each}" for each in "9743EDCA"), "code-ok")

    pages.happen(Told(earlier, OrderDone({"error": "unknown-code"}), pages.now))
    assert pages.front.staff.page.stage == "waiting"

    pages.tell(LeaveOrder, OrderDone({"done": True}))
    assert pages.front.staff.page.stage == "done"


def test_restart_is_asked_once_more_and_then_done_once():
    pages = Pages().open_entry("restart")
    assert Restart() not in pages.asked
    pages.touch("restart-now")
    pages.happen(StaffTouched("restart-now", pages.now + 1))

    assert pages.asked.count(Restart()) == 1


def test_the_alert_stands_on_the_start_screen_with_the_question_whole():
    with_alert, without = Pages(alert="revoked").view, Pages().view

    assert with_alert.alert.id == KNOCK
    assert replace(with_alert, alert=None).key == without.key
    assert [each.id for each in with_alert.answers] == [each.id for each in without.answers]
    assert Pages(alert="revoked").touch("answer:4").view.alert is None


@pytest.mark.parametrize("screen", STAFF_SCREENS)
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_every_page_can_be_drawn_and_no_choice_is_there_twice(screen, language):
    view = show(STAFF_SCREENS[screen](language).front)
    ids = [each.id for each in view.choices()]

    assert view.language == language
    assert view.title
    assert len(ids) == len(set(ids))
    assert len(view.facts) <= 7


TABLES = (
    *(text for both in WORDS.values() for text in both),
    *TITLES.values(),
    *WHAT_TO_DO.values(),
    *LINES.values(),
    *(entry.label for entry in ENTRIES),
)


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_every_text_in_a_table_is_translated(language):
    words = words_in([language])

    assert [text for text in TABLES if words.say(text, language) == text] == []


@pytest.mark.parametrize("language", ["fi", "sv"])
@pytest.mark.parametrize("screen", STAFF_SCREENS)
def test_no_page_says_anything_in_english_to_those_who_read_another_language(screen, language):
    said, english = (
        [view.title, view.hint, view.banner, *(each.label for each in view.facts)]
        + [each.label for each in (*view.answers, *view.actions) if not each.id[-1].isdigit()]
        for view in (STAFF_SCREENS[screen](each).view for each in (language, "en"))
    )

    names = {"", *(name for unit in UNITS for name in unit.name.values()), *NAMES.values()}
    assert [each for each in said if each in english and each not in names] == []
