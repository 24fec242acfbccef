"""Errors as RFC 9457 problem details: every error of the service has this one form."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from litestar import Response
from litestar.exceptions import HTTPException
from sqlalchemy.exc import InternalError, NotSupportedError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from sync import wire
from sync.central.service import Call

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 5


class ProblemError(Exception):
    """A request that is refused, with the status that says why."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        headers: Mapping[str, str] | None = None,
        kind: str = wire.NO_KIND,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})
        self.kind = kind


def problem_reply(
    status: HTTPStatus,
    detail: str,
    headers: Mapping[str, str] | None = None,
    kind: str = wire.NO_KIND,
) -> Response[bytes]:
    """The reply that tells of a problem."""
    problem = wire.Problem(type=kind, title=status.phrase, status=status.value, detail=detail)
    return Response(
        wire.encode(problem),
        status_code=status.value,
        media_type=MEDIA_TYPE,
        headers=dict(headers or {}),
    )


def on_problem(_call: Call, error: ProblemError) -> Response[bytes]:
    """What we refuse on purpose."""
    return problem_reply(error.status, error.detail, error.headers, error.kind)


def on_http_error(_call: Call, error: HTTPException) -> Response[bytes]:
    """What the framework refuses: an unknown route, a wrong method, a malformed query."""
    status = HTTPStatus(error.status_code)
    detail = error.detail if status < HTTPStatus.INTERNAL_SERVER_ERROR else ""
    kind = wire.NO_ROUTE_PROBLEM if status == HTTPStatus.NOT_FOUND else wire.NO_KIND
    return problem_reply(status, detail, error.headers, kind)


def on_busy_database(_call: Call, error: Exception) -> Response[bytes]:
    """The database is out of reach for now: the terminal keeps its answers and comes again."""
    log.error("database unavailable: %s", error)
    detail = "the database is not available; try again later"
    return problem_reply(
        HTTPStatus.SERVICE_UNAVAILABLE, detail, {"Retry-After": str(RETRY_AFTER_S)}
    )


def on_fault(call: Call, error: Exception) -> Response[bytes]:
    """A fault of ours: logged whole, told without its insides."""
    log.error("%s %s failed", call.method, call.url.path, exc_info=error)
    return problem_reply(HTTPStatus.INTERNAL_SERVER_ERROR, "the service has failed; it is logged")


HANDLERS: dict[int | type[Exception], Any] = {
    ProblemError: on_problem,
    HTTPException: on_http_error,
    OperationalError: on_busy_database,
    # What a standby of PostgreSQL says to whoever writes, until it has taken over.
    InternalError: on_busy_database,
    NotSupportedError: on_busy_database,
    NoConnection: on_busy_database,
    Exception: on_fault,
}
