"""What is asked: the shipped national form, and which answers it takes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from questionnaire_bodies import BODY, a_body

from device_config.problems import questionnaire_from, questionnaire_problems
from device_config.questionnaire import answer_problem, order_of_asking
from device_config.questionnaire_files import questionnaire_named, shipped, shipped_bytes

GENERAL = questionnaire_named("national-general")

# docs/national-format.md, section 2: fi as Kainuu's public form has it, sv as Ostrobothnia's.
STATEMENTS = {
    "availability": (
        "Sain apua, kun sitä tarvitsin.",
        "Jag fick hjälp när jag behövde den",
    ),
    "encounter": (
        "Minulle jäi tunne, että minusta välitettiin kokonaisvaltaisesti.",
        "Jag upplevde att man brydde sig om mig på ett helhetsmässigt sätt",
    ),
    "participation": (
        "Hoitoani / Asiaani koskevat päätökset tehtiin yhteistyössä kanssani.",
        "Besluten i anslutning till min vård/mitt ärende fattades i samråd med mig",
    ),
    "safety": (
        "Koin oloni turvalliseksi hoidon / palvelun aikana.",
        "Jag kände mig trygg under vården/servicen",
    ),
    "information": (
        "Tiedän miten hoitoni/palveluni jatkuu.",
        "Jag vet hur min vård/min service kommer att fortsätta",
    ),
    "understandability": (
        "Saamani tieto hoidosta / palvelusta oli ymmärrettävää.",
        "Informationen som jag fick om vården/servicen var förståelig",
    ),
    "usefulness": (
        "Koin saamani hoidon / palvelun hyödylliseksi.",
        "Jag tyckte att den vård/service som jag fick var nyttig",
    ),
}
NPS = {
    "fi": "Kuinka todennäköisesti suosittelisit saamaasi palvelua läheisellesi?",
    "en": "How likely would you be to recommend the service you received to a family member or "
    "friend in the same situation?",
}
AGREEMENT = {
    1: "Täysin eri mieltä",
    2: "Osittain eri mieltä",
    3: "Ei samaa, eikä eri mieltä",
    4: "Osittain samaa mieltä",
    5: "Täysin samaa mieltä",
}
LIKELIHOOD = {0: "Erittäin epätodennäköisesti", 10: "Erittäin todennäköisesti"}


def every_text(questionnaire):
    yield questionnaire.title
    yield from (item.text for item in questionnaire.all_items())
    yield questionnaire.reasons.text
    yield from (option.text for option in questionnaire.reasons.options)
    for scale in questionnaire.scales.values():
        yield from scale.labels.values()
        if scale.not_applicable is not None:
            yield scale.not_applicable


def verified(texts):
    return {language: each.text for language, each in texts.items() if each.status == "verified"}


def test_every_shipped_questionnaire_passes_the_full_check():
    for body in shipped_bytes():
        assert questionnaire_problems(json.loads(body)) == ()


def test_the_national_form_has_its_seven_statements_the_recommendation_and_a_text():
    assert [item.id for item in GENERAL.all_items()] == [*STATEMENTS, "nps", "text"]
    assert [item.kind for item in GENERAL.items] == ["statement"] * 7 + ["recommendation", "text"]


def test_every_text_says_where_it_is_from_and_whether_that_is_sure():
    for questionnaire in shipped():
        for texts in every_text(questionnaire):
            assert set(texts) == set(questionnaire.languages)
            for each in texts.values():
                assert each.text.strip()
                assert each.source.strip()
                assert each.status in ("verified", "unverified")


def test_the_verified_statements_are_the_counties_own_words():
    for item_id, (finnish, swedish) in STATEMENTS.items():
        assert verified(GENERAL.item(item_id).text) == {"fi": finnish, "sv": swedish}


def test_the_verified_words_of_the_recommendation_and_the_scales():
    agreement, likelihood = GENERAL.scales["agreement"], GENERAL.scales["recommendation"]

    assert verified(GENERAL.item("nps").text) == NPS
    assert {int(at): verified(each) for at, each in agreement.labels.items()} == {
        at: {"fi": text} for at, text in AGREEMENT.items()
    }
    assert {int(at): verified(each) for at, each in likelihood.labels.items()} == {
        at: {"fi": text} for at, text in LIKELIHOOD.items()
    }
    assert verified(agreement.not_applicable) == {"fi": "Ei koske minua"}


def test_no_other_text_claims_to_be_verified():
    count = sum(len(verified(texts)) for texts in every_text(GENERAL))

    known = 2 * len(STATEMENTS) + len(NPS) + len(AGREEMENT) + len(LIKELIHOOD) + 1
    assert count == known


def test_does_not_concern_me_is_no_number():
    agreement = GENERAL.scales["agreement"]

    assert (agreement.min, agreement.max) == (1, 5)
    assert set(agreement.labels) == {"1", "2", "3", "4", "5"}
    assert agreement.not_applicable is not None
    assert GENERAL.scales["recommendation"].not_applicable is None


def test_the_first_item_moves_to_the_front_and_the_others_keep_their_order():
    order = order_of_asking(GENERAL, "usefulness", {"statement", "recommendation"})

    rest = [each for each in STATEMENTS if each != "usefulness"]
    assert [item.id for item in order] == ["usefulness", *rest, "nps"]


def test_the_countys_own_statements_come_after_the_national_ones_and_before_the_text():
    own = {**BODY["items"][0], "id": "mother-tongue"}
    questionnaire = questionnaire_from(a_body("own", value={"most": 5, "items": [own]}), "a file")

    ids = [item.id for item in questionnaire.all_items()]
    assert ids == [*STATEMENTS, "nps", "mother-tongue", "text"]


@pytest.mark.parametrize(
    ("item", "value", "status", "is_fine"),
    [
        ("safety", 1, None, True),
        ("safety", 5, None, True),
        ("safety", 0, None, False),
        ("safety", 6, None, False),
        ("nps", 0, None, True),
        ("nps", 10, None, True),
        ("nps", 11, None, False),
        ("safety", None, "not-applicable", True),
        ("nps", None, "not-applicable", False),
        ("nps", None, "skipped", True),
        ("text", None, "skipped", True),
        ("text", None, "not-applicable", False),
        ("text", 1, None, False),
        ("unheard-of", 1, None, False),
    ],
)
def test_an_answer_fits_its_item_or_the_problem_is_named(item, value, status, is_fine):
    problem = answer_problem(GENERAL, item, value, status)

    assert (problem is None) == is_fine
    assert is_fine or item in problem


OPTIONS = ["waiting", "encounter", "information", "help", "premises", "other"]


def test_the_reasons_are_our_own_words_for_six_things_and_none_claims_to_be_verified():
    reasons = GENERAL.reasons

    assert [option.id for option in reasons.options] == OPTIONS
    assert [option.id for option in reasons.options if option.leads_to_text] == ["other"]
    for texts in (reasons.text, *(option.text for option in reasons.options)):
        assert all(each.status == "unverified" for each in texts.values())
        assert all(each.source == "our own wording" for each in texts.values())


def test_the_reasons_are_short_enough_for_a_button():
    for option in GENERAL.reasons.options:
        assert all(len(each.text) <= 28 for each in option.text.values())


def test_the_reasons_follow_a_low_answer_and_stand_in_no_order_of_asking():
    assert [value for value in range(1, 6) if GENERAL.reasons_after(value)] == [1, 2]
    assert GENERAL.item("reasons") is GENERAL.reasons
    assert GENERAL.reasons not in GENERAL.all_items()
    assert questionnaire_from(a_body("reasons", drop=True), "a file").reasons_after(1) is None


@pytest.mark.parametrize(
    ("item", "value", "status", "options", "is_fine"),
    [
        ("reasons", None, None, ("waiting",), True),
        ("reasons", None, None, ("other", "waiting"), True),
        ("reasons", None, "skipped", None, True),
        ("reasons", None, None, (), False),
        ("reasons", None, None, ("waiting", "waiting"), False),
        ("reasons", None, None, ("waiting", "weather"), False),
        ("reasons", None, "not-applicable", None, False),
        ("reasons", None, "skipped", ("waiting",), False),
        ("reasons", 1, None, None, False),
        ("reasons", None, None, None, False),
        ("safety", None, None, ("waiting",), False),
        ("nps", None, None, ("waiting",), False),
        ("text", None, None, ("waiting",), False),
    ],
)
def test_reasons_take_options_and_nothing_else_does(item, value, status, options, is_fine):
    problem = answer_problem(GENERAL, item, value, status, options)

    assert (problem is None) == is_fine
    assert is_fine or item in problem


@given(st.lists(st.sampled_from(OPTIONS)))
def test_any_choice_of_reasons_is_fine_that_has_one_or_more_and_none_twice(chosen):
    problem = answer_problem(GENERAL, "reasons", None, None, tuple(chosen))

    assert (problem is None) == (0 < len(chosen) == len(set(chosen)))
