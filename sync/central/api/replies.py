"""Replies of the wire's types, and the ones that a terminal may hold already."""

import hashlib
from http import HTTPStatus

from litestar import Response

from sync import wire
from sync.central.service import Call

JSON = "application/json"


def reply(content: object, status: HTTPStatus = HTTPStatus.OK) -> Response[bytes]:
    """One of the wire's types as JSON."""
    return Response(wire.encode(content), status_code=status.value, media_type=JSON)


def etag(body: bytes) -> str:
    """The entity tag of these bytes, with its quotes."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def reply_if_changed(call: Call, body: bytes) -> Response[bytes]:
    """The body with its ETag, or 304 when If-None-Match names it."""
    tag = etag(body)
    if names_tag(call.headers.get("if-none-match", ""), tag):
        return Response(b"", status_code=HTTPStatus.NOT_MODIFIED, headers={"ETag": tag})
    return Response(body, status_code=HTTPStatus.OK, media_type=JSON, headers={"ETag": tag})


def names_tag(if_none_match: str, tag: str) -> bool:
    """Whether an If-None-Match header names this entity tag."""
    tags = [part.strip().removeprefix("W/") for part in if_none_match.split(",")]
    return tag in tags or tags == ["*"]
