"""The central feedback API, version 1: one module per resource.

ROUTES is what the service serves under /api/v1; openapi.py describes the same.
"""

from litestar.handlers import HTTPRouteHandler

from sync.central.api.configuration import get_configuration
from sync.central.api.enrolments import post_enrolment
from sync.central.api.events import post_events
from sync.central.api.heartbeats import post_heartbeat
from sync.central.api.openapi import get_openapi
from sync.central.api.questionnaires import get_questionnaire
from sync.central.api.responses import post_responses
from sync.central.api.units import get_units

ROUTES: tuple[HTTPRouteHandler, ...] = (
    get_configuration,
    get_openapi,
    get_questionnaire,
    get_units,
    post_enrolment,
    post_events,
    post_heartbeat,
    post_responses,
)
