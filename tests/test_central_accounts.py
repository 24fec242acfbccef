"""Accounts: what each may do, who looks after them, and that somebody always can."""

import json
import re

import pytest
from click.testing import CliRunner
from logins import logged_in
from test_central_builders import UNIT, a_centre, a_store, a_unit, at_once
from test_central_login import PASSWORD, Browser, quick_passwords, somebody

from device_config.errors import UsageProblem
from kiosk.cli import main
from sync.central.accounts import changes as accounts
from sync.central.accounts.access import GRANTS, ROLES, as_role
from sync.central.accounts.changes import AccountProblem, NewAccount
from sync.central.store import utc_now
from sync.central.store.accounts import find_named
from sync.central.store.audit import entries
from sync.central.store.logins import begin_login, find_login


@pytest.fixture
def store(database_url, tmp_path):
    store = a_store(tmp_path, database_url)
    yield store
    store.close()


@pytest.fixture
def centre(tmp_path):
    with a_centre(tmp_path, is_open=False, passwords=quick_passwords()) as running:
        yield running


def known(store, name):
    with store.reading() as connection:
        return find_named(connection, name)


def done(store, deed, *arguments):
    with store.writing() as connection:
        return deed(connection, None, *arguments, utc_now())


def added(store, name, role="administrator", scopes=()):
    from random import SystemRandom

    wanted = NewAccount(name=name, role=role, scopes=scopes)
    with store.writing() as connection:
        return accounts.add(connection, None, wanted, "x", utc_now(), SystemRandom())


def test_an_account_is_kept_as_it_was_made(store):
    added(store, "  Aino.Ääkkönen ", "supervisor", (f"unit:{UNIT}", "path:Kainuu > Neuvola"))

    account = known(store, "aino.ääkkönen")

    assert account.role == "supervisor"
    assert sorted(map(str, account.scopes)) == ["path:Kainuu › Neuvola", f"unit:{UNIT}"]
    assert account.visitor().units([a_unit(), a_unit("9.9")]) == {UNIT}


@pytest.mark.parametrize("name", ["", "two words", "x" * 101, "tab\tbed", "nul\0", " "])
def test_a_login_name_is_one_word(store, name):
    with pytest.raises(AccountProblem, match="one word"):
        added(store, name)


def test_a_name_belongs_to_one_account_whatever_its_case(store):
    added(store, "aino")

    with pytest.raises(AccountProblem, match="already"):
        added(store, "AINO")


@pytest.mark.parametrize(
    ("role", "scopes", "said"),
    [
        ("supervisor", (), "say to which"),
        ("administrator", ("county:20",), "only a supervisor"),
        ("feedback-team", ("county:20",), "only a supervisor"),
        ("supervisor", ("somewhere",), "no part of the tree"),
        ("supervisor", ("",), "no part of the tree"),
        ("read-only", tuple(f"unit:1.{n}" for n in range(51)), "at most 50"),
        ("owner", (), "no role"),
    ],
)
def test_a_role_is_bound_as_roles_can_be(store, role, scopes, said):
    with pytest.raises(UsageProblem, match=said):
        added(store, "aino", role, scopes)

    assert known(store, "aino") is None


def test_the_last_administrator_stays(store):
    added(store, "aino")
    added(store, "eino", "read-only")

    for deed, arguments in (
        (accounts.disable, ("aino",)),
        (accounts.set_role, ("aino", "feedback-team", ())),
    ):
        with pytest.raises(AccountProblem, match="last administrator"):
            done(store, deed, *arguments)

    assert known(store, "aino").role == "administrator"
    assert known(store, "aino").disabled_at is None


def test_a_disabled_administrator_does_not_count_as_one(store):
    added(store, "aino")
    added(store, "eino")
    done(store, accounts.disable, "eino")

    with pytest.raises(AccountProblem, match="last administrator"):
        done(store, accounts.disable, "aino")


def each_takes_one_away(store):
    """Two administrators disable each other at the same moment; who is left."""
    added(store, "aino")
    added(store, "eino")

    def take(name):
        try:
            done(store, accounts.disable, name)
        except AccountProblem:
            return "refused"
        return "done"

    told = at_once(lambda: take("aino"), lambda: take("eino"))
    left = [name for name in ("aino", "eino") if known(store, name).disabled_at is None]
    return told, left


def test_two_administrators_cannot_take_each_other_away_at_once(store):
    told, left = each_takes_one_away(store)

    assert sorted(told) == ["done", "refused"]
    assert len(left) == 1


