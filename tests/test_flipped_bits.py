"""One flipped bit in what a terminal keeps: the rest goes on its way, and nothing ends."""

import struct
from contextlib import closing

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
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device_config.location import Place
from device_config.road import entry_now, leave_order, note, state_fact
from sync.boots import note_anchor
from sync.corrections import correct_waiting, oldest_waiting_at, tell_corrections
from sync.health import health
from sync.wire import Answered

TEXTS = (
    *[("responses", column) for column in ("id", "boot_id")],
    *[("facts", "body"), ("boots", "boot_id"), ("untimed", "boot_id"), ("untimed", "precision")],
    *[("journal", column) for column in ("id", "kind", "at", "clock", "data")],
    *[("orders", column) for column in ("kind", "body")],
)
NUMBERS = (
    *[("responses", column) for column in ("boottime", "wall")],
    *[("boots", f"{which}_{kind}") for which in ("first", "last") for kind in ("boottime", "wall")],
    ("untimed", "boottime"),
)
A_FEW = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
UNKNOWN = Answered(at=None, clock="unknown")
FACTS = (
    *[("sync", "push", {"last_at": None, "failure": None, "failures": {"dns": 1}})],
    *[("sync", "asked-until", {"this-boot": 900.0}), ("kiosk", "settings", ["a warning"])],
    ("kiosk", "panels", [{"kind": "gpio", "id": "x", "state": "ok"}]),
)


def a_used_outbox(folder):
    """Of five responses one was sent without a time; two more were given by a wrong clock."""
    outbox = an_outbox(folder)
    dark, unsure = a_reading(boot_id="dark", is_synced=False), a_reading(is_synced=False)
    outbox.put(a_content(1, answered=UNKNOWN), dark)
    outbox.settle([each.id for each in outbox.take(1, 10**6, TERMINAL)])
    for number, moment in ((2, dark), (3, unsure)):
        outbox.put(a_content(number, answered=UNKNOWN), moment)
    for number in (4, 5):
        outbox.put(a_content(number), a_reading())
    note_anchor(outbox.db, a_reading(50.0))
    for process, name, body in FACTS:
        state_fact(outbox.db, process, name, body)
    for _ in range(2):
        note(outbox.db, entry_now("started", {"software": "x"}, a_reading()))
        leave_order(outbox.db, "send-now", {})
    return outbox


@pytest.mark.parametrize("kind", ["TEXT", "BLOB"])
@given(place=st.sampled_from(TEXTS), row=st.integers(0, 4), bit=st.integers(0, 8 * 200))
@A_FEW
def test_one_flipped_bit_in_any_text_costs_nobody_else_anything(
    tmp_path_factory, kind, place, row, bit
):
    outbox = a_used_outbox(tmp_path_factory.mktemp("flip"))
    flip(outbox, place, row, lambda raw: flipped(raw, bit), kind)

    all_goes_on(outbox)


@given(row=st.integers(0, 4), bit=st.integers(0, 8 * 700), kind=st.sampled_from(["TEXT", "BLOB"]))
@A_FEW
def test_one_flipped_bit_in_any_document_costs_no_other_anything(tmp_path_factory, row, bit, kind):
    outbox = a_used_outbox(tmp_path_factory.mktemp("flip"))
    flip(outbox, ("responses", "body"), row, lambda raw: flipped(raw, bit), kind)

    all_goes_on(outbox)


@given(place=st.sampled_from(NUMBERS), row=st.integers(0, 4), bit=st.integers(0, 63))
@A_FEW
def test_one_flipped_bit_in_any_number_costs_nobody_else_anything(
    tmp_path_factory, place, row, bit
):
    outbox = a_used_outbox(tmp_path_factory.mktemp("flip"))
    flip(outbox, place, row, lambda raw: flipped(raw, bit), "REAL")

    all_goes_on(outbox)


def flipped(raw, bit):
    at, number = divmod(bit % (8 * len(raw)), 8)
    return raw[:at] + bytes([raw[at] ^ 1 << number]) + raw[at + 1 :]


def flip(outbox, place, row, change, kind):
    """Change the bytes of one value; `kind` is the type that it has from then on."""
    table, column = place
    conn = outbox.db.conn
    rows = conn.execute(f"SELECT CAST({column} AS BLOB), {column} FROM {table}").fetchall()
    old, value = rows[row % len(rows)]
    if value is None:
        return
    raw = struct.pack(">d", value) if kind == "REAL" else old
    new = change(raw)
    (new,) = struct.unpack(">d", new) if kind == "REAL" else (new,)
    keys = {"facts": "process || name", "boots": "number", "journal": "number", "orders": "id"}
    key = keys.get(table, "seq")
    names = [each[0] for each in conn.execute(f"SELECT {key} FROM {table}")]
    with conn:
        conn.execute(
            f"UPDATE OR IGNORE {table} SET {column} = CAST(? AS {kind}) WHERE {key} = ?",
            (new, names[row % len(rows)]),
        )


def all_goes_on(outbox):
    """Everything that reads these rows, as agent, kiosk and `status` do."""
    state = a_state(outbox.path.parent.parent)
    now, restarted = a_reading(60.0), a_reading(60.0, boot_id="next")
    with closing(outbox):
        for moment in (now, restarted):
            health(state, outbox, None, Place(), moment)
            oldest_waiting_at(outbox.db, moment)
        correct_waiting(outbox.db)
        tell_corrections(outbox.db, now)
    with a_centre() as centre, a_terminal(state.path.parent, centre.url) as terminal:
        for at_s in (60.0, 120.0, 4000.0):
            terminal.tick(at_s)
        terminal.close_response(9)
        terminal.tick(4060.0)

        assert len(set(centre.received) & {an_id(number) for number in (2, 3, 4, 5, 9)}) >= 4
        _, pending, sent, rejected = by_state(terminal.outbox)
        assert (pending, sent + rejected) == (0, 6)
        assert rejected <= 1
