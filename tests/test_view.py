"""What the screen shows, for every state in every language."""

import itertools
from collections import Counter
from functools import lru_cache

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kiosk_builders import FIRST, LANGUAGES, NPS, Sitting, a_config, new_id
from msgspec import UNSET

from device_config.notices import Notices
from device_config.questionnaire_files import questionnaire_named
from kiosk.session.draft import TEXT
from kiosk.session.events import (
    BackTapped,
    ChangeTapped,
    CharactersTyped,
    ComfortTapped,
    CommandTyped,
    CursorPlaced,
    Dismissed,
    EnoughTapped,
    LanguageChosen,
    MoreTimeTapped,
    NextTapped,
    ReasonTapped,
    RespondentChosen,
    SheetOpened,
    StorageFailed,
    Tapped,
    Woken,
)
from kiosk.session.free_text import COUNT_FROM, MOST_CHARACTERS
from kiosk.session.preferences import COMFORTS, Preferences
from kiosk.session.states import Asking, OutOfOrder, Thanks
from kiosk.view.show import show
from tests.view_builders import (
    EVERY_LANGUAGE,
    FORM_URL,
    ORDER,
    REASONS,
    SAID_DID,
    SCREENS,
    asked,
    asked_and_read,
    asked_why,
    at_the_start,
    choice,
    full_config,
    sitting_with_text,
    thanked_with_undo,
    touch,
    touchable,
    warned,
    words_of,
    write,
)

every_screen = pytest.mark.parametrize("screen", SCREENS)
every_language = pytest.mark.parametrize("language", EVERY_LANGUAGE)
NOT_A_QUESTION = {"languages", "who", "warning", "thanks", "night", "out-of-order"}


def seen(screen, language="fi"):
    return show(SCREENS[screen](language).state)


def ids(choices):
    return [each.id for each in choices]


@lru_cache
def texts_known_in(language):
    """Every text that may stand on a screen in a language, from the data alone."""
    config = full_config(language)
    general = config.forms[0].questionnaire
    said = [item.text for item in (*general.all_items(), general.reasons)]
    said += [option.text for option in general.reasons.options]
    for scale in general.scales.values():
        said += [*scale.labels.values(), *([scale.not_applicable] if scale.not_applicable else [])]
    return {texts[language].text for texts in said} | {SAID_DID[language]}


# Words


@every_screen
@every_language
def test_nothing_that_is_shown_is_empty_or_in_a_language_that_it_does_not_say(screen, language):
    """The words of a screen are those of the questionnaire, a catalogue or the centre."""
    view = seen(screen, language)

    words = full_config(language).words
    count = words.say("%(count)d characters left", language) % {"count": 7}
    assert view.language == language
    for text, spoken in words_of(view):
        assert text.strip(), view
        known = {*texts_known_in(spoken), *own_words_in(spoken), words.name_of(spoken), count}
        is_in_every_language = screen == "out of order" and "\n" in text
        assert text in known or is_in_every_language, text


@lru_cache
def own_words_in(language):
    """What the kiosk's own words are in a language, for those that some screen says."""
    say = full_config(language).words.say
    own = {text for screen in SCREENS for text, _ in words_of(seen(screen, "en"))}
    return {say(each, language) for each in own - texts_known_in("en")}


@every_screen
@pytest.mark.parametrize("language", [each for each in EVERY_LANGUAGE if each != "en"])
def test_no_english_is_left_on_a_screen_in_another_language(screen, language):
    english = {text for text, spoken in words_of(seen(screen, "en")) if spoken == "en"}
    here = {text for text, spoken in words_of(seen(screen, language)) if spoken == language}

    assert not english & here


@every_language
def test_the_names_of_the_languages_are_tagged_as_theirs(language):
    view = seen("languages", language)

    assert [each.language for each in view.answers] == [
        id_.removeprefix("language:") for id_ in ids(view.answers)
    ]
    assert all(not each.language for each in view.comforts)


