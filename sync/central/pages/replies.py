"""Replies that a browser gets, each with the headers that keep a page to itself."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from litestar import Response
from litestar.types import Message, Scope

SAFE = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "object-src 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",  # with no-referrer, a form of ours would say Origin: null
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

HSTS = "max-age=31536000"


def page_reply(page: str, status: int = HTTPStatus.OK) -> Response[str]:
    """A page that no cache keeps."""
    fresh = {"Cache-Control": "no-store", "Vary": "Accept-Language, Cookie"}
    return Response(page, status_code=status, media_type="text/html", headers={**SAFE, **fresh})


def go_to(address: str) -> Response[str]:
    """After a form: the page to look at next, with GET."""
    headers = {**SAFE, "Location": address, "Cache-Control": "no-store"}
    return Response("", status_code=HTTPStatus.SEE_OTHER, media_type="text/html", headers=headers)


def safe_headers(url: str) -> Callable[[Message, Scope], Awaitable[None]]:
    """Gives every reply, of the API as well, the headers that it does not have yet.

    `url`: the root address, where it is known. With https a browser is told to use nothing else
    (RFC 6797); for this host alone, since others may stand beside it.
    """
    always = SAFE | ({"Strict-Transport-Security": HSTS} if url.startswith("https:") else {})
    encoded = [(name.lower().encode(), value.encode()) for name, value in always.items()]

    async def add(message: Message, _scope: Scope) -> None:
        if message["type"] == "http.response.start":
            present = {name.lower() for name, _ in message["headers"]}
            missing = [header for header in encoded if header[0] not in present]
            message["headers"] = [*message["headers"], *missing]

    return add
