"""GET /openapi.json: the contract as OpenAPI 3.1, made from the types that both ends use."""

from functools import cache
from typing import Any, NamedTuple

import msgspec
from litestar import Response, get

from sync import wire
from sync.central.api.problems import MEDIA_TYPE
from sync.central.api.replies import JSON

REF = "#/components/schemas/{name}"
Document = dict[str, Any]


class Operation(NamedTuple):
    """One call of the API."""

    method: str
    path: str
    summary: str
    status: int
    reply: Any
    errors: tuple[int, ...] = ()
    body: type | None = None
    has_etag: bool = False
    needs_token: bool = True


_SENDING = (400, 408, 413, 415)
OPERATIONS = (
    Operation(
        "post", "/enrolments", "Exchange a one-time code for credentials", 201, wire.Enrolment,
        (*_SENDING, 404, 410, 429), wire.EnrolmentRequest, needs_token=False,
    ),
    Operation(
        "post", "/responses", "Send closed responses", 200, wire.Verdicts, _SENDING,
        wire.ResponseBatch,
    ),
    Operation(
        "post", "/events", "Tell what happened to the terminal", 200, wire.Verdicts, _SENDING,
        wire.EventBatch,
    ),
    Operation(
        "post", "/heartbeats", "Tell how the terminal is", 200, wire.HeartbeatReply, _SENDING,
        wire.Heartbeat,
    ),
    Operation(
        "get", "/config", "What the terminal should be", 200, wire.CentralConfig, has_etag=True
    ),
    Operation(
        "get", "/units", "The units that feedback can be about", 200, tuple[wire.Unit, ...],
        has_etag=True,
    ),
    Operation(
        "get", "/questionnaires/{questionnaire_id}/{version}", "One questionnaire", 200,
        dict[str, Any], (404,), has_etag=True,
    ),
    Operation(
        "get", "/openapi.json", "This document", 200, dict[str, Any], needs_token=False
    ),
)  # fmt: skip


@get("/openapi.json")
async def get_openapi() -> Response[bytes]:
    """The API's description."""
    return Response(wire.encode(document()), media_type=JSON)


@cache
def document() -> Document:
    """The OpenAPI 3.1 document."""
    types = [operation.reply for operation in OPERATIONS]
    types += [operation.body for operation in OPERATIONS if operation.body]
    schemas, components = msgspec.json.schema_components([*types, wire.Problem], ref_template=REF)
    by_type = dict(zip([*types, wire.Problem], schemas, strict=True))
    paths: Document = {}
    for operation in OPERATIONS:
        path = paths.setdefault(wire.API_PATH + operation.path, {})
        path[operation.method] = _described(operation, by_type)
    bearer = {"type": "http", "scheme": "bearer"}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Palautepiste: central feedback API", "version": "1"},
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": {"terminal": bearer}},
    }


def _described(operation: Operation, schemas: dict[Any, Document]) -> Document:
    described: Document = {
        "summary": operation.summary,
        "security": [{"terminal": []}] if operation.needs_token else [],
        "parameters": _parameters(operation),
        "responses": _replies(operation, schemas),
    }
    if operation.body is not None:
        content = {JSON: {"schema": schemas[operation.body]}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _parameters(operation: Operation) -> list[Document]:
    string = {"type": "string"}
    named = [part[1:-1] for part in operation.path.split("/") if part.startswith("{")]
    parameters: list[Document] = [
        {"name": name, "in": "path", "required": True, "schema": string} for name in named
    ]
    if operation.has_etag:
        parameters.append({"name": "If-None-Match", "in": "header", "schema": string})
    return parameters


def _replies(operation: Operation, schemas: dict[Any, Document]) -> Document:
    done: Document = {
        "description": "Done",
        "headers": {"Accept-Encoding": {"schema": {"type": "string", "const": "gzip"}}},
        "content": {JSON: {"schema": schemas[operation.reply]}},
    }
    replies: Document = {str(operation.status): done}
    if operation.has_etag:
        done["headers"]["ETag"] = {"schema": {"type": "string"}}
        replies["304"] = {"description": "The terminal holds it already"}
    errors = (*operation.errors, 401, 503) if operation.needs_token else operation.errors
    problem = {"content": {MEDIA_TYPE: {"schema": schemas[wire.Problem]}}}
    for status in sorted(errors):
        replies[str(status)] = {"description": "Refused", **problem}
    replies["default"] = {"description": "Any other error", **problem}
    return replies
