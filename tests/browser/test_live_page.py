"""The live page in a real browser: what is posted appears by itself."""

import uuid

import httpx
import pytest
from playwright.sync_api import sync_playwright

from sync import wire
from sync.central.admin import open_store
from sync.central.server import serving
from sync.central.service import Service

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
UNIT, OTHER_UNIT = "1.2.3", "1.2.4"


@pytest.fixture
def centre(tmp_path):
    """A running central service: its address, and a function that posts a response to it."""
    store = open_store(f"sqlite:///{tmp_path / 'central.db'}")
    store.add_units(
        [
            wire.Unit(unit=UNIT, name={"fi": "Sykkeen terveysasema"}, path={}),
            wire.Unit(unit=OTHER_UNIT, name={"fi": "Kotkan neuvola"}, path={}),
        ]
    )
    with serving(Service(store)) as url, httpx.Client(base_url=f"{url}api/v1") as http:
        code = {"code": store.new_code(UNIT), "hardware_id": "h", "software": "0.1"}
        terminal = http.post("/enrolments", json=code).json()

        def post(unit):
            response = a_response(terminal["terminal_id"], unit)
            batch = {"terminal_id": terminal["terminal_id"], "sent_at": "", "responses": [response]}
            bearer = {"Authorization": f"Bearer {terminal['token']}"}
            reply = http.post("/responses", json=batch, headers=bearer)
            assert reply.json()["results"][0]["status"] == "stored"
            return response["id"]

        yield url, post
    store.close()


def a_response(terminal_id, unit):
    return {
        "id": str(uuid.uuid4()),
        "epoch": 1,
        "seq": 1,
        "terminal_id": terminal_id,
        "questionnaire": {"id": "national-general", "version": "2024.1"},
        "language": "fi",
        "location": {"unit": unit},
        "channel": "kiosk-touch",
        "instrument": "screen",
        "answered": {"at": "2026-11-21T14:03:00+02:00", "clock": "synced"},
        "ended": "submitted",
        "answers": [{"item": "usefulness", "value": 4}],
    }


@pytest.fixture
def page():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser.new_page(viewport={"width": 1280, "height": 800})
        browser.close()


def test_a_response_appears_by_itself_under_its_unit(centre, page):
    url, post = centre
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{url}?lang=fi")
    page.locator("#signal", has_text="yhteydessä").wait_for()

    response_id = post(OTHER_UNIT)

    row = page.locator(f"[data-id='{response_id}']")
    row.wait_for()
    assert "Kotkan neuvola" in row.inner_text()
    assert "Osittain samaa mieltä" in row.inner_text()
    assert page.locator(f"[data-unit='{OTHER_UNIT}'] data").first.get_attribute("value") == "1"
    assert page.locator(f"[data-unit='{UNIT}']").count() == 0
    assert page.locator("#responses").get_attribute("value") == "1"
    assert complaints == []


def test_the_page_of_one_unit_shows_only_its_own(centre, page):
    url, post = centre
    page.goto(f"{url}?lang=sv")
    page.locator("#unit").select_option(UNIT)
    page.wait_for_url(f"{url}?lang=sv&unit={UNIT}")
    page.locator("#signal", has_text="ansluten").wait_for()

    post(OTHER_UNIT)
    own = post(UNIT)

    page.locator(f"[data-id='{own}']").wait_for()
    assert page.locator("[data-id]").count() == 1
    assert page.locator("#responses").get_attribute("value") == "1"


@pytest.mark.parametrize("width", [380, 760, 1280, 1600])
def test_the_page_fits_every_width(centre, page, width):
    url, post = centre
    for unit in (UNIT, OTHER_UNIT, "9.9.9"):
        post(unit)
    page.set_viewport_size({"width": width, "height": 800})

    page.goto(url)

    assert page.evaluate("document.documentElement.scrollWidth") <= width
