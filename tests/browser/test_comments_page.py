"""Comments in a real browser: what a client writes is only ever text."""

import pytest
from axe import violations
from chromium import a_browser, overflow
from logins import a_login, browse_as
from test_central_builders import UNIT, a_centre
from test_central_comments import sent, wrote


@pytest.fixture(scope="module")
def browser():
    with a_browser() as running:
        yield running


@pytest.fixture
def centre(tmp_path):
    with a_centre(tmp_path, is_open=False) as running:
        yield running


@pytest.fixture
def page(centre, browser):
    context = browser.new_context(locale="en-GB")
    token = a_login(centre.store, "supervisor", (f"unit:{UNIT}",), now=centre.clock())
    browse_as(context, centre.url, token)
    yield context.new_page()
    context.close()


def test_what_a_client_writes_is_shown_as_it_was_written_and_runs_nothing(centre, page):
    written = "<img src=x onerror=alert(1)> </blockquote><script>alert(2)</script>\nرسالة [phone]"
    sent(centre, wrote(written))
    dialogs, complaints = [], []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"{centre.url}comments")

    shown = page.locator("blockquote").inner_text()

    assert shown == written.replace("[phone]", "phone number")
    assert dialogs == complaints == []


def test_the_page_suits_everybody_with_much_and_with_nothing(centre, page):
    told = {}
    for amount in ("nothing", "much"):
        for width in (380, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(f"{centre.url}comments?misuse=in")
            told[amount, width] = (violations(page), overflow(page))
        if amount == "nothing":
            sent(centre, *(wrote(f"{n} " + "pitkäsana" * 40) for n in range(8)))
            sent(centre, wrote("flagged", flags=[{"rule": "burst"}]))

    assert told == dict.fromkeys(told, ([], 0))


def test_the_switch_brings_the_flagged_ones_in_by_keyboard(centre, page):
    sent(centre, wrote("counted"), wrote("flagged", flags=[{"rule": "burst"}]))
    page.goto(f"{centre.url}comments")
    before = page.locator("blockquote").all_inner_texts()
    page.get_by_label("with likely misuse").press("Space")
    page.get_by_role("button", name="Show").press("Enter")
    page.wait_for_url("**misuse=in**")

    assert before == ["counted"]
    assert sorted(page.locator("blockquote").all_inner_texts()) == ["counted", "flagged"]
