"""The live page: whose numbers it shows, what it leaves out, what it says, how it stays fresh."""

import re
import time
from itertools import pairwise
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logins import logged_in
from test_central_builders import OTHER_UNIT, UNIT, a_centre, a_response, a_unit, at_unit

from sync.central.numbers.figures import Figure, share
from sync.central.pages import charts
from sync.central.pages.charts import NARROW, WIDE, Axis, Size, columns, round_axis, trend
from sync.central.pages.live import routes
from sync.central.pages.live.wanted import PERIODS, Wanted, wanted_in
from sync.central.scopes import Scope

THIRD_UNIT = "1.2.246.10.2085212.10.1316"
PERCENT = Axis(((0.0, "0%"), (0.5, "50%"), (1.0, "100%")))


@pytest.fixture
def centre(tmp_path):
    with a_centre(tmp_path) as running:
        yield running


@pytest.fixture
def guarded(tmp_path):
    """A centre at which one logs in, with one response in each of three units."""
    with a_centre(tmp_path, is_open=False) as running:
        running.store.add_units([a_unit(THIRD_UNIT, name={"fi": "Rannan asema"}, county="19")])
        terminal = running.a_terminal()
        terminal.send(
            *(a_response(terminal.id, location=at_unit(u)) for u in (UNIT, OTHER_UNIT, THIRD_UNIT))
        )
        yield running


