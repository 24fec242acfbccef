"""One damaged row: the rest goes on its way, and nothing ends."""

from contextlib import closing
from dataclasses import replace

import pytest
from builders import (
    TERMINAL,
    a_centre,
    a_content,
    a_reading,
    a_state,
    a_terminal,
    an_id,
    an_outbox,
    by_state,
    refusal,
    stored,
)

from device_config.location import Place
from device_config.road import state_fact
from sync.answered import Anchor
from sync.boots import known_boots, note_anchor
from sync.corrections import oldest_waiting_at
from sync.health import health
from sync.wire import Answered

UNKNOWN = Answered(at=None, clock="unknown")
BODY = "CAST(replace(CAST(body AS TEXT), {}, {}) AS BLOB)"
DOCUMENTS = {
    "its clock is a word that there is not": BODY.format("'\"synced\"'", "'\"rynced\"'"),
    "its time is none": BODY.format("'2026-11-21T'", "'2026-11-21P'"),
    "it is no JSON": BODY.format("'{'", "'['"),
    "it is a text": "CAST(body AS TEXT)",
    "it has another id": BODY.format('\'"id":"0\'', '\'"id":"1\''),
}
IDS = {"id is no text": "CAST(x'ff' AS TEXT) || substr(id, 2)", "id is another": "'f' || id"}


def damage(outbox, column, expression, table="responses", where="seq = 1"):
    with outbox.db.conn as conn:
        conn.execute(f"UPDATE {table} SET {column} = {expression} WHERE {where}")


def stored_if_json(request):
    try:
        return stored(request)
    except ValueError:
        return refusal(400)(request)


@pytest.mark.parametrize("how", DOCUMENTS)
@pytest.mark.parametrize("clock", ["synced", "corrected"])
def test_a_damaged_document_holds_up_no_other(tmp_path, how, clock):
    outbox = an_outbox(tmp_path)
    known = Answered(at="2026-11-21T12:00:00+02:00", clock=clock)
    for number in (1, 2):
        outbox.put(a_content(number, answered=known), a_reading())
    damage(outbox, "body", DOCUMENTS[how])

    with (
        closing(outbox),
        a_centre(responses=stored_if_json) as centre,
        a_terminal(tmp_path, centre.url) as terminal,
    ):
        terminal.tick()

        assert an_id(2) in centre.seen("/responses")[-1].ids
        assert by_state(terminal.outbox)[1] == 0


@pytest.mark.parametrize("how", IDS)
def test_a_row_whose_id_is_damaged_is_put_aside_and_holds_up_no_other(tmp_path, how):
    outbox = an_outbox(tmp_path, 2)
    damage(outbox, "id", IDS[how])

    with closing(outbox), a_centre() as centre, a_terminal(tmp_path, centre.url) as terminal:
        terminal.tick()

        assert centre.received == [an_id(2)]
        assert by_state(terminal.outbox) == (0, 0, 1, 1)
        assert terminal.outbox.refused_by_reason() == {"unreadable": 1}


@pytest.mark.parametrize("how", DOCUMENTS)
def test_a_damaged_document_at_the_front_ends_neither_status_nor_heartbeat(tmp_path, how):
    outbox = an_outbox(tmp_path, 2)
    damage(outbox, "body", DOCUMENTS[how])
    restarted = replace(a_reading(), boot_id="next")

    assert oldest_waiting_at(outbox.db, restarted) in (None, "2026-11-21T12:00:00+02:00")
    assert health(a_state(tmp_path), outbox, None, Place(), restarted).pending == 2


@pytest.mark.parametrize("boottime", [1e300, -1e300, 1e12])
def test_a_moment_that_no_clock_has_shown_makes_nothing_old(tmp_path, boottime):
    outbox = an_outbox(tmp_path, 1)
    damage(outbox, "boottime", boottime)

    assert oldest_waiting_at(outbox.db, a_reading()) is None


@pytest.mark.parametrize("wall", [a_reading().wall * 2**20, 1e308, -1e308, 0.0])
def test_an_anchor_that_no_clock_has_shown_gives_no_time_and_stops_no_push(tmp_path, wall):
    outbox = an_outbox(tmp_path)
    outbox.put(a_content(1, answered=UNKNOWN), a_reading(is_synced=False, boot_id="dark"))
    note_anchor(outbox.db, a_reading(100, boot_id="next"))
    outbox.put(a_content(2), a_reading(200, boot_id="next"))
    damage(outbox, "first_wall", wall, "boots", "boot_id = 'next'")
    damage(outbox, "last_wall", wall, "boots", "boot_id = 'next'")

    first, _ = outbox.take(500, 2**20, TERMINAL)

    assert b'"clock":"unknown"' in first.body


@pytest.mark.parametrize("wall", [1e300, 0.0, 4e9])
@pytest.mark.parametrize("boottime", [1000.0, 1e300])
def test_a_damaged_anchor_leaves_the_other_one_and_comes_again(tmp_path, wall, boottime):
    outbox = an_outbox(tmp_path)
    note_anchor(outbox.db, a_reading())
    damage(outbox, "last_wall", wall, "boots", "1")
    damage(outbox, "last_boottime", boottime, "boots", "1")

    (boot,) = known_boots(outbox.db.conn)

    assert boot.anchors == (Anchor(a_reading().boottime, a_reading().wall),)
    assert note_anchor(outbox.db, a_reading(700.0))


@pytest.mark.parametrize("name", ["push", "asked-until", "access", "units"])
@pytest.mark.parametrize("body", ['{"last_at"]', '{"failures": 1}', "[1]", '"x"', "\xff"])
def test_a_damaged_fact_of_the_agents_ends_neither_it_nor_status(tmp_path, name, body):
    outbox = an_outbox(tmp_path, 1)
    state_fact(outbox.db, "sync", name, {})
    damage(outbox, "body", f"'{body}'", "facts", "1")

    with closing(outbox), a_centre() as centre, a_terminal(tmp_path, centre.url) as terminal:
        terminal.tick()

        assert centre.received == [an_id(1)]
        assert health(a_state(tmp_path), terminal.outbox, None, Place(), a_reading()).sent == 1


@pytest.mark.parametrize("name", ["panels", "settings", "touches"])
@pytest.mark.parametrize("body", ["[", '[{"kinD": "gpio"}]', '{"a": 1}', "7"])
def test_a_damaged_fact_of_the_kiosks_is_none(tmp_path, name, body):
    outbox = an_outbox(tmp_path)
    state_fact(outbox.db, "kiosk", name, [])
    damage(outbox, "body", f"'{body}'", "facts", "1")

    said = health(a_state(tmp_path), outbox, None, Place(), a_reading())

    assert said.panels == ()
    assert "settings" not in said.reasons
