"""GET /questionnaires: what the terminals ask."""

import asyncio
from http import HTTPStatus

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from sync.central.api.auth import sender
from sync.central.api.problems import ProblemError
from sync.central.api.replies import reply_if_changed
from sync.central.service import Call, Service


@get("/questionnaires/{questionnaire_id:str}/{version:str}")
async def get_questionnaire(
    request: Call,
    service: NamedDependency[Service],
    questionnaire_id: FromPath[str],
    version: FromPath[str],
) -> Response[bytes]:
    """A questionnaire in one version, byte for byte as its digest promises."""
    await sender(request, service)
    found = await asyncio.to_thread(service.questionnaires.find, questionnaire_id, version)
    if found is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, "no such questionnaire in this version")
    return reply_if_changed(request, found.body)
