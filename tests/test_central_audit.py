"""The audit log: who did what, shown to who may see it, and changed by nobody."""

import re
from pathlib import Path

import pytest
from logins import logged_in
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError
from test_central_builders import NOON, a_centre, a_store

import sync.central
from sync.central.accounts.access import ANYBODY, Visitor
from sync.central.pages.accounts.view import ROWS
from sync.central.store.audit import MOST_CHARACTERS, entries, note
from sync.central.store.tables import audit

AINO = Visitor(name="aino", role="administrator", account_id="a-1")


@pytest.fixture
def store(database_url, tmp_path):
    store = a_store(tmp_path, database_url)
    yield store
    store.close()


@pytest.fixture
def centre(tmp_path):
    with a_centre(tmp_path, is_open=False) as running:
        yield running


def log(store, most=100, **wanted):
    with store.reading() as connection:
        return entries(connection, most, **wanted)


def test_each_deed_is_written_with_who_did_it_and_when(store):
    with store.writing() as connection:
        note(connection, AINO, "terminal-revoked", "t-1", {"why": ["lost", 1]}, NOON)
        note(connection, None, "code-made", "1.2.3")
        note(connection, ANYBODY, "code-made", "1.2.3")

    third, second, first = log(store)

    assert (first.account_id, first.account_name, first.at) == ("a-1", "aino", NOON)
    assert (first.action, first.subject) == ("terminal-revoked", "t-1")
    assert first.detail == {"why": ["lost", 1]}
    assert (second.account_id, second.account_name) == (None, "command")
    assert third.account_name == "anybody"


def test_a_deed_that_fails_leaves_no_line(store):
    def fail():
        with store.writing() as connection:
            note(connection, AINO, "terminal-revoked", "t-1")
            raise LookupError

    with pytest.raises(LookupError):
        fail()

    assert log(store) == ()


def test_what_is_written_is_bounded_and_can_be_stored(store):
    with store.writing() as connection:
        note(connection, AINO, "code-made", "a\0b" + "x" * 5000, {"n": "\0" + "y" * 5000})

    entry = log(store)[0]

    assert entry.subject == "ab" + "x" * (MOST_CHARACTERS - 2)
    assert entry.detail == {"n": "y" * MOST_CHARACTERS}


@pytest.mark.parametrize(
    "statement",
    [update(audit).values(account_name="eino"), delete(audit)],
    ids=["update", "delete"],
)
def test_the_database_lets_nobody_change_or_delete_a_line(store, statement):
    with store.writing() as connection:
        note(connection, AINO, "code-made", "1.2.3")

    with pytest.raises(DBAPIError, match="only added to"), store.writing() as connection:
        connection.execute(statement)

    assert log(store)[0].account_name == "aino"


def test_nothing_in_the_service_even_tries_to():
    sources = Path(sync.central.__file__).parent.rglob("*.py")

    found = [
        path.name
        for path in sources
        if re.search(r"(update|delete)\((tables\.)?audit\)", path.read_text("utf-8"))
    ]

    assert found == []


def test_the_log_is_turned_by_number_and_narrowed_by_who_and_what(store):
    with store.writing() as connection:
        for number in range(10):
            note(connection, AINO if number % 2 else None, f"deed-{number % 3}", str(number))

    assert [each.subject for each in log(store, 3)] == ["9", "8", "7"]
    assert [each.subject for each in log(store, 3, before=log(store, 3)[-1].number)] == [
        "6",
        "5",
        "4",
    ]
    assert [each.subject for each in log(store, account="aino", action="deed-0")] == ["9", "3"]


def test_the_page_shows_the_log_and_turns_to_the_older_ones(centre):
    with centre.store.writing() as connection:
        for number in range(ROWS + 5):
            note(connection, AINO, "texts-read", f"unit:{number}", {"count": number}, NOON)
    with logged_in(centre, "administrator") as http:
        first = http.get("/audit?lang=en").text
        older = re.search(r'href="(/audit[^"]+)" rel="next"', first)[1].replace("&amp;", "&")
        second = http.get(older).text
        narrowed = http.get("/audit?lang=en&who=nobody-of-this-name").text

    assert first.count("<tr data-action=") == ROWS
    assert second.count("<tr data-action=") == 5
    assert f"unit:{ROWS + 4}" in first
    assert "unit:0<" in second
    assert "read comments" in first
    assert "<tr data-action=" not in narrowed


def test_no_address_breaks_the_page(centre):
    queries = ("before=x", "before=" + "9" * 5000, "before=-1", "who=%00", "what=" + "x" * 3000)
    with logged_in(centre, "administrator") as http:
        assert {http.get(f"/audit?{query}").status_code for query in queries} == {200}


def test_a_name_that_looks_like_a_page_is_shown_as_a_name(centre):
    with centre.store.writing() as connection:
        note(connection, AINO, "code-made", "<script>x</script>", {"n": "<i>"})
    with logged_in(centre, "administrator") as http:
        page = http.get("/audit").text

    assert "<script>x" not in page
    assert "<i>" not in page
