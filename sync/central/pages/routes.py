"""Every page of the service, and the files that they share."""

from http import HTTPStatus
from importlib.resources import files

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from sync.central.api.problems import ProblemError
from sync.central.api.replies import etag, names_tag
from sync.central.pages.accounts import routes as accounts
from sync.central.pages.codes import routes as codes
from sync.central.pages.comments import routes as comments
from sync.central.pages.compare import routes as compare
from sync.central.pages.desired import routes as desired
from sync.central.pages.exports import routes as exports
from sync.central.pages.fleet import routes as fleet
from sync.central.pages.live import routes as live
from sync.central.pages.public import routes as public
from sync.central.pages.replies import SAFE
from sync.central.service import Call

MEDIA_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


@get("/static/{name:str}")
async def get_static(request: Call, name: FromPath[str]) -> Response[bytes]:
    """One of the pages' own files."""
    folder = files("sync.central.pages").joinpath("static")
    known = {entry.name: entry for entry in folder.iterdir()}
    if name not in known:
        raise ProblemError(HTTPStatus.NOT_FOUND, "no such file")
    media_type = MEDIA_TYPES[name.rpartition(".")[2]]
    body = known[name].read_bytes()
    headers = {**SAFE, "Cache-Control": "no-cache", "ETag": etag(body)}
    if names_tag(request.headers.get("if-none-match", ""), headers["ETag"]):
        return Response(b"", status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


ROUTES: tuple[HTTPRouteHandler, ...] = (
    get_static,
    *accounts.ROUTES,
    *comments.ROUTES,
    *exports.ROUTES,
    *live.ROUTES,
    *compare.ROUTES,
    *public.ROUTES,
    *codes.ROUTES,
    *desired.ROUTES,
    *fleet.ROUTES,
)