@every_screen
@every_language
def test_what_has_an_icon_has_a_label_as_well(screen, language):
    assert all(each.label for each in touchable(seen(screen, language)) if each.icon)


# Choices


@every_screen
@every_language
def test_what_can_be_touched_has_an_id_of_its_own(screen, language):
    counted = Counter(ids(touchable(seen(screen, language))))

    assert [each for each, count in counted.items() if count > 1] == []


@every_screen
@pytest.mark.parametrize("language", LANGUAGES)
def test_ids_are_the_same_in_every_language_but_for_the_letters(screen, language):
    def without_letters(view):
        keys = {key.id for row in view.keys for key in row}
        return [each for each in ids(touchable(view)) if each not in keys]

    in_finnish = without_letters(seen(screen, "fi"))

    assert set(without_letters(seen(screen, language))) == set(in_finnish)


@every_screen
@every_language
def test_the_focus_is_on_something_that_can_be_chosen(screen, language):
    view = seen(screen, language)

    if view.choices():
        assert view.focus in ids(view.choices())
    else:
        assert view.focus == ""
        assert screen == "night"


@pytest.mark.parametrize(
    ("screen", "focus"),
    [
        ("start", "answer:1"),
        ("back at the first", "answer:5"),
        ("who", "who:client"),
        ("languages", "language:fi"),
        ("warning", "more-time"),
        ("text", "skip"),
        ("text, written", "next"),
    ],
)
def test_the_focus_begins_where_most_will_want_to_go_on(screen, focus):
    assert seen(screen).focus == focus


KINDS = {
    "answer": Tapped,
    "skip": Tapped,
    "not-applicable": Tapped,
    "reason": ReasonTapped,
    "back": BackTapped,
    "next": NextTapped,
    "enough": EnoughTapped,
    "change": ChangeTapped,
    "done": Dismissed,
    "wake": Woken,
    "more-time": MoreTimeTapped,
    "still-here": MoreTimeTapped,
    "language": LanguageChosen,
    "languages": SheetOpened,
    "key": CharactersTyped | CommandTyped,
    **dict.fromkeys(COMFORTS, ComfortTapped),
}
DETAILS = {ReasonTapped: "option", LanguageChosen: "language", RespondentChosen: "respondent"}


@every_screen
@every_language
def test_each_choice_posts_its_own_event_with_the_time_of_the_touch(screen, language):
    sitting = SCREENS[screen](language)
    fresh_id = new_id()
    for each in touchable(show(sitting.state)):
        event = each.event(12.5, fresh_id)

        kind, _, detail = each.id.partition(":")
        assert event.at == 12.5
        if kind == "who":
            assert event == (RespondentChosen(detail, 12.5) if detail else SheetOpened("who", 12.5))
            continue
        assert isinstance(event, KINDS[kind]), each.id
        if type(event) in DETAILS:
            assert getattr(event, DETAILS[type(event)]) == detail
        if isinstance(event, Tapped):
            assert event.fresh_id == fresh_id
            assert event.answer.item == getattr(sitting.state, "item", FIRST)
            assert event.answer.value == (int(detail) if kind == "answer" else UNSET)
            status = {"skip": "skipped", "not-applicable": "not-applicable"}.get(kind, UNSET)
            assert event.answer.status == status


@pytest.mark.parametrize("screen", [each for each in SCREENS if not each.startswith("start")])
def test_an_answer_touched_on_the_screen_before_is_never_taken_for_the_next_one(screen):
    """Nor for another question: a finger that was slow says nothing about what it did not see."""
    sitting = SCREENS[screen]("fi")
    shown = getattr(sitting.state, "item", None)
    stale = [
        each
        for name in ("start", *ORDER[1:], "reasons")
        for each in show(SCREENS[name]("fi").state).answers
        if isinstance(event := each.event(0.0, ""), Tapped) and event.answer.item != shown
    ]
    sitting.now += 1
    for each in stale:
        event = each.event(sitting.now, new_id())
        if isinstance(sitting.state, Asking):
            assert sitting.happen(event).state == sitting.state
            assert not sitting.waiting


