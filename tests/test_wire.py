"""The wire contract: what may travel, in the shape that docs/interfaces.md fixes."""

import msgspec
import pytest
from builders import a_content, an_id
from hypothesis import given
from hypothesis import strategies as st

from sync.wire import (
    Answer,
    CentralConfig,
    Content,
    Enrolment,
    Heartbeat,
    Response,
    ResponseBatch,
    Text,
    Verdict,
    encode,
)

MEMBERS = [
    *("id", "epoch", "seq", "terminal_id", "questionnaire", "respondent", "language", "location"),
    *("contact_mode", "channel", "instrument", "answered", "ended", "answers", "text", "masked"),
    "flags",
]
STATUS_MEMBERS = {
    *("state", "terminal_id", "location", "pending", "sent", "rejected", "last_seq"),
    *("oldest_pending_at", "last_push_at", "clock", "disk_free_bytes", "panels", "software"),
}

names = st.text(min_size=1, max_size=100)
answers = st.one_of(
    st.builds(Answer, item=names, value=st.integers(0, 10)),
    st.builds(Answer, item=names, status=st.sampled_from(["skipped", "not-applicable"])),
    st.builds(Answer, item=names, options=st.lists(names).map(tuple)),
)


def decoded(body, kind):
    return msgspec.json.decode(encode(body), type=kind)


def a_document(**changes):
    response = Response(epoch=1, seq=1, **msgspec.structs.asdict(a_content()))
    return msgspec.to_builtins(response) | changes


def test_a_response_document_has_the_members_that_receivers_rely_on():
    assert sorted(a_document()) == sorted(MEMBERS)


@given(st.lists(answers, max_size=5), st.none() | st.builds(Text, plain=st.text(max_size=200)))
def test_any_content_is_the_same_after_its_journey(given_answers, text):
    content = a_content(answers=tuple(given_answers), text=text)

    assert decoded(content, Content) == content


@pytest.mark.parametrize(
    "answer",
    [
        {"item": "safety"},
        {"item": "safety", "value": 5, "status": "skipped"},
        {"item": "safety", "value": 11},
        {"item": "safety", "value": -1},
        {"item": "safety", "value": "5"},
        {"item": "safety", "value": True},
        {"item": "safety", "status": "ignored"},
        {"item": "", "value": 5},
        {"value": 5},
    ],
)
def test_an_answer_is_exactly_one_of_value_status_and_options(answer):
    with pytest.raises(msgspec.ValidationError):
        decoded(a_document(answers=[answer]), Response)


@pytest.mark.parametrize(
    "text", [{}, {"plain": "a", "sealed": "b", "key": "c"}, {"sealed": "b"}, {"key": "c"}]
)
def test_a_text_is_plain_or_sealed_with_its_key(text):
    with pytest.raises(msgspec.ValidationError):
        decoded(a_document(text=text), Response)


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "5f0c2b1e"},
        {"id": an_id(1).upper() + "A"},
        {"epoch": 0},
        {"seq": 0},
        {"seq": 1.5},
        {"language": ""},
        {"ended": "power-cut"},
        {"channel": "fax"},
        {"instrument": "panel-6"},
        {"respondent": "staff"},
        {"answers": None},
        {"masked": ["name"]},
        {"flags": [{"rule": "too-happy"}]},
    ],
)
def test_a_document_outside_the_contract_is_refused(changes):
    with pytest.raises(msgspec.ValidationError):
        decoded(a_document(**changes), Response)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (Response, a_document()),
        (ResponseBatch, {"terminal_id": "t", "sent_at": "x", "responses": [a_document()]}),
        (Verdict, {"id": "a", "status": "stored"}),
        (CentralConfig, {}),
        (Enrolment, {"terminal_id": "t", "token": "x" * 20}),
    ],
)
def test_members_that_a_receiver_does_not_know_are_ignored(kind, body):
    assert decoded({**body, "member of tomorrow": {"a": 1}}, kind) == decoded(body, kind)


def test_every_member_of_the_centres_configuration_is_optional():
    assert decoded({}, CentralConfig) == CentralConfig()


@pytest.mark.parametrize(
    "token", ["short", "x" * 201, "has a space in the middle", "x" * 20 + "\n"]
)
def test_a_token_that_no_header_could_carry_is_refused(token):
    with pytest.raises(msgspec.ValidationError):
        decoded({"terminal_id": "t", "token": token}, Enrolment)


def test_the_status_has_the_members_that_monitoring_relies_on():
    assert set(Heartbeat.__struct_fields__) >= STATUS_MEMBERS
