"""Who is calling: the terminal whose token the request carries."""

import asyncio
from http import HTTPStatus

from sync.central.api.problems import ProblemError
from sync.central.service import Call, Service
from sync.central.store import Terminal


async def sender(call: Call, service: Service) -> Terminal:
    """The terminal that calls; raises ProblemError with 401."""
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise _unauthorized("a Bearer token is needed")
    terminal = await asyncio.to_thread(service.store.authenticate, token.strip())
    if terminal is None:
        raise _unauthorized("the token is unknown or revoked")
    return terminal


def _unauthorized(detail: str) -> ProblemError:
    return ProblemError(HTTPStatus.UNAUTHORIZED, detail, {"WWW-Authenticate": "Bearer"})
