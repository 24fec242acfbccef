"""Which responses and events are taken, and why the others are not. Pure."""

from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import UNSET, Raw, Struct

from device_config.questionnaire import Questionnaire, answer_problem
from sync import wire
from sync.central.questionnaires import Questionnaires

Validity = Literal["valid", "unknown", "invalid"]
"""`unknown`: its questionnaire is not known yet; checked again when it is."""

INVALID_ANSWER = "invalid-answer"
"""The code of a verdict on what the response's questionnaire does not allow."""

T = TypeVar("T", wire.Response, wire.Event)


@dataclass(frozen=True, slots=True)
class GoodResponse:
    """A response that is taken: what it means, its bytes, and whether it could be checked."""

    response: wire.Response
    document: str
    validity: Validity


class _WithId(Struct):
    id: str = ""


class _WithNumber(Struct):
    id: str
    epoch: wire.Count
    seq: wire.Count


def check_response(
    raw: Raw, senders: Collection[str], questionnaires: Questionnaires
) -> GoodResponse | wire.Verdict:
    """A response as it came, if it is to be stored; else the verdict that refuses it.

    `senders` are the authenticated terminal and its predecessors.
    """
    response = decode_alone(raw, wire.Response)
    if isinstance(response, wire.Verdict):
        return response
    refusal = _refusal(response, senders, questionnaires)
    if refusal is not None:
        return rejected(response.id, *refusal)
    asked = response.questionnaire
    is_known = questionnaires.find(asked.id, asked.version) is not None
    return GoodResponse(response, bytes(raw).decode(), "valid" if is_known else "unknown")


def rejected(record_id: str, code: str, detail: str) -> wire.Verdict:
    """The verdict on a record that is not taken."""
    return wire.Verdict(id=record_id, status="rejected", reason=wire.Reason(code, detail[:500]))


def decode_alone(raw: Raw, kind: type[T]) -> T | wire.Verdict:
    """One item of a batch, or the verdict `malformed`."""
    try:
        record = msgspec.json.decode(raw, type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        return rejected(_id_in(raw), "malformed", str(error))
    # PostgreSQL's text cannot hold it.
    if b"\\u0000" in bytes(raw) and _has_nul(msgspec.to_builtins(record)):
        return rejected(record.id, "malformed", "a text holds the character U+0000")
    return record


def _id_in(raw: Raw) -> str:
    try:
        record_id = msgspec.json.decode(raw, type=_WithId).id
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return ""
    return record_id if len(record_id) <= 100 else ""


def numbers_in(raws: Iterable[Raw]) -> dict[str, tuple[int, int]]:
    """Epoch and seq by id, of those responses of a batch that say them, however bad they are."""
    found = {}
    for raw in raws:
        with suppress(msgspec.MsgspecError, ValueError, RecursionError):
            numbered = msgspec.json.decode(raw, type=_WithNumber)
            found[numbered.id] = (numbered.epoch, numbered.seq)
    return found


def _has_nul(value: Any) -> bool:
    match value:
        case str():
            return "\0" in value
        case dict():
            return any(_has_nul(part) for pair in value.items() for part in pair)
        case list() | tuple():
            return any(_has_nul(part) for part in value)
    return False


def _refusal(
    response: wire.Response, senders: Collection[str], questionnaires: Questionnaires
) -> tuple[str, str] | None:
    """Code and detail of what is wrong with a well-formed response, or None."""
    if response.ended is None:
        return "not-closed", "ended is null: only closed responses are taken"
    if response.terminal_id not in senders:
        detail = f"terminal_id {response.terminal_id!r} is neither the sender nor its predecessor"
        return "foreign-terminal", detail
    answered = response.answered
    for name, time in (
        ("at", answered.at),
        ("earliest", answered.earliest),
        ("latest", answered.latest),
    ):
        if time is not None and moment(time) is None:
            return "malformed", f"answered.{name}: {time!r} is not an RFC 3339 time with offset"
    known = questionnaires.find(response.questionnaire.id, response.questionnaire.version)
    if known is None:
        return None
    problem = answers_problem(known.questionnaire, response.answers)
    return (INVALID_ANSWER, problem) if problem else None


def answers_problem(questionnaire: Questionnaire, answers: tuple[wire.Answer, ...]) -> str | None:
    """What is wrong with the answers of a response to this questionnaire, or None."""
    seen: set[str] = set()
    for answer in answers:
        if answer.item in seen:
            return f"item {answer.item!r} is answered twice"
        seen.add(answer.item)
        problem = answer_problem(
            questionnaire,
            answer.item,
            value_of(answer),
            status_of(answer),
            options_of(answer),
        )
        if problem is not None:
            return problem
    return None


def value_of(answer: wire.Answer) -> int | None:
    """The number answered, or None."""
    return None if answer.value is UNSET else answer.value


def status_of(answer: wire.Answer) -> wire.Status | None:
    """The status in place of a number, or None."""
    return None if answer.status is UNSET else answer.status


def options_of(answer: wire.Answer) -> tuple[str, ...] | None:
    """The ids of what was chosen, or None."""
    return None if answer.options is UNSET else answer.options


def moment(time: str) -> datetime | None:
    """An RFC 3339 time with offset as a moment in UTC, or None when it is no such time."""
    try:
        parsed = datetime.fromisoformat(time.upper())
        # Years 1 and 9999 have moments that cannot be shown in every time zone.
        is_usable = parsed.utcoffset() is not None and 1 < parsed.year < 9999
        return parsed.astimezone(UTC) if is_usable else None
    except ValueError:
        return None
