"""What was refused is written down: which record, why, and nothing of what it said."""

import json
from contextlib import closing

import pytest
from click.testing import CliRunner
from databases import KINDS, a_database
from sqlalchemy import select
from test_central_builders import NOON, a_centre, a_response, a_store, an_event

from sync.central.cli import central_admin
from sync.central.receiving.checking import rejected
from sync.central.store import refusals as refusals_module
from sync.central.store.refusals import all_refusals, note_refusals
from sync.central.store.tables import refusals


@pytest.fixture(scope="module", params=KINDS)
def centre(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("centre")
    with a_database(request.param, folder) as url, a_centre(folder, url) as running:
        yield running


@pytest.fixture
def terminal(centre):
    return centre.a_terminal()


@pytest.fixture
def store(tmp_path, database_url):
    with closing(a_store(tmp_path, database_url)) as opened:
        yield opened


def listed(centre, terminal):
    with centre.store.reading() as connection:
        return all_refusals(connection, terminal.id)


def test_a_refused_response_is_listed_with_its_reason_and_number(centre, terminal):
    bad = a_response(terminal.id, epoch=3, seq=7, answers=[{"item": "nps", "value": 11}])
    wrong = a_response(terminal.id, seq=8, answers=[{"item": "usefulness", "value": 9}])

    terminal.verdicts(a_response(terminal.id), bad, wrong)

    latest, first = listed(centre, terminal)
    assert (latest.record_id, latest.code) == (wrong["id"], "invalid-answer")
    assert (latest.kind, latest.epoch, latest.seq) == ("response", 1, 8)
    assert (first.record_id, first.code, first.epoch, first.seq) == (bad["id"], "malformed", 3, 7)
    assert first.received_at == NOON


def test_another_content_under_a_stored_id_is_listed_as_a_conflict(centre, terminal):
    response = a_response(terminal.id)
    event = an_event()
    body = {"terminal_id": terminal.id, "sent_at": NOON.isoformat()}
    terminal.verdicts(response, response | {"language": "sv"})
    terminal.post("/events", body | {"events": [event, event | {"kind": "moved"}, {"id": "x"}]})

    found = [(each.kind, each.record_id, each.code) for each in listed(centre, terminal)]

    assert sorted(found) == sorted(
        [
            ("response", response["id"], "conflict"),
            ("event", event["id"], "conflict"),
            ("event", "x", "malformed"),
        ]
    )


def test_what_is_stored_or_comes_twice_is_not_listed(centre, terminal):
    response = a_response(terminal.id)

    terminal.verdicts(response, response)

    assert listed(centre, terminal) == ()


def test_what_is_refused_again_is_listed_once(centre, terminal):
    bad = a_response(terminal.id, ended=None)

    for _ in range(3):
        terminal.verdicts(bad)

    (only,) = listed(centre, terminal)
    assert only.code == "not-closed"


def test_nothing_that_a_client_has_said_is_written_down(centre, terminal):
    secret = "Matti Meikäläinen odotti"
    spoilt = [
        a_response(terminal.id, channel=secret),
        a_response(terminal.id, text=secret),
        a_response(terminal.id, text={"plain": 3, secret: 1}),
        a_response(terminal.id, text={"plain": secret}, flags=[{"rule": secret}]),
        a_response(terminal.id, answered={"at": secret, "clock": "synced"}),
        a_response(terminal.id, masked=[secret], text={"plain": secret}),
        a_response(terminal.id, ended=f"it's {secret}"),
    ]

    terminal.verdicts(*spoilt)

    with centre.store.reading() as connection:
        rows = connection.execute(
            select(refusals).where(refusals.c.terminal_id == terminal.id)
        ).all()
    assert len(rows) == len(spoilt)
    assert "Meik" not in repr(rows)


def test_ids_that_are_none_and_u_0000_do_no_harm(centre, terminal):
    terminal.send({"id": "a\0b"}, {"id": "x" * 200}, {}, 3, {"id": "\N{SNOWMAN}"})

    assert {each.record_id for each in listed(centre, terminal)} == {
        "",
        "a\N{REPLACEMENT CHARACTER}b",
        "\N{SNOWMAN}",
    }


def test_of_each_terminal_the_oldest_go_first(store, monkeypatch):
    monkeypatch.setattr(refusals_module, "MOST_OF_A_TERMINAL", 5)

    def refuse(terminal_id, *names):
        verdicts = [rejected(name, "malformed", "no") for name in names]
        with store.writing() as connection:
            note_refusals(connection, terminal_id, "response", verdicts, NOON)

    refuse("t-quiet", "its only one")
    for number in range(4):
        refuse("t-mad", *[f"{number}-{each}" for each in range(3)])

    with store.reading() as connection:
        mad, quiet = (all_refusals(connection, name) for name in ("t-mad", "t-quiet"))
    assert [each.record_id for each in mad] == ["3-2", "3-1", "3-0", "2-2", "2-1"]
    assert [each.record_id for each in quiet] == ["its only one"]


def test_the_command_lists_them(tmp_path):
    database = f"sqlite:///{tmp_path / 'central.db'}"

    def run(*words):
        found = CliRunner().invoke(
            central_admin, ["refusal", "list", *words, "--database", database]
        )
        assert found.exit_code == 0, found.output
        return found.stdout

    with closing(a_store(tmp_path)):
        assert (run(), run("--json")) == ("", "[]\n")
    with a_centre(tmp_path) as centre:
        terminal = centre.a_terminal()
        bad = a_response(terminal.id, seq=9, ended=None)
        terminal.verdicts(bad)

    (told,) = json.loads(run("--json", "--terminal", terminal.id))
    assert told == {
        "terminal_id": terminal.id,
        "kind": "response",
        "record_id": bad["id"],
        "code": "not-closed",
        "detail": "ended is null: only closed responses are taken",
        "epoch": 1,
        "seq": 9,
        "received_at": "2026-11-21T12:00:00Z",
    }
    assert f"{terminal.id}  response {bad['id']}  not-closed: ended is null" in run()
    assert run("--terminal", "t-other") == ""
