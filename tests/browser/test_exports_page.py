"""The page of exports in a real browser: what is counted comes as a file, script or no script."""

import csv
import io
from contextlib import contextmanager
from pathlib import Path

import openpyxl
import pytest
from axe import violations
from export_builders import keep_everything
from playwright.sync_api import sync_playwright
from test_central_builders import UNIT, a_centre

CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    with a_centre(tmp_path_factory.mktemp("centre")) as centre:
        keep_everything(centre.store)
        yield centre.url


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield running
        running.close()


@contextmanager
def a_page(browser, width=1280, **options):
    context = browser.new_context(
        viewport={"width": width, "height": 900}, accept_downloads=True, **options
    )
    page = context.new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert complaints == []
    context.close()


def test_what_was_chosen_and_counted_comes_as_a_file(url, browser):
    with a_page(browser) as page:
        page.goto(f"{url}exports?lang=en")
        page.get_by_label("Which units").select_option(f"unit:{UNIT}")
        page.get_by_label("Flagged as likely misuse").select_option("out")
        page.get_by_role("button", name="Show how many").click()
        page.wait_for_url("**misuse=out**")
        assert page.locator("#count").get_attribute("value") == "2"

        with page.expect_download() as coming:
            page.get_by_role("button", name="Download").click()

        told = page.get_by_role("status").filter(has_text="The file is complete: 2 responses.")
        told.wait_for()
        content = Path(coming.value.path()).read_text(encoding="utf-8")
        rows = list(csv.DictReader(io.StringIO(content)))
        assert coming.value.suggested_filename.startswith("palaute_unit-")
        assert {row["unit"] for row in rows} == {UNIT}
        assert len(rows) == 2
        assert "text" not in rows[0]


def test_it_works_without_scripts_and_without_a_mouse(url, browser):
    with a_page(browser, java_script_enabled=False) as page:
        page.goto(f"{url}exports?lang=en")
        page.get_by_label("CSV", exact=True).focus()
        page.keyboard.press("ArrowDown")
        page.get_by_label("With what clients wrote").focus()
        page.keyboard.press("Space")
        page.keyboard.press("Tab")

        with page.expect_download() as coming:
            page.keyboard.press("Enter")

        content = Path(coming.value.path()).read_bytes()
        sheet = openpyxl.load_workbook(io.BytesIO(content))["responses"]
        assert "text" in [cell.value for cell in sheet[1]]


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_page_is_accessible_and_fits_every_width(url, browser, language):
    with a_page(browser) as page:
        page.goto(f"{url}exports?lang={language}")
        assert violations(page) == []

        for width in (380, 760, 1280, 1600):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_dictionary_can_be_fetched_beside_each_format(url, browser):
    with a_page(browser) as page:
        page.goto(f"{url}exports?lang=en")

        with page.expect_download() as coming:
            page.get_by_role("link", name="Parquet: What the columns mean, JSON").click()

        assert coming.value.suggested_filename == "palaute_parquet_dictionary.json"
