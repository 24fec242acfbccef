"""From a draft to the response document's content."""

from dataclasses import replace
from datetime import date, datetime

import msgspec
import pytest
from kiosk_builders import LONG_AGO, NPS, a_draft, a_reading, an_answer

from kiosk.document import answered, content_of, moment_at
from kiosk.masking import MaskedText, mask
from sync.wire import Answer, Content, Flag, Text, encode


def test_a_document_holds_what_the_draft_holds():
    draft = replace(
        a_draft(an_answer(4), an_answer("skipped", "safety"), an_answer(0, NPS)),
        ended="exit",
        flags=(Flag(rule="min-interval", limit=5.0, measured=1.2),),
    )

    content = content_of(draft, a_reading(), mask)

    for name in ("id", "questionnaire", "language", "location", "contact_mode", "channel"):
        assert getattr(content, name) == getattr(draft, name)
    for name in ("instrument", "respondent", "ended", "answers", "flags"):
        assert getattr(content, name) == getattr(draft, name)
    assert (content.terminal_id, content.text, content.masked) == (None, None, ())


@pytest.mark.parametrize(
    ("ended", "is_synced", "named"),
    [
        ("submitted", True, "t-1"),
        ("timeout", True, "t-1"),
        (None, True, None),
        ("submitted", False, None),
    ],
)
def test_the_terminal_is_named_only_where_nothing_else_is_left_to_be_filled_in(
    ended, is_synced, named
):
    draft = replace(a_draft(), ended=ended)

    content = content_of(draft, a_reading(is_synced=is_synced), mask, "t-1")

    assert content.terminal_id == named


def test_a_document_survives_the_way_over_the_wire():
    content = content_of(a_draft(), a_reading(), mask)

    assert msgspec.json.decode(encode(content), type=Content) == content


def test_who_is_asked_is_what_the_questionnaire_says():
    content = content_of(replace(a_draft(), respondent="child"), a_reading(), mask)

    assert content.respondent == "child"


def test_a_text_stands_beside_the_answers():
    content = content_of(a_draft().with_text(" Kiitos. "), a_reading(), mask)

    assert (content.text, content.masked) == (Text(plain="Kiitos."), ())


def test_a_text_goes_through_the_mask_and_what_was_taken_out_is_named():
    draft = a_draft().with_text("Soita 040 1234567")

    content = content_of(draft, a_reading(), mask)

    assert content.text == Text(plain="Soita [phone]")
    assert content.masked == ("phone",)


def test_the_mask_sees_the_text_and_nothing_else_reaches_the_document():
    seen = []

    def all_of_it(text):
        seen.append(text)
        return MaskedText("", ("email",))

    content = content_of(a_draft().with_text("a@b.fi"), a_reading(), all_of_it)

    assert seen == ["a@b.fi"]
    assert b"a@b.fi" not in encode(content)


def test_a_text_as_long_as_it_can_be_survives_the_way_over_the_wire():
    draft = a_draft().with_text("131052-308T " * 83)

    content = content_of(draft, a_reading(), mask)

    assert content.masked.count("identity-code") == 83
    assert msgspec.json.decode(encode(content), type=Content) == content


@pytest.mark.parametrize(
    "answer",
    [
        Answer(item="reasons", options=("waiting", "other")),
        Answer(item="reasons", status="skipped"),
        Answer(item="text", status="skipped"),
    ],
)
def test_reasons_and_skips_survive_the_way_over_the_wire(answer):
    content = content_of(a_draft(an_answer(1), answer), a_reading(), mask)

    assert msgspec.json.decode(encode(content), type=Content).answers[-1] == answer


def test_an_answer_given_at_night_says_so():
    draft = replace(a_draft(), flags=(Flag(rule="out-of-hours"),))

    body = msgspec.json.decode(encode(content_of(draft, a_reading(), mask)))

    assert body["flags"][0]["rule"] == "out-of-hours"


def test_an_open_draft_is_an_open_document():
    assert content_of(a_draft(), a_reading(), mask).ended is None


@pytest.mark.parametrize("precision", ["minute", "hour", "day"])
def test_the_time_is_cut_and_never_rounded_up(precision):
    when = answered(a_reading(), precision)

    at = datetime.fromisoformat(when.at)
    assert at.tzinfo is not None
    assert at.timestamp() <= LONG_AGO + 100.0
    assert (at.second, at.microsecond) == (0, 0)
    assert precision == "minute" or at.minute == 0
    assert precision != "day" or at.hour == 0
    assert (when.clock, when.precision) == ("synced", precision)


def test_without_a_clock_to_trust_there_is_no_time():
    when = answered(a_reading(is_synced=False))

    assert (when.at, when.clock, when.earliest, when.latest) == (None, "unknown", None, None)


def test_the_moment_is_that_of_the_first_answer_not_of_its_writing():
    now = a_reading(500.0)

    moment = moment_at(now, 380.0)

    assert moment.wall == now.wall - 120.0
    assert (moment.boottime, moment.boot_id, moment.is_synced) == (380.0, "boot-1", True)


@pytest.mark.parametrize("is_synced", [True, False])
@pytest.mark.parametrize("channel", ["staff-paper", "staff-verbal"])
def test_what_staff_enter_has_the_day_that_they_say_and_not_the_moment_of_the_entry(
    channel, is_synced
):
    draft = replace(a_draft(), channel=channel, given_on=date(2026, 3, 28), ended="submitted")

    told = content_of(draft, a_reading(is_synced=is_synced), mask).answered

    local = datetime.fromisoformat(told.at).astimezone()
    assert (local.date(), local.hour, local.minute) == (date(2026, 3, 28), 0, 0)
    assert (told.precision, told.clock) == ("day", "synced")


def test_a_form_of_a_day_that_nobody_knows_has_no_time():
    draft = replace(a_draft(), channel="staff-paper", ended="submitted")

    told = content_of(draft, a_reading(), mask).answered

    assert (told.at, told.clock, told.precision) == (None, "unknown", "day")
