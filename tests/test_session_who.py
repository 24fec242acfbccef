"""Who is answering: a child or a relative has a questionnaire of their own."""

import pytest
from kiosk_builders import (
    FIRST,
    TEXT,
    Sitting,
    a_config,
    a_questionnaire,
    for_everybody,
    one_answer_only,
)

from kiosk.session.events import (
    Dismissed,
    EnoughTapped,
    LanguageChosen,
    RespondentChosen,
    SheetOpened,
)
from kiosk.session.states import Thanks
from kiosk.view.show import show
from sync.wire import QuestionnaireRef


def thanked(sitting):
    sitting.say(5)
    sitting.do(EnoughTapped)
    sitting.save_all()
    assert isinstance(sitting.state, Thanks)
    return sitting


@pytest.mark.parametrize("respondent", ["child", "relative"])
@pytest.mark.parametrize("by", [Sitting.tap, Sitting.press])
def test_a_child_or_a_relative_answers_a_questionnaire_of_their_own(respondent, by):
    sitting = Sitting(a_config(questionnaires=for_everybody()))
    sitting.do(SheetOpened, "who")

    sitting.do(RespondentChosen, respondent)
    assert (sitting.state.sheet, sitting.state.form.respondent) == (None, respondent)
    by(sitting, 4)
    sitting.save_all()

    draft = sitting.saved()
    assert draft.respondent == respondent
    assert draft.questionnaire == QuestionnaireRef(f"test-{respondent}", "2024.1")
    assert sitting.state.form.respondent == respondent


@pytest.mark.parametrize("end", [Sitting.leave, lambda sitting: sitting.do(Dismissed)])
def test_after_a_childs_sitting_the_client_is_asked_again(end):
    sitting = Sitting(a_config(questionnaires=for_everybody()))
    sitting.do(RespondentChosen, "child")
    thanked(sitting)

    end(sitting)
    sitting.now += 1.0
    sitting.say(5, FIRST)

    assert [draft.respondent for draft in sitting.disk.values()] == ["child", "client"]


def test_a_child_who_does_not_answer_leaves_the_clients_questionnaire():
    sitting = Sitting(a_config(questionnaires=for_everybody()))
    sitting.do(RespondentChosen, "child")

    sitting.ring()

    assert (sitting.state.respondent, sitting.state.deadline) == ("client", None)


def test_choosing_the_client_again_leaves_nothing_to_wait_for():
    sitting = Sitting(a_config(questionnaires=for_everybody()))
    sitting.do(RespondentChosen, "relative")

    sitting.do(RespondentChosen, "client")

    assert (sitting.state.respondent, sitting.state.deadline) == ("client", None)


def test_where_only_clients_can_answer_nobody_else_can_be_chosen():
    sitting = Sitting()

    sitting.do(RespondentChosen, "child")

    assert sitting.state.form.respondent == "client"
    assert "who" not in [choice.id for choice in show(sitting.state).choices()]


def test_the_sheet_offers_exactly_those_whose_questionnaire_there_is():
    forms = (a_questionnaire(), a_questionnaire("relative"))
    sitting = Sitting(a_config(questionnaires=forms))

    sitting.do(SheetOpened, "who")

    answers = show(sitting.state).answers
    assert [each.id for each in answers] == ["who:client", "who:relative"]
    assert [each.is_chosen for each in answers] == [True, False]


def in_finnish_only(respondent):
    return a_questionnaire(respondent, languages=("fi",))


def test_the_languages_are_those_that_the_respondents_questionnaire_has():
    sitting = Sitting(a_config(questionnaires=(a_questionnaire(), in_finnish_only("child"))))
    sitting.do(LanguageChosen, "sv")

    sitting.do(RespondentChosen, "child")
    assert sitting.state.preferences.language == "fi"
    assert show(sitting.state).languages == ()
    before = sitting.state
    sitting.do(LanguageChosen, "sv")

    assert sitting.state == before


def test_the_next_client_is_asked_in_a_language_of_their_own_questionnaire():
    """A child's questionnaire may have a language that the client's does not."""
    client = a_questionnaire(languages=("fi", "sv"))
    sitting = one_answer_only(questionnaires=(client, a_questionnaire("child")))
    sitting.do(RespondentChosen, "child")
    sitting.do(LanguageChosen, "en")
    sitting.say(5)
    sitting.leave()

    sitting.now += 1.0
    sitting.press(4)

    assert (sitting.state.draft.respondent, sitting.state.draft.language) == ("client", "fi")


def test_a_child_goes_through_the_whole_of_their_questionnaire():
    sitting = Sitting(a_config(questionnaires=for_everybody()))
    sitting.do(RespondentChosen, "child")

    sitting.go_to(TEXT)
    sitting.say("skipped")

    assert (sitting.saved().respondent, sitting.saved().ended) == ("child", "submitted")
    assert sitting.state.form.respondent == "child"
