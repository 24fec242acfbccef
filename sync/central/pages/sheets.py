"""The page that shows new codes, this once: drawn right after they were made, and kept nowhere."""

from collections.abc import Sequence
from datetime import timedelta

from litestar import Response

from device_config.catalogue import translator
from device_config.notices import is_form_url
from sync.central.accounts.access import Visitor
from sync.central.behaviour import read_behaviour
from sync.central.fleet.codes_sheet import QrCode, Sheet
from sync.central.pages import moments
from sync.central.pages.address import LANGUAGES
from sync.central.pages.render import Pages
from sync.central.pages.replies import page_reply
from sync.central.pages.visitor import language_of
from sync.central.service import Call, Service


def terminals_address(request: Call, service: Service) -> str:
    """The service's root as terminals reach it: the one that is set, else where this page is.

    Empty where neither is https, or http on this machine itself: a terminal would not take it.
    """
    with service.store.reading() as connection:
        wanted = read_behaviour(connection).address
    address = wanted or str(request.base_url).rstrip("/")
    return address if is_form_url(address) else ""


def draw_sheets(  # noqa: PLR0913, PLR0917 - what a page needs
    request: Call,
    service: Service,
    pages: Pages,
    who: Visitor,
    sheets: Sequence[tuple[Sheet, QrCode]],
    days: int,
) -> Response[str]:
    """A sheet for each code, to be printed."""
    language = language_of(request)
    page = pages.draw(
        "codes/sheets.html",
        who,
        language,
        sheets=sheets,
        until=moments.day(service.now() + timedelta(days=days)),
        in_each={code: translator("central", code) for code in LANGUAGES},
    )
    return page_reply(page)