# Keys: what makes one screen another


def test_another_question_language_or_comfort_is_another_key():
    """Two screens of one sitting with the same key are the same question, told the same way."""
    shown = {}
    for screen, language in itertools.product(SCREENS, LANGUAGES):
        sitting = SCREENS[screen](language)
        for comforts in ((), ("contrast",), ("larger", "lowered"), COMFORTS):
            comfortable = SCREENS[screen](language) if comforts else sitting
            offered = ids(show(comfortable.state).choices())
            touch(comfortable, *(each for each in comforts if each in offered))
            view = show(comfortable.state)
            told = (view.screen, view.title, view.language, view.preferences)
            assert shown.setdefault(view.key, told) == told, view.key


@every_screen
def test_a_choice_that_leads_to_another_question_leads_to_another_key(screen):
    before = seen(screen)
    for each in touchable(before):
        sitting = SCREENS[screen]("fi")
        sitting.now += 1
        sitting.happen(each.event(sitting.now, new_id()))
        sitting.save_all()
        after = show(sitting.state)

        told = [(v.screen, v.title, v.language, v.preferences) for v in (before, after)]
        assert told[0] == told[1] or before.key != after.key


@pytest.mark.parametrize("screen", ["reasons", "text", "text, written", "warning"])
def test_what_goes_on_under_the_visitors_hands_keeps_its_key(screen):
    """A tick, a letter, a second of the countdown: the screen stays the same."""
    sitting = SCREENS[screen]("fi")
    before = show(sitting.state).key

    if screen == "warning":
        sitting.ring()
    else:
        touch(sitting, "reason:help" if screen == "reasons" else "key:a")

    assert show(sitting.state).key == before


def test_the_same_state_gives_the_same_picture():
    """Apart from the events, which are made anew: what is drawn depends on nothing else."""
    sitting = asked(ORDER[3])("en")

    once, again = show(sitting.state), show(sitting.state)

    assert list(words_of(once)) == list(words_of(again))
    assert (once.key, once.focus) == (again.key, again.focus)


# The start


def test_the_start_screen_offers_the_faces_the_languages_and_the_comforts():
    view = show(Sitting().state)

    assert view.screen == "faces"
    assert view.actions == ()
    assert view.back is None
    assert [each.label for each in view.languages] == ["Suomi", "Svenska", "English"]
    assert [each.is_chosen for each in view.languages] == [True, False, False]
    assert ids(view.comforts) == list(COMFORTS)
    assert not any(each.is_chosen for each in view.answers)


@every_language
def test_the_start_screen_says_what_to_do(language):
    view = seen("start", language)

    assert view.hint == full_config(language).words.say("Tap the face that fits best", language)


def test_who_is_answering_is_asked_only_where_others_can():
    assert show(Sitting().state).actions == ()
    assert ids(seen("start").actions) == ["who"]


@pytest.mark.parametrize("respondent", ["client", "child", "relative"])
def test_whoever_said_to_be_answering_sees_it_said(respondent):
    sitting = touch(at_the_start("en"), "who", f"who:{respondent}")

    (who,) = show(sitting.state).actions
    labels = {"client": "client", "child": "child", "relative": "relative"}
    assert labels[respondent] in who.label
    touch(sitting, "who")
    chosen = [each.id for each in show(sitting.state).answers if each.is_chosen]
    assert chosen == [f"who:{respondent}"]


def test_where_there_is_one_language_none_is_offered():
    view = show(Sitting(a_config(languages=("sv",))).state)

    assert (view.language, view.languages, view.more_languages) == ("sv", (), None)


def test_a_respondents_form_is_offered_only_in_its_own_languages():
    general = questionnaire_named("national-general")
    child = msgspec.structs.replace(
        general, id="test-child", respondent="child", languages=("fi", "sv")
    )
    sitting = Sitting(a_config(questionnaires=(general, child)))

    touch(sitting, "language:en", "who", "who:child")

    view = show(sitting.state)
    assert view.language == "fi"
    assert ids(view.languages) == ["language:fi", "language:sv"]