def text_of(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def shown(page, name):
    """The value of a figure on the page."""
    return re.search(f'id="{name}" value="([^"]*)"', page)[1]


def answers(**values):
    return [{"item": item, "value": value} for item, value in values.items()]


def flagged(terminal, rule, **changes):
    return a_response(terminal.id, flags=[{"rule": rule}], **changes)


# Whose numbers


def test_the_page_shows_the_numbers_of_the_part_of_the_tree_that_is_asked_for(centre):
    terminal = centre.a_terminal()
    low = answers(usefulness=1, nps=0)
    terminal.send(
        a_response(terminal.id), a_response(terminal.id, location=at_unit(OTHER_UNIT), answers=low)
    )

    everything = centre.http.get("/?lang=en").text
    county = centre.http.get("/?lang=en&of=county:20").text
    one = centre.http.get(f"/?lang=en&of=unit:{OTHER_UNIT}").text

    assert shown(everything, "responses") == shown(county, "responses") == "2"
    assert shown(everything, "nps") == "0"
    assert f'data-part="{UNIT}"' in everything
    assert (shown(one, "responses"), shown(one, "nps"), shown(one, "mean")) == (
        "1",
        "-100",
        "1.0000",
    )
    assert "\N{MINUS SIGN}100" in one
    assert "Kotkan neuvola" in text_of(one)


def test_an_address_of_before_still_shows_its_unit(centre):
    terminal = centre.a_terminal()
    terminal.send(a_response(terminal.id), a_response(terminal.id, location=at_unit(OTHER_UNIT)))

    assert shown(centre.http.get(f"/?unit={UNIT}").text, "responses") == "1"


def test_a_supervisor_sees_the_own_units_together_and_no_other(guarded):
    scopes = [f"unit:{UNIT}", f"unit:{OTHER_UNIT}"]
    with logged_in(guarded, "supervisor", scopes) as http:
        own = http.get("/?lang=en")
        one = http.get(f"/?lang=en&of=unit:{UNIT}")
        county = http.get("/?lang=en&of=county:20")
        others = [
            http.get(f"{path}?of={scope}")
            for path in ("/", "/live")
            for scope in (f"unit:{THIRD_UNIT}", "county:19", "unit:9.9.9", "path:Nowhere")
        ]

    assert shown(own.text, "responses") == shown(county.text, "responses") == "2"
    assert shown(one.text, "responses") == "1"
    assert "All my units" in own.text
    assert "Rannan asema" not in own.text
    assert THIRD_UNIT not in own.text
    assert {reply.status_code for reply in others} == {403}


def test_without_a_login_there_is_neither_page_nor_stream(guarded):
    for path in ("/", "/live"):
        reply = guarded.http.get(path)

        assert reply.status_code == 303
        assert reply.headers["location"].startswith("/login?next=")


def test_a_stream_ends_when_its_reader_may_no_longer_watch(guarded, monkeypatch):
    """A login that ended, an account that lost a unit: asked for again while the stream goes on."""
    monkeypatch.setattr(routes, "LOOK_AGAIN_S", 0)
    terminal = guarded.a_terminal()
    with (
        logged_in(guarded, "supervisor", [f"unit:{UNIT}"]) as http,
        http.stream("GET", "/live?lang=en") as stream,
    ):
        lines = stream.iter_lines()
        assert "event: picture" in next(lines)
        with guarded.store.writing() as connection:
            connection.exec_driver_sql("DELETE FROM logins")
        terminal.send(a_response(terminal.id))

        assert "event: over" in list(lines)


def test_a_stream_ends_with_its_day_so_that_the_page_begins_anew(centre, monkeypatch):
    monkeypatch.setattr(routes, "LOOK_AGAIN_S", 0)
    terminal = centre.a_terminal()
    with centre.http.stream("GET", "/live?lang=en") as stream:
        lines = stream.iter_lines()
        assert "event: picture" in next(lines)
        centre.clock.pass_minutes(24 * 60)
        terminal.send(a_response(terminal.id))

        assert "event: over" in list(lines)


def test_a_part_of_the_tree_without_units_is_said_to_be_none(centre):
    for scope in ("county:99", "path:Nowhere", "nonsense", "%00"):
        reply = centre.http.get(f"/?of={scope}", headers={"Accept": "text/html"})

        assert reply.status_code == 404


def test_responses_without_a_known_unit_or_questionnaire_are_shown_as_such(centre):
    terminal = centre.a_terminal()
    strange = {"id": "county-own", "version": "7"}
    terminal.send(
        a_response(terminal.id, location=at_unit("9.9.9"), questionnaire=strange),
        a_response(terminal.id, location={}),
    )

    everything = text_of(centre.http.get("/?lang=en").text)
    one = text_of(centre.http.get("/?lang=en&of=unit:9.9.9").text)

    assert "unknown unit 9.9.9 1" in everything
    assert "questionnaire not known yet" in everything
    assert "not known here county-own 1" in everything
    assert "unknown unit (9.9.9)" in one


# What is left out


def test_flagged_and_simulated_responses_are_left_out_until_brought_in(centre):
    terminal = centre.a_terminal()
    terminal.send(
        a_response(terminal.id, answers=answers(usefulness=5)),
        flagged(terminal, "burst", answers=answers(usefulness=1)),
        flagged(terminal, "simulated", answers=answers(usefulness=2)),
        flagged(terminal, "simulated", answers=answers(usefulness=2)),
    )

    usual = centre.http.get("/?lang=en").text
    misuse = centre.http.get("/?lang=en&misuse=in").text
    both = centre.http.get("/?lang=en&misuse=in&simulated=in").text

    assert [shown(page, "responses") for page in (usual, misuse, both)] == ["1", "2", "4"]
    assert [shown(page, "mean") for page in (usual, misuse, both)] == ["5.0000", "3.0000", "2.5000"]
    assert [page.count("data-id=") for page in (usual, misuse, both)] == [1, 2, 4]
    assert "Flagged as possible misuse: 1, left out here. Bring them in" in text_of(usual)
    assert "Simulated: 2, left out here. Bring them in" in text_of(usual)
    assert 'href="/?misuse=in"' in usual
    assert "Flagged as possible misuse: 1, counted here. Leave them out" in text_of(misuse)
    assert 'href="/"' in misuse


def test_a_channel_a_language_a_questionnaire_and_a_period_can_be_chosen(centre):
    terminal = centre.a_terminal()
    long_ago = {"at": "2026-10-01T09:00:00+03:00", "clock": "synced"}
    terminal.send(
        a_response(terminal.id),
        a_response(terminal.id, channel="kiosk-button"),
        a_response(terminal.id, language="sv"),
        a_response(terminal.id, answered=long_ago),
    )

    def responses(query):
        return shown(centre.http.get(f"/?{query}").text, "responses")

    assert responses("") == responses("days=7") == "3"
    assert responses("days=90") == "4"
    assert responses("channel=kiosk-button") == "1"
    assert responses("language=sv") == "1"
    assert responses("questionnaire=national-general") == "3"
    assert (
        responses("questionnaire=another") == responses("language=sv&channel=kiosk-button") == "0"
    )


def test_of_many_units_today_is_fresh_and_the_days_before_are_a_minute_old_at_most(centre):
    oids = [f"1.2.246.10.77.{number}" for number in range(30)]
    centre.store.add_units([a_unit(oid, county="19") for oid in oids])
    terminal = centre.a_terminal()
    last_week = {"at": "2026-11-14T09:00:00+02:00", "clock": "synced"}

    def responses():
        return shown(centre.http.get("/?of=county:19").text, "responses")

    def send(**changes):
        terminal.send(a_response(terminal.id, location=at_unit(oids[7]), **changes))

    send()
    send(answered=last_week)
    assert responses() == "2"
    send()
    send(answered=last_week)
    assert responses() == "3"
    centre.clock.pass_minutes(1)
    assert responses() == "4"


# What it says


def test_without_answers_the_figures_are_dashes(centre):
    page = text_of(centre.http.get("/?lang=en").text)

    assert "NPS – n = 0" in page
    assert "Nothing has arrived yet" in page


def test_each_statement_stands_with_its_share_its_mean_its_n_and_their_intervals(centre):
    terminal = centre.a_terminal()
    terminal.send(
        *(a_response(terminal.id, answers=answers(safety=face, nps=9)) for face in (5, 5, 4, 1))
    )

    page = centre.http.get("/?lang=en").text
    row = text_of(page.partition('data-item="safety"')[2].partition("</tr>")[0])

    assert "I felt safe during the care/service." in row
    assert "75% 95% confidence interval 30–95% 3.75 95% confidence interval" in row
    assert row.endswith("4")
    assert "unrounded 100.00 · n = 4" in text_of(page)


def test_reasons_and_questions_passed_over_are_counted(centre):
    terminal = centre.a_terminal()
    said = [
        {"item": "usefulness", "value": 1},
        {"item": "safety", "status": "skipped"},
        {"item": "reasons", "options": ["waiting"]},
        {"item": "nps", "status": "skipped"},
    ]
    terminal.send(a_response(terminal.id, answers=said))

    page = text_of(centre.http.get("/?lang=en").text)

    assert "The waiting time" in page
    assert "Questions answered 50% skipped 50% · does not concern me 0%" in page


def test_the_trend_has_its_table_by_day_and_by_week(centre):
    terminal = centre.a_terminal()
    terminal.send(a_response(terminal.id))

    daily = text_of(centre.http.get("/?lang=en").text)
    weekly = text_of(centre.http.get("/?lang=en&trend=week").text)

    assert "21.11.2026 1 100% 1 100 1 20.11.2026 0 – 0 – 0" in daily
    assert "47 16.–21.11.2026 1 100% 1 100 1 46 9.–15.11.2026 0 – 0 – 0" in weekly


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

    page = centre.http.get("/?lang=en&simulated=in").text

    row = text_of(page.partition("data-id=")[2].partition("</li>")[0])
    for said in (
        "14:00:00",
        "Fully agree",
        "unknown unit",
        "clock could not be trusted",
        "buttons",
        "svenska",
        "simulated",
    ):
        assert said in row
    assert "my secret" not in page


def test_names_are_escaped(centre):
    centre.store.add_units(
        [a_unit("1.1", name={"fi": "<script>x</script>"}, path={"fi": '"><b> › <i>'})]
    )

    page = centre.http.get("/?of=unit:1.1").text

    assert "<script>x" not in page
    assert "<b>" not in page
    assert "<i>" not in page


def test_the_page_lets_nothing_in_from_elsewhere(centre):
    terminal = centre.a_terminal()
    terminal.send(a_response(terminal.id))

    reply = centre.http.get("/")

    policy = reply.headers["content-security-policy"]
    assert policy.startswith("default-src 'self';")
    assert "unsafe" not in policy
    assert not re.search(r"\sstyle=|<style|<script(?! src=\"/)|\son\w+=", reply.text)
    assert "http" not in re.sub(r'xmlns="[^"]+"', "", reply.text)


# The address


STRANGE = (
    "unit=%00",
    "of=%ff%fe",
    "lang=%ff",
    "unit=" + "x" * 5000,
    "lang=fi&lang=sv",
    "%",
    "days=-1&trend=never&misuse=%00",
    "channel=%00&language=" + "x" * 5000,
    "questionnaire=%27%3B--&days=999999999999999999999",
    "of=path:%E2%80%BA",
    "of=county:%F0%9F%98%80",
)


def test_no_address_breaks_the_page(centre):
    for path in ("/", "/live"):
        for query in STRANGE:
            with centre.http.stream("GET", f"{path}?{query}") as reply:
                assert reply.status_code in {200, 404}, (path, query)


A_WORD = st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), max_size=20)


