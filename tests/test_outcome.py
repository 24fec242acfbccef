"""What a reply settles: docs/interfaces.md, "What a terminal keeps to", rule by rule."""

import json
from email.utils import formatdate

import pytest
from builders import NOON, a_reading
from hypothesis import given
from hypothesis import strategies as st

from sync.outcome import (
    NotAllowed,
    Reply,
    Settled,
    TooMuch,
    TryLater,
    Unreachable,
    failure,
    push_outcome,
)
from sync.wire import Reason

A, B, C = "id-a", "id-b", "id-c"


def a_reply(*entries, status=200, **headers):
    return Reply(status, headers, json.dumps({"results": entries}).encode())


def entry(response_id, status="stored", **more):
    return {"id": response_id, "status": status, **more}


def outcome(reply, *ids):
    return push_outcome(reply, ids, a_reading())


def settled_ids(result):
    if not isinstance(result, Settled):
        return set()
    return {*result.stored, *(each for each, _ in result.rejected)}


def test_each_verdict_settles_its_response():
    reason = {"code": "wrong-unit", "detail": "closed"}
    reply = a_reply(entry(A), entry(B, "duplicate"), entry(C, "rejected", reason=reason))

    assert outcome(reply, A, B, C) == Settled((A, B), ((C, Reason("wrong-unit", "closed")),))


def test_a_rejection_without_a_reason_is_one_all_the_same():
    assert outcome(a_reply(entry(A, "rejected")), A) == Settled((), ((A, Reason("none-given")),))


def test_an_id_without_a_verdict_still_waits():
    assert settled_ids(outcome(a_reply(entry(A)), A, B)) == {A}


def test_a_verdict_about_another_id_settles_nothing():
    assert settled_ids(outcome(a_reply(entry(A), entry("id-of-nobody")), A, B)) == {A}


@pytest.mark.parametrize(
    "other",
    [
        entry(B, "accepted"),
        entry(B, "STORED"),
        entry(B, None),
        {"id": B},
        {"status": "stored"},
        {"id": 7, "status": "stored"},
        {"id": [B], "status": "stored"},
        entry(B, "rejected", reason="no"),
        entry(B, "rejected", reason={"detail": "without a code"}),
        [B, "stored"],
        B,
        None,
        7,
    ],
)
def test_an_entry_of_another_shape_settles_nothing_and_the_others_count(other):
    for entries in ((entry(A), other, entry(C)), (other, entry(A), entry(C))):
        assert settled_ids(outcome(a_reply(*entries), A, B, C)) == {A, C}


@pytest.mark.parametrize("first", ["stored", "duplicate"])
def test_two_verdicts_that_disagree_settle_nothing(first):
    one, two = entry(B, first), entry(B, "rejected")

    for entries in ((entry(A), one, two), (two, entry(A), one), (one, two, one, entry(A))):
        assert settled_ids(outcome(a_reply(*entries), A, B)) == {A}


def test_two_verdicts_that_agree_settle_once():
    reply = a_reply(entry(A), entry(A, "duplicate"), entry(B, "rejected"), entry(B, "rejected"))

    assert outcome(reply, A, B) == Settled((A,), ((B, Reason("none-given")),))


WHOLE = json.dumps({"results": [entry(A), entry(B)]}).encode()


@pytest.mark.parametrize("length", range(len(WHOLE)))
def test_a_response_cut_short_settles_nothing(length):
    assert isinstance(outcome(Reply(200, {}, WHOLE[:length]), A, B), TryLater)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<!doctype html><title>Log in</title>",
        b"null",
        b"[]",
        b'{"results": null}',
        b'{"results": {"id-a": "stored"}}',
        b'{"result": [{"id": "id-a", "status": "stored"}]}',
        b'{"results": []}',
        b'{"results": [{"id": "id-a", "status": "stored"}]} and more',
        b'\xff\xfe{"results": []}',
        b'{"results": [{"id": "\xff", "status": "stored"}]}',
        b"[" * 200_000,
        b'{"results": [' + b"[" * 200_000,
        b'{"results": [{"id": "id-a", "x": ' + b"9" * 10_000 + b"}]}",
    ],
    ids=lambda body: body[:40].decode("latin-1"),
)
def test_what_is_no_list_of_verdicts_settles_nothing(body):
    assert isinstance(outcome(Reply(200, {"content-type": "text/html"}, body), A), TryLater)


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_batch_that_is_too_much_is_split_and_settles_nothing(status):
    assert outcome(a_reply(entry(A), status=status), A, B) == TooMuch(status)


