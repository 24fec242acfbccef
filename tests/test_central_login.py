"""Coming in: only with the right password, from our own page, and no quicker than people guess."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import argon2
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from logins import a_login, an_account, logged_in
from test_central_builders import a_centre, at_once

from sync.central.accounts.passwords import (
    HASHER,
    NOBODYS,
    Passwords,
    password_problem,
    random_password,
)
from sync.central.pages.accounts.login import BROWSER_COOKIE
from sync.central.pages.visitor import LOGIN_COOKIE, own_path
from sync.central.store.tables import logins
from sync.central.store.tries import MOST_OF_BROWSER, MOST_OF_NAME, WINDOW

QUICK = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "kolme hiljaista kuusta"


def quick_passwords():
    """As the service has them, but cheap: what is tested here is not how long a hash takes."""
    return Passwords(QUICK, QUICK.hash("nobody's"))


@pytest.fixture
def centre(tmp_path):
    with a_centre(tmp_path, is_open=False, passwords=quick_passwords()) as running:
        yield running


class Browser:
    """Keeps cookies as a browser does, Secure ones of loopback too."""

    def __init__(self, centre, address="127.0.0.1"):
        self.centre = centre
        self.cookies = {}
        self.address = address

    def get(self, path, **headers):
        return self._kept(self.centre.http.get(path, headers=self._headers() | headers))

    def post(self, path, fields, **headers):
        return self._kept(
            self.centre.http.post(path, data=fields, headers=self._headers() | headers)
        )

    def log_in(self, name, password=PASSWORD, wanted="/", **headers):
        form = self.get("/login").text
        token = re.search(r'name="form_token" value="(\w+)"', form)[1]
        fields = {"form_token": token, "name": name, "password": password, "next": wanted}
        return self.post("/login", fields, **headers)

    def is_in(self):
        return self.get("/account").status_code == 200

    def form_token(self):
        return re.search(r'name="form_token" value="(\w+)"', self.get("/account").text)[1]

    def _headers(self):
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Cookie": cookie, "X-Forwarded-For": self.address}

    def _kept(self, reply):
        for header in reply.headers.get_list("set-cookie"):
            name, _, value = header.partition(";")[0].partition("=")
            if "Max-Age=0" in header:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value.strip('"')
        return reply


def somebody(centre, role="administrator", name="aino", scopes=()):
    return an_account(
        centre.store,
        role,
        scopes,
        name=name,
        password_hash=QUICK.hash(PASSWORD),
        now=centre.clock(),
    )


def test_whoever_has_not_logged_in_is_sent_to_the_login_and_back_to_where_they_wanted(centre):
    somebody(centre)
    browser = Browser(centre)

    sent = browser.get("/account?lang=sv")
    wanted = parse_qs(urlsplit(sent.headers["location"]).query)["next"][0]
    came = browser.log_in("Aino ", wanted=wanted)

    assert sent.status_code == 303
    assert sent.headers["location"] == "/login?next=%2Faccount%3Flang%3Dsv"
    assert (came.status_code, came.headers["location"]) == (303, "/account?lang=sv")
    assert browser.is_in()


@pytest.mark.parametrize(
    ("name", "password"),
    [("aino", "wrong"), ("nobody", PASSWORD), ("", ""), ("aino\0", PASSWORD), ("aino", "x" * 5000)],
)
def test_a_wrong_name_and_a_wrong_password_are_answered_alike(centre, name, password):
    somebody(centre)
    browser = Browser(centre)

    reply = browser.log_in(name, password)

    assert reply.status_code == 403
    assert "ei ole oikein" in reply.text or "not right" in reply.text
    assert LOGIN_COOKIE not in browser.cookies


def test_the_cookie_is_for_this_host_alone_and_for_no_script(centre):
    somebody(centre)

    reply = Browser(centre).log_in("aino")

    for header in reply.headers.get_list("set-cookie"):
        assert header.startswith("__Host-")
        assert "domain" not in header.lower()
        for said in ("Path=/", "Secure", "HttpOnly", "SameSite=lax"):
            assert said in header


def test_of_a_token_only_its_hash_is_kept(centre):
    somebody(centre)
    browser = Browser(centre)
    browser.log_in("aino")

    with centre.store.reading() as connection:
        rows = [tuple(map(str, row)) for row in connection.execute(logins.select())]

    assert len(rows) == 1
    assert browser.cookies[LOGIN_COOKIE] not in "".join(rows[0])
    assert len(browser.cookies[LOGIN_COOKIE]) == 64


def test_a_login_gets_a_token_of_its_own_and_the_one_before_is_good_no_more(centre):
    somebody(centre)
    browser = Browser(centre)
    browser.log_in("aino")
    before = browser.cookies[LOGIN_COOKIE]
    del browser.cookies[LOGIN_COOKIE]
    fixed = "f" * 64
    form = browser.get("/login").text
    token = re.search(r'name="form_token" value="(\w+)"', form)[1]
    browser.cookies[LOGIN_COOKIE] = before

    browser.post("/login", {"form_token": token, "name": "aino", "password": PASSWORD})

    assert browser.cookies[LOGIN_COOKIE] not in {before, fixed}
    stranger = Browser(centre)
    stranger.cookies[LOGIN_COOKIE] = before
    assert not stranger.is_in()


def test_a_login_ends_an_hour_after_its_last_use_and_after_twelve_hours_in_any_case(centre):
    somebody(centre)
    idle, busy = Browser(centre), Browser(centre)
    idle.log_in("aino")
    busy.log_in("aino")

    for _ in range(11):
        centre.clock.pass_minutes(59)
        assert busy.is_in()
    assert not idle.is_in()
    centre.clock.pass_minutes(59)
    assert busy.is_in()
    centre.clock.pass_minutes(59)

    assert not busy.is_in()


def test_a_use_is_written_down_at_most_once_a_minute(centre):
    somebody(centre)
    browser = Browser(centre)
    browser.log_in("aino")

    def used_at():
        with centre.store.reading() as connection:
            return connection.execute(logins.select()).one().used_at

    first = used_at()
    centre.clock.time += timedelta(seconds=59)
    browser.is_in()
    second = used_at()
    centre.clock.time += timedelta(seconds=1)
    browser.is_in()

    assert first == second
    assert used_at() == first + timedelta(seconds=60)


def test_a_stream_that_nobody_may_be_looking_at_keeps_no_login_alive(centre):
    somebody(centre)
    browser = Browser(centre)
    browser.log_in("aino")
    for _ in range(3):
        centre.clock.pass_minutes(25)
        browser.get("/account", Accept="text/event-stream")

    assert not browser.is_in()


def test_logging_out_ends_the_login_for_whoever_holds_its_token(centre):
    somebody(centre)
    browser = Browser(centre)
    browser.log_in("aino")
    token = browser.cookies[LOGIN_COOKIE]

    reply = browser.post("/logout", {"form_token": browser.form_token()})

    assert reply.headers["location"] == "/login?done=out"
    assert LOGIN_COOKIE not in browser.cookies
    browser.cookies[LOGIN_COOKIE] = token
    assert not browser.is_in()


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://[broken"},
    ],
    ids=["cross-site", "same-site", "origin", "null", "broken"],
)
def test_no_other_site_can_post_a_form_of_ours(centre, headers):
    somebody(centre)
    browser = Browser(centre)
    browser.log_in("aino")
    token = browser.form_token()

    assert browser.post("/logout", {"form_token": token}, **headers).status_code == 403
    assert browser.post("/logout", {"form_token": "f" * 64}).status_code == 403
    assert browser.post("/logout", {}).status_code == 403
    assert browser.is_in()
    assert Browser(centre).log_in("aino", **headers).status_code == 403


def test_a_form_from_the_same_page_is_taken(centre):
    somebody(centre)
    origin = centre.url.rstrip("/")

    assert Browser(centre).log_in("aino", Origin=origin).status_code == 303
    assert Browser(centre).log_in("aino", **{"Sec-Fetch-Site": "same-origin"}).status_code == 303


def test_nobody_is_logged_in_by_a_form_that_another_browser_loaded(centre):
    somebody(centre)
    theirs, ours = Browser(centre), Browser(centre)
    form = theirs.get("/login").text
    token = re.search(r'name="form_token" value="(\w+)"', form)[1]
    fields = {"form_token": token, "name": "aino", "password": PASSWORD}

    without = ours.post("/login", fields)
    ours.get("/login")
    with_own = ours.post("/login", fields)

    assert (without.status_code, with_own.status_code) == (403, 403)
    assert LOGIN_COOKIE not in ours.cookies


def test_two_tabs_with_the_login_form_both_work(centre):
    somebody(centre)
    browser = Browser(centre)
    first = re.search(r'name="form_token" value="(\w+)"', browser.get("/login").text)[1]
    browser.get("/login")

    fields = {"form_token": first, "name": "aino", "password": PASSWORD}

    assert browser.post("/login", fields).status_code == 303


@settings(max_examples=60)
@given(
    st.text(max_size=60)
    | st.sampled_from(["//", "/\\", "https:", "/\t/", "\\\\"]).flatmap(
        lambda start: st.text(max_size=30).map(lambda rest: start + rest)
    )
)
def test_after_a_login_nobody_is_ever_sent_elsewhere(text):
    path = own_path(text)

    assert httpx.URL("https://ours.example/login").join(path).host == "ours.example"
    assert path.startswith("/")
    assert not path.startswith("//")
    assert "\\" not in path
    assert path.isprintable()


@pytest.mark.parametrize(
    "path", ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil", "evil", ""]
)
def test_a_way_that_leads_away_leads_to_the_front_page(path):
    assert own_path(path) == "/"


def test_a_way_of_ours_is_kept_as_it_is():
    path = "/comments?of=path%3AKainuu%20%E2%80%BA%20Neuvola&lang=fi"

    assert own_path(path) == path


def test_after_too_many_wrong_passwords_even_the_right_one_waits(centre):
    somebody(centre)

    for number in range(MOST_OF_NAME):
        assert Browser(centre, f"10.0.0.{number}").log_in("aino", "wrong").status_code == 403
    slowed = Browser(centre, "10.0.1.1").log_in("aino")
    centre.clock.time += WINDOW

    assert slowed.status_code == 429
    assert 0 < int(slowed.headers["retry-after"]) <= WINDOW.total_seconds()
    assert Browser(centre).log_in("aino").status_code == 303


def test_whoever_guesses_elsewhere_never_shuts_a_known_browser_out(centre):
    """A lock on the account would let anybody keep its owner out."""
    somebody(centre)
    known = Browser(centre)
    known.log_in("aino")
    del known.cookies[LOGIN_COOKIE]
    assert BROWSER_COOKIE in known.cookies

    for number in range(MOST_OF_NAME):
        Browser(centre, f"10.0.0.{number}").log_in("aino", "wrong")

    assert Browser(centre, "10.0.1.1").log_in("aino").status_code == 429
    assert known.log_in("aino").status_code == 303


def test_a_known_browser_may_not_guess_for_ever_either(centre):
    somebody(centre)
    somebody(centre, name="eino")
    known = Browser(centre)
    known.log_in("aino")
    del known.cookies[LOGIN_COOKIE]

    guesses = [known.log_in("aino", "wrong").status_code for _ in range(MOST_OF_BROWSER + 1)]

    assert guesses == [403] * MOST_OF_BROWSER + [429]
    assert known.log_in("eino").status_code == 303


def test_one_address_may_not_try_name_after_name(centre, monkeypatch):
    monkeypatch.setattr("sync.central.store.tries.MOST_OF_NETWORK", 5)
    browser = Browser(centre, "10.0.0.1")

    replies = [browser.log_in(f"name-{number}", "x").status_code for number in range(6)]

    assert replies == [403] * 5 + [429]
    assert Browser(centre, "10.0.0.2").log_in("name-7", "x").status_code == 403


def test_right_passwords_slow_nobody_down(centre):
    somebody(centre)

    replies = {Browser(centre).log_in("aino").status_code for _ in range(MOST_OF_NAME + 2)}

    assert replies == {303}


def test_many_guesses_at_once_gain_nothing(centre):
    somebody(centre)
    browsers = [Browser(centre) for _ in range(MOST_OF_NAME + 8)]
    for browser in browsers:
        browser.get("/login")

    replies = at_once(*(lambda b=b: b.log_in("aino", "wrong").status_code for b in browsers))

    assert replies.count(403) <= MOST_OF_NAME
    assert set(replies) <= {403, 429, 503}


def test_a_name_that_does_not_exist_costs_the_same_hash_as_one_that_does():
    dummy, real = (
        argon2.extract_parameters(NOBODYS),
        argon2.extract_parameters(HASHER.hash("x" * 12)),
    )

    assert dummy == real


def test_a_disabled_account_comes_in_no_more(centre):
    from sync.central.accounts.changes import disable

    somebody(centre, name="first")
    somebody(centre)
    browser = Browser(centre)
    browser.log_in("aino")
    with centre.store.writing() as connection:
        disable(connection, None, "aino", centre.clock())

    assert not browser.is_in()
    assert Browser(centre).log_in("aino").status_code == 403


def test_a_change_of_role_counts_at_once(centre):
    from sync.central.accounts.changes import set_role

    somebody(centre, name="first")
    somebody(centre)
    browser = Browser(centre)
    browser.log_in("aino")
    assert browser.get("/accounts").status_code == 200
    with centre.store.writing() as connection:
        set_role(connection, None, "aino", "read-only", (), centre.clock())

    assert browser.get("/accounts").status_code == 403


def test_without_any_account_the_login_page_says_how_to_make_the_first(centre):
    before = centre.http.get("/login?lang=en").text
    somebody(centre)

    assert "central-admin account add NAME --role administrator" in before
    assert "central-admin" not in centre.http.get("/login?lang=en").text


def test_an_old_hash_is_made_anew_at_the_next_login(centre):
    older = argon2.PasswordHasher(time_cost=2, memory_cost=8, parallelism=1)
    account = an_account(centre.store, name="aino", password_hash=older.hash(PASSWORD))
    Browser(centre).log_in("aino")

    from sync.central.store.accounts import password_hash_of

    with centre.store.reading() as connection:
        kept = password_hash_of(connection, account.id)

    assert argon2.extract_parameters(kept).time_cost == 1
    assert Browser(centre).log_in("aino").status_code == 303


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "x" * 201,
        "aaaaaaaaaaaaaaaa",
        "123456789012",
        "password1234",
        "Salasana2026!",
        "Kesä2026Kesä2026",
        "palautepiste1",
        "ainoaino1234",
        "tab\tbetween words",
    ],
    ids=lambda password: password[:12].encode("ascii", "replace").decode(),
)
def test_a_password_among_the_worst_is_refused(password):
    assert password_problem(password, "aino") is not None


@pytest.mark.parametrize(
    "password",
    [
        "kolme hiljaista kuusta",
        "correct horse battery",
        "ÄäÖöÅå on täällä",
        "k" * 3 + "7f-9dAq2%xyz",
    ],
)
def test_a_long_password_needs_no_signs_or_capitals(password):
    assert password_problem(password, "aino") is None


def test_a_drawn_password_keeps_to_the_rules():
    from random import Random

    drawn = {random_password(Random(seed)) for seed in range(200)}

    assert len(drawn) == 200
    assert all(password_problem(password, "aino") is None for password in drawn)


def test_a_password_is_the_same_however_its_letters_were_composed():
    passwords = quick_passwords()
    kept = passwords.hash("p\u00e4\u00e4sky lent\u00e4\u00e4")

    assert passwords._fits(kept, "pa\u0308a\u0308sky lenta\u0308a\u0308")


def test_the_own_password_changes_only_with_the_old_one_and_ends_the_other_logins(centre):
    somebody(centre)
    here, there = Browser(centre), Browser(centre)
    here.log_in("aino")
    there.log_in("aino")
    token = here.form_token()
    new = {"new": "neljä äänekästä mäntyä", "again": "neljä äänekästä mäntyä", "form_token": token}

    wrong = here.post("/account/password", new | {"old": "wrong"})
    differing = here.post("/account/password", new | {"old": PASSWORD, "again": "x"})
    weak = here.post("/account/password", new | {"old": PASSWORD, "new": "a", "again": "a"})
    right = here.post("/account/password", new | {"old": PASSWORD})

    assert [wrong.status_code, differing.status_code, weak.status_code] == [422] * 3
    assert right.headers["location"] == "/account?done=changed"
    assert here.is_in()
    assert not there.is_in()
    assert Browser(centre).log_in("aino").status_code == 403
    assert Browser(centre).log_in("aino", new["new"]).status_code == 303


def test_whoever_sits_down_at_an_open_screen_cannot_guess_the_old_password_quickly(centre):
    somebody(centre)
    browser = Browser(centre)
    browser.log_in("aino")
    fields = {
        "form_token": browser.form_token(),
        "new": "neljä äänekästä mäntyä",
        "again": "neljä äänekästä mäntyä",
        "old": "wrong",
    }

    replies = [
        browser.post("/account/password", fields).status_code for _ in range(MOST_OF_BROWSER + 1)
    ]

    assert replies == [422] * MOST_OF_BROWSER + [429]


def test_out_everywhere_ends_every_login_of_the_account_and_of_no_other(centre):
    somebody(centre)
    here, there = Browser(centre), Browser(centre)
    here.log_in("aino")
    there.log_in("aino")
    with logged_in(centre, "supervisor", ("unit:1.2.3",)) as other:
        here.post("/account/out", {"form_token": here.form_token()})

        assert not here.is_in()
        assert not there.is_in()
        assert other.get("/account").status_code == 200


def test_a_login_form_says_nothing_of_an_open_service(tmp_path):
    with a_centre(tmp_path) as centre:
        reply = centre.http.get("/login")

        assert (reply.status_code, reply.headers["location"]) == (303, "/")


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "", "127.0.0.1.evil.example"])
def test_an_open_service_answers_to_no_name_that_somebody_else_gave_it(tmp_path, host):
    """DNS rebinding: a page's own name, with this machine's address."""
    with a_centre(tmp_path) as centre:
        assert centre.http.get("/account", headers={"Host": host}).status_code in {400, 421}
        for own in ("localhost", "localhost:99", "127.0.0.1:1", "[::1]:8700"):
            assert centre.http.get("/account", headers={"Host": own}).status_code == 200


def test_a_token_of_any_kind_is_no_server_error(centre):
    for value in ("", "x" * 5000, "%00", "a;b"):
        reply = centre.http.get("/account", headers={"Cookie": f"{LOGIN_COOKIE}={value}"})
        assert reply.status_code == 303


def test_a_login_is_found_by_its_token_alone(centre):
    token = a_login(centre.store, now=centre.clock())

    reply = centre.http.get("/account", headers={"Cookie": f"{LOGIN_COOKIE}={token[:-1]}0x"})

    assert reply.status_code == 303
