"""The public pages in a real browser, as a citizen meets them."""

from datetime import timedelta

import pytest
from axe import violations
from chromium import WIDTHS, a_browser, a_page, overflow
from test_central_builders import OTHER_UNIT, UNIT, a_centre, a_response, at_unit


@pytest.fixture(scope="module")
def browser():
    with a_browser() as started:
        yield started


@pytest.fixture(scope="module")
def centre(tmp_path_factory):
    with a_centre(tmp_path_factory.mktemp("public")) as running:
        terminal = running.a_terminal()
        for unit, how_many in ((UNIT, 7), (OTHER_UNIT, 6)):
            terminal.send(
                *(a_response(terminal.id, location=at_unit(unit)) for _ in range(how_many))
            )
        running.clock.time += timedelta(days=1)
        yield running


@pytest.mark.parametrize("width", WIDTHS)
def test_the_public_pages_fit_every_width_and_axe_finds_nothing(centre, browser, width):
    paths = {"public": "fi", "public/20": "sv", f"public/20/{UNIT}": "en"}
    with a_page(browser, width) as page:
        for path, language in paths.items():
            page.goto(f"{centre.url}{path}?lang={language}")
            assert overflow(page) <= 0
            assert violations(page) == []


def test_from_the_counties_to_a_unit_by_the_keyboard_alone(centre, browser):
    with a_page(browser) as page:
        page.goto(f"{centre.url}public?lang=en")
        for name in ("Kainuu", "Sykkeen terveysasema"):
            page.get_by_role("link", name=name).focus()
            page.keyboard.press("Enter")
            page.get_by_role("heading", level=1, name=name).wait_for()

        assert page.locator(".score strong").inner_text() == "100"
        assert "n = 7" in page.locator(".score").inner_text()
