"""What went wrong as a page, for people with a browser; programs get problem details."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from litestar import Response

from sync import wire
from sync.central.pages.address import remember_address
from sync.central.pages.render import Pages
from sync.central.pages.replies import page_reply
from sync.central.pages.visitor import language_of
from sync.central.service import Call

log = logging.getLogger(__name__)

Handler = Callable[[Call, Any], Response[bytes]]
Answer = Callable[[Call, Any], Response[bytes] | Response[str]]


def pages_for_people(
    pages: Pages, handlers: Mapping[int | type[Exception], Handler]
) -> dict[int | type[Exception], Answer]:
    """The same handlers of errors, but whoever looks with a browser gets a page."""
    return {kind: _for_people(pages, handler) for kind, handler in handlers.items()}


def _for_people(pages: Pages, handler: Handler) -> Answer:
    def answer(call: Call, error: Exception) -> Response[bytes] | Response[str]:
        told = handler(call, error)
        if not _wants_a_page(call):
            return told
        try:
            return _page(pages, call, told)
        except Exception:  # whatever it is, the plain answer is ready
            log.exception("the page about a problem cannot be drawn")
            return told

    return answer


def _wants_a_page(call: Call) -> bool:
    is_program = call.scope["path"].startswith(f"{wire.API_PATH}/")
    return not is_program and "text/html" in call.headers.get("accept", "")


def _page(pages: Pages, call: Call, told: Response[bytes]) -> Response[str]:
    problem = msgspec.json.decode(told.content, type=wire.Problem)
    remember_address(call)
    visitor = call.scope["state"].get("visitor")
    home = "/public" if call.scope["path"].startswith("/public/") else "/"
    page = pages.draw("problem.html", visitor, language_of(call), problem=problem, home=home)
    reply = page_reply(page, problem.status)
    reply.headers.update(told.headers)
    return reply
