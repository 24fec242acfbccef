"""The terminals in a real browser: fresh by itself, and everything is done without a script."""

import pytest
from axe import violations
from chromium import a_browser, a_page, overflow
from test_central_builders import OTHER_UNIT, a_centre, a_heartbeat


@pytest.fixture(scope="module")
def browser():
    with a_browser() as started:
        yield started


@pytest.fixture
def centre(tmp_path):
    with a_centre(tmp_path) as running:
        yield running


def test_a_terminal_that_falls_ill_shows_so_by_itself_and_nothing_moves_under_the_keyboard(
    centre, browser
):
    terminal = centre.a_terminal()
    terminal.post("/heartbeats", a_heartbeat())
    with a_page(browser) as page:
        page.goto(f"{centre.url}fleet?lang=en")
        row = page.locator(f"[data-terminal='{terminal.id}']")
        assert row.get_attribute("data-standing") == "works"

        terminal.post("/heartbeats", a_heartbeat(rejected=2))
        link = row.get_by_role("link")
        link.focus()
        look_now(page)
        assert row.get_attribute("data-standing") == "works"
        link.blur()
        look_now(page)

        page.locator(f"[data-terminal='{terminal.id}'][data-standing='fault']").wait_for()
        assert "responses refused" in row.inner_text()
        assert violations(page) == []


def look_now(page):
    """Whoever comes back to the page sees it fresh; it would look twice a minute anyway."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


@pytest.mark.parametrize("width", [380, 1280])
def test_the_pages_hold_many_terminals_and_long_names_at_any_width(centre, browser, width):
    terminal = centre.a_terminal()
    panels = [{"kind": "serial", "id": "usb-" + "x" * 80, "state": "lost"}]
    place = {"county": "20", "unit": "9.9.9", "service": None, "place": "P" * 100, "since": None}
    terminal.post(
        "/heartbeats",
        a_heartbeat(
            panels=panels,
            location=place,
            location_revision=5,
            software="palautepiste " + "9" * 80,
            push_failures={"http-" + "5" * 90: 10**9},
        ),
    )
    event = {
        "id": "1",
        "kind": "k" * 90,
        "at": None,
        "clock": "unknown",
        "data": {"x" * 90: "y" * 900},
    }
    batch = {"terminal_id": terminal.id, "sent_at": "x", "events": [event]}
    assert terminal.post("/events", batch).status_code == 200
    with a_page(browser, width) as page:
        for path in ("fleet", f"fleet/{terminal.id}"):
            page.goto(f"{centre.url}{path}?lang=fi")
            assert overflow(page) <= 0
            assert violations(page) == []


def test_a_terminal_is_moved_and_taken_out_of_use_without_a_script(centre, browser):
    terminal = centre.a_terminal()
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{centre.url}fleet/{terminal.id}?lang=en")

    page.get_by_text("Move it to another unit or place").click()
    page.get_by_label("Unit").fill("kotkan neuv")
    page.get_by_label("Place in the house").fill("Aula 3")
    page.get_by_role("button", name="Move").click()

    page.get_by_text("takes its new place").wait_for()
    assert terminal.get("/config").json()["location"]["unit"] == OTHER_UNIT
    page.get_by_text("Take it out of use").first.click()
    page.get_by_label("Yes, this terminal").last.check()
    page.get_by_role("button", name="Take it out of use").click()
    page.get_by_text("The terminal is out of use.").wait_for()
    assert terminal.get("/config").status_code == 401
    context.close()
