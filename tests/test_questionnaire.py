"""What is asked: the shipped national form, and what is wrong with a file to be."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_config.assets import asset
from device_config.errors import ConfigurationProblems, UsageProblem
from device_config.problems import questionnaire_from, questionnaire_problems
from device_config.questionnaire import answer_problem, order_of_asking
from device_config.questionnaire_files import (
    questionnaire_named,
    read_questionnaire,
    shipped,
    shipped_bytes,
)

BODY = json.loads(asset("questionnaires", "national-general.json").read_text("utf-8"))
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


def a_body(*path, value=None, drop=False):
    """The shipped questionnaire's body with one member changed."""
    body = copy.deepcopy(BODY)
    place = body
    for part in path[:-1]:
        place = place[part]
    if drop:
        del place[path[-1]]
    elif path:
        place[path[-1]] = value
    return body


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


def an_option(**members):
    return {"id": "waiting", "text": BODY["title"], **members}


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (a_body("reasons", "id", value="why"), "reasons.id: 'why'; it is always 'reasons'"),
        (a_body("reasons", "kind", value="statement"), "reasons.kind: 'statement'; it is always"),
        (a_body("reasons", "scale", value="agreement"), "reasons.scale: reasons are chosen"),
        (a_body("reasons", "at_most", drop=True), "reasons.at_most: missing"),
        (a_body("reasons", "at_most", value=5), "reasons.at_most: 5 is greater than"),
        (a_body("reasons", "at_most", value=0), "reasons.at_most: 0 is less than"),
        (a_body("reasons", "at_most", value=2.0), "reasons.at_most: Expected `int"),
        (a_body("reasons", "options", drop=True), "reasons.options: missing"),
        (a_body("reasons", "options", value=[]), "reasons.options: "),
        (
            a_body("reasons", "options", value=[an_option(id=f"o{n}") for n in range(7)]),
            "reasons.options: ",
        ),
        (
            a_body("reasons", "options", value=[an_option(), an_option()]),
            "reasons.options[1].id: 'waiting' is also the id of reasons.options[0]",
        ),
        (
            a_body("reasons", "options", 3, "text", "sv", drop=True),
            "reasons.options[3].text.sv: missing",
        ),
        (a_body("reasons", "options", 3, "txet", value={}), "reasons.options[3].txet: unknown; "),
        (a_body("reasons", "text", "en", drop=True), "reasons.text.en: missing"),
        (
            a_body("items", value=BODY["items"][:-1]),
            "reasons.options[5].leads_to_text: the questionnaire has no item of the kind text",
        ),
        (
            a_body("items", 0, value={**BODY["items"][0], "options": [an_option()]}),
            "items[0].options: only the reasons have it, not a statement",
        ),
        (a_body("items", 7, "at_most", value=2), "items[7].at_most: only the reasons have it"),
        (
            a_body("items", 0, value=BODY["reasons"]),
            "items[0]: the reasons stand under their own key",
        ),
        (
            a_body("own", value={"most": 1, "items": [{**BODY["items"][0], "id": "reasons"}]}),
            "own.items[0].id: 'reasons' is the id of the reasons",
        ),
        (
            a_body("own", value={"most": 1, "items": [{**BODY["reasons"], "id": "own-reasons"}]}),
            "own.items[0].kind: own items are statements, not a reasons",
        ),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_one_thing_wrong_with_the_reasons_is_named_once_with_its_path(body, problem):
    problems = questionnaire_problems(body)

    assert len(problems) == 1
    assert problems[0].startswith(problem)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (a_body("items", 2, "text", "sv", drop=True), "items[2].text.sv: missing"),
        (a_body("items", 2, "text", "sv", "text", value=" "), "items[2].text.sv.text: empty"),
        (
            a_body("items", 2, "text", "se", value=BODY["title"]["fi"]),
            "items[2].text.se: not among the languages",
        ),
        (
            a_body("items", 2, "id", value="safety"),
            "items[3].id: 'safety' is also the id of items[2]",
        ),
        (
            a_body("items", 2, "scale", value="agreemant"),
            "items[2].scale: no scale named 'agreemant'; did you mean 'agreement'?",
        ),
        (a_body("items", 2, "scale", drop=True), "items[2].scale: missing"),
        (
            a_body("items", 2, "scale", value="recommendation"),
            "items[2].scale: a statement is answered on 1–5, 'recommendation' is 0–10",
        ),
        (
            a_body("items", 7, "scale", value="agreement"),
            "items[7].scale: a recommendation is answered on 0–10",
        ),
        (a_body("items", 8, "scale", value="agreement"), "items[8].scale: free text has no"),
        (a_body("langauges", value=[]), "langauges: unknown; did you mean 'languages'?"),
        (a_body("version", drop=True), "version: missing"),
        (a_body("items", 0, "kind", value="smiley"), "items[0].kind: 'smiley' is not one of"),
        (a_body("items", 0, "text", "fi", "status", value="sure"), "items[0].text.fi.status: "),
        (a_body("items", 0, "text", "fi", "source", drop=True), "items[0].text.fi.source: missing"),
        (a_body("items", value=[]), "items: "),
        (
            a_body("own", value={"most": 0, "items": [{**BODY["items"][0], "id": "own-one"}]}),
            "own.items: 1 own statements, at most 0",
        ),
        (
            a_body("items", 6, "id", value="usefullness"),
            "items[6].id: 'usefullness' is no item of the national form; did you mean",
        ),
        (
            a_body("items", 6, value={**BODY["items"][7], "id": "usefulness"}),
            "items[6].kind: 'usefulness' is a statement, not a recommendation",
        ),
        (
            a_body("own", value={"most": 1, "items": [{**BODY["items"][7], "id": "own-nps"}]}),
            "own.items[0].kind: own items are statements",
        ),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_one_thing_wrong_is_named_once_with_its_path(body, problem):
    problems = questionnaire_problems(body)

    assert len(problems) == 1
    assert problems[0].startswith(problem)