def test_without_its_lock_they_could_on_postgresql(tmp_path, monkeypatch):
    """The test before would see it: so the lock is what keeps the promise."""
    import threading

    from databases import a_database

    meeting = threading.Barrier(2, timeout=5)

    def careless(connection):
        from sqlalchemy import select

        from sync.central.store.tables import accounts as table

        is_one = (table.c.role == "administrator", table.c.disabled_at.is_(None))
        found = frozenset(connection.execute(select(table.c.id).where(*is_one)).scalars())
        meeting.wait()
        return found

    monkeypatch.setattr("sync.central.store.accounts.enabled_administrators", careless)
    with a_database("postgresql", tmp_path) as url:
        store = a_store(tmp_path, url)
        try:
            assert each_takes_one_away(store) == (["done", "done"], [])
        finally:
            store.close()


def test_disabling_ends_the_logins_and_enabling_brings_none_back(store):
    from random import SystemRandom

    added(store, "first")
    account = added(store, "aino")
    now = utc_now()
    with store.writing() as connection:
        token = begin_login(connection, account.id, now, SystemRandom())
    done(store, accounts.disable, "aino")
    done(store, accounts.enable, "aino")

    with store.reading() as connection:
        assert find_login(connection, token, now) is None
    assert known(store, "aino").disabled_at is None


def test_a_role_of_a_newer_version_may_do_the_least():
    assert as_role("owner") == "read-only"


# The commands.


@pytest.fixture
def run(tmp_path):
    def run(*arguments):
        return CliRunner().invoke(main, ["central-admin", *arguments, "--state", str(tmp_path)])

    return run


def test_the_command_prints_the_first_password_alone_on_its_output(run):
    made = run("account", "add", "Aino", "--role", "supervisor", "--of", f"unit:{UNIT}")

    assert made.exit_code == 0
    assert re.fullmatch(r"[a-z2-9]{4}(-[a-z2-9]{4}){3}\n", made.stdout)
    assert "not shown again" in made.stderr
    listed = json.loads(run("account", "list", "--json").stdout)
    assert [(row["name"], row["role"], row["of"]) for row in listed] == [
        ("aino", "supervisor", [f"unit:{UNIT}"])
    ]
    assert made.stdout.strip() not in run("account", "list", "--json").stdout


def test_the_commands_change_accounts_and_each_change_is_in_the_audit_log(run):
    run("account", "add", "first", "--role", "administrator")
    run("account", "add", "aino", "--role", "administrator")
    done = [
        run("account", "set-role", "aino", "--role", "read-only", "--of", "county:20"),
        run("account", "disable", "aino"),
        run("account", "enable", "aino"),
        run("account", "reset-password", "aino"),
    ]
    log = [json.loads(line) for line in run("audit", "list", "--json").stdout.splitlines()]

    assert [each.exit_code for each in done] == [0] * 4
    assert [(entry["who"], entry["action"], entry["subject"]) for entry in log] == [
        ("command", "password-reset", "aino"),
        ("command", "account-enabled", "aino"),
        ("command", "account-disabled", "aino"),
        ("command", "account-role-set", "aino"),
        ("command", "account-added", "aino"),
        ("command", "account-added", "first"),
    ]
    assert done[-1].stdout.strip() not in run("audit", "list", "--json").stdout
    assert "aino" in run("account", "list").stdout
    assert "account-disabled" in run("audit", "list").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("disable", "nobody"), "no such account"),
        (("disable", "aino"), "last administrator"),
        (("add", "aino", "--role", "read-only"), "already"),
        (("add", "eino", "--role", "supervisor"), "say to which"),
        (("add", "e\0", "--role", "read-only"), "one word"),
    ],
    ids=["unknown", "last", "taken", "unbound", "nul"],
)
def test_what_a_command_cannot_do_it_says_in_a_line(run, arguments, said):
    run("account", "add", "aino", "--role", "administrator")

    told = run("account", *arguments)

    assert told.exit_code != 0
    assert said in str(told.exception or "") + told.output
    assert isinstance(told.exception, SystemExit | UsageProblem)


def test_an_account_for_openid_has_no_password(run):
    made = run("account", "add", "aino", "--role", "read-only", "--openid")
    linked = run(
        "account",
        "add",
        "eino",
        "--role",
        "read-only",
        "--openid-subject",
        "https://id.example",
        "7",
    )

    rows = {row["name"]: row for row in json.loads(run("account", "list", "--json").stdout)}

    assert (made.stdout, linked.stdout) == ("", "")
    assert [rows[name]["has_password"] for name in ("aino", "eino")] == [False, False]
    assert [rows[name]["openid"] for name in ("aino", "eino")] == [None, "https://id.example 7"]


# The pages.


def form_token(http, path="/account"):
    return re.search(r'name="form_token" value="(\w+)"', http.get(path).text)[1]


def test_an_administrator_makes_an_account_and_sees_its_password_once(centre):
    with logged_in(centre, "administrator") as http:
        fields = {"name": "Aino", "role": "supervisor", "scope": [f"unit:{UNIT}", ""]}
        made = http.post("/accounts", data=fields | {"form_token": form_token(http)})
        password = re.search(r'id="secret">([^<]+)<', made.text)[1]
        listed = http.get("/accounts").text

    assert made.status_code == 200
    assert made.headers["cache-control"] == "no-store"
    assert password not in listed
    assert Browser(centre).log_in("aino", password).status_code == 303
    assert known(centre.store, "aino").scopes[0].value == UNIT