@pytest.mark.parametrize("status", [400, 413, 422])
def test_alone_it_is_a_dead_letter_with_what_the_centre_said(status):
    reply = Reply(status, {}, b'{"title": "no", "detail": "answers[0]: wrong"}')

    reason = Reason(f"http-{status}", "answers[0]: wrong")
    assert outcome(reply, A) == Settled((), ((A, reason),))


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[" * 200_000, b'{"detail": 7}', b"[1]", b'{"detail": "\xff"}']
)
def test_a_dead_letter_needs_no_words_from_the_centre(body):
    assert outcome(Reply(422, {}, body), A) == Settled((), ((A, Reason("http-422", "")),))


def test_a_long_story_about_a_dead_letter_is_bounded():
    (_, reason), *_ = outcome(
        Reply(422, {}, json.dumps({"detail": "x" * 9999}).encode()), A
    ).rejected

    assert len(reason.detail) == 2000


@pytest.mark.parametrize("status", [401, 403])
def test_a_terminal_that_is_not_allowed_is_told_so_and_settles_nothing(status):
    assert outcome(a_reply(entry(A), status=status), A) == NotAllowed(status)


def test_every_other_status_means_later_even_for_one_alone_with_a_fine_body():
    for status in {*range(100, 1000)} - {200, 400, 401, 403, 413, 422}:
        assert isinstance(outcome(a_reply(entry(A), status=status), A), TryLater)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("17", 17),
        ("86400", 3600),
        (formatdate(NOON + 120, usegmt=True), 120),
        (formatdate(NOON + 86400, usegmt=True), 3600),
        ("whenever", None),
    ],
)
def test_the_centre_says_when_to_come_back_up_to_an_hour(status, header, seconds):
    reply = Reply(status, {"retry-after": header}, b"")

    assert outcome(reply, A) == TryLater(f"http-{status}", seconds)


@pytest.mark.parametrize("wall", [0.0, NOON, NOON + 30 * 365 * 86400])
@pytest.mark.parametrize("is_synced", [True, False])
def test_a_moment_to_come_back_at_counts_from_the_replys_own_date(wall, is_synced):
    headers = {"retry-after": formatdate(120, usegmt=True), "date": formatdate(0, usegmt=True)}
    result = failure(Reply(503, headers, b""), a_reading(wall=wall, is_synced=is_synced))

    assert result == TryLater("http-503", 120)


@pytest.mark.parametrize(("is_synced", "seconds"), [(True, 120), (False, None)])
@pytest.mark.parametrize("date", [{}, {"date": "today"}])
def test_without_a_date_only_a_clock_that_is_right_says_how_long_that_is(is_synced, seconds, date):
    headers = {"retry-after": formatdate(NOON + 120, usegmt=True), **date}
    result = failure(Reply(503, headers, b""), a_reading(is_synced=is_synced))

    assert result == TryLater("http-503", seconds)


@pytest.mark.parametrize("status", [200, 301, 404, 500])
def test_retry_after_counts_with_429_and_503_only(status):
    result = outcome(Reply(status, {"retry-after": "3600"}, b""), A)

    assert isinstance(result, TryLater)
    assert result.after_s is None


def test_no_reply_means_later_with_its_reason():
    assert outcome(Unreachable("dns"), A) == TryLater("dns")
    assert failure(Unreachable("tls"), a_reading()) == TryLater("tls")


words = st.sampled_from(
    [A, B, "id-x", "stored", "duplicate", "rejected", "id", "status", "results"]
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)
verdict_like = st.fixed_dictionaries(
    {"id": st.sampled_from([A, B, "id-x"]) | json_values},
    optional={"status": words | json_values, "reason": json_values},
)
bodies = st.one_of(
    st.binary(max_size=200),
    json_values.map(lambda value: json.dumps(value).encode()),
    st.lists(verdict_like, max_size=5).map(lambda each: json.dumps({"results": each}).encode()),
)
replies = st.builds(
    Reply,
    st.sampled_from([200, 400, 413, 422, 429, 503]) | st.integers(100, 999),
    st.dictionaries(st.sampled_from(["retry-after", "date", "content-type"]), st.text(max_size=20)),
    bodies,
)


@given(replies, st.sets(st.sampled_from([A, B]), min_size=1))
def test_no_reply_ever_raises_or_settles_an_id_that_was_not_asked_about(reply, ids):
    result = push_outcome(reply, ids, a_reading())

    assert settled_ids(result) <= ids
    if isinstance(result, Settled):
        assert reply.status == 200 or (len(ids) == 1 and reply.status in (400, 413, 422))
        assert not set(result.stored) & {each for each, _ in result.rejected}


@given(replies)
def test_no_reply_that_is_a_failure_ever_raises(reply):
    assert isinstance(failure(reply, a_reading()), NotAllowed | TryLater)
