"""The live page in a real browser: what is posted appears by itself, and disturbs nobody."""

import uuid
from datetime import datetime

import httpx
import pytest
from axe import violations
from chromium import a_browser, a_page, overflow

from sync import wire
from sync.central.admin import open_store
from sync.central.local_time import FINLAND
from sync.central.server import serving
from sync.central.service import Service

UNIT, OTHER_UNIT = "1.2.3", "1.2.4"


@pytest.fixture
def centre(tmp_path):
    """A running central service: its address, and a function that posts a response to it."""
    store = open_store(f"sqlite:///{tmp_path / 'central.db'}")
    store.add_units(
        [
            wire.Unit(unit=UNIT, name={"fi": "Sykkeen terveysasema"}, path={"fi": "Kainuu"}),
            wire.Unit(unit=OTHER_UNIT, name={"fi": "Kotkan neuvola"}, path={"fi": "Kainuu"}),
        ]
    )
    with (
        serving(Service(store, is_open=True)) as url,
        httpx.Client(base_url=f"{url}api/v1") as http,
    ):
        code = {"code": store.new_code(UNIT), "hardware_id": "h", "software": "0.1"}
        terminal = http.post("/enrolments", json=code).json()

        def post(unit, **changes):
            response = a_response(terminal["terminal_id"], unit) | changes
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
        "answered": {"at": datetime.now(FINLAND).isoformat("T", "minutes"), "clock": "synced"},
        "ended": "submitted",
        "answers": [
            {"item": "usefulness", "value": 4},
            {"item": "nps", "value": 9},
            {"item": "reasons", "options": ["waiting"]},
        ],
    }


@pytest.fixture(scope="module")
def browser():
    with a_browser() as started:
        yield started


@pytest.fixture
def page(browser):
    with a_page(browser) as opened:
        yield opened


def row_of(page, response_id):
    return page.locator(f"[data-id='{response_id}']")


def test_a_response_appears_by_itself_under_its_unit(centre, page):
    url, post = centre
    page.goto(f"{url}?lang=fi")
    page.locator("#signal", has_text="yhteydessä").wait_for()

    response_id = post(OTHER_UNIT)

    row_of(page, response_id).wait_for()
    assert "Kotkan neuvola" in row_of(page, response_id).inner_text()
    assert "Osittain samaa mieltä" in row_of(page, response_id).inner_text()
    assert page.locator(f"[data-part='{OTHER_UNIT}'] data").get_attribute("value") == "1"
    assert page.locator(f"[data-part='{UNIT}']").count() == 0
    assert page.locator("#responses").get_attribute("value") == "1"


def test_the_page_of_one_unit_shows_only_its_own(centre, page):
    url, post = centre
    page.goto(f"{url}?lang=sv")
    page.get_by_label("Vilka enheter").select_option(f"unit:{UNIT}")
    page.get_by_role("button", name="Visa").click()
    page.get_by_role("heading", level=1, name="Sykkeen terveysasema").wait_for()
    page.locator("#signal", has_text="ansluten").wait_for()

    post(OTHER_UNIT)
    own = post(UNIT)

    row_of(page, own).wait_for()
    assert page.locator("[data-id]").count() == 1
    assert page.locator("#responses").get_attribute("value") == "1"


def test_what_arrives_closes_nothing_and_takes_no_focus(centre, page):
    url, post = centre
    post(UNIT)
    page.goto(f"{url}?lang=en")
    page.locator("#signal", has_text="live").wait_for()
    page.locator("#trend-table summary").focus()
    page.keyboard.press("Enter")

    newest = post(UNIT)

    row_of(page, newest).wait_for()
    assert page.locator("#trend-table").get_attribute("open") is not None
    assert page.evaluate("document.activeElement.closest('details')?.id") == "trend-table"
    page.locator("#trend-week").focus()
    row_of(page, post(UNIT)).wait_for()
    assert page.evaluate("document.activeElement.id") == "trend-week"


def test_a_paused_page_stays_as_it_is_until_it_goes_on(centre, page):
    url, post = centre
    page.goto(f"{url}?lang=en")
    page.locator("#signal", has_text="live").wait_for()
    page.get_by_role("button", name="Pause").click()

    paused = post(UNIT)
    # The picture has come once another page, opened later, has it.
    other = page.context.new_page()
    other.goto(url)
    row_of(other, paused).wait_for()

    assert page.locator("#signal").inner_text() == "paused"
    assert row_of(page, paused).count() == 0
    page.get_by_role("button", name="Go on").click()
    row_of(page, paused).wait_for()


def test_flagged_responses_are_brought_in_by_a_link_with_the_keyboard_alone(centre, page):
    url, post = centre
    post(UNIT)
    flagged = post(UNIT, flags=[{"rule": "burst"}])
    page.goto(f"{url}?lang=en")
    assert row_of(page, flagged).count() == 0

    page.locator("#misuse a").focus()
    page.keyboard.press("Enter")

    row_of(page, flagged).wait_for()
    assert page.url == f"{url}?misuse=in"
    assert page.locator("#responses").get_attribute("value") == "2"


def test_without_javascript_the_page_shows_and_chooses_the_same(centre, browser):
    url, post = centre
    post(UNIT)
    post(OTHER_UNIT)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{url}?lang=en")

    page.get_by_label("Which units").select_option(f"unit:{UNIT}")
    page.get_by_label("Period").select_option("90")
    page.get_by_role("button", name="Show").click()

    assert page.locator("#responses").get_attribute("value") == "1"
    assert page.get_by_role("button", name="Pause").count() == 0
    context.close()


@pytest.mark.parametrize("width", [380, 820, 1600])
def test_the_page_fits_every_width_and_axe_finds_nothing(centre, page, width):
    url, post = centre
    for unit in (UNIT, OTHER_UNIT, "9.9.9"):
        post(unit, questionnaire={"id": "county-own-with-a-long-name", "version": "1"})
        post(unit, flags=[{"rule": "burst"}])
        post(unit)
    page.set_viewport_size({"width": width, "height": 800})

    page.goto(f"{url}?lang=fi&channel=kiosk-touch")
    page.locator("#trend-table summary").click()
    page.locator("#statement-counts summary").click()

    assert overflow(page) <= 0
    assert violations(page) == []


def test_axe_finds_nothing_where_nothing_has_arrived(centre, page):
    url, _ = centre

    page.goto(f"{url}?lang=en")

    assert violations(page) == []
