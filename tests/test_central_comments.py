"""Comments: who may read which, that each reading is noted, and that nothing breaks the page."""

import html
import re
from random import SystemRandom

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logins import logged_in
from test_central_builders import (
    NOON,
    OTHER_UNIT,
    UNIT,
    a_centre,
    a_response,
    a_store,
    at_unit,
)
from test_central_text_keys import seal

from sync.central.pages.comments.view import ROWS, _parts
from sync.central.receiving.checking import GoodResponse
from sync.central.store.audit import entries
from sync.central.store.texts import Place, texts
from sync.central.text_keys import keys_in


@pytest.fixture
def centre(tmp_path):
    with a_centre(tmp_path, is_open=False, text_keys=keys_in(tmp_path / "text-keys")) as running:
        yield running


def wrote(text, **changes):
    """A response with a text in the clear."""
    return lambda terminal_id: a_response(terminal_id, text={"plain": text}, **changes)


def sent(centre, *makers):
    terminal = centre.a_terminal()
    verdicts = terminal.verdicts(*(make(terminal.id) for make in makers))
    assert {status for status, _ in verdicts} == {"stored"}


def shown(reply):
    assert reply.status_code == 200, reply.text[:300]
    found = re.findall(r"<blockquote[^>]*>(.*?)</blockquote>", reply.text, re.DOTALL)
    return [html.unescape(re.sub(r"<[^>]+>", "", each)) for each in found]


def readings(store):
    with store.reading() as connection:
        return [
            (each.account_name, each.subject, each.detail["count"])
            for each in entries(connection, 100, action="texts-read")
        ]


def test_comments_stand_newest_first_with_what_belongs_to_them(centre):
    sent(centre, wrote("first"))
    centre.clock.pass_minutes(1)
    sent(
        centre,
        wrote(
            "Soittakaa [phone] <b>kiitos</b>",
            location=at_unit("9.9.9"),
            masked=["phone"],
            language="sv",
            answered={"at": "2026-11-21T14:00:00+02:00", "clock": "synced", "precision": "hour"},
        ),
    )
    with logged_in(centre, "feedback-team") as http:
        page = http.get("/comments?lang=en")

    assert shown(page) == ["Soittakaa phone number <b>kiitos</b>", "first"]
    assert "<b>kiitos" not in page.text
    for said in ("unknown unit", "9.9.9", "21 Nov 2026 14–15", "21 Nov 2026 14:03", "Fully agree"):
        assert said in page.text
    assert page.headers["cache-control"] == "no-store"


def test_a_supervisor_reads_the_comments_of_own_units_and_no_other(centre):
    sent(
        centre,
        wrote("ours"),
        wrote("theirs", location=at_unit(OTHER_UNIT)),
        wrote("nobody's", location=at_unit(None)),
    )
    with logged_in(centre, "supervisor", (f"unit:{UNIT}",)) as http:
        everything = shown(http.get("/comments"))
        own = shown(http.get(f"/comments?of=unit:{UNIT}"))
        wider = shown(http.get("/comments?of=county:20"))
        others = http.get(f"/comments?of=unit:{OTHER_UNIT}").status_code
        unknown = http.get("/comments?of=unit:9.9").status_code
    with logged_in(centre, "administrator") as http:
        assert sorted(shown(http.get("/comments"))) == ["nobody's", "ours", "theirs"]

    assert everything == own == wider == ["ours"]
    assert (others, unknown) == (403, 403)


def test_who_may_not_read_texts_gets_none(centre):
    sent(centre, wrote("secret"))
    with logged_in(centre, "read-only") as http:
        reply = http.get("/comments")

    assert reply.status_code == 403
    assert "secret" not in reply.text
    assert readings(centre.store) == []


def test_each_reading_is_in_the_audit_log_with_its_scope_and_count_and_never_a_text(centre):
    sent(centre, wrote("very secret"), wrote("another", location=at_unit(OTHER_UNIT)))
    with logged_in(centre, "supervisor", (f"unit:{UNIT}",)) as http:
        http.get("/comments")
        http.get("/comments?of=county:20")
        http.get(f"/comments?of=unit:{OTHER_UNIT}")

    noted = readings(centre.store)
    with centre.store.reading() as connection:
        whole = repr(entries(connection, 100))

    assert [(subject, count) for _, subject, count in noted] == [
        ("county:20", 1),
        (f"unit:{UNIT}", 1),
    ]
    assert noted[0][0].startswith("supervisor")
    assert "secret" not in whole


def test_what_cannot_be_noted_is_not_read(centre, monkeypatch):
    sent(centre, wrote("very secret"))

    def fails(*_arguments, **_named):
        raise RuntimeError("no room for the log")

    monkeypatch.setattr("sync.central.pages.comments.view.note", fails)
    with logged_in(centre, "administrator") as http:
        reply = http.get("/comments")

    assert reply.status_code == 500
    assert "very secret" not in reply.text


def test_likely_misuse_and_simulated_ones_are_left_out_until_asked_for(centre):
    sent(
        centre,
        wrote("counted"),
        wrote("misuse", flags=[{"rule": "burst"}]),
        wrote("simulated", flags=[{"rule": "simulated"}]),
    )
    with logged_in(centre, "administrator") as http:
        assert shown(http.get("/comments")) == ["counted"]
        assert sorted(shown(http.get("/comments?misuse=in"))) == ["counted", "misuse"]
        assert sorted(shown(http.get("/comments?misuse=in&simulated=in"))) == [
            "counted",
            "misuse",
            "simulated",
        ]


