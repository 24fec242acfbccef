"""Serves the pages of what comes in files: questionnaires, and the list of units."""

import asyncio
from http import HTTPStatus

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler

from device_config.errors import ConfigurationProblems, UsageProblem
from device_config.questionnaire import Questionnaire
from device_config.questionnaire_files import MOST_BYTES as MOST_QUESTIONNAIRE_BYTES
from sync.central.accounts.access import Visitor
from sync.central.admin import units_in
from sync.central.fleet.publishing import publish_questionnaire
from sync.central.pages import moments
from sync.central.pages.desired.upload import uploaded
from sync.central.pages.desired.view import lines_of, refuse_others
from sync.central.pages.render import Pages
from sync.central.pages.replies import go_to, page_reply
from sync.central.pages.visitor import language_of, visitor
from sync.central.receiving.recounting import STEPS_OF_A_PAGE, recheck
from sync.central.scopes import EVERYTHING
from sync.central.service import Call, Service
from sync.central.store.audit import note
from sync.central.store.units import all_units, put_units

MOST_UNITS_BYTES = 8 * 1024 * 1024
MOST_UNITS_SHOWN = 2000
FORM_BYTES = 64 * 1024
"""Of a form, besides its file."""


@get("/desired/questionnaires")
async def get_questionnaires(
    request: Call, service: NamedDependency[Service], pages: NamedDependency[Pages]
) -> Response[str]:
    """Every version of every questionnaire, and the form that adds one."""
    who = await visitor(request, service, "change-fleet")
    return await asyncio.to_thread(_questionnaires_page, request, service, pages, who)


@post("/desired/questionnaires/add", request_max_body_size=MOST_QUESTIONNAIRE_BYTES + FORM_BYTES)
async def post_questionnaire(
    request: Call, service: NamedDependency[Service], pages: NamedDependency[Pages]
) -> Response[str]:
    """Check a questionnaire's file and publish it."""
    who = await visitor(request, service, "change-fleet")
    name, content = await uploaded(request, who)

    def do() -> Response[str]:
        with service.store.reading() as connection:
            refuse_others(who, EVERYTHING, all_units(connection))
        try:
            with service.store.writing() as connection:
                _, is_new = publish_questionnaire(connection, content, name, who, service.now())
        except (ConfigurationProblems, UsageProblem) as error:
            return _questionnaires_page(request, service, pages, who, lines_of(error))
        recheck(service.store, service.questionnaires, service.now(), STEPS_OF_A_PAGE)
        done = "added" if is_new else "known"
        return go_to(f"/desired/questionnaires?lang={language_of(request)}&done={done}")

    return await asyncio.to_thread(do)


@get("/desired/units")
async def get_units(
    request: Call, service: NamedDependency[Service], pages: NamedDependency[Pages]
) -> Response[str]:
    """The units, and the form that imports a list."""
    who = await visitor(request, service, "change-fleet")
    return await asyncio.to_thread(_units_page, request, service, pages, who)


@post("/desired/units", request_max_body_size=MOST_UNITS_BYTES + FORM_BYTES)
async def post_units(
    request: Call, service: NamedDependency[Service], pages: NamedDependency[Pages]
) -> Response[str]:
    """Take the units in a file of JSON or CSV: all, or none where one is wrong."""
    who = await visitor(request, service, "change-fleet")
    name, content = await uploaded(request, who)

    def do() -> Response[str]:
        with service.store.reading() as connection:
            refuse_others(who, EVERYTHING, all_units(connection))
        try:
            units = units_in(content, name)
        except UsageProblem as error:
            return _units_page(request, service, pages, who, lines_of(error))
        with service.store.writing() as connection:
            count = put_units(connection, units)
            note(connection, who, "units-imported", "", {"units": count}, at=service.now())
        return go_to(f"/desired/units?lang={language_of(request)}&done=imported")

    return await asyncio.to_thread(do)


def _questionnaires_page(
    request: Call, service: Service, pages: Pages, who: Visitor, problems: tuple[str, ...] = ()
) -> Response[str]:
    language, now = language_of(request), service.now()
    newest = {
        (e.questionnaire.id, e.questionnaire.version) for e in service.questionnaires.newest()
    }
    drawn = pages.draw(
        "desired/questionnaires.html",
        who,
        language,
        known=service.questionnaires.all(),
        newest=newest,
        verified=_verified,
        problems=problems,
        when=lambda moment: moments.when(moment, language, now),
    )
    return page_reply(drawn, HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK)


def _verified(questionnaire: Questionnaire) -> tuple[tuple[str, int, int], ...]:
    """Each language, how many of its texts are verified, and how many it has."""
    found = []
    for language in questionnaire.languages:
        texts = [each[language] for each in questionnaire.all_texts() if language in each]
        found.append((language, sum(t.status == "verified" for t in texts), len(texts)))
    return tuple(found)


def _units_page(
    request: Call, service: Service, pages: Pages, who: Visitor, problems: tuple[str, ...] = ()
) -> Response[str]:
    with service.store.reading() as connection:
        units = all_units(connection)
    allowed = who.units(units)
    seen = [unit for unit in units if allowed is None or unit.unit in allowed]
    drawn = pages.draw(
        "desired/units.html",
        who,
        language_of(request),
        units=seen[:MOST_UNITS_SHOWN],
        count=len(seen),
        problems=problems,
    )
    return page_reply(drawn, HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK)


ROUTES: tuple[HTTPRouteHandler, ...] = (
    get_questionnaires,
    post_questionnaire,
    get_units,
    post_units,
)
