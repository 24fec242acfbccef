"""Accounts and the audit log in a real browser, by keyboard and for whoever cannot see."""

import pytest
from axe import violations
from chromium import a_browser, overflow
from logins import a_login, an_account, browse_as
from test_central_builders import UNIT, a_centre
from test_central_login import Browser, quick_passwords


@pytest.fixture(scope="module")
def browser():
    with a_browser() as running:
        yield running


@pytest.fixture
def centre(tmp_path):
    with a_centre(tmp_path, is_open=False, passwords=quick_passwords()) as running:
        yield running


@pytest.fixture
def page(centre, browser):
    account = an_account(centre.store, name="aino", now=centre.clock())
    context = browser.new_context(locale="en-GB")
    browse_as(context, centre.url, a_login(centre.store, account=account, now=centre.clock()))
    yield context.new_page()
    context.close()


def test_an_account_is_made_changed_and_shut_out_by_keyboard(centre, page):
    page.goto(f"{centre.url}accounts")
    page.get_by_label("Name").fill("eino")
    page.get_by_label("Supervisor").press("Space")
    page.get_by_label("Bound to 1").fill(f"unit:{UNIT}")
    page.get_by_role("button", name="Make the account").press("Enter")
    password = page.locator("#secret").inner_text()
    shown_once = violations(page)
    page.get_by_role("link", name="I have it").press("Enter")
    page.get_by_label("Read-only").press("Space")
    page.get_by_role("button", name="Save").press("Enter")
    changed = page.get_by_role("status").inner_text()
    came_in = Browser(centre).log_in("eino", password).status_code
    page.get_by_role("button", name="Disable the account").press("Enter")
    page.get_by_role("button", name="Enable the account").wait_for()

    assert (shown_once, changed, came_in) == ([], "The role is changed.", 303)
    assert Browser(centre).log_in("eino", password).status_code == 403


def test_every_page_about_accounts_suits_everybody(centre, page):
    other = an_account(
        centre.store, "supervisor", (f"unit:{UNIT}", "unit:9.9"), name="x" * 100, now=centre.clock()
    )
    told = {}
    for path in ("accounts", f"accounts/{other.id}", "audit", "account"):
        for width in (380, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(f"{centre.url}{path}")
            told[path.partition("/")[0], path, width] = (violations(page), overflow(page))

    assert set(map(str, told.values())) == {str(([], 0))}, told
