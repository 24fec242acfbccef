"""Serves the page of exports, their files, their progress and their dictionaries."""

import asyncio
import re
import uuid
from collections.abc import Mapping
from http import HTTPStatus

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.response import Stream

from sync import wire
from sync.central.accounts.access import Visitor
from sync.central.api.problems import ProblemError
from sync.central.exports.export import (
    FORMS,
    MEDIA_TYPES,
    Export,
    Form,
    Order,
    dictionary_of,
    note_made,
    prepare,
)
from sync.central.exports.given import Texts, background
from sync.central.pages.exports.run import Run
from sync.central.pages.exports.view import gather
from sync.central.pages.exports.wanted import Wanted, wanted_in
from sync.central.pages.forms import form_of
from sync.central.pages.render import Pages
from sync.central.pages.replies import SAFE, page_reply
from sync.central.pages.tree import chosen_units
from sync.central.pages.visitor import language_of, visitor
from sync.central.service import Call, Service
from sync.central.store.export_runs import Progress, begin, progress_of

MOST_AT_ONCE = 3
"""Exports that run at the same time: each holds a thread, and reads the whole table."""
RETRY_AFTER_S = 30
RUN = re.compile(r"[0-9a-z-]{1,40}", re.ASCII)
FRESH = {"Cache-Control": "no-store", "Vary": "Cookie"}


@get("/exports")
async def get_exports(
    request: Call, service: NamedDependency[Service], pages: NamedDependency[Pages]
) -> Response[str]:
    """What can be chosen, and how many responses that is."""
    who = await visitor(request, service, "export")
    wanted = wanted_in(request.query_params)
    view = await asyncio.to_thread(gather, service, who, wanted)
    page = pages.draw(
        "exports/page.html",
        who,
        language_of(request),
        view=view,
        wanted=wanted,
        forms=FORMS,
        may_see_everything=who.units(()) is None,
    )
    return page_reply(page)


@post("/exports/file", status_code=HTTPStatus.OK)
async def post_file(request: Call, service: NamedDependency[Service]) -> Stream:
    """The file itself, as it is being written."""
    who = await visitor(request, service, "export")
    fields = await form_of(request, who)
    wanted, form = wanted_in(fields), _form_in(fields)
    with_texts = fields.get("texts") == "in"
    if with_texts and not who.may("read-texts"):
        raise ProblemError(HTTPStatus.FORBIDDEN, "your account may not read texts")
    run = fields.get("run") or str(uuid.uuid4())
    if not RUN.fullmatch(run):
        raise ProblemError(HTTPStatus.BAD_REQUEST, "run: no such export")
    export = await asyncio.to_thread(_begin, service, who, wanted, form, with_texts, run)
    headers = {
        **SAFE,
        **FRESH,
        "Content-Disposition": f'attachment; filename="{export.file_name}"',
        # nginx would otherwise gather the file on its own disk first.
        "X-Accel-Buffering": "no",
    }
    stream = Run(service, who, run, export).stream()
    return Stream(stream, media_type=MEDIA_TYPES[form], headers=headers)


@get("/exports/progress")
async def get_progress(request: Call, service: NamedDependency[Service]) -> Response[bytes]:
    """How far an export of the visitor's is: `done` of `total` responses, and its `state`."""
    who = await visitor(request, service, "export")
    run = str(request.query_params.get("run", ""))

    def look() -> Progress | None:
        with service.store.reading() as connection:
            return progress_of(connection, run, who.name, service.now())

    found = await asyncio.to_thread(look) if RUN.fullmatch(run) else None
    if found is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, "no such export")
    return Response(wire.encode(found), media_type="application/json", headers={**SAFE, **FRESH})


@get("/exports/dictionary")
async def get_dictionary(request: Call, service: NamedDependency[Service]) -> Response[str]:
    """What each column of a form means, as CSV or as JSON."""
    who = await visitor(request, service, "export")
    form = _form_in(request.query_params)
    texts: Texts = "opened" if who.may("read-texts") else "none"
    around = await asyncio.to_thread(background, service.store, service.questionnaires, texts)
    meaning = dictionary_of(form, around)
    is_json = request.query_params.get("as") == "json"
    name = f"palaute_{form}_dictionary.{'json' if is_json else 'csv'}"
    return Response(
        meaning.as_json() if is_json else meaning.as_csv(),
        media_type="application/json" if is_json else "text/csv",
        headers={**SAFE, **FRESH, "Content-Disposition": f'attachment; filename="{name}"'},
    )


def _form_in(fields: Mapping[str, str]) -> Form:
    form = fields.get("format", "csv")
    if form not in FORMS:
        raise ProblemError(HTTPStatus.BAD_REQUEST, f"format: one of {', '.join(FORMS)}")
    return form


def _begin(  # noqa: PLR0913, PLR0917 - whose, which, how
    service: Service, who: Visitor, wanted: Wanted, form: Form, with_texts: bool, run: str
) -> Export:
    now = service.now()
    units = service.store.all_units()
    chosen = chosen_units(wanted.scope, units, who.units(units))
    order = Order(
        form=form,
        selection=wanted.selection(chosen),
        texts="opened" if with_texts else "none",
        of=str(wanted.scope),
    )
    export = prepare(service.store, service.questionnaires, order, service.text_keys.open_text, now)
    with service.store.writing() as connection:
        if not begin(connection, run, who.name, export.total, now, MOST_AT_ONCE):
            raise ProblemError(
                HTTPStatus.TOO_MANY_REQUESTS,
                f"{MOST_AT_ONCE} exports are running already; try again when one has ended",
                {"Retry-After": str(RETRY_AFTER_S)},
            )
        note_made(connection, export, who, now)
    return export


ROUTES: tuple[HTTPRouteHandler, ...] = (get_exports, post_file, get_progress, get_dictionary)
