"""Codes in a real browser: made by the keyboard alone, and printed one a sheet."""

import re

import pytest
from axe import violations
from chromium import a_browser, a_page, overflow
from test_central_builders import a_centre


@pytest.fixture(scope="module")
def browser():
    with a_browser() as started:
        yield started


@pytest.fixture
def centre(tmp_path):
    with a_centre(tmp_path) as running:
        yield running


@pytest.mark.parametrize("width", [380, 1280])
def test_codes_are_made_by_the_keyboard_and_shown_big_with_all_that_is_needed(
    centre, browser, width
):
    with a_page(browser, width) as page:
        page.goto(f"{centre.url}codes?lang=fi")
        page.get_by_label("Yksikkö").focus()
        page.keyboard.type("sykkeen")
        for text in ("Tab", "Aula 1", "Tab", "Tab"):
            page.keyboard.press(text) if text == "Tab" else page.keyboard.type(text)
        page.keyboard.press("Control+A")
        page.keyboard.type("2")
        page.keyboard.press("Enter")

        codes = page.locator(".the-code")
        codes.first.wait_for()
        assert [
            bool(re.fullmatch("[A-Z0-9]{4}-[A-Z0-9]{4}", c)) for c in codes.all_inner_texts()
        ] == [
            True,
            True,
        ]
        assert page.url.endswith("/codes?lang=fi")
        assert overflow(page) <= 0
        assert violations(page) == []


def test_each_code_is_printed_on_a_page_of_its_own_and_nothing_else_is(centre, browser):
    with a_page(browser) as page:
        page.goto(f"{centre.url}codes?lang=sv")
        page.get_by_label("Enhet").fill("sykkeen")
        page.get_by_label("Hur många").fill("3")
        page.get_by_role("button", name="Gör koder").click()
        page.locator(".the-code").first.wait_for()

        paper = page.pdf(prefer_css_page_size=True)
        page.emulate_media(media="print")

        assert len(re.findall(rb"/Type\s*/Page\b(?!s)", paper)) == 3
        assert not page.get_by_role("navigation").first.is_visible()
        assert not page.get_by_role("button", name="Skriv ut").is_visible()
        assert page.locator(".qr").first.is_visible()
