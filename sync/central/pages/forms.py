"""What a form of ours brought back: bounded, and from a page of ours."""

import asyncio
import hmac
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from sync.central.accounts.access import Visitor
from sync.central.api.body import bad_request, too_large
from sync.central.api.problems import ProblemError
from sync.central.service import Call

MOST_BYTES = 256 * 1024
MOST_FIELDS = 200
LONGEST_S = 60.0
FORM_TOKEN = "form_token"  # noqa: S105 - the name of the field


async def form_of(call: Call, visitor: Visitor) -> dict[str, str]:
    """The fields of a posted form, without blanks around; raises ProblemError.

    403 unless it carries the visitor's form token: another site's page could post, too, with the
    visitor's cookie, but cannot know the token.
    """
    return (await fields_of(call, visitor.form_token))[0]


async def fields_of(
    call: Call, form_token: str, most_bytes: int = MOST_BYTES
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The last value of each field, and all of them, of a form with this token."""
    check_origin(call)
    body = await _bounded(call, most_bytes)
    try:
        text = body.decode("ascii")
        found = parse_qs(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise bad_request("the form cannot be read") from None
    every = {name: [value.strip() for value in values] for name, values in found.items()}
    fields = {name: values[-1] for name, values in every.items()}
    if not hmac.compare_digest(fields.get(FORM_TOKEN, "").encode(), form_token.encode()):
        raise from_elsewhere()
    return fields, every


def from_elsewhere() -> ProblemError:
    """403: it was not one of our pages, or not this login's."""
    return ProblemError(HTTPStatus.FORBIDDEN, "the form is from another page; load it again")


def check_origin(call: Call) -> None:
    """Refuse what a browser says comes from another site; raises ProblemError with 403.

    Browsers say so by Sec-Fetch-Site, older ones by Origin. What says neither is no browser of
    today, and has to bring the form's token all the same. A proxy in front must leave Host as it
    came.
    """
    site = call.headers.get("sec-fetch-site")
    if site is not None:
        if site not in {"same-origin", "none"}:
            raise from_elsewhere()
        return
    origin = call.headers.get("origin")
    if origin is not None and _host_in(origin) != call.headers.get("host", "").lower():
        raise from_elsewhere()


def _host_in(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc.lower() or None
    except ValueError:
        return None


async def _bounded(call: Call, most_bytes: int) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(LONGEST_S):
            async for chunk in call.stream():
                body += chunk
                if len(body) > most_bytes:
                    raise too_large(f"the form is over {most_bytes} bytes")
    except TimeoutError:
        raise ProblemError(HTTPStatus.REQUEST_TIMEOUT, "the form did not come in time") from None
    return bytes(body)
