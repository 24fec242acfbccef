"""A file that a form of ours brought."""

import asyncio
import hmac
from http import HTTPStatus

from litestar.datastructures import UploadFile

from sync.central.accounts.access import Visitor
from sync.central.api.body import bad_request
from sync.central.api.problems import ProblemError
from sync.central.pages.forms import FORM_TOKEN, LONGEST_S, check_origin, from_elsewhere
from sync.central.service import Call

FILE = "file"
MOST_NAME = 100


async def uploaded(call: Call, who: Visitor) -> tuple[str, bytes]:
    """The name and the bytes of a form's file; raises ProblemError.

    How much may come, the handler's own bound on the body says.
    """
    check_origin(call)
    try:
        async with asyncio.timeout(LONGEST_S):
            form = await call.form()
    except TimeoutError:
        raise ProblemError(HTTPStatus.REQUEST_TIMEOUT, "the form did not come in time") from None
    except (ValueError, LookupError):  # LookupError: a part names an encoding that there is not
        raise bad_request("the form cannot be read") from None
    token, file = form.get(FORM_TOKEN, ""), form.get(FILE)
    if not isinstance(token, str) or not hmac.compare_digest(
        token.encode(errors="replace"), who.form_token.encode()
    ):
        raise from_elsewhere()
    if not isinstance(file, UploadFile):
        raise bad_request("choose a file first")
    name = "".join(each for each in file.filename or FILE if each.isprintable())
    return name[:MOST_NAME], await file.read()