def test_turning_the_pages_shows_every_comment_once_whatever_arrives_meanwhile(centre):
    total = 2 * ROWS + 7
    for start in range(0, total, 40):
        sent(centre, *(wrote(f"text {n}") for n in range(start, min(start + 40, total))))
        centre.clock.pass_minutes(1)
    seen, path = [], "/comments"
    with logged_in(centre, "administrator") as http:
        while path:
            page = http.get(path)
            seen.extend(shown(page))
            sent(centre, wrote("came meanwhile"))
            older = re.search(r'href="(/comments\?[^"]+)" rel="next"', page.text)
            path = html.unescape(older[1]) if older else None

    assert sorted(seen) == sorted(f"text {n}" for n in range(total))


BROKEN = (
    "below=x",
    "below=~",
    "below=2026-11-21~a",
    "below=0001-01-01T00:00:00%2B00:00~a",
    "below=%00~%00",
    "below=2026-11-21T00:00:00%2B00:00~%00",
    "misuse=%ff",
    "of=unit:%00",
    "of=" + "x" * 700,
)


def test_no_address_breaks_the_page(centre):
    with logged_in(centre, "administrator") as http:
        told = {http.get(f"/comments?{query}").status_code for query in BROKEN}

    assert told <= {200, 404}


def test_sealed_texts_are_opened_and_those_that_cannot_be_say_why(centre, tmp_path):
    keys = centre.service.text_keys
    keys.new(NOON, SystemRandom())
    good = seal("opened here", keys.published())
    elsewhere = keys_in(tmp_path / "elsewhere")
    elsewhere.new(NOON, SystemRandom())
    foreign = seal("theirs", elsewhere.published())
    damaged = good.sealed[:20] + ("A" if good.sealed[20] != "A" else "B") + good.sealed[21:]
    sent(
        centre,
        *(
            lambda terminal_id, text=text: a_response(terminal_id, text=text)
            for text in (
                {"sealed": good.sealed, "key": good.key},
                {"sealed": foreign.sealed, "key": foreign.key},
                {"sealed": damaged, "key": good.key},
            )
        ),
    )
    with logged_in(centre, "administrator") as http:
        page = http.get("/comments?lang=en")

    assert shown(page) == ["opened here"]
    assert "The key to it is not on this machine" in page.text
    assert "damaged: it cannot be opened" in page.text
    assert [count for _, _, count in readings(centre.store)] == [1]


def test_without_any_keys_the_page_says_that_texts_stay_sealed(tmp_path):
    keys = keys_in(tmp_path / "elsewhere")
    keys.new(NOON, SystemRandom())
    text = seal("x", keys.published())
    with a_centre(tmp_path) as centre:
        sent(
            centre,
            lambda terminal_id: a_response(
                terminal_id, text={"sealed": text.sealed, "key": text.key}
            ),
        )
        page = centre.http.get("/comments?lang=en").text

    assert "there are no text keys on this machine" in page


@given(st.text(alphabet="[]phoneibacrd- xyz", max_size=60))
def test_a_text_cut_at_its_marks_is_still_the_whole_text(text):
    parts = _parts(text)

    assert "".join(part.text for part in parts) == text
    assert all(part.mark is None or part.text == f"[{part.mark}]" for part in parts)


# The database.


@pytest.fixture
def store(database_url, tmp_path):
    store = a_store(tmp_path, database_url)
    yield store
    store.close()


def kept(store, received_at, *documents):
    import msgspec

    from sync import wire

    made = [
        GoodResponse(
            msgspec.convert(each, wire.Response), msgspec.json.encode(each).decode(), "valid"
        )
        for each in documents
    ]
    store.keep_responses(made, received_at)


COUNTED = frozenset({"counted"})


def test_the_texts_of_many_units_are_the_newest_of_them_all(store):
    units = [f"1.2.{n}" for n in range(250)]
    for minute in range(25):
        ten = range(10 * minute, 10 * minute + 10)
        written = (
            a_response(
                id=f"00000000-0000-4000-8000-{n:012}",
                location=at_unit(units[n]),
                text={"plain": units[n]},
            )
            for n in ten
        )
        silent = (a_response(location=at_unit(units[n])) for n in ten)
        kept(store, NOON.replace(minute=minute), *written, *silent)
    among = frozenset(units[:240])
    with store.reading() as connection:
        first = texts(connection, among, COUNTED, 10)
        below = Place(first[-1].received_at, first[-1].id)
        second = texts(connection, among, COUNTED, 10, below)
        none = texts(connection, frozenset(), COUNTED, 10)

    assert [row.unit for row in (*first, *second)] == units[239:219:-1]
    assert none == []


def test_of_the_same_moment_each_text_comes_once(store):
    kept(store, NOON, *(a_response(seq=1 + n, text={"plain": str(n)}) for n in range(25)))
    seen, below = [], None
    with store.reading() as connection:
        while rows := texts(connection, None, COUNTED, 4, below):
            seen.extend(row.id for row in rows)
            below = Place(rows[-1].received_at, rows[-1].id)

    assert len(seen) == len(set(seen)) == 25


@pytest.mark.parametrize("among", [None, frozenset({UNIT, OTHER_UNIT})], ids=["all", "two"])
def test_on_sqlite_texts_are_found_by_an_index_of_the_responses_that_have_one(tmp_path, among):
    """Or a unit with ten million responses and few texts would be read whole."""
    from sqlalchemy import event

    store = a_store(tmp_path)
    plans = []

    def explain(_connection, cursor, statement, parameters, *_):
        if statement.lstrip().startswith("SELECT") and "WHERE has_text" in statement:
            cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.append(" ".join(str(row[3]) for row in cursor.fetchall()))
        return statement, parameters

    with store.reading() as connection:
        event.listen(connection, "before_cursor_execute", explain, retval=True)
        texts(connection, among, COUNTED, 10)
    store.close()

    assert plans
    assert all("ix_responses_text" in plan for plan in plans)
