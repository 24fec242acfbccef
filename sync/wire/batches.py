"""Responses and events on their way to the centre, and its word on each."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from sync.wire.documents import Answered, Response
from sync.wire.values import MOST_RESPONSES, MOST_REVISION, Clock, Count, Name, Time


class ResponseBatch(Struct, frozen=True, kw_only=True):
    """POST /responses: the terminal's closed responses, in the order of their seq."""

    terminal_id: Name
    sent_at: Time
    responses: Annotated[tuple[Response, ...], Meta(max_length=MOST_RESPONSES)]


class RawBatch(Struct, frozen=True, kw_only=True):
    """A response batch with its responses as bytes, so that one bad item stands alone."""

    terminal_id: Name
    sent_at: Time
    responses: Annotated[tuple[msgspec.Raw, ...], Meta(max_length=MOST_RESPONSES)]


class Reason(Struct, frozen=True):
    """Why the centre refused a record."""

    code: Annotated[str, Meta(max_length=100)]
    detail: Annotated[str, Meta(max_length=2000)] = ""


class Verdict(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The centre's word on one record."""

    id: str
    status: Literal["stored", "duplicate", "rejected"]
    reason: Reason | None = None


class Verdicts(Struct, frozen=True):
    """The answer to a batch of responses or events."""

    results: tuple[Verdict, ...]


class Event(Struct, frozen=True, kw_only=True):
    """Something that happened to a terminal: a move, a panel fault, a start, a drop."""

    id: Name
    kind: Name
    at: Time | None
    clock: Clock
    data: dict[str, Any]


MOST_CORRECTIONS = 100


class ClockCorrection(Struct, frozen=True, kw_only=True):
    """The `data` of an event `clock-correction`: what was learnt of the times of responses.

    One entry for each number from `first_seq` to `last_seq`, as `answered` would stand in it.
    `terminal_id` is the one in those documents: a terminal before the sender may have given the
    same numbers. None: the sender's own.
    """

    terminal_id: Name | None = None
    epoch: Count
    first_seq: Count
    last_seq: Count
    answered: Annotated[tuple[Answered, ...], Meta(min_length=1, max_length=MOST_CORRECTIONS)]

    def __post_init__(self) -> None:
        if len(self.answered) != self.last_seq - self.first_seq + 1:
            raise ValueError("a correction has one entry for each response that it names")


class LocationChange(Struct, frozen=True, kw_only=True):
    """The `data` of an event `location-changed`: where the terminal stands from now on."""

    revision: Annotated[int, Meta(ge=1, le=MOST_REVISION)]
    county: Name | None = None
    unit: Name | None = None
    service: Name | None = None
    place: Name | None = None
    since: Time | None = None
    set_by: Annotated[str, Meta(max_length=100)] = ""


class EventBatch(Struct, frozen=True, kw_only=True):
    """POST /events: what happened to the terminal."""

    terminal_id: Name
    sent_at: Time
    events: Annotated[tuple[Event, ...], Meta(max_length=MOST_RESPONSES)]


class RawEventBatch(Struct, frozen=True, kw_only=True):
    """An event batch with its events as bytes, so that one bad item stands alone."""

    terminal_id: Name
    sent_at: Time
    events: Annotated[tuple[msgspec.Raw, ...], Meta(max_length=MOST_RESPONSES)]