# Questions


def test_progress_counts_the_questions_and_is_not_shown_at_the_start():
    start = seen("start")
    assert (start.step, start.steps) == (0, len(ORDER))

    views = [seen(item) for item in ORDER[1:]]

    assert [view.step for view in views] == list(range(2, len(ORDER) + 1))
    assert {view.steps for view in views} == {len(ORDER)}


def test_the_reasons_are_no_step_of_their_own():
    assert (seen("reasons").step, seen("reasons").steps) == (1, len(ORDER))


@pytest.mark.parametrize("screen", ["who", "languages", "thanks", "warning", "night"])
def test_where_nothing_is_gone_through_there_is_no_progress(screen):
    assert (seen(screen).step, seen(screen).steps) == (0, 0)


def test_without_follow_up_there_is_one_question():
    view = seen("taken back")

    assert (view.step, view.steps) == (1, 1)


@every_language
def test_faces_go_from_the_saddest_to_the_happiest_as_the_questionnaire_calls_them(language):
    form = full_config(language).forms[0]
    item = form.item(ORDER[2])
    scale = form.questionnaire.scale_of(item)

    view = seen(ORDER[2], language)

    assert view.screen == "faces"
    assert view.title == item.text[language].text
    assert [each.mood for each in view.answers] == [-1.0, -0.5, 0.0, 0.5, 1.0]
    assert ids(view.answers) == [f"answer:{value}" for value in range(1, 6)]
    assert [each.label for each in view.answers] == [
        scale.labels[str(value)][language].text for value in range(1, 6)
    ]


@every_language
def test_the_recommendation_is_asked_in_numbers_from_0_to_10(language):
    view = seen(NPS, language)

    assert view.screen == "numbers"
    assert [each.label for each in view.answers] == [str(value) for value in range(11)]
    assert all(view.ends)
    assert view.ends[0] != view.ends[1]
    assert {each.mood for each in view.answers} == {None}
    assert "not-applicable" not in ids(view.actions)


@pytest.mark.parametrize("item", ORDER[1:])
def test_every_question_can_be_skipped_and_ended(item):
    """ "Enough for me" is always there, and always the last."""
    view = seen(item)

    assert "skip" in ids(view.actions)
    assert ids(view.actions)[-1] == "enough"


@pytest.mark.parametrize("screen", ["reasons", "reasons, two ticked", "text, written", "warning"])
def test_enough_is_the_last_of_the_ways_on(screen):
    assert ids(seen(screen).actions)[-1] == "enough"


def test_going_back_shows_what_was_answered():
    view = seen("back at the first")

    assert [each.id for each in view.answers if each.is_chosen] == ["answer:5"]
    assert view.back is None
    assert "next" in ids(view.actions)
    assert "skip" not in ids(view.actions)


@pytest.mark.parametrize("status", ["skip", "not-applicable"])
def test_going_back_shows_that_a_question_was_left_out(status):
    sitting = touch(asked_and_read(ORDER[1])("fi"), status, "back")

    assert [each.id for each in show(sitting.state).actions if each.is_chosen] == [status]


def test_the_answer_just_given_stays_to_be_seen_and_changed_and_then_leaves_no_trace():
    sitting = asked(ORDER[1])("fi")
    labels = full_config("fi").forms[0].questionnaire.scales["agreement"].labels
    view = show(sitting.state)
    assert (view.echo.mood, view.echo.label) == (1.0, labels["5"]["fi"].text)
    assert view.back.id == "change"

    sitting.ring()

    view = show(sitting.state)
    assert view.echo is None
    assert view.back.id == "back"
    assert not any(each.is_chosen for each in view.answers)


