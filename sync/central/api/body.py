"""Reads a request's body: bounded, unpacked, decoded. Whatever comes, the answer is 2xx or 4xx."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import TypeVar

import msgspec

from sync import wire
from sync.central.api.problems import RETRY_AFTER_S, ProblemError
from sync.central.receiving.crowd import TooBusy
from sync.central.service import Call, Service

T = TypeVar("T")

LONGEST_S = 60.0  # for a whole body; a terminal gives up sooner


@asynccontextmanager
async def read(
    call: Call, service: Service, kind: type[T], most_bytes: int = wire.MOST_BYTES
) -> AsyncIterator[T]:
    """The request's body as one of the wire's types, and a place among those who write.

    `most_bytes` of it as it comes. Raises ProblemError.
    """
    try:
        with service.doors.body() as take:
            body = await _bounded(call, take, most_bytes)
            async with service.doors.work():
                yield decode(unpack(body, call.headers.get("content-encoding", "")), kind)
    except TooBusy:
        raise ProblemError(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "the service has more to do than it can take; try again later",
            {"Retry-After": str(RETRY_AFTER_S)},
        ) from None


async def _bounded(call: Call, take: Callable[[int], None], most_bytes: int) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(LONGEST_S):
            async for chunk in call.stream():
                take(len(chunk))
                body += chunk
                if len(body) > most_bytes:
                    raise too_large(f"the body is over {most_bytes} bytes")
    except TimeoutError:
        raise ProblemError(HTTPStatus.REQUEST_TIMEOUT, "the body did not come in time") from None
    return bytes(body)


def unpack(body: bytes, encoding: str) -> bytes:
    """The body without its Content-Encoding, never more than is allowed."""
    match encoding.strip().lower():
        case "" | "identity":
            return body
        case "gzip" | "x-gzip":
            return _gunzip(body)
    raise ProblemError(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        f"Content-Encoding {encoding[:50]!r} is not understood; send gzip or none",
        {"Accept-Encoding": "gzip"},
    )


def _gunzip(body: bytes) -> bytes:
    unzip = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        plain = unzip.decompress(body, wire.MOST_BYTES + 1)
    except zlib.error:
        raise bad_request("the body is not gzip") from None
    if len(plain) > wire.MOST_BYTES:
        raise too_large(f"the body is over {wire.MOST_BYTES} bytes uncompressed")
    if not unzip.eof:
        raise bad_request("the gzip body is cut short")
    if unzip.unused_data:
        raise bad_request("something follows the gzip body")
    return plain


def decode(body: bytes, kind: type[T]) -> T:
    """The body as one of the wire's types; raises ProblemError with 400, or 413 for too many."""
    try:
        body.decode("utf-8")  # msgspec looks only into the strings that it needs
        return msgspec.json.decode(body, type=kind)
    except RecursionError:
        raise bad_request("the body is nested too deeply") from None
    except (msgspec.MsgspecError, ValueError) as error:
        if _is_too_many(body):
            detail = f"more than {wire.MOST_RESPONSES} in one batch"
            raise too_large(detail) from None
        raise bad_request(f"the body cannot be used: {error}"[:500]) from None


class _AnyBatch(msgspec.Struct):
    responses: tuple[msgspec.Raw, ...] = ()
    events: tuple[msgspec.Raw, ...] = ()


def _is_too_many(body: bytes) -> bool:
    try:
        batch = msgspec.json.decode(body, type=_AnyBatch)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return False
    return max(len(batch.responses), len(batch.events)) > wire.MOST_RESPONSES


def too_large(detail: str) -> ProblemError:
    """413: the terminal halves its batch."""
    return ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)


def bad_request(detail: str) -> ProblemError:
    """400: the terminal looks for the bad one."""
    return ProblemError(HTTPStatus.BAD_REQUEST, detail)
