"""What the documents are made of, their bounds, what a refusal says, and how all become bytes."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from device_config.location import Place

MOST_RESPONSES = 500
MOST_BYTES = 1024 * 1024  # of one request or reply, uncompressed
MOST_REVISION = 2**31 - 2
"""Of a location: one more still fits where the centre keeps them."""

Clock = Literal["synced", "corrected", "estimated", "unknown"]
Name = Annotated[str, Meta(min_length=1, max_length=100)]
Time = Annotated[str, Meta(max_length=40, extra_json_schema={"format": "date-time"})]
"""RFC 3339 with offset."""
Count = Annotated[int, Meta(ge=1, le=2**53)]


class Location(Struct, frozen=True, kw_only=True):
    """Where the terminal stood when the session began; None where unknown."""

    county: Name | None = None
    unit: Name | None = None
    service: Name | None = None
    place: Name | None = None
    since: Time | None = None


def location_of(place: Place) -> Location:
    """A place as documents carry it."""
    return Location(
        county=place.county,
        unit=place.unit,
        service=place.service,
        place=place.place,
        since=place.since,
    )


NO_KIND = "about:blank"
CODE_PROBLEM = "urn:palautepiste:code-"
"""Begins the type of a problem with a code; unknown, used, expired or withdrawn follows."""
NO_ROUTE_PROBLEM = "urn:palautepiste:no-such-route"
"""The type of a problem with the address: the service has no such path."""


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An error, as RFC 9457 `application/problem+json`."""

    type: str = NO_KIND
    title: str
    status: int
    detail: str = ""


UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What decoding raises for bytes that are none of these types."""

encode = msgspec.json.Encoder().encode
"""Any of these types as UTF-8 JSON bytes."""