def test_a_label_outside_or_missing_from_its_scale_is_named():
    labels = dict(BODY["scales"]["agreement"]["labels"])
    labels["7"] = labels.pop("3")

    problems = questionnaire_problems(a_body("scales", "agreement", "labels", value=labels))

    assert "scales.agreement.labels.7: outside the scale 1–5" in problems
    assert "items[0].scale: 'agreement' lacks labels for 3" in problems


@pytest.mark.parametrize("body", [None, [], "x", 7, {}])
def test_what_is_no_questionnaire_at_all_is_said_so(body):
    assert questionnaire_problems(body)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
PLACES = [
    (*path, key)
    for path in [
        *((), ("items", 0), ("items", 0, "text"), ("scales",), ("scales", "agreement")),
        *(("reasons",), ("reasons", "options", 0)),
    ]
    for key in (
        *("id", "min", "labels", "languages", "items", "own", "agreement", "scale", "fi"),
        *("reasons", "options", "at_most", "text", "leads_to_text"),
    )
]


@given(st.sampled_from(PLACES), json_values)
def test_any_body_is_refused_with_words_or_can_be_used_whole(path, value):
    body = a_body(*path, value=value)

    if questionnaire_problems(body):
        with pytest.raises(ConfigurationProblems):
            questionnaire_from(body, "a file")
    else:
        assert questionnaire_from(body, "a file").all_items()


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"",
        b"\xff",
        b"[" * 100_000,
        b'{"id": ' + b"9" * 5000 + b"}",
        b'{"id": ' + b"[" * 900 + b"]" * 900 + b"}",
        b" " * (2 * 1024 * 1024 + 1),
    ],
    ids=["cut", "empty", "no UTF-8", "nested for ever", "long number", "nested", "too large"],
)
def test_a_file_that_cannot_be_decoded_is_refused_with_words(tmp_path, content):
    file = tmp_path / "questionnaire.json"
    file.write_bytes(content)

    with pytest.raises(ConfigurationProblems, match="cannot be used"):
        read_questionnaire(file)


@pytest.mark.parametrize("name", ["missing.json", "."])
def test_a_file_that_cannot_be_read_says_what_to_give(tmp_path, name):
    with pytest.raises(UsageProblem, match="give the path of a questionnaire file"):
        read_questionnaire(tmp_path / name)


def test_an_unknown_questionnaire_is_refused_with_those_that_are_known():
    with pytest.raises(UsageProblem, match="installed: national-general"):
        questionnaire_named("other")


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ({"version": 2025.1}, 'version: 2025.1 is not of type string; write it like "2025.1"'),
        ({"version": "one"}, "version: 'one' does not match"),
        ({"languages": []}, "languages: 0 entries, at least 1"),
        ({"note": "x" * 9999}, "note: 9999 characters, at most "),
        ({"languages": ["fi", "fi"]}, "languages: ['fi', 'fi'] has an entry twice"),
    ],
)
def test_what_is_wrong_with_a_shape_is_said_however_long_the_value(members, problem):
    problems = questionnaire_problems({**BODY, **members})

    assert [each for each in problems if each.startswith(problem)], problems
    assert all(len(each) < 200 for each in problems)


def test_too_many_options_are_counted_and_not_printed():
    option = BODY["reasons"]["options"][0]
    body = a_body("reasons", "options", value=[{**option, "id": f"o{n}"} for n in range(12)])

    assert "reasons.options: 12 entries, at most 6" in questionnaire_problems(body)
