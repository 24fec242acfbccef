"""OpenID Connect: only whom the provider names comes in, by an account made here."""

from datetime import timedelta
from urllib.parse import urlencode

import httpx
import pytest
from click.testing import CliRunner
from open_id_provider import CLIENT_ID, CLIENT_SECRET, a_provider
from test_central_builders import NOON, Clock, a_store
from test_central_login import Browser, quick_passwords

from device_config.errors import UsageProblem
from kiosk.cli import main
from sync.central.accounts import changes as accounts
from sync.central.accounts.changes import NewAccount
from sync.central.accounts.open_id import (
    SOONEST_AGAIN,
    OpenIdConnect,
    OpenIdSettings,
    is_safe_address,
    read_secret,
)
from sync.central.server import serving
from sync.central.service import Service
from sync.central.store.accounts import find_named
from sync.central.store.audit import entries


class Centre:
    """A service with a provider; its clock stands where the test sets it."""

    def __init__(self, store, provider, clock, http):
        self.store, self.provider, self.clock, self.http = store, provider, clock, http

    def account(self, name="aino", openid=None, password_hash=None, role="read-only"):
        from random import SystemRandom

        wanted = NewAccount(name=name, role=role, openid=openid)
        with self.store.writing() as connection:
            random = SystemRandom()
            return accounts.add(connection, None, wanted, password_hash, self.clock(), random)

    def known(self, name):
        with self.store.reading() as connection:
            return find_named(connection, name)

    def actions(self):
        with self.store.reading() as connection:
            return [entry.action for entry in entries(connection, 100)]


@pytest.fixture
def centre(tmp_path):
    clock = Clock()
    store = a_store(tmp_path)
    with a_provider(clock) as provider:
        settings = OpenIdSettings(
            issuer=provider.url, client_id=CLIENT_ID, client_secret=CLIENT_SECRET
        )
        # Where the provider sends browsers back to is told before the port is known: nothing
        # follows it here, the test is the browser.
        open_id = OpenIdConnect(settings, "https://palaute.example.fi", clock)
        service = Service(store, now=clock, open_id=open_id, passwords=quick_passwords())
        with (
            serving(service) as url,
            httpx.Client(base_url=url.rstrip("/"), trust_env=False) as http,
        ):
            yield Centre(store, provider, clock, http)
    store.close()


def set_out(browser, wanted="/account"):
    reply = browser.get(f"/login/openid?{urlencode({'next': wanted})}")
    assert reply.status_code == 303
    return reply.headers["location"]


def come_back(browser, brought):
    reply = browser.get(f"/login/openid/callback?{urlencode(brought)}")
    assert reply.status_code == 303
    return reply.headers["location"]


def log_in(centre, browser, wanted="/account"):
    return come_back(browser, centre.provider.authorize(set_out(browser, wanted)))


def test_whom_the_provider_names_comes_in_by_the_account_that_was_made_for_it(centre):
    centre.account()
    browser = Browser(centre)

    came = log_in(centre, browser)

    assert came == "/account"
    assert browser.is_in()
    assert centre.known("aino").issuer_subject == f"{centre.provider.url} subject-1"
    assert centre.actions() == ["logged-in", "account-linked", "account-added"]


def test_once_linked_the_subject_counts_and_no_longer_the_name(centre):
    centre.account()
    log_in(centre, Browser(centre))

    centre.provider.name = "renamed"
    renamed = Browser(centre)
    log_in(centre, renamed)
    centre.provider.name, centre.provider.subject = "aino", "somebody-else"
    other = Browser(centre)

    assert renamed.is_in()
    assert log_in(centre, other) == "/login?done=openid-unknown"
    assert not other.is_in()


def test_nobody_comes_in_without_an_account_that_was_made_beforehand(centre):
    browser = Browser(centre)

    assert log_in(centre, browser) == "/login?done=openid-unknown"
    assert not browser.is_in()
    assert centre.known("aino") is None
    page = browser.get("/login?done=openid-unknown&lang=en").text
    assert "There is no account for you here" in page


def test_an_account_with_a_password_is_never_taken_over_by_a_name(centre):
    centre.account(password_hash="x", role="administrator")
    browser = Browser(centre)

    assert log_in(centre, browser) == "/login?done=openid-unknown"
    assert centre.known("aino").issuer_subject is None


