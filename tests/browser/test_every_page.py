"""Every page of the service, for every role: nothing that axe finds, nothing that runs over."""

import pytest
from axe import violations
from chromium import a_browser, a_page, overflow
from litestar.routes import HTTPRoute
from logins import a_login, an_account, browse_as
from test_central_builders import NOON, UNIT, a_centre, a_heartbeat, a_response

from sync.central.accounts.access import ROLES
from sync.central.app import create_app
from sync.central.behaviour import set_option
from sync.central.pages.visitor import LOGIN_COOKIE

NO_PAGES = {
    "/live": "a stream",
    "/static/{name}": "the pages' own files",
    "/login/openid": "leads to another service",
    "/login/openid/callback": "comes from another service",
    "/exports/progress": "for the script of the page of exports",
    "/exports/dictionary": "a file",
}
"""What answers GET and is no page, and why."""
FOR_EVERYBODY = ("/login", "/public", "/public/{county}", "/public/{county}/{oid}")


@pytest.fixture(scope="module")
def browser():
    with a_browser() as started:
        yield started


@pytest.fixture(scope="module")
def centre(tmp_path_factory):
    """A service in which every page has something to show."""
    with a_centre(tmp_path_factory.mktemp("every"), is_open=False) as running:
        terminal = running.a_terminal()
        terminal.post("/heartbeat", a_heartbeat(terminal_id=terminal.id))
        terminal.send(*(a_response(terminal.id, text={"plain": "Kiitos."}) for _ in range(6)))
        running.store.new_code(UNIT, now=running.clock())
        with running.store.writing() as connection:
            set_option(connection, "is-public", "true")
        yield running


@pytest.fixture(scope="module")
def examples(centre):
    """What stands in a path, by the name that it has there."""
    account = an_account(centre.store, "supervisor", [f"unit:{UNIT}"], now=NOON)
    return {
        "county": "20",
        "oid": UNIT,
        "account_id": account.id,
        "terminal_id": centre.store.all_terminals()[0].id,
    }


def page_paths(service):
    """The path of every page, from the routes of the service itself."""
    return [
        route.path_format
        for route in create_app(service).routes
        if isinstance(route, HTTPRoute)
        and "GET" in route.methods
        and not route.path_format.startswith("/api/")
        and route.path_format not in NO_PAGES
    ]


def statuses_and_faults(centre, page, paths, language):
    """Of each page its status, and what is wrong with it."""
    found = {}
    for path in paths:
        status = page.goto(f"{centre.url.rstrip('/')}{path}?lang={language}").status
        faults = violations(page) + (["it runs over"] if overflow(page) > 0 else [])
        found[path] = (status, faults)
    return found


def test_axe_finds_what_is_wrong(browser):
    context = browser.new_context()
    page = context.new_page()
    page.set_content("<title>x</title><main><h1>x</h1><input></main>")

    assert any(fault.startswith("label:") for fault in violations(page))
    context.close()


ASKED = {
    "administrator": (390, "fi"),
    "feedback-team": (1280, "sv"),
    "supervisor": (820, "en"),
    "read-only": (390, "en"),
}
"""How wide and in which language each role looks; all widths and languages come up."""


@pytest.mark.parametrize("role", ROLES)
def test_no_page_that_a_role_may_see_has_a_fault(centre, examples, browser, role):
    to_log_in_for = [path for path in page_paths(centre.service) if path not in FOR_EVERYBODY]
    paths = [path.format(**examples) for path in to_log_in_for]
    scopes = [f"unit:{UNIT}"] if role == "supervisor" else []
    token = a_login(centre.store, role, scopes, now=centre.clock())
    cookie = {"cookie": f"{LOGIN_COOKIE}={token}"}
    statuses = {path: centre.http.get(path, headers=cookie).status_code for path in paths}
    width, language = ASKED[role]

    with a_page(browser, width) as page:
        browse_as(page.context, centre.url, token)
        seen = [path for path in paths if statuses[path] == 200]
        found = statuses_and_faults(centre, page, seen, language)

    assert found == {path: (200, []) for path in seen}
    assert set(statuses.values()) <= {200, 403}
    assert role != "administrator" or set(statuses.values()) == {200}


def test_a_page_about_a_problem_has_no_fault(centre, browser):
    context = browser.new_context(viewport={"width": 390, "height": 800})
    found = statuses_and_faults(centre, context.new_page(), ["/nothing"], "sv")
    context.close()

    assert found == {"/nothing": (404, [])}


def test_whoever_has_not_logged_in_meets_no_fault_either(centre, examples, browser):
    paths = [path.format(**examples) for path in FOR_EVERYBODY]

    with a_page(browser, 390) as page:
        found = statuses_and_faults(centre, page, paths, "fi")

    assert found == {path: (200, []) for path in paths}
