"""The audit log: who read comments, and who changed what."""

import asyncio

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler

from sync.central.pages.accounts.view import audit_view
from sync.central.pages.render import Pages
from sync.central.pages.replies import page_reply
from sync.central.pages.visitor import language_of, visitor
from sync.central.service import Call, Service

MOST_CHARACTERS = 100
MOST_DIGITS = 18


@get("/audit")
async def get_audit(
    request: Call, service: NamedDependency[Service], pages: NamedDependency[Pages]
) -> Response[str]:
    """The log, the latest first."""
    who = await visitor(request, service, "see-audit")
    number = _number(str(request.query_params.get("before", "")))
    name, action = (_word(request, wanted) for wanted in ("who", "what"))

    def draw() -> str:
        view = audit_view(service, number, name, action)
        return pages.draw(
            "accounts/audit.html", who, language_of(request), view=view, name=name, action=action
        )

    return page_reply(await asyncio.to_thread(draw))


ROUTES: tuple[HTTPRouteHandler, ...] = (get_audit,)


def _number(text: str) -> int | None:
    is_number = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
    return int(text) if is_number else None


def _word(call: Call, name: str) -> str:
    text = str(call.query_params.get(name, "")).strip()
    return text if len(text) <= MOST_CHARACTERS and text.isprintable() else ""