def test_the_page_says_what_is_wrong_and_keeps_what_was_typed(centre):
    with logged_in(centre, "administrator") as http:
        token = form_token(http)
        wrong = http.post(
            "/accounts", data={"name": "aino", "role": "supervisor", "form_token": token}
        )

    assert wrong.status_code == 422
    assert "Esihenkilö tarvitsee vähintään yhden yksikön" in wrong.text
    assert 'value="aino"' in wrong.text
    assert known(centre.store, "aino") is None


def test_an_administrator_changes_resets_disables_and_enables_an_account(centre):
    account = somebody(centre)
    with logged_in(centre, "administrator") as http:
        token = {"form_token": form_token(http)}
        path = f"/accounts/{account.id}"
        changed = http.post(
            f"{path}/role", data=token | {"role": "read-only", "scope": "county:20"}
        )
        reset = http.post(f"{path}/password", data=token)
        password = re.search(r'id="secret">([^<]+)<', reset.text)[1]
        disabled = http.post(f"{path}/disable", data=token)
        shut_out = Browser(centre).log_in("aino", password).status_code
        enabled = http.post(f"{path}/enable", data=token)
        unknown = http.post(f"{path}/explode", data=token)
        page = http.get(f"{path}?done=enable&lang=en").text

    assert [each.headers["location"] for each in (changed, disabled, enabled)] == [
        f"{path}?done=role",
        f"{path}?done=disable",
        f"{path}?done=enable",
    ]
    assert (shut_out, unknown.status_code) == (403, 404)
    assert "can log in again" in page
    assert Browser(centre).log_in("aino", PASSWORD).status_code == 403
    assert Browser(centre).log_in("aino", password).status_code == 303
    assert known(centre.store, "aino").role == "read-only"


@pytest.mark.parametrize("account_id", ["a-none", "%00", "x" * 3000, "..%2F"])
def test_an_account_that_is_not_there_is_a_page_not_found(centre, account_id):
    with logged_in(centre, "administrator") as http:
        token = form_token(http)

        assert http.get(f"/accounts/{account_id}").status_code == 404
        told = http.post(f"/accounts/{account_id}/disable", data={"form_token": token})
        assert told.status_code == 404


def test_the_last_administrator_is_told_so_on_the_page(centre):
    account = somebody(centre)
    browser = Browser(centre)
    browser.log_in("aino")

    told = browser.post(f"/accounts/{account.id}/disable", {"form_token": browser.form_token()})

    assert told.status_code == 422
    assert "viimeinen ylläpitäjä" in told.text
    assert browser.is_in()


def test_what_was_done_on_pages_is_in_the_log_under_who_did_it(centre):
    somebody(centre)
    browser = Browser(centre)
    browser.log_in("aino")
    fields = {"form_token": browser.form_token(), "name": "eino", "role": "feedback-team"}
    browser.post("/accounts", fields)

    with centre.store.reading() as connection:
        log = entries(connection, 10)

    assert [(each.account_name, each.action, each.subject) for each in log] == [
        ("aino", "account-added", "eino"),
        ("aino", "logged-in", "aino"),
    ]


# What each role gets.

PAGES = {
    "/": "see-numbers",
    "/accounts": "change-accounts",
    "/audit": "see-audit",
    "/comments": "read-texts",
    "/exports": "export",
    "/fleet": "see-fleet",
    "/codes": "change-fleet",
    "/desired": "change-fleet",
}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_gets_the_pages_that_it_is_granted_and_no_other(centre, role):
    scopes = (f"unit:{UNIT}",) if role == "supervisor" else ()
    with logged_in(centre, role, scopes) as http:
        got = {path: http.get(path).status_code for path in PAGES}

    granted = GRANTS[role]
    assert got == {path: 200 if asked in granted else 403 for path, asked in PAGES.items()}


OPEN_TO_ALL = ("/static/", "/login", "/public", "/api/")


def test_without_a_login_every_page_but_the_public_ones_leads_to_the_login(centre):
    """Walks the routes themselves, so that no page can be forgotten."""
    from sync.central.app import create_app

    seen = {}
    for route in create_app(centre.service).routes:
        path = re.sub(r"\{[^}]*\}", "x", route.path)
        if route.path == "/" or not path.startswith(OPEN_TO_ALL):
            for method in route.methods - {"OPTIONS", "HEAD"}:
                reply = centre.http.request(method, path)
                seen[method, route.path] = (
                    reply.status_code,
                    reply.headers.get("location", "").partition("?")[0],
                )

    assert len(seen) > 15
    assert {key: told for key, told in seen.items() if told != (303, "/login")} == {}
