"""The live page: what it says in three languages, what it never says, and how it stays fresh."""

import asyncio
import re
import time
from pathlib import Path

import pytest
from test_central_builders import OTHER_UNIT, UNIT, a_centre, a_response, at_unit

import sync.central.pages
from sync.central.live import Live, as_event
from sync.central.pages.render import chosen_language, nps, number, percent

PAGES = Path(sync.central.pages.__file__).parent


@pytest.fixture
def centre(tmp_path):
    with a_centre(tmp_path) as running:
        yield running


def text_of(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_the_page_shows_the_numbers_of_the_chosen_unit(centre):
    terminal = centre.a_terminal()
    terminal.send(
        a_response(terminal.id),
        a_response(
            terminal.id,
            location=at_unit(OTHER_UNIT),
            answers=[{"item": "usefulness", "value": 1}, {"item": "nps", "value": 0}],
        ),
    )

    everything = centre.http.get("/?lang=en").text
    one = centre.http.get(f"/?lang=en&unit={OTHER_UNIT}").text

    assert 'id="responses" value="2"' in everything
    assert 'id="nps" value="0"' in everything
    assert f'data-unit="{UNIT}"' in everything
    assert 'id="responses" value="1"' in one
    assert 'id="nps" value="-100"' in one
    assert "\N{MINUS SIGN}100" in one
    assert "data-unit" not in one


def test_without_answers_the_numbers_are_dashes(centre):
    page = text_of(centre.http.get("/?lang=en").text)

    assert "NPS – n = 0" in page
    assert "Nothing has arrived yet" in page


def test_a_response_is_shown_with_what_it_is_but_never_its_text(centre):
    terminal = centre.a_terminal()
    terminal.send(
        a_response(
            terminal.id,
            channel="kiosk-button",
            language="sv",
            location=at_unit("9.9.9"),
            answered={"at": None, "clock": "unknown"},
            text={"plain": "my secret"},
            flags=[{"rule": "simulated"}],
        )
    )

    page = centre.http.get("/?lang=en").text

    row = text_of(page.partition("data-id=")[2])
    for shown in (
        "14:00:00",
        "Fully agree",
        "unknown unit",
        "clock could not be trusted",
        "buttons",
    ):
        assert shown in row
    assert "svenska" in row
    assert "simulated" in row
    assert "my secret" not in page


def test_names_are_escaped(centre):
    from sync import wire

    centre.store.add_units([wire.Unit(unit="1.1", name={"fi": "<script>x</script>"}, path={})])

    assert "<script>x" not in centre.http.get("/?unit=1.1").text


def test_the_page_lets_nothing_in_from_elsewhere(centre):
    reply = centre.http.get("/")

    policy = reply.headers["content-security-policy"]
    assert policy.startswith("default-src 'self';")
    assert "unsafe" not in policy
    assert not re.search(r"\sstyle=|<style|<script(?! src=\"/)|\son\w+=", reply.text)
    assert "http" not in re.sub(r'xmlns="[^"]+"', "", reply.text)


@pytest.mark.parametrize(
    "query", ["unit=%00", "unit=%ff%fe", "lang=%ff", "unit=" + "x" * 5000, "lang=fi&lang=sv", "%"]
)
def test_no_address_breaks_the_page(centre, query):
    assert centre.http.get(f"/?{query}").status_code == 200


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [
        ("sv", "en", "sv"),
        ("", "sv-FI,sv;q=0.9,en;q=0.8", "sv"),
        ("", "en;q=0.5, fi;q=0.9", "fi"),
        ("", "de, en;q=0.1", "en"),
        ("", "en;q=0, *", "fi"),
        ("", "en;q=x", "fi"),
        ("xx", "", "fi"),
    ],
)
def test_the_language_is_the_one_asked_for_else_the_readers_else_finnish(asked, accepted, language):
    assert chosen_language(asked, accepted) == language


def test_numbers_are_written_as_the_language_writes_them():
    assert number(1234.5, "fi", 2) == "1\N{NO-BREAK SPACE}234,50"
    assert number(1234.5, "en", 2) == "1,234.50"
    assert percent(0.625, "sv") == "63\N{NO-BREAK SPACE}%"
    assert percent(None, "en") == nps(None) == "–"


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("text", ["ink", "quiet", "spruce", "lost"])
@pytest.mark.parametrize("ground", ["paper", "card"])
def test_every_text_has_a_contrast_of_seven_to_one(text, ground):
    colours = dict(re.findall(r"--([\w-]+): (#\w{6});", (PAGES / "static/live.css").read_text()))

    dark, light = luminance(colours[text]), luminance(colours[ground])

    assert (light + 0.05) / (dark + 0.05) >= 7


def test_the_stream_begins_with_the_page_as_it_is_and_goes_on_with_what_arrives(centre):
    terminal = centre.a_terminal()
    with centre.http.stream("GET", f"/live?lang=en&unit={UNIT}") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = stream.iter_lines()
        assert next(line for line in lines if 'id="responses"' in line).count('value="0"')

        terminal.send(a_response(terminal.id))

        assert next(line for line in lines if 'id="responses"' in line).count('value="1"')
        assert centre.service.live.viewers == 1

    for _ in range(2000):  # the closed connection frees its place
        if not centre.service.live.viewers:
            break
        time.sleep(0.01)
    assert centre.service.live.viewers == 0


def test_a_picture_is_one_event_whatever_its_lines():
    assert as_event("a\nb") == b"event: picture\ndata: a\ndata: b\n\n"
    assert as_event(None).startswith(b":")


def test_a_burst_becomes_one_picture_and_each_is_drawn_once_for_all():
    drawn = []

    def draw(unit, language):
        drawn.append((unit, language))
        return f"picture {len(drawn)}"

    async def watch():
        live = Live()
        viewers = [live.pictures(None, "fi", draw) for _ in range(3)]
        first = [await anext(viewer) for viewer in viewers]
        for _ in range(50):
            live.tell()
        second = [await anext(viewer) for viewer in viewers]
        return first, second

    assert asyncio.run(watch()) == (["picture 1"] * 3, ["picture 2"] * 3)


def test_who_goes_away_is_forgotten_and_closing_ends_every_stream():
    async def watch():
        live = Live()
        gone = live.pictures(None, "fi", lambda *_: "")
        stays = live.pictures(None, "fi", lambda *_: "")
        await anext(gone)
        await anext(stays)
        counts = [live.viewers]
        await gone.aclose()
        counts.append(live.viewers)
        live.close()
        with pytest.raises(StopAsyncIteration):
            await anext(stays)
        return [*counts, live.viewers]

    assert asyncio.run(watch()) == [2, 1, 0]
