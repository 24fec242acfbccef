"""The headers that keep the pages to themselves stand on every reply, whatever is asked."""

import re

import httpx
import pytest
from logins import logged_in
from test_central_builders import a_centre, a_store

from sync.central.app import create_app
from sync.central.pages.replies import SAFE
from sync.central.server import serving
from sync.central.service import Service


def every_request(service):
    for route in create_app(service).routes:
        for method in sorted(route.methods):
            yield method, re.sub(r"\{[^}]*\}", "x", route.path)


def test_every_reply_of_every_route_has_them(tmp_path):
    with a_centre(tmp_path, is_open=False) as centre, logged_in(centre, "administrator") as http:
        without = []
        for method, path in (*every_request(centre.service), ("GET", "/nowhere"), ("PUT", "/")):
            if path == "/live":
                continue
            reply = http.request(method, path)
            assert reply.status_code < 500, (method, path)
            without += [(method, path, name) for name in SAFE if name not in reply.headers]
            assert "strict-transport-security" not in reply.headers
        with http.stream("GET", "/live") as stream:
            without += [("GET", "/live", name) for name in SAFE if name not in stream.headers]

    assert without == []


def test_the_policy_lets_nothing_in_from_elsewhere_and_no_script_in_a_page():
    policy = SAFE["Content-Security-Policy"]

    assert policy.startswith("default-src 'self';")
    for said in ("base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"):
        assert said in policy
    for never in ("unsafe", "*", "http", "data:"):
        assert never not in policy


@pytest.mark.parametrize(
    ("url", "told"),
    [("https://palaute.example.fi", "max-age=31536000"), ("http://a.example", None)],
    ids=["https", "http"],
)
def test_where_browsers_come_by_https_they_are_told_to_use_nothing_else(tmp_path, url, told):
    store = a_store(tmp_path)
    with serving(Service(store, url=url)) as address:
        for path in ("login", "api/v1/openapi.json", "static/site.css", "nowhere"):
            reply = httpx.get(address + path, trust_env=False)
            assert reply.headers.get("strict-transport-security") == told
    store.close()


def test_a_page_has_no_script_or_style_of_its_own_and_is_kept_by_no_cache(tmp_path):
    with a_centre(tmp_path, is_open=False) as centre, logged_in(centre, "administrator") as http:
        replies = [http.get(page) for page in ("/account", "/accounts", "/audit", "/comments")]
        replies.append(centre.http.get("/login"))

    for reply in replies:
        assert reply.status_code == 200
        assert reply.headers["cache-control"] == "no-store"
        assert not re.search(r"\sstyle=|<style|<script(?! src=\"/)|\son\w+=", reply.text)
        assert "http" not in re.sub(r'xmlns="[^"]+"', "", reply.text)
