"""What stays where it belongs: texts out of logs, units with their own, memory with a bound."""

import logging
import re

import pytest
from databases import database_url
from logins import a_login, an_account, logged_in
from sqlalchemy import insert, text
from test_central_builders import OTHER_UNIT, UNIT, a_centre, a_response

from sync.central.pages.accounts.login import FORM_COOKIE
from sync.central.pages.visitor import LOGIN_COOKIE
from sync.central.store.accounts import find_account
from sync.central.store.logins import IDLE
from sync.central.store.tables import account_scopes

__all__ = ["database_url"]

WRITTEN = "kiitos hoitaja Liisalle"


@pytest.fixture
def centre(tmp_path):
    with a_centre(tmp_path, is_open=False) as running:
        yield running


def test_a_database_that_fails_tells_the_log_nothing_of_what_was_sent(
    tmp_path, database_url, caplog
):
    with a_centre(tmp_path, database_url) as centre, caplog.at_level(logging.INFO):
        terminal = centre.a_terminal()
        with centre.store.writing() as connection:
            connection.execute(text("ALTER TABLE responses RENAME COLUMN document TO gone"))

        reply = terminal.send(a_response(terminal.id, text={"plain": WRITTEN}))

    assert reply.status_code >= 500
    assert "INSERT INTO responses" in caplog.text
    assert WRITTEN not in caplog.text


@pytest.mark.parametrize("role", ["supervisor", "read-only"])
def test_an_account_bound_to_what_this_version_does_not_know_sees_no_unit(centre, role):
    account = an_account(centre.store, role, [f"unit:{UNIT}"], now=centre.clock())
    with centre.store.writing() as connection:
        connection.execute(account_scopes.delete())
        row = {"account_id": account.id, "scope": "ward:7"}
        connection.execute(insert(account_scopes), row)
    with centre.store.reading() as connection:
        visitor = find_account(connection, account.id).visitor()

    assert visitor.units(centre.store.all_units()) is not None
    assert not {UNIT, OTHER_UNIT} & visitor.units(centre.store.all_units())


def test_a_supervisor_whose_binding_was_lost_sees_no_unit(centre):
    account = an_account(centre.store, "supervisor", [f"unit:{UNIT}"], now=centre.clock())
    with centre.store.writing() as connection:
        connection.execute(account_scopes.delete())
    token = a_login(centre.store, account=account, now=centre.clock())
    headers = {"Cookie": f"{LOGIN_COOKIE}={token}"}

    page = centre.http.get("/", headers=headers)
    other = centre.http.get(f"/?of=unit:{OTHER_UNIT}", headers=headers)

    assert (page.status_code, other.status_code) == (200, 403)
    assert "neuvola" not in page.text
    assert "neuvola" not in centre.http.get("/units", headers=headers).text


def test_a_page_that_fetches_itself_anew_does_not_keep_a_login_alive(centre):
    with logged_in(centre, "supervisor", [f"unit:{UNIT}"]) as http:
        for _ in range(4):
            centre.clock.pass_minutes(IDLE.total_seconds() / 60 / 3)
            last = http.get("/fleet", headers={"Accept": "text/html", "Sec-Fetch-Dest": "empty"})

    assert last.status_code == 303
    assert last.headers["location"].startswith("/login")


@pytest.mark.parametrize("value", ["€" * 64, "%E2%82%AC" * 64, "%0d%0aSet-Cookie:x=" + "y" * 47])
def test_whatever_cookie_a_browser_brings_to_the_login_it_gets_the_form(centre, value):
    reply = centre.http.get("/login", headers={b"Cookie": f"{FORM_COOKIE}={value}".encode()})

    assert reply.status_code == 200
    assert len(reply.headers.get_list("set-cookie")) == 1


def test_a_name_with_a_nul_is_a_wrong_name(tmp_path, database_url):
    with a_centre(tmp_path, database_url, is_open=False) as centre:
        form = centre.http.get("/login")
        token = re.search(r'name="form_token" value="(\w+)"', form.text)[1]
        fields = {"form_token": token, "name": "ai\0no", "password": "x"}
        headers = {"Cookie": f"{FORM_COOKIE}={token}"}

        assert centre.http.post("/login", data=fields, headers=headers).status_code == 403


def test_who_has_not_logged_in_can_fill_little_memory_with_a_form(centre):
    headers = {"Cookie": f"{FORM_COOKIE}=x"}
    body = b"form_token=x&password=" + b"p" * 20_000

    reply = centre.http.post("/login", content=body, headers=headers)

    assert reply.status_code == 413


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 200_000,
        b'[{"unit":"1.2.246.10.1","name":{"fi":"a\\u0000b"},"path":{}}]',
        b"unit,name_fi\n1.2.246.10.1,a\0b\n",
        b'unit,name_fi\n1.2.246.10.1,"' + b"a" * 200_000,
    ],
    ids=["deep", "nul in JSON", "nul in CSV", "long"],
)
def test_a_strange_list_of_units_is_refused_without_a_fault(centre, content):
    with logged_in(centre, "administrator") as http:
        form = http.get("/desired/units").text
        token = re.search(r'name="form_token" value="(\w+)"', form)[1]
        reply = http.post(
            "/desired/units", data={"form_token": token}, files={"file": ("a.csv", content)}
        )

    assert reply.status_code == 422


def test_an_account_s_address_with_a_nul_leads_nowhere(centre):
    account = an_account(centre.store, "read-only", now=centre.clock())
    with logged_in(centre, "administrator") as http:
        form = http.get("/accounts").text
        token = re.search(r'name="form_token" value="(\w+)"', form)[1]
        reply = http.post(f"/accounts/{account.id}%00/disable", data={"form_token": token})

    assert reply.status_code in {303, 404}


def test_who_has_no_token_can_take_little_of_the_room_for_bodies(centre):
    body = b'{"code": "' + b"A" * 20_000 + b'"}'

    assert centre.http.post("/api/v1/enrolments", content=body).status_code == 413


@pytest.mark.parametrize(("charset", "value"), [("none", b"v"), ("raw_unicode_escape", b"\\ud800")])
def test_a_form_in_an_encoding_that_nobody_uses_is_refused_without_a_fault(centre, charset, value):
    head = b'--x\r\nContent-Disposition: form-data; name="form_token"\r\n'
    kind = f"Content-Type: text/plain; charset={charset}\r\n\r\n".encode()
    with logged_in(centre, "administrator") as http:
        reply = http.post(
            "/desired/units",
            content=head + kind + value + b"\r\n--x--\r\n",
            headers={"Content-Type": "multipart/form-data; boundary=x"},
        )

    assert reply.status_code in {400, 403}
