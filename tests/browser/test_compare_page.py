"""The tree of units and the table of units in a real browser."""

import pytest
from axe import violations
from chromium import WIDTHS, a_browser, a_page, overflow
from test_central_builders import OTHER_UNIT, UNIT, a_centre, a_response, a_unit, at_unit


@pytest.fixture(scope="module")
def browser():
    with a_browser() as started:
        yield started


@pytest.fixture(scope="module")
def centre(tmp_path_factory):
    with a_centre(tmp_path_factory.mktemp("compare")) as running:
        units = [
            a_unit(
                f"7.{number}", name={"fi": f"Yksikkö {number}"}, path={"fi": "Hammashoito › Itä"}
            )
            for number in range(3)
        ]
        running.store.add_units(
            [*units, a_unit("8", county="21", name={"fi": "Sodankylän sairaala"})]
        )
        terminal = running.a_terminal()
        for unit, how_many in ((UNIT, 9), (OTHER_UNIT, 3), ("7.1", 6), ("9.9.9", 1)):
            terminal.send(
                *(a_response(terminal.id, location=at_unit(unit)) for _ in range(how_many))
            )
        terminal.send(a_response(terminal.id, flags=[{"rule": "burst"}]))
        yield running


@pytest.mark.parametrize("width", WIDTHS)
def test_units_fit_every_width_and_axe_finds_nothing(centre, browser, width):
    with a_page(browser, width) as page:
        for path in ("units?lang=fi", "units?as=table&lang=sv", "units?of=county:20&lang=en"):
            page.goto(centre.url + path)
            assert overflow(page) <= 0
            assert violations(page) == []


def test_the_tree_opens_by_the_keyboard_down_to_a_unit(centre, browser):
    with a_page(browser) as page:
        page.goto(f"{centre.url}units?as=tree&lang=fi&of=path:Hammashoito")
        branch = page.locator("summary", has_text="Itä")
        unit = page.get_by_role("link", name="Yksikkö 1")
        page.locator("summary", has_text="Hammashoito").wait_for()
        assert not unit.is_visible()

        branch.focus()
        page.keyboard.press("Enter")

        unit.wait_for()
        assert unit.get_attribute("href") == "/?of=unit%3A7.1"


def test_the_table_is_sorted_through_links_and_says_so(centre, browser):
    with a_page(browser) as page:
        page.goto(f"{centre.url}units?as=table&lang=en")
        header = page.get_by_role("columnheader", name="Responses")
        assert header.get_attribute("aria-sort") == "none"

        header.get_by_role("link").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**by=responses**")

        assert header.get_attribute("aria-sort") == "descending"
        names = page.locator("tbody th").all_inner_texts()
        assert names[0] == "The whole"
        assert "Sykkeen terveysasema" in names[1]


def test_without_scripts_everything_is_there(centre, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{centre.url}units?as=table&lang=en")
    page.get_by_role("link", name="Mean (1–5)").click()
    page.get_by_role("link", name="Count them").first.click()

    assert "figure=mean" in page.url
    assert "misuse=in" in page.url
    context.close()