def test_an_account_can_be_linked_to_a_subject_beforehand(centre):
    centre.account("whatever", openid=(centre.provider.url, "subject-1"))
    browser = Browser(centre)
    log_in(centre, browser)

    assert browser.is_in()


def test_a_disabled_account_stays_out(centre):
    centre.account()
    log_in(centre, Browser(centre))
    with centre.store.writing() as connection:
        accounts.disable(connection, None, "aino", NOON)
    browser = Browser(centre)

    assert log_in(centre, browser) == "/login?done=openid-unknown"
    assert not browser.is_in()


LONG_AGO = int((NOON - timedelta(hours=1)).timestamp())


WRONG = {
    "another audience": ({"aud": "another client"}, ""),
    "two audiences": ({"aud": [CLIENT_ID, "another client"]}, ""),
    "another party": ({"aud": [CLIENT_ID, "another client"], "azp": "another client"}, ""),
    "no audience": ({"aud": None}, ""),
    "another issuer": ({"iss": "https://else.example"}, ""),
    "another nonce": ({"nonce": "another nonce"}, ""),
    "no nonce": ({"nonce": None}, ""),
    "expired": ({"exp": LONG_AGO, "iat": LONG_AGO - 300}, ""),
    "no end": ({"exp": None}, ""),
    "nobody": ({"sub": None}, ""),
    "an empty name": ({"sub": ""}, ""),
    "a number": ({"sub": 7}, ""),
    "no signature": ({}, "alg-none"),
    "the client's secret as key": ({}, "secret-as-key"),
    "another key": ({}, "other-key"),
    "changed": ({}, "changed"),
    "no token": ({}, "no-token"),
}


def test_a_token_with_anything_wrong_lets_nobody_in(centre):
    centre.account()
    told = {}
    for wrong, (centre.provider.claims, centre.provider.broken) in WRONG.items():
        browser = Browser(centre)
        told[wrong] = (log_in(centre, browser), browser.is_in())

    assert told == dict.fromkeys(WRONG, ("/login?done=openid-refused", False))
    assert centre.known("aino").issuer_subject is None


def test_what_a_browser_brings_back_counts_once_and_for_that_browser_alone(centre):
    centre.account()
    browser, other = Browser(centre), Browser(centre)
    brought = centre.provider.authorize(set_out(browser))
    set_out(other)

    stolen = come_back(other, brought)
    first = come_back(browser, brought)
    again = come_back(browser, brought)

    assert (stolen, first, again) == (
        "/login?done=openid-refused",
        "/account",
        "/login?done=openid-refused",
    )
    assert not other.is_in()


def test_a_code_of_another_flow_is_refused(centre):
    """Or somebody could slip their own code into another's browser."""
    centre.account()
    browser, attacker = Browser(centre), Browser(centre)
    theirs = centre.provider.authorize(set_out(attacker))
    ours = centre.provider.authorize(set_out(browser))

    assert come_back(browser, ours | {"code": theirs["code"]}) == "/login?done=openid-refused"
    assert not browser.is_in()


def test_whatever_comes_back_is_no_server_error(centre):
    browser = Browser(centre)
    for brought in (
        {},
        {"state": "x", "code": "y"},
        {"error": "access_denied"},
        {"state": "\0", "code": "\0"},
        {"state": "x" * 9000},
    ):
        set_out(browser)
        assert come_back(browser, brought) == "/login?done=openid-refused"


def test_another_issuers_answer_is_refused(centre):
    """RFC 9207: a mix-up of providers."""
    centre.account()
    browser = Browser(centre)
    brought = centre.provider.authorize(set_out(browser)) | {"iss": "https://else.example"}

    assert come_back(browser, brought) == "/login?done=openid-refused"


def test_whoever_takes_too_long_sets_out_again(centre):
    centre.account()
    browser = Browser(centre)
    brought = centre.provider.authorize(set_out(browser))
    centre.clock.pass_minutes(11)

    assert come_back(browser, brought) == "/login?done=openid-refused"
    assert log_in(centre, browser) == "/account"


def test_a_provider_may_change_its_keys(centre):
    centre.account()
    log_in(centre, Browser(centre))
    centre.provider.change_key()
    too_soon = Browser(centre)
    log_in(centre, too_soon)
    centre.clock.time += SOONEST_AGAIN
    browser = Browser(centre)
    log_in(centre, browser)

    assert not too_soon.is_in()
    assert browser.is_in()
    assert centre.provider.looked_for_keys == 2


