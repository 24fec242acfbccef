"""What is wrong with a questionnaire's body: every problem, with its path and once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from questionnaire_bodies import BODY, a_body

from device_config.errors import ConfigurationProblems
from device_config.problems import questionnaire_from, questionnaire_problems


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