def test_a_number_just_given_stays_to_be_seen_as_a_number():
    sitting = touch(asked_and_read(NPS)("fi"), "answer:7")

    echo = show(sitting.state).echo
    assert (echo.label, echo.mood) == ("7", None)


@pytest.mark.parametrize("way", ["skip", "not-applicable"])
def test_what_was_left_out_is_no_answer_to_be_seen(way):
    sitting = touch(asked_and_read(ORDER[1])("fi"), way)

    assert show(sitting.state).echo is None
    assert show(sitting.state).back.id == "back"


def test_changing_takes_the_answer_back_and_asks_again():
    sitting = touch(asked(ORDER[1])("fi"), "change")

    view = show(sitting.state)
    assert view.key.startswith(FIRST)
    assert not any(each.is_chosen for each in view.answers)
    assert "skip" in ids(view.actions)


# The reasons


@every_language
def test_the_reasons_are_the_questionnaires_in_its_order_with_a_hint(language):
    view = seen("reasons", language)
    reasons = full_config(language).forms[0].questionnaire.reasons

    assert view.screen == "reasons"
    assert view.title == reasons.text[language].text
    assert [each.label for each in view.answers] == [
        option.text[language].text for option in reasons.options
    ]
    assert len(view.answers) <= 6
    assert view.hint == full_config(language).words.say("You can choose several.", language)
    assert not any(each.is_chosen for each in view.answers)


def test_ticked_reasons_are_shown_as_ticked_until_they_are_touched_again():
    sitting = asked_why("fi")
    touch(sitting, "reason:help", "reason:waiting")
    assert [e.id for e in show(sitting.state).answers if e.is_chosen] == [
        "reason:waiting",
        "reason:help",
    ]

    touch(sitting, "reason:help", "reason:waiting")

    assert not any(each.is_chosen for each in show(sitting.state).answers)


def test_the_way_on_from_the_reasons_is_a_skip_until_one_is_ticked():
    assert "skip" in ids(seen("reasons").actions)
    assert "next" not in ids(seen("reasons").actions)

    ways = {each.id: each for each in seen("reasons, two ticked").actions}

    assert ways["next"].is_primary
    assert "skip" not in ways


def test_something_else_leads_to_the_free_text():
    sitting = touch(asked_why("fi"), "reason:other", "next")

    assert show(sitting.state).screen == "text"


# The free text


@every_language
def test_the_free_text_has_a_field_keys_and_a_warning_about_names(language):
    view = seen("text", language)

    said = "Please do not write names or identity codes."
    assert view.screen == "text"
    assert view.hint == full_config(language).words.say(said, language)
    assert (view.field.text, view.field.cursor) == ("", 0)
    assert view.field.placeholder == view.title
    assert len(view.keys) >= 4
    assert view.notes == ()


def test_the_field_shows_what_is_written_and_where_the_next_letter_goes():
    sitting = write(asked(TEXT)("fi"), "odotin kauan")

    sitting.happen(show(sitting.state).field.put_cursor(6, sitting.now + 1))
    write(sitting, "!")

    view = show(sitting.state)
    assert view.field.text == "Odotin! kauan"
    assert view.field.cursor == 7
    assert isinstance(view.field.put_cursor(3, 4.5), CursorPlaced)


def test_the_count_is_shown_only_near_the_end():
    sitting = sitting_with_text("a" * (MOST_CHARACTERS - COUNT_FROM - 1))("en")
    assert show(sitting.state).notes == ()

    write(sitting, "a")
    assert [note.heading for note in show(sitting.state).notes] == ["100 characters left"]

    write(sitting, "a" * COUNT_FROM)
    assert [note.heading for note in show(sitting.state).notes] == ["0 characters left"]


@every_language
def test_the_count_is_said_in_every_language(language):
    (note,) = seen("text, nearly full", language).notes

    assert "7" in note.heading
    assert "%" not in note.heading


