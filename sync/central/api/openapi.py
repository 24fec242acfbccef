"""GET /openapi.json: the contract as OpenAPI 3.1, made from the types that both ends use."""

from functools import cache
from http import HTTPStatus
from typing import Any, NamedTuple

from litestar import Response, get

from sync import wire
from sync.central.api.problems import MEDIA_TYPE
from sync.central.api.replies import JSON
from sync.central.api.schemas import (
    QUESTIONNAIRE,
    Document,
    components,
    questionnaire_components,
)

REF = "#/components/schemas/{name}"


class Operation(NamedTuple):
    """One call of the API.

    `reply` is a type, or the name of a schema. `errors` are those beside the ones that every call
    has, and every call with a body.
    """

    method: str
    path: str
    summary: str
    status: int
    reply: Any
    description: str
    errors: tuple[int, ...] = ()
    body: type | None = None
    has_etag: bool = False
    needs_token: bool = True


_BATCH = (
    "At most 500 records and 1 MiB uncompressed. Each has a verdict of its own by its id; a bad one"
    " costs no other. What is stored already is a `duplicate`, whatever its bytes; another content"
    " under a stored id is `rejected`, and changes nothing."
)
_HELD = "Whoever names the ETag in If-None-Match gets 304 and no body."
OPERATIONS = (
    Operation(
        "post", "/enrolments", "Exchange a one-time code for credentials", 201, wire.Enrolment,
        "The same code with the same `attempt` within ten minutes gives another token, and the one"
        " before is good no more: the first reply may have been lost.",
        (404, 410), wire.EnrolmentRequest, needs_token=False,
    ),
    Operation(
        "post", "/responses", "Send closed responses", 200, wire.Verdicts,
        _BATCH + " A unit or a questionnaire that is not known yet is no error.",
        body=wire.ResponseBatch,
    ),
    Operation(
        "post", "/events", "Tell what happened to the terminal", 200, wire.Verdicts,
        _BATCH + " A kind that is not known is no error.", body=wire.EventBatch,
    ),
    Operation(
        "post", "/heartbeats", "Tell how the terminal is", 200, wire.HeartbeatReply,
        "The answer names the configuration that the terminal should hold.", body=wire.Heartbeat,
    ),
    Operation(
        "get", "/config", "What the terminal should be", 200, wire.CentralConfig,
        f"Every member is optional: an absent one leaves what is there. {_HELD}", has_etag=True,
    ),
    Operation(
        "get", "/units", "The units that feedback can be about", 200, tuple[wire.Unit, ...],
        f"At most 20,000 and 8 MiB. {_HELD}", has_etag=True,
    ),
    Operation(
        "get", "/questionnaires/{questionnaire_id}/{version}", "One questionnaire", 200,
        QUESTIONNAIRE, f"Byte for byte as its sha256 in GET /config, at most 2 MiB. {_HELD}",
        (404,), has_etag=True,
    ),
    Operation(
        "get", "/openapi.json", "This document", 200, None, "Made from the service's own types.",
        needs_token=False,
    ),
)  # fmt: skip

