"""Puts the service together: the API, the live page, and what they share."""

from litestar import Litestar, Response, Router
from litestar.di import Provide
from litestar.types import Message, Scope

from sync import wire
from sync.central import api
from sync.central.api.problems import HANDLERS
from sync.central.pages import routes as page_routes
from sync.central.pages.address import keep_language, note_address
from sync.central.pages.problem_page import pages_for_people
from sync.central.pages.render import Pages
from sync.central.pages.replies import go_to, safe_headers
from sync.central.pages.visitor import LoginNeeded
from sync.central.service import Call, Service


def create_app(service: Service) -> Litestar:
    """The ASGI application of one central service."""
    pages = Pages(service.questionnaires)
    return Litestar(
        route_handlers=[
            Router(wire.API_PATH, route_handlers=api.ROUTES),
            *page_routes.ROUTES,
        ],
        dependencies={
            "service": Provide(lambda: service, sync_to_thread=False),
            "pages": Provide(lambda: pages, sync_to_thread=False),
        },
        exception_handlers={**pages_for_people(pages, HANDLERS), LoginNeeded: _to_login},
        before_request=note_address,
        before_send=[_announce_gzip, keep_language, safe_headers(service.url)],
        openapi_config=None,  # made from the wire's types instead, in api/openapi.py
        logging_config=None,
        request_max_body_size=None,  # api/body.py has its own bound and its own answer
    )


def _to_login(_call: Call, error: LoginNeeded) -> Response[str]:
    return go_to(error.address)


async def _announce_gzip(message: Message, scope: Scope) -> None:
    """Tell terminals that they may send gzip from now on (RFC 7694)."""
    if message["type"] == "http.response.start" and scope["path"].startswith(wire.API_PATH):
        names = {name.lower() for name, _ in message["headers"]}
        if b"accept-encoding" not in names:
            message["headers"] = [*message["headers"], (b"accept-encoding", b"gzip")]