def test_the_way_on_from_the_text_is_done_once_something_is_written():
    sitting = write(asked(TEXT)("en"), "  ")
    assert ids(show(sitting.state).actions) == ["skip", "enough"]

    write(sitting, "thanks")

    done = choice(sitting, "next")
    assert (done.label, done.is_primary) == ("Done", True)
    assert "skip" not in ids(show(sitting.state).actions)


@pytest.mark.parametrize("screen", [each for each in SCREENS if not each.startswith("text")])
def test_no_other_screen_has_a_field_or_keys(screen):
    view = seen(screen)

    assert (view.field, view.keys) == (None, ())


# Comforts and languages


@every_screen
def test_the_comforts_are_on_every_screen_but_the_night(screen):
    assert ids(seen(screen).comforts) == ([] if screen == "night" else list(COMFORTS))


@every_screen
@pytest.mark.parametrize("comforts", [("contrast",), ("larger", "lowered"), COMFORTS])
def test_comforts_are_one_touch_each_and_can_be_combined(screen, comforts):
    sitting = SCREENS[screen]("fi")
    before = show(sitting.state)
    if screen == "night":
        return

    touch(sitting, *comforts)

    view = show(sitting.state)
    assert {each.id for each in view.comforts if each.is_chosen} == set(comforts)
    assert view.preferences == Preferences("fi", **dict.fromkeys(comforts, True))
    assert view.key != before.key
    touch(sitting, *comforts)
    assert show(sitting.state).preferences == before.preferences


def test_the_sheet_of_languages_offers_each_in_its_own_name_and_a_way_back():
    view = seen("languages")

    assert [each.label for each in view.answers] == ["Suomi", "Svenska", "English"]
    assert view.back.id == "back"
    assert (view.languages, view.more_languages) == ((), None)


def test_a_language_chosen_on_the_sheet_is_that_of_the_question_below():
    sitting = touch(asked_and_read(ORDER[1])("fi"), "languages", "language:sv")

    assert show(sitting.state).key == f"{ORDER[1]}:sv"


@pytest.mark.parametrize("screen", ["who", "languages", "languages in between"])
def test_a_sheet_is_left_for_what_was_below_it(screen):
    below = {"who": "start", "languages": "start", "languages in between": ORDER[1]}[screen]

    view = show(touch(SCREENS[screen]("fi"), "back").state)

    assert view.key == seen(below).key


@every_screen
@pytest.mark.parametrize(("language", "way"), [("fi", "ltr"), ("ru", "ltr"), ("ar", "rtl")])
def test_a_screen_says_which_way_it_is_read(screen, language, way):
    assert seen(screen, language).direction == way


# The warning


def test_the_warning_counts_down_and_offers_more_time_first():
    sitting = warned("fi")
    view = show(sitting.state)
    assert view.screen == "warning"
    assert ids(view.actions) == ["more-time", "enough"]
    assert choice(sitting, "more-time").is_primary

    counted = [view.seconds_left]
    while isinstance(sitting.state, Asking):
        sitting.ring()
        counted.append(show(sitting.state).seconds_left)

    assert counted == [*range(10, 0, -1), None]


def test_more_time_leads_back_to_the_question_as_it_was():
    sitting = touch(warned("fi"), "more-time")

    assert show(sitting.state).key == seen(ORDER[1]).key


# Thanks


@every_language
def test_the_thanks_say_what_happens_with_the_answer(language):
    words = full_config(language).words
    view = seen("thanks", language)

    assert view.title == words.say("Thank you!", language)
    assert view.notes[0].heading == words.say("What happens to my answer?", language)
    assert view.notes[0].text
    assert view.face == 1.0
    assert view.whole_screen.id == "done"


def test_the_thanks_show_the_answer_while_it_can_be_changed_and_no_trace_of_it_after():
    sitting = thanked_with_undo("fi")
    view = show(sitting.state)
    assert (view.echo.mood, ids(view.actions)) == (0.5, ["change"])
    said = view.echo.label

    sitting.ring()

    assert isinstance(sitting.state, Thanks)
    after = show(sitting.state)
    assert (after.echo, after.actions) == (None, ())
    assert said not in {text for text, _ in words_of(after)}
    assert after.key != view.key


