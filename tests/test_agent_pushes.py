"""What waits is pushed, whole and in order, to a centre that misbehaves; time is made up."""

import json
from math import log2

import pytest
from agent_rounds import ids_up_to, push_times, refuses, sent_bytes
from builders import (
    TERMINAL,
    CentreAnswer,
    a_centre,
    a_content,
    a_reading,
    a_terminal,
    an_id,
    by_state,
    refusal,
    stored,
)

from sync.outbox import open_outbox
from sync.wire import MOST_BYTES, Answer


def test_what_waits_arrives_once_in_the_order_of_seq(tmp_path):
    with a_centre() as centre, a_terminal(tmp_path, centre.url, 25) as terminal:
        terminal.tick()

        assert centre.received == ids_up_to(25)
        assert by_state(terminal.outbox) == (0, 0, 25, 0)


def test_a_response_that_is_closed_leaves_at_the_next_tick_and_nothing_is_sent_without_news(
    tmp_path,
):
    with a_centre() as centre, a_terminal(tmp_path, centre.url) as terminal:
        times = push_times(terminal, centre, range(20))
        terminal.close_response(1)
        times += push_times(terminal, centre, range(20, 40))

        assert times == [20]
        assert centre.received == [an_id(1)]


@pytest.mark.parametrize("poison", [1, 100, 101, 137, 200])
@pytest.mark.parametrize("status", [400, 422])
def test_one_poison_response_among_200_is_put_aside_in_a_few_requests(tmp_path, poison, status):
    answering = refuses(an_id(poison), status=status)
    with a_centre(responses=answering) as centre, a_terminal(tmp_path, centre.url, 200) as terminal:
        for at_s in range(10):
            terminal.tick(at_s)

        assert by_state(terminal.outbox) == (0, 0, 199, 1)
        assert len(centre.seen("/responses")) <= 4 * log2(200) + 6
        code = terminal.outbox.db.conn.execute(
            "SELECT id, reason_code FROM responses WHERE state = 'rejected'"
        ).fetchall()
        assert code == [(an_id(poison), f"http-{status}")]


def test_a_rejected_response_is_a_dead_letter_with_its_reason_and_holds_up_nobody(tmp_path):
    def answer(request):
        results = [{"id": each, "status": "stored"} for each in request.ids]
        results[0] |= {"status": "rejected", "reason": {"code": "unit-closed", "detail": "2025"}}
        return CentreAnswer({"results": results})

    with a_centre(responses=answer) as centre, a_terminal(tmp_path, centre.url, 3) as terminal:
        terminal.tick()

        assert by_state(terminal.outbox) == (0, 0, 2, 1)
        assert centre.received == ids_up_to(3)


def test_a_requeued_dead_letter_goes_again_with_the_same_bytes(tmp_path):
    with (
        a_centre(responses=refuses(an_id(2))) as centre,
        a_terminal(tmp_path, centre.url, 3) as terminal,
    ):
        terminal.tick()
        centre.answers["/responses"] = stored
        command = open_outbox(terminal.state)
        command.requeue([an_id(2)])
        command.close()
        terminal.tick(1)

        assert by_state(terminal.outbox) == (0, 0, 3, 0)
        assert len({body for each, body in sent_bytes(centre) if each == an_id(2)}) == 1


def test_the_bytes_are_equal_on_every_resend_and_the_terminal_is_named_in_them(tmp_path):
    with (
        a_centre(responses=refusal(500)) as centre,
        a_terminal(tmp_path, centre.url, 4) as terminal,
    ):
        for at_s in range(0, 3000, 100):
            terminal.tick(at_s)
            centre.answers["/responses"] = refusal(413 if at_s % 200 else 500)
        centre.answers["/responses"] = stored
        terminal.tick(4000)

        versions = dict.fromkeys(sent_bytes(centre))
        assert len(versions) == 4
        assert {json.loads(body)["terminal_id"] for _, body in versions} == {TERMINAL}


def test_verdicts_that_come_in_bits_settle_bit_by_bit(tmp_path):
    def only_the_last(request):
        return CentreAnswer({"results": [{"id": request.ids[-1], "status": "duplicate"}]})

    with (
        a_centre(responses=only_the_last) as centre,
        a_terminal(tmp_path, centre.url, 8) as terminal,
    ):
        terminal.tick()

        assert by_state(terminal.outbox) == (0, 0, 8, 0)


def test_a_response_about_which_the_centre_is_silent_waits_and_is_not_hammered(tmp_path):
    def silent_about_the_first(request):
        rest = [each for each in request.ids if each != an_id(1)]
        return CentreAnswer({"results": [{"id": each, "status": "stored"} for each in rest]})

    with (
        a_centre(responses=silent_about_the_first) as centre,
        a_terminal(tmp_path, centre.url, 5, jitter=1.0) as terminal,
    ):
        times = push_times(terminal, centre, range(15))

        assert by_state(terminal.outbox) == (0, 1, 4, 0)
        assert times == [0, 2, 6, 14]


def test_a_centre_that_takes_small_batches_only_gets_everything_in_order(tmp_path):
    def small_only(request):
        return stored(request) if len(request.ids) <= 7 else refusal(413)(request)

    with a_centre(responses=small_only) as centre, a_terminal(tmp_path, centre.url, 60) as terminal:
        for at_s in range(10):
            terminal.tick(at_s)

        assert by_state(terminal.outbox) == (0, 0, 60, 0)
        taken = [each for each in centre.seen("/responses") if len(each.ids) <= 7]
        assert [each for request in taken for each in request.ids] == ids_up_to(60)


def test_a_batch_is_never_over_a_mebibyte(tmp_path):
    long = tuple(Answer(item=f"{number} {'ä' * 90}", value=1) for number in range(100))
    with a_centre() as centre, a_terminal(tmp_path, centre.url) as terminal:
        for number in range(1, 101):
            terminal.outbox.put(a_content(number, answers=long), a_reading())
        terminal.agent.one_pass(a_reading())

        sizes = [len(request.body) for request in centre.seen("/responses")]
        assert centre.received == ids_up_to(100)
        assert len(sizes) == 3
        assert max(sizes) <= MOST_BYTES


def test_a_batch_has_500_responses_at_most(tmp_path):
    with a_centre() as centre, a_terminal(tmp_path, centre.url, 501) as terminal:
        terminal.tick()

        assert [len(each.ids) for each in centre.seen("/responses")] == [500, 1]
