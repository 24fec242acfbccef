"""What is taken to be sent: the same bytes each time, and nobody held up by what is damaged."""

import json

from builders import TERMINAL, a_content, a_reading, an_id, an_outbox

from kiosk.document import answered
from sync.boots import note_anchor

UNSURE = a_reading(is_synced=False)


def take(outbox):
    return outbox.take(10, 10**6, TERMINAL)


def test_bytes_that_have_travelled_stay_as_they_are_though_the_time_is_known_by_now(tmp_path):
    outbox = an_outbox(tmp_path)
    outbox.put(a_content(1, answered=answered(UNSURE)), UNSURE)
    first = take(outbox)

    note_anchor(outbox.db, a_reading(60.0))

    assert take(outbox) == first
    assert json.loads(first[0].body)["answered"]["clock"] == "unknown"


def test_a_damaged_response_at_the_head_of_the_queue_holds_up_nobody(tmp_path):
    outbox = an_outbox(tmp_path)
    for number in (1, 2, 3):
        outbox.put(a_content(number, answered=answered(UNSURE)), UNSURE)
    with outbox.db.conn as conn:
        # Cut short, with the mark of a time that is to be worked out still in it.
        conn.execute(
            "UPDATE responses SET body = CAST(substr(body, 1, length(body) - 9) AS BLOB)"
            ' WHERE seq = 1 AND instr(body, \'"clock":"unknown"\')'
        )
        assert conn.execute("SELECT changes()").fetchone() == (1,)
    note_anchor(outbox.db, a_reading(60.0))

    taken = take(outbox)

    assert [each.id for each in taken] == [an_id(2), an_id(3)]
    assert outbox.counts().rejected == 1
    assert outbox.refused_by_reason() == {"unreadable": 1}