def test_after_enough_there_is_nothing_to_change():
    view = seen("thanks")

    assert (view.echo, view.actions) == (None, ())


@every_language
def test_what_was_said_and_done_is_told_in_the_shown_language(language):
    words = full_config(language).words
    (_, said) = seen("thanks", language).notes

    assert (said.heading, said.text) == (
        words.say("You said, we did", language),
        SAID_DID[language],
    )


def test_what_was_said_and_done_is_left_out_where_it_is_not_told_in_the_shown_language():
    config = a_config(notices=Notices(said_did=({"fi": SAID_DID["fi"]},)))
    sitting = touch(Sitting(config), "language:sv", "answer:5", "enough")

    assert len(show(sitting.state).notes) == 1
    touch(sitting, "language:fi")
    assert [note.text for note in show(sitting.state).notes][1:] == [SAID_DID["fi"]]


def test_a_code_is_shown_only_where_there_is_a_form_for_phones():
    assert seen("thanks").code.address == FORM_URL
    assert seen("thanks").code.caption
    assert show(touch(Sitting(), "answer:5", "enough").state).code is None
    assert all(seen(screen).code is None for screen in SCREENS if "thanks" not in screen)


# Closed, and out of order


def test_the_night_is_calm_and_a_touch_anywhere_wakes_it():
    view = seen("night")

    assert view.choices() == ()
    assert view.whole_screen.id == "wake"
    assert (view.notes, view.echo, view.face) == ((), None, None)


def test_a_touch_anywhere_does_something_only_where_there_is_nothing_else_to_hit():
    whole = {screen for screen in SCREENS if seen(screen).whole_screen}

    assert whole == {"night", "warning", "thanks", "thanks with undo", "thanks, echo gone"}


def test_out_of_order_is_said_in_every_language_and_offers_no_answer():
    view = seen("out of order")

    words = full_config("fi").words
    for language in LANGUAGES:
        assert words.say("Please tell the staff.", language) in view.hint
    assert view.hint.count("\n") == len(LANGUAGES) - 1
    assert (view.answers, view.actions, view.languages) == ((), (), ())


def test_out_of_order_begins_in_the_language_that_was_chosen():
    sitting = touch(at_the_start("fi"), "language:sv", "answer:5")

    sitting.happen(StorageFailed(None, sitting.now))

    assert isinstance(sitting.state, OutOfOrder)
    view = show(sitting.state)
    words = full_config("fi").words
    assert view.language == "sv"
    assert view.title == words.say("This terminal is out of order", "sv")
    assert view.hint.startswith(words.say("Please tell the staff.", "sv"))
    assert words.say("Please tell the staff.", "fi") in view.hint


def test_out_of_order_can_be_said_in_one_language():
    sitting = Sitting(a_config(languages=("sv",)))
    sitting.happen(StorageFailed(None, 0.0))

    assert show(sitting.state).hint.count("\n") == 0


# Whatever a visitor does


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 200), max_size=40), st.sampled_from(LANGUAGES), st.data())
def test_whatever_is_touched_every_screen_on_the_way_is_whole(touches, language, data):
    sitting = at_the_start(language)
    for number in touches:
        view = show(sitting.state)
        offered = touchable(view)
        assert len(set(ids(offered))) == len(offered)
        assert view.focus in ids(offered) or not view.choices()
        assert all(text.strip() for text, _ in words_of(view))
        assert 0 <= view.step <= view.steps
        if data.draw(st.integers(0, 5)) == 0 and sitting.state.deadline is not None:
            sitting.ring()
        else:
            touch(sitting, offered[number % len(offered)].id)


def test_every_kind_of_screen_is_among_those_tested():
    kinds = {seen(screen).screen for screen in SCREENS}

    assert kinds == {"faces", "numbers", REASONS, "text", *NOT_A_QUESTION}