@given(
    st.builds(
        Wanted,
        scope=st.sampled_from([Scope(), Scope("county", "20"), Scope("path", "A › B & C=?")]),
        days=st.sampled_from(PERIODS),
        with_misuse=st.booleans(),
        with_simulated=st.booleans(),
        channel=A_WORD,
        spoken=A_WORD,
        questionnaire=A_WORD,
        step=st.sampled_from(["day", "week"]),
    )
)
def test_everything_that_is_wanted_stands_in_the_address(wanted):
    query = parse_qs(urlsplit(f"/?{wanted.query()}").query)

    assert wanted_in({name: values[-1] for name, values in query.items()}) == wanted


# Charts


def labels_in(svg):
    """Left and right end of each label under a chart, as wide as its letters may be."""
    found = re.findall(r'class="label" x="([\d.]+)"[^>]*>([^<]*)<', svg)
    return [
        (float(x) - len(text) * charts.LETTER / 2, float(x) + len(text) * charts.LETTER / 2)
        for x, text in found
    ]


@given(
    st.integers(1, 400),
    st.sampled_from(["1", "53", "31.12."]),
    st.sampled_from([WIDE, NARROW, Size(380, 200)]),
)
def test_labels_never_collide_nor_leave_the_chart(count, label, size):
    svg = trend([label] * count, [share(1, 2)] * count, PERCENT, size)

    ends = labels_in(svg)

    assert ends
    assert all(left >= 0 and right <= size.width for left, right in ends)
    assert all(right < left for (_, right), (left, _) in pairwise(ends))


