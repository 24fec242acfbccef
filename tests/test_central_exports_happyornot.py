"""The export in HappyOrNot's columns: what fits is exact, what does not is left out and told."""

import csv
import io

import pytest
from export_builders import RESPONSES, exported, keep, keep_everything
from test_central_builders import UNIT, a_response, a_store


@pytest.fixture
def store(tmp_path):
    opened = a_store(tmp_path)
    yield opened
    opened.close()


def rows_of(store, **chosen):
    content = exported(store, "happyornot", **chosen).decode()
    return list(csv.DictReader(io.StringIO(content, newline="")))


@pytest.mark.parametrize("value", [1, 2, 3, 4, 5])
def test_a_face_of_five_is_a_button_of_five_and_never_of_four(store, value):
    keep(store, a_response(answers=[{"item": "usefulness", "value": value}]))

    (row,) = rows_of(store)

    assert (row["feedbackScale"], row["buttonIndex"]) == ("five", str(value - 1))
    assert (row["feedbackType"], row["position"]) == ("button-feedback", "0")
    assert row["surveyId"] == "national-general/usefulness"
    assert row["experiencePointId"] == UNIT


def test_a_recommendation_is_on_its_own_scale(store):
    keep(store, a_response(answers=[{"item": "nps", "value": 10}]))

    (row,) = rows_of(store)

    assert (row["feedbackScale"], row["buttonIndex"]) == ("nps", "10")


def test_each_step_of_a_sitting_has_a_row(store):
    keep(store, a_response(**RESPONSES["everything"]))

    rows = rows_of(store)

    kinds = ["button-feedback", "follow-up-feedback", "follow-up-feedback", "button-feedback"]
    assert [row["feedbackType"] for row in rows] == [*kinds, "text-feedback"]
    assert [row["position"] for row in rows] == ["0", "1", "2", "3", "4"]
    assert [row["followupOptionId"] for row in rows] == ["", "waiting", "other", "", ""]
    assert [row["buttonIndex"] for row in rows] == ["1", "1", "1", "0", "1"]
    assert {row["feedbackId"] for row in rows} == {rows[0]["feedbackId"]}
    assert {row["misuse"] for row in rows} == {"true"}
    assert rows[4]["text"].startswith("'=HYPERLINK")
    assert rows[0]["localTime"] == "2026-11-21T14:00:00+02:00"
    assert rows[1]["followupOptionTextInDefaultLocale"]


def test_what_their_listings_do_not_know_has_no_row(store):
    said = [
        {"item": "safety", "status": "not-applicable"},
        {"item": "encounter", "status": "skipped"},
    ]
    keep(store, a_response(answers=said))

    assert rows_of(store) == []


def test_a_skipped_follow_up_and_a_skipped_text_say_so(store):
    said = [
        {"item": "usefulness", "value": 1},
        {"item": "reasons", "status": "skipped"},
        {"item": "text", "status": "skipped"},
    ]
    keep(store, a_response(answers=said))

    rows = rows_of(store)

    assert [row["ui"] for row in rows] == ["digital", "skip", "skip"]
    assert [row["feedbackType"] for row in rows[1:]] == ["follow-up-feedback", "text-feedback"]


def test_an_answer_on_an_unknown_scale_has_no_button(store):
    documents = keep_everything(store)

    rows = [row for row in rows_of(store) if row["feedbackId"] == documents["unknown"]["id"]]

    assert [row["buttonIndex"] for row in rows] == ["", "", ""]
    assert [row["feedbackScale"] for row in rows] == ["", "", ""]


@pytest.mark.parametrize(
    ("channel", "instrument", "ui", "kind"),
    [
        ("kiosk-touch", "screen", "digital", "SMILEY_TOUCH"),
        ("kiosk-button", "panel-4", "physical", "SMILEY_TERMINAL"),
        ("qr-web", "screen", "qr", "SMILEY_DIGITAL"),
        ("staff-paper", "screen", "", "SMILEY_TOUCH"),
    ],
)
def test_the_device_is_told_in_their_words(store, channel, instrument, ui, kind):
    answers = [{"item": "usefulness", "value": 5}]
    keep(store, a_response(channel=channel, instrument=instrument, answers=answers))

    (row,) = rows_of(store)

    assert (row["ui"], row["smileyType"], row["instrument"]) == (ui, kind, instrument)
