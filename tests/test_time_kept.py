"""The agent keeps time: an answer given while the clock was wrong is told right, and never waits.

Real databases, the real agent and a centre over real HTTP; the machine's clocks are pretended.
"""

from dataclasses import replace
from datetime import datetime

from builders import (
    NOON,
    TERMINAL,
    a_centre,
    a_content,
    a_reading,
    a_terminal,
    an_outbox,
    documents,
    refusal,
    stored,
)
from time_world import HOUR, IN_1970, a_world, moment_of

import sync.corrections
from kiosk.document import answered
from sync.boots import MOST_BOOTS, known_boots, note_anchor, note_boot
from sync.corrections import correct_waiting


def test_what_waits_is_corrected_before_it_is_sent(tmp_path):
    with a_world(tmp_path) as world:
        first = world.answer()
        world.machine.wait(600)
        world.machine.set_right()

        world.tick()

        told = world.received(first)
        assert (told["clock"], moment_of(told)) == ("corrected", NOON)


def test_what_waits_is_corrected_where_it_lies(tmp_path):
    with a_world(tmp_path) as world:
        world.answer()
        world.machine.wait(600)
        world.machine.set_right()
        world.answer()

        note_anchor(world.terminal.outbox.db, world.machine.reading())
        correct_waiting(world.terminal.outbox.db)

        told = [each["answered"] for each in documents(world.terminal.outbox)]
        assert [each["clock"] for each in told] == ["corrected", "synced"]
        assert moment_of(told[0]) == NOON


def test_what_is_fixed_is_never_touched_where_it_lies(tmp_path):
    with a_world(tmp_path, responses=refusal(503)) as world:
        world.answer()
        world.tick()
        world.machine.set_right()
        world.tick()

        (told,) = [each["answered"] for each in documents(world.terminal.outbox)]
        assert told["clock"] == "unknown"


def test_only_what_will_not_be_known_better_is_corrected_where_it_lies(tmp_path):
    with a_world(tmp_path) as world:
        world.machine.set_right()
        note_anchor(world.terminal.outbox.db, world.machine.reading())
        world.machine.restart(HOUR, IN_1970)
        world.answer()

        correct_waiting(world.terminal.outbox.db)

        (told,) = [each["answered"] for each in documents(world.terminal.outbox)]
        assert told["clock"] == "unknown"


def test_nothing_waits_for_the_clock_and_what_was_sent_is_corrected_by_an_event(tmp_path):
    with a_world(tmp_path) as world:
        first = world.answer()
        world.tick()
        assert (world.received(first)["clock"], world.received(first)["at"]) == ("unknown", None)

        world.machine.set_right()
        world.tick()
        world.tick()

        (correction,) = world.corrections()
        assert (correction["epoch"], correction["first_seq"], correction["last_seq"]) == (1, 1, 1)
        (told,) = correction["answered"]
        assert (told["clock"], moment_of(told)) == ("corrected", NOON)
        assert documents(world.terminal.outbox)[0]["answered"]["clock"] == "unknown"


def test_a_correction_is_told_once(tmp_path):
    with a_world(tmp_path) as world:
        world.answer()
        world.tick()
        world.machine.set_right()

        for _ in range(5):
            world.tick()

        assert len(world.corrections()) == 1


def test_what_a_correction_names_has_arrived_before(tmp_path):
    with a_world(tmp_path, responses=refusal(503)) as world:
        world.answer()
        world.tick()
        world.machine.set_right()
        for _ in range(10):
            world.tick()
        assert not world.corrections()

        world.centre.answers["/responses"] = stored
        for _ in range(10):
            world.tick()

        assert len(world.corrections()) == 1


def test_a_run_of_responses_is_one_event_and_a_synced_one_between_them_parts_it(tmp_path):
    with a_world(tmp_path) as world:
        world.answer(), world.answer()
        world.machine.set_right()
        world.answer()
        world.machine.step(-HOUR)
        world.answer()
        world.tick()  # the time service is not back: all are sent as they are

        world.machine.set_right()
        world.tick()
        world.tick()

        runs = [(each["first_seq"], each["last_seq"]) for each in world.corrections()]
        assert runs == [(1, 2), (4, 4)]


def test_a_backlog_of_corrections_comes_in_events_of_a_hundred(tmp_path):
    with a_world(tmp_path) as world:
        now = world.machine.reading()
        for number in range(1, 251):
            world.terminal.outbox.put(a_content(number, answered=answered(now)), now)
        world.tick()
        world.machine.set_right()
        world.tick()
        world.tick()

        assert [len(each["answered"]) for each in world.corrections()] == [100, 100, 50]
        assert world.corrections()[-1]["last_seq"] == 250


def test_an_earlier_boot_that_never_knew_the_time_is_bounded_by_its_neighbours(tmp_path):
    with a_world(tmp_path) as world:
        world.machine.set_right()
        world.tick()
        world.restart()
        lost = world.answer()
        true = world.machine.true
        world.restart()
        world.machine.set_right()

        world.tick()

        told = world.received(lost)
        bounds = [datetime.fromisoformat(told[name]).timestamp() for name in ("earliest", "latest")]
        assert (told["clock"], told["at"]) == ("estimated", None)
        assert bounds[0] <= true <= bounds[1]
        assert bounds[1] - bounds[0] < 2 * HOUR + 300


def test_an_earlier_boot_whose_answers_were_sent_gets_its_bounds_by_an_event(tmp_path):
    with a_world(tmp_path) as world:
        lost = world.answer()
        world.tick()
        world.restart()
        world.machine.set_right()
        world.tick()
        world.tick()

        assert world.received(lost)["clock"] == "unknown"
        (told,) = world.corrections()[0]["answered"]
        assert (told["clock"], told["at"], told["earliest"]) == ("estimated", None, None)
        assert datetime.fromisoformat(told["latest"]).timestamp() >= NOON


