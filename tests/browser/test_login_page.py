"""Coming in and going out in a real browser: with its cookies, its keyboard, without scripts."""

import pytest
from axe import violations
from chromium import a_browser, overflow
from test_central_builders import a_centre
from test_central_login import PASSWORD, quick_passwords, somebody

from sync.central.pages.visitor import LOGIN_COOKIE


@pytest.fixture(scope="module")
def browser():
    with a_browser() as running:
        yield running


@pytest.fixture
def centre(tmp_path):
    with a_centre(tmp_path, is_open=False, passwords=quick_passwords()) as running:
        yield running


def log_in(page, centre, path="", password=PASSWORD):
    page.goto(f"{centre.url}{path}")
    page.get_by_label("Nimi").fill("aino")
    page.get_by_label("Salasana").fill(password)
    page.get_by_label("Salasana").press("Enter")


def test_whoever_knows_the_password_comes_in_and_goes_out_without_scripts_or_a_mouse(
    centre, browser
):
    """Chromium takes Secure cookies of 127.0.0.1: plain http on this machine needs no exception."""
    somebody(centre)
    context = browser.new_context(java_script_enabled=False, locale="fi-FI")
    page = context.new_page()
    log_in(page, centre, "accounts")
    page.wait_for_url(f"{centre.url}accounts")
    cookie = next(each for each in context.cookies() if each["name"] == LOGIN_COOKIE)
    page.get_by_role("button", name="Kirjaudu ulos").press("Enter")
    page.wait_for_url(f"{centre.url}login?done=out")
    page.goto(f"{centre.url}accounts")

    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Lax")
    assert cookie["path"] == "/"
    assert page.url.startswith(f"{centre.url}login?next=")
    assert LOGIN_COOKIE not in {each["name"] for each in context.cookies()}
    context.close()


def test_a_wrong_password_is_said_beside_the_fields_and_the_name_stays(centre, browser):
    somebody(centre)
    context = browser.new_context(locale="fi-FI")
    page = context.new_page()
    log_in(page, centre, "login", "wrong")

    assert page.get_by_role("alert").inner_text() == "Nimi tai salasana ei ole oikein."
    assert page.get_by_label("Nimi").input_value() == "aino"
    assert page.evaluate("document.activeElement.id") == "password"
    assert violations(page) == []
    context.close()


def test_the_page_before_any_account_and_ones_own_account_suit_everybody(centre, browser):
    context = browser.new_context(locale="fi-FI")
    page = context.new_page()
    told = {}
    for name in ("login", "account"):
        for width in (380, 1600):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(f"{centre.url}{name}")
            told[name, width] = (violations(page), overflow(page))
        if name == "login":
            somebody(centre)
            log_in(page, centre, "login")

    assert told == dict.fromkeys(told, ([], 0))
    context.close()
