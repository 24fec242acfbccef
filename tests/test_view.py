"""What the screen shows, for every state in every language."""

import pytest
from kiosk_builders import FIRST, LANGUAGES, NPS, Sitting, a_config, new_id

from kiosk.events import (
    BackTapped,
    ChangeTapped,
    Dismissed,
    EnoughTapped,
    LanguageChosen,
    NextTapped,
    StorageFailed,
    Tapped,
)
from kiosk.states import Asking, Idle, Thanks
from kiosk.view import show
from sync.wire import UNSET

ORDER = [item.id for item in a_config().order]


def at_the_start(language):
    sitting = Sitting()
    sitting.do(LanguageChosen, language)
    return sitting


def asked(item):
    def sitting_at(language):
        sitting = at_the_start(language)
        sitting.say(5)
        while sitting.state.item != item:
            sitting.say(3)
        return sitting

    return sitting_at


def back_at_the_first(language):
    sitting = asked(ORDER[1])(language)
    sitting.do(BackTapped)
    return sitting


def thanked(language):
    sitting = asked(ORDER[1])(language)
    sitting.do(EnoughTapped)
    sitting.save_all()
    return sitting


def thanked_with_undo(language):
    sitting = Sitting(a_config(follow_up=False))
    sitting.do(LanguageChosen, language)
    sitting.say(4)
    return sitting


def taken_back(language):
    sitting = thanked_with_undo(language)
    sitting.do(ChangeTapped)
    return sitting


def out_of_order(language):
    languages = (language, *(each for each in LANGUAGES if each != language))
    sitting = Sitting(a_config(languages=languages))
    sitting.happen(StorageFailed(None, 0.0))
    return sitting


SCREENS = {
    "start": at_the_start,
    **{item: asked(item) for item in ORDER[1:]},
    "back at the first": back_at_the_first,
    "thanks": thanked,
    "thanks with undo": thanked_with_undo,
    "taken back": taken_back,
    "out of order": out_of_order,
}

every_screen = pytest.mark.parametrize("screen", SCREENS)
every_language = pytest.mark.parametrize("language", LANGUAGES)


def choices(view):
    whole = (view.whole_screen,) if view.whole_screen else ()
    return (*view.answers, *view.actions, *view.languages, *whole)


def texts(view):
    labels = [choice.label for choice in (*view.answers, *view.actions, *view.languages)]
    return [view.title, *labels]


@every_screen
@every_language
def test_nothing_that_is_shown_is_empty(screen, language):
    view = show(SCREENS[screen](language).state)

    assert view.language == language
    assert all(text.strip() for text in texts(view)), texts(view)


@every_screen
@every_language
def test_what_can_be_touched_has_an_id_of_its_own_and_the_same_in_every_language(screen, language):
    ids = [choice.id for choice in choices(show(SCREENS[screen](language).state))]

    assert len(ids) == len(set(ids))
    first = [choice.id for choice in choices(show(SCREENS[screen]("fi").state))]
    assert set(ids) == set(first)


@every_screen
@every_language
def test_each_choice_posts_its_own_event_with_the_time_of_the_touch(screen, language):
    sitting = SCREENS[screen](language)
    fresh_id = new_id()
    types = {
        "back": BackTapped,
        "next": NextTapped,
        "enough": EnoughTapped,
        "change": ChangeTapped,
        "done": Dismissed,
    }
    for choice in choices(show(sitting.state)):
        event = choice.event(12.5, fresh_id)

        assert event.at == 12.5
        kind, _, detail = choice.id.partition(":")
        if kind == "language":
            assert event == LanguageChosen(detail, 12.5)
        elif kind in types:
            assert isinstance(event, types[kind])
        else:
            assert isinstance(event, Tapped)
            assert event.fresh_id == fresh_id
            assert event.answer.item == getattr(sitting.state, "item", FIRST)
            expected = int(detail) if kind == "answer" else UNSET
            assert event.answer.value == expected
            status = {"skip": "skipped", "not-applicable": "not-applicable"}.get(kind, UNSET)
            assert event.answer.status == status


@every_screen
def test_no_two_screens_that_follow_each_other_have_one_key(screen):
    sitting = SCREENS[screen]("fi")
    before = show(sitting.state)

    for choice in choices(before):
        sitting = SCREENS[screen]("fi")
        sitting.now += 1
        sitting.happen(choice.event(sitting.now, new_id()))
        sitting.save_all()
        after = show(sitting.state)

        is_elsewhere = (after.title, after.answers, after.language) != (
            before.title,
            before.answers,
            before.language,
        )
        same_place = (after.title, after.language) == (before.title, before.language)
        assert same_place or not is_elsewhere or after.key != before.key