def test_a_boot_whose_clock_is_not_right_yet_has_not_the_last_word_on_earlier_ones(tmp_path):
    with a_world(tmp_path) as world:
        world.answer()
        world.tick()
        world.restart()
        world.tick()
        world.tick()
        assert not world.corrections()

        world.machine.set_right()
        world.tick()
        world.tick()

        (told,) = world.corrections()[0]["answered"]
        assert (told["clock"], told["earliest"]) == ("estimated", None)
        assert datetime.fromisoformat(told["latest"]).timestamp() >= NOON


def test_an_anchor_outlives_its_boot_for_the_answers_that_wait(tmp_path):
    with a_world(tmp_path, responses=refusal(503)) as world:
        waiting = world.answer()
        world.machine.wait(60)
        world.machine.set_right()
        note_anchor(world.terminal.outbox.db, world.machine.reading())
        world.restart()

        world.tick()

        told = world.received(waiting)
        assert (told["clock"], moment_of(told)) == ("corrected", NOON)


def test_anchors_are_kept_for_what_waits_and_old_boots_make_room(tmp_path):
    outbox = an_outbox(tmp_path)
    waits = a_reading(boot_id="waits")
    note_anchor(outbox.db, waits)
    outbox.put(a_content(1), waits)
    note_anchor(outbox.db, a_reading(boot_id="over"))

    for number in range(MOST_BOOTS + 5):
        with outbox.db.conn as conn:
            note_boot(conn, f"later-{number}")

    names = [boot.boot_id for boot in known_boots(outbox.db.conn)]
    assert names[0] == "waits"
    assert "over" not in names
    assert len(names) == MOST_BOOTS + 1


def test_an_anchor_is_written_at_once_and_then_seldom(tmp_path):
    outbox = an_outbox(tmp_path)

    for at_s in range(0, 1500, 20):
        note_anchor(outbox.db, a_reading(at_s))

    (boot,) = known_boots(outbox.db.conn)
    first, last = boot.anchors
    assert first.boottime == a_reading().boottime
    assert last.boottime - first.boottime == 1200


def test_a_clock_that_is_not_right_leaves_no_anchor(tmp_path):
    outbox = an_outbox(tmp_path)

    note_anchor(outbox.db, a_reading(is_synced=False))
    note_anchor(outbox.db, a_reading(boot_id=""))

    assert known_boots(outbox.db.conn) == ()


def test_a_machine_that_does_not_name_its_boots_claims_nothing(tmp_path):
    with a_world(tmp_path) as world:
        nameless = replace(world.machine.reading(), boot_id="")
        world.terminal.outbox.put(a_content(1, answered=answered(nameless)), nameless)
        world.machine.set_right()

        world.tick()

        assert world.received(1)["clock"] == "unknown"
        assert not world.corrections()


def test_a_correction_says_whose_response_it_is_about_also_after_a_new_enrolment(tmp_path):
    with a_world(tmp_path) as world:
        outbox, unsure = world.terminal.outbox, world.machine.reading()
        outbox.put(a_content(1, answered=answered(unsure)), unsure)
        outbox.put(a_content(2, answered=answered(unsure), terminal_id="t-before"), unsure)
        world.tick()
        world.machine.set_right()

        world.tick()

        named = [(each["terminal_id"], each["first_seq"]) for each in world.corrections()]
        assert named == [(TERMINAL, 1), ("t-before", 2)]


def test_a_backlog_is_corrected_a_step_a_tick_so_that_saves_come_in_between(tmp_path, monkeypatch):
    monkeypatch.setattr(sync.corrections, "MOST_AT_ONCE", 5)
    unsure = a_reading(is_synced=False)

    with a_centre() as centre, a_terminal(tmp_path, centre.url, spread_s=600.0) as terminal:
        for number in range(1, 13):
            terminal.outbox.put(a_content(number, answered=answered(unsure)), unsure)
        corrected = []
        for at_s in range(4):
            terminal.tick(at_s)
            clocks = [each["answered"]["clock"] for each in documents(terminal.outbox)]
            corrected.append(clocks.count("corrected"))

    assert corrected == [5, 10, 12, 12]


def test_what_the_kiosk_closes_meanwhile_holds_up_no_step(tmp_path, monkeypatch):
    monkeypatch.setattr(sync.corrections, "MOST_AT_ONCE", 2)
    outbox, unsure = an_outbox(tmp_path), a_reading(is_synced=False)
    for number in range(1, 5):
        outbox.put(a_content(number, answered=answered(unsure)), unsure)
    note_anchor(outbox.db, a_reading())

    after = correct_waiting(outbox.db)
    outbox.put(a_content(5), a_reading())
    while after is not None:
        after = correct_waiting(outbox.db, after)

    clocks = [each["answered"]["clock"] for each in documents(outbox)]
    assert clocks == ["corrected"] * 4 + ["synced"]


def test_a_damaged_document_keeps_no_other_from_its_time(tmp_path):
    outbox, unsure = an_outbox(tmp_path), a_reading(is_synced=False)
    for number in (1, 2):
        outbox.put(a_content(number, answered=answered(unsure)), unsure)
    with outbox.db.conn as conn:
        conn.execute(
            "UPDATE responses SET body = CAST(replace(body, '{', '[') AS BLOB) WHERE seq = 1"
        )
    note_anchor(outbox.db, a_reading())

    correct_waiting(outbox.db)

    (_, (_, second)) = outbox.documents()
    assert b'"clock":"corrected"' in second
