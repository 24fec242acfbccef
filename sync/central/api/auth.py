"""Who is calling: the terminal whose token the request carries."""

import asyncio
import math
from http import HTTPStatus

from sync.central.api.problems import ProblemError
from sync.central.service import Call, Service
from sync.central.store import Terminal


async def sender(call: Call, service: Service) -> Terminal:
    """The terminal that calls; raises ProblemError with 401, or 429 where it calls too often."""
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise _unauthorized("a Bearer token is needed")
    _slow_down(service, token.strip())
    terminal = await asyncio.to_thread(service.store.authenticate, token.strip())
    if terminal is None:
        raise _unauthorized("the token is unknown or revoked")
    return terminal


def _slow_down(service: Service, token: str) -> None:
    wait_s = service.doors.wait_s(token)
    if wait_s:
        raise ProblemError(
            HTTPStatus.TOO_MANY_REQUESTS,
            "too many requests of one terminal; try again later",
            {"Retry-After": str(math.ceil(wait_s))},
        )


def _unauthorized(detail: str) -> ProblemError:
    return ProblemError(HTTPStatus.UNAUTHORIZED, detail, {"WWW-Authenticate": "Bearer"})