@pytest.mark.parametrize(
    "screen", [name for name in SCREENS if name not in {"start", "taken back"}]
)
def test_an_answer_touched_on_the_screen_before_is_never_taken_for_the_next_one(screen):
    """Nor for another question: a finger that was slow says nothing about what it did not see."""
    sitting = SCREENS[screen]("fi")
    shown = getattr(sitting.state, "item", None)
    stale = [
        choice
        for name in ("start", *ORDER[1:])
        for choice in show(SCREENS[name]("fi").state).answers
        if choice.event(0.0, "").answer.item != shown
    ]
    sitting.now += 1
    for choice in stale:
        event = choice.event(sitting.now, new_id())
        if isinstance(sitting.state, Asking):
            assert sitting.happen(event).state == sitting.state
            assert not sitting.waiting


def test_progress_counts_the_questions_and_is_not_shown_at_the_start():
    start = show(Sitting().state)
    assert (start.step, start.steps) == (0, len(ORDER))

    seen = [show(asked(item)("fi").state) for item in ORDER[1:]]

    assert [view.step for view in seen] == list(range(2, len(ORDER) + 1))
    assert {view.steps for view in seen} == {len(ORDER)}


def test_without_follow_up_there_is_one_question():
    view = show(taken_back("fi").state)

    assert (view.step, view.steps) == (1, 1)


def test_faces_go_from_the_saddest_to_the_happiest():
    view = show(Sitting().state)

    assert view.screen == "faces"
    assert [choice.mood for choice in view.answers] == [-1.0, -0.5, 0.0, 0.5, 1.0]
    assert [choice.id for choice in view.answers] == [f"answer:{value}" for value in range(1, 6)]


def test_the_recommendation_is_asked_in_numbers_from_0_to_10():
    view = show(asked(NPS)("fi").state)

    assert view.screen == "numbers"
    assert [choice.label for choice in view.answers] == [str(value) for value in range(11)]
    assert all(view.ends)
    assert "not-applicable" not in {choice.id for choice in view.actions}


@every_language
def test_a_statement_says_its_text_and_labels_as_the_questionnaire_has_them(language):
    config = a_config()
    item = config.item(ORDER[2])
    scale = config.questionnaire.scale_of(item)

    view = show(asked(ORDER[2])(language).state)

    assert view.title == item.text[language].text
    assert [choice.label for choice in view.answers] == [
        scale.labels[str(value)][language].text for value in range(1, 6)
    ]


def test_the_start_screen_offers_only_the_faces_and_the_languages():
    view = show(Sitting().state)

    assert view.actions == ()
    assert [choice.label for choice in view.languages] == ["Suomi", "Svenska", "English"]
    assert [choice.is_chosen for choice in view.languages] == [True, False, False]


def test_going_back_shows_what_was_answered():
    view = show(back_at_the_first("fi").state)

    assert [choice.id for choice in view.answers if choice.is_chosen] == ["answer:5"]
    assert "back" not in {choice.id for choice in view.actions}


@pytest.mark.parametrize("status", ["skipped", "not-applicable"])
def test_going_back_shows_that_a_question_was_left_out(status):
    sitting = asked(ORDER[1])("fi")
    sitting.say(status)
    sitting.do(BackTapped)

    chosen = [choice.id for choice in show(sitting.state).actions if choice.is_chosen]

    assert chosen == ["skip" if status == "skipped" else "not-applicable"]


def test_change_is_offered_only_while_it_can_be_done():
    sitting = thanked_with_undo("fi")
    assert [choice.id for choice in show(sitting.state).actions] == ["change"]

    sitting.ring()

    assert isinstance(sitting.state, Thanks)
    assert show(sitting.state).actions == ()


def test_out_of_order_is_said_in_every_language_and_offers_nothing():
    view = show(out_of_order("fi").state)

    assert choices(view) == ()
    assert view.hint.count("\n") == len(LANGUAGES) - 1


def test_out_of_order_can_be_said_in_one_language():
    sitting = Sitting(a_config(languages=("sv",)))
    sitting.happen(StorageFailed(None, 0.0))

    assert show(sitting.state).hint.count("\n") == 0


def test_the_same_state_gives_the_same_picture():
    """Apart from the events, which are made anew: what is drawn depends on nothing else."""
    sitting = asked(ORDER[3])("en")

    once, again = show(sitting.state), show(sitting.state)

    assert texts(once) == texts(again)
    assert once.key == again.key
    assert isinstance(Sitting().state, Idle)