def test_a_provider_that_answers_as_none_would_is_told_on_the_login_page(centre):
    browser = Browser(centre)
    told = {}
    for centre.provider.broken in ("issuer", "not-json", "huge"):
        told[centre.provider.broken] = browser.get("/login/openid").headers["location"]

    assert set(told.values()) == {"/login?done=openid-unreachable"}
    assert "cannot be reached" in browser.get("/login?done=openid-unreachable&lang=en").text


def test_nobody_is_sent_elsewhere_afterwards(centre):
    centre.account()
    elsewhere = ("//evil.example", "https://evil.example", "/\\evil.example")

    assert {log_in(centre, Browser(centre), wanted) for wanted in elsewhere} == {"/"}


def test_an_address_that_nobody_has_proved_names_no_account():
    clock = Clock()
    with a_provider(clock) as provider:
        settings = OpenIdSettings(
            issuer=provider.url, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, claim="email"
        )
        open_id = OpenIdConnect(settings, "https://palaute.example.fi", clock)
        names = []
        for proved in (True, False, None, "true"):
            provider.claims = {"email": "aino@example.fi", "email_verified": proved}
            from random import SystemRandom

            begun = open_id.begin(SystemRandom())
            brought = provider.authorize(begun.address)
            names.append(open_id.finish(brought["code"], begun.nonce, begun.verifier, None).name)

    assert names == ["aino@example.fi", None, None, None]


def test_the_login_page_offers_the_provider_only_where_there_is_one(centre, tmp_path):
    store = a_store(tmp_path / "..")
    with serving(Service(store)) as url:
        without = httpx.get(f"{url}login", trust_env=False).text
        sent = httpx.get(f"{url}login/openid", trust_env=False)
    store.close()

    assert "/login/openid" in centre.http.get("/login").text
    assert "/login/openid" not in without
    assert sent.headers["location"] == "/login"


@pytest.mark.parametrize(
    ("address", "is_safe"),
    [
        ("https://id.example", True),
        ("http://127.0.0.1:80", True),
        ("http://[::1]:80", True),
        ("http://id.example", False),
        ("http://127.0.0.1.evil.example", False),
        ("ftp://id.example", False),
        ("https://", False),
        ("http://[", False),
    ],
)
def test_a_provider_is_spoken_to_by_https_or_on_this_machine(address, is_safe):
    assert is_safe_address(address) is is_safe


def test_the_secret_is_read_from_a_file_that_only_its_owner_can_read(tmp_path):
    path = tmp_path / "secret"
    path.write_text("  the secret\n")
    path.chmod(0o644)
    with pytest.raises(UsageProblem, match="chmod 600"):
        read_secret(path)
    path.chmod(0o600)

    assert read_secret(path) == "the secret"
    path.write_text("")
    with pytest.raises(UsageProblem, match="no client secret"):
        read_secret(path)
    with pytest.raises(UsageProblem, match="No such file"):
        read_secret(tmp_path / "none")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--oidc-issuer", "https://id.example"), "give --oidc-client-id"),
        (("--oidc-issuer", "https://id.example", "--oidc-client-id", "x"), "give --url"),
        (
            ("--oidc-issuer", "http://id.example", "--oidc-client-id", "x", "--url", "https://a"),
            "write an https address",
        ),
        (("--oidc-issuer", "https://id.example", "--open"), "nobody logs in at an open service"),
        (("--oidc-client-id", "x", "--host", "192.0.2.1"), "without --oidc-issuer"),
        (("--oidc-secret-file", "x", "--host", "192.0.2.1"), "without --oidc-issuer"),
        (("--url", "palaute.example.fi"), "write the root"),
        (("--url", "https://palaute.example.fi/under"), "write the root"),
        (("--url", "https://[broken"), "write the root"),
    ],
    ids=[
        "client",
        "url",
        "http",
        "open",
        "no-issuer",
        "no-issuer-secret",
        "no-scheme",
        "path",
        "broken",
    ],
)
def test_options_that_can_be_of_no_use_are_told_before_the_service_starts(tmp_path, options, said):
    told = CliRunner().invoke(main, ["central", "--state", str(tmp_path), *options])

    assert told.exit_code == 2
    assert said in told.output
