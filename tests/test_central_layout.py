"""The frame of every page: where one can go, in which language, and what it says of problems."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logins import logged_in
from sqlalchemy.exc import OperationalError
from test_central_builders import a_centre
from test_central_page import luminance

import sync.central.pages
from sync.central.pages.address import Address
from sync.central.pages.render import Pages

PAGES = Path(sync.central.pages.__file__).parent
TEMPLATES = sorted(str(path.relative_to(PAGES)) for path in PAGES.glob("templates/**/*.html"))
STYLES = sorted(path.name for path in PAGES.glob("static/*.css"))
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
EVERYWHERE = ["/", "/units", "/comments", "/fleet", "/codes", "/desired", "/exports"]


@pytest.fixture(scope="module")
def centre(tmp_path_factory):
    with a_centre(tmp_path_factory.mktemp("open")) as running:
        yield running


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    with a_centre(tmp_path_factory.mktemp("guarded"), is_open=False) as running:
        yield running


def sections(html):
    nav = re.search(r'<nav class="places".*?</nav>', html, re.DOTALL)
    return re.findall(r'<a href="([^"]+)"', nav[0]) if nav else []


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("administrator", [*EVERYWHERE, "/accounts", "/audit"]),
        ("feedback-team", EVERYWHERE),
        ("supervisor", ["/", "/units", "/comments", "/fleet"]),
        ("read-only", ["/", "/units"]),
    ],
)
def test_everybody_is_shown_the_way_to_what_they_may_see_and_to_no_more(guarded, role, expected):
    with logged_in(guarded, role) as http:
        page = http.get("/units").text

        assert sections(page) == expected
        assert [http.get(path).status_code for path in expected] == [200] * len(expected)


def test_the_page_that_is_shown_is_marked_and_so_is_its_section(centre):
    page = centre.http.get("/units").text
    below = centre.http.get("/accounts/nobody", headers=BROWSER).text

    assert '<a href="/units" aria-current="page">' in page
    assert page.count('aria-current="page"') == 1
    assert '<a href="/accounts" aria-current="true">' in below


def test_who_is_logged_in_sees_their_name_and_a_way_out(guarded):
    with logged_in(guarded, "read-only") as http:
        page = http.get("/units").text

        assert 'href="/account"' in page
        assert re.search(r'action="/logout">\s*<input[^>]*name="form_token" value="\w+"', page)


def test_the_links_to_other_languages_keep_the_rest_of_the_address(centre):
    page = centre.http.get("/units?of=county%3A20&days=90&done=made&lang=fi").text

    assert 'href="/units?of=county%3A20&amp;days=90&amp;lang=sv"' in page


def test_a_language_that_was_asked_for_stays_without_the_address_saying_it(centre):
    first = centre.http.get("/units?lang=sv", headers={"accept-language": "en"})
    cookie = first.headers["set-cookie"]

    later = centre.http.get("/units", headers={"cookie": cookie.partition(";")[0]})

    assert '<html lang="sv">' in later.text
    assert "HttpOnly" in cookie
    assert "set-cookie" not in later.headers


@pytest.mark.parametrize("asked", ["xx", "", "%0d%0aset-cookie:x", "%ff"])
def test_only_a_language_that_there_is_stays(centre, asked):
    assert "set-cookie" not in centre.http.get(f"/units?lang={asked}").headers


fields = st.tuples(st.text(max_size=20), st.text(max_size=20))


@given(st.text(max_size=30), st.lists(fields, max_size=8), st.text(max_size=10))
def test_any_address_keeps_its_path_and_its_values_but_for_the_changed_one(path, query, value):
    from urllib.parse import parse_qsl

    address = Address(f"/{path}", tuple(query)).but(lang=value)

    kept = [(name, each) for name, each in query if name not in {"lang", "done"}]
    assert address.startswith(f"/{path}?")
    found = parse_qsl(address[len(path) + 2 :], keep_blank_values=True)
    assert found == [*kept, ("lang", value)]


@pytest.mark.parametrize("path", ["/nothing", "/units?of=nothing", "/static/nothing.css"])
def test_a_person_gets_a_page_about_a_problem_and_a_program_problem_details(centre, path):
    page = centre.http.get(path + ("&" if "?" in path else "?") + "lang=sv", headers=BROWSER)
    details = centre.http.get(path)

    assert page.status_code == details.status_code == 404
    assert "Sidan finns inte" in page.text
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
    assert details.headers["content-type"].startswith("application/problem+json")


def test_the_api_speaks_only_problem_details(centre):
    reply = centre.http.get("/api/v1/nothing", headers=BROWSER)

    assert reply.headers["content-type"].startswith("application/problem+json")


def test_who_may_not_is_told_so_on_a_page_with_the_ways_that_they_have(guarded):
    with logged_in(guarded, "read-only") as http:
        reply = http.get("/fleet?lang=en", headers=BROWSER)

    assert reply.status_code == 403
    assert "Your account may not do this." in reply.text
    assert sections(reply.text) == ["/", "/units"]


def broken(*_, **__):
    raise RuntimeError("secret inside")


def busy(*_, **__):
    raise OperationalError("SELECT secret", {}, Exception("locked"))


@pytest.mark.parametrize(
    ("fault", "status", "said"), [(broken, 500, "Something went wrong"), (busy, 503, "busy")]
)
def test_a_fault_of_ours_is_a_page_without_our_insides(centre, monkeypatch, fault, status, said):
    monkeypatch.setattr("sync.central.pages.compare.routes.gather", fault)

    reply = centre.http.get("/units?lang=en", headers=BROWSER)

    assert reply.status_code == status
    assert said in reply.text
    assert "secret" not in reply.text
    assert (status == 503) == ("retry-after" in reply.headers)


def test_even_when_that_page_cannot_be_drawn_there_is_an_answer(centre, monkeypatch):
    monkeypatch.setattr(Pages, "draw", broken)

    reply = centre.http.get("/units", headers=BROWSER)

    assert reply.status_code == 500
    assert reply.json()["title"] == "Internal Server Error"


def test_what_a_form_did_is_said_in_words_of_the_page_never_in_those_of_the_address(centre):
    page = centre.http.get("/units?done=%3Cb%3Eyour+password").text

    assert "your password" not in page


def test_a_browser_asks_for_a_style_again_only_when_it_has_changed(centre):
    first = centre.http.get("/static/site.css")
    tag = {"if-none-match": first.headers["etag"]}

    assert centre.http.get("/static/site.css", headers=tag).status_code == 304
    assert centre.http.get("/static/live.css", headers=tag).status_code == 200


@pytest.mark.parametrize("template", TEMPLATES)
def test_no_template_has_what_the_strict_policy_forbids(template):
    text = (PAGES / template).read_text(encoding="utf-8")

    assert not re.search(r"\sstyle=|<style|<script(?![^>]* src=\"/static/)|\son[a-z]+=", text)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", text)


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_style_and_script_that_a_template_names_is_there(template):
    text = (PAGES / template).read_text(encoding="utf-8")

    for name in re.findall(r"\"/static/([^\"]+)\"", text):
        assert (PAGES / "static" / name).exists(), name


@pytest.mark.parametrize("style", STYLES)
def test_no_style_brings_anything_from_elsewhere(style):
    text = (PAGES / "static" / style).read_text(encoding="utf-8")

    assert not re.search(r"url\(|@import", text)


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        *(("ink", f"{ground}-ground") for ground in ("warn", "good", "bad")),
        ("ink", "track"),
        ("#3b2f10", "warn-ground"),
        ("#12382a", "good-ground"),
        ("#5c1d0f", "bad-ground"),
    ],
)
def test_text_on_tinted_grounds_has_a_contrast_of_seven_to_one(text, ground):
    site = (PAGES / "static/site.css").read_text(encoding="utf-8")
    colours = dict(re.findall(r"--([\w-]+): (#\w{6});", site))
    assert text in colours or text in site, "the style has changed"

    dark, light = luminance(colours.get(text, text)), luminance(colours[ground])

    assert (light + 0.05) / (dark + 0.05) >= 7