WITH_A_BODY = (400, 408, 413, 415, 429, 503)
WITH_A_TOKEN = (401, 429, 503)
MEANINGS: dict[int, str] = {
    400: "The body is not the JSON asked for, or of another sender: a terminal splits its batch.",
    401: "No token, or one that is unknown or revoked: a terminal collects on, and asks again.",
    404: "There is no such thing.",
    408: "The body did not come in time.",
    410: "The code is used, expired or withdrawn; the problem's type says which.",
    413: "Over 1 MiB uncompressed, or over 500 records: a terminal halves its batch.",
    415: "The Content-Encoding is not understood: a terminal sends plain.",
    429: "Too many requests: a terminal waits as Retry-After says.",
    503: "The database is out of reach, or too much is under way: a terminal waits likewise.",
}
_WAITING = {
    "Retry-After": {
        "description": "Seconds to wait before the next try.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    }
}
_GZIP = {
    "description": "From now on requests may be gzip (RFC 7694).",
    "required": True,
    "schema": {"type": "string", "const": "gzip"},
}
_ETAG = {
    "description": "The entity tag of the body, with its quotes.",
    "required": True,
    "schema": {"type": "string", "pattern": '^"[^"]+"$'},
}
_CHALLENGE = {
    "description": "How to authenticate.",
    "required": True,
    "schema": {"type": "string", "const": "Bearer"},
}


@get("/openapi.json")
async def get_openapi() -> Response[bytes]:
    """The API's description."""
    return Response(wire.encode(document()), media_type=JSON)


@cache
def document() -> Document:
    """The OpenAPI 3.1 document."""
    types = [each.reply for each in OPERATIONS if each.reply not in (None, QUESTIONNAIRE)]
    types += [each.body for each in OPERATIONS if each.body]
    types += [wire.Problem, wire.ClockCorrection, wire.LocationChange]
    schemas, found = components(tuple(types), REF)
    by_type: dict[Any, Document] = dict(zip(types, schemas, strict=True))
    by_type[None] = {"type": "object", "required": ["openapi"]}
    by_type[QUESTIONNAIRE] = {"$ref": REF.format(name=QUESTIONNAIRE)}
    paths: Document = {}
    for operation in OPERATIONS:
        path = paths.setdefault(wire.API_PATH + operation.path, {})
        path[operation.method] = _described(operation, by_type)
    bearer = {
        "type": "http",
        "scheme": "bearer",
        "description": "The token that a terminal got with its enrolment.",
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Palautepiste: central feedback API",
            "version": "1",
            "description": (
                "What feedback terminals and the service that receives from them say to each"
                " other. Receivers ignore members that they do not know. Times are RFC 3339 with"
                " offset."
            ),
            "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        },
        "paths": paths,
        "components": {
            "schemas": found | questionnaire_components(),
            "securitySchemes": {"terminal": bearer},
        },
    }


def _described(operation: Operation, schemas: dict[Any, Document]) -> Document:
    described: Document = {
        "operationId": _name(operation),
        "summary": operation.summary,
        "description": operation.description,
        "security": [{"terminal": []}] if operation.needs_token else [],
        "parameters": _parameters(operation),
        "responses": _replies(operation, schemas),
    }
    if operation.body is not None:
        content = {JSON: {"schema": schemas[operation.body]}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _name(operation: Operation) -> str:
    return f"{operation.method}-{operation.path.split('/')[1].partition('.')[0]}"


def _parameters(operation: Operation) -> list[Document]:
    named = [part[1:-1] for part in operation.path.split("/") if part.startswith("{")]
    text = {"type": "string", "minLength": 1, "maxLength": 100}
    parameters: list[Document] = [
        {"name": name, "in": "path", "required": True, "schema": text} for name in named
    ]
    if operation.has_etag:
        tags = {"type": "string", "examples": ['"9b2cf535f27731c974343645a3985328"']}
        held = "The ETag of what the caller holds."
        parameters.append(
            {"name": "If-None-Match", "in": "header", "description": held, "schema": tags}
        )
    if operation.body is not None:
        packed = "`gzip` once a reply has announced it; else the header is absent."
        parameters.append(
            {
                "name": "Content-Encoding",
                "in": "header",
                "description": packed,
                "schema": {"enum": ["gzip", "identity"]},
            }
        )
    return parameters


def _replies(operation: Operation, schemas: dict[Any, Document]) -> Document:
    done: Document = {
        "description": "Done",
        "headers": {"Accept-Encoding": _GZIP},
        "content": {JSON: {"schema": schemas[operation.reply]}},
    }
    replies: Document = {str(operation.status): done}
    if operation.has_etag:
        done["headers"]["ETag"] = _ETAG
        replies["304"] = {
            "description": "The caller holds it already",
            "headers": {"Accept-Encoding": _GZIP, "ETag": _ETAG},
        }
    problem = {MEDIA_TYPE: {"schema": schemas[wire.Problem]}}
    for status in _errors(operation):
        replies[str(status)] = {
            "description": MEANINGS[status],
            "headers": {"Accept-Encoding": _GZIP, **_headers_of(status)},
            "content": problem,
        }
    replies["default"] = {
        "description": "Any other error; 5xx tells nothing of the records that were sent.",
        "headers": {"Accept-Encoding": _GZIP},
        "content": problem,
    }
    return replies


def _errors(operation: Operation) -> list[int]:
    errors = {*operation.errors}
    if operation.body is not None:
        errors.update(WITH_A_BODY)
    if operation.needs_token:
        errors.update(WITH_A_TOKEN)
    return sorted(errors)


def _headers_of(status: int) -> Document:
    match status:
        case HTTPStatus.UNAUTHORIZED:
            return {"WWW-Authenticate": _CHALLENGE}
        case HTTPStatus.TOO_MANY_REQUESTS | HTTPStatus.SERVICE_UNAVAILABLE:
            return _WAITING
    return {}
