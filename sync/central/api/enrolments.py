"""POST /enrolments: a one-time code becomes a terminal's credentials."""

import asyncio
from http import HTTPStatus

from litestar import Response, post
from litestar.di import NamedDependency

from sync import wire
from sync.central.api.body import bad_request, read
from sync.central.api.configuration import configuration
from sync.central.api.problems import ProblemError
from sync.central.api.replies import reply
from sync.central.service import Call, Service
from sync.central.store import NotEnrolled

MOST_BYTES = 16 * 1024
"""Whoever has no token must not fill the room for bodies that the terminals share."""

REFUSALS: dict[NotEnrolled, tuple[HTTPStatus, str]] = {
    "unknown": (HTTPStatus.NOT_FOUND, "the code is not known; check it letter by letter"),
    "used": (HTTPStatus.GONE, "the code has been used; ask for a new one"),
    "expired": (HTTPStatus.GONE, "the code has expired; ask for a new one"),
    "withdrawn": (HTTPStatus.GONE, "the code has been withdrawn; ask for a new one"),
}


@post("/enrolments", status_code=201)
async def post_enrolment(request: Call, service: NamedDependency[Service]) -> Response[bytes]:
    """Let the terminal in that brings a good code."""
    async with read(request, service, wire.EnrolmentRequest, MOST_BYTES) as wanted:
        if "\0" in wanted.hardware_id + wanted.software:
            raise bad_request("a text holds the character U+0000")
        address = request.client.host if request.client else ""
        _begin_try(service, address)
        done = await asyncio.to_thread(service.store.enrol, wanted, service.now(), service.random)
    if isinstance(done, str):
        raise ProblemError(*REFUSALS[done], kind=wire.CODE_PROBLEM + done)
    service.tries.succeeded(address)
    config = await asyncio.to_thread(configuration, done.terminal, service)
    enrolment = wire.Enrolment(
        terminal_id=done.terminal.id,
        token=done.token,
        epoch=done.epoch,
        staff_pin_hash=done.staff_pin_hash,
        config=config,
    )
    return reply(enrolment, HTTPStatus.CREATED)


def _begin_try(service: Service, address: str) -> None:
    wait_s = service.tries.wait_s(address, service.now())
    if wait_s:
        raise ProblemError(
            HTTPStatus.TOO_MANY_REQUESTS,
            "too many wrong codes; try again later",
            {"Retry-After": str(wait_s)},
        )