def test_a_line_is_broken_where_nobody_answered():
    figures = [share(1, 2), share(2, 2), Figure(), share(1, 1), Figure(), share(0, 3), share(1, 3)]

    svg = trend([str(n) for n in range(7)], figures, PERCENT, WIDE)

    assert svg.count('class="line"') == svg.count('class="band"') == 2
    assert svg.count('class="bounds"') == 1
    assert svg.count("<circle") == 5


def test_a_chart_of_nothing_is_an_empty_one():
    assert 'class="line"' not in trend(["1"], [Figure()], PERCENT, WIDE)
    assert "<rect" not in columns(["1"], [0], WIDE)
    assert "<rect" not in columns([], [], NARROW)


@given(st.integers(0, 10**9))
def test_an_axis_ends_at_a_round_number_that_nothing_exceeds(highest):
    axis = round_axis(highest)
    steps = [after - before for (before, _), (after, _) in pairwise(axis.ticks)]

    assert axis.low == 0
    assert axis.high >= highest
    assert 2 <= len(steps) <= 4
    assert len(set(steps)) == 1
    assert str(steps[0]).rstrip("0") in {"1", "2", "5", "25"}
    assert highest < 2 or axis.high < 2.6 * highest


# The stream


def test_the_stream_begins_with_the_page_as_it_is_and_goes_on_with_what_arrives(centre):
    terminal = centre.a_terminal()
    with centre.http.stream("GET", f"/live?lang=en&of=unit:{UNIT}") as stream:
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
