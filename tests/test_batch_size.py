"""How large the next batch is: the rule, and the agent that keeps to it over real HTTP."""

from builders import CentreAnswer, a_centre, a_terminal, an_id, by_state, refusal, stored
from hypothesis import given
from hypothesis import strategies as st

from sync import batch_size, push
from sync.batch_size import FEWEST_WHEN_SLOW, QUICK_S, SLOW_S
from sync.wire import MOST_RESPONSES

SIZES = st.integers(1, MOST_RESPONSES)
SECONDS = st.floats(0, 60)


def sizes(centre):
    return [len(request.ids) for request in centre.seen("/responses")]


def ids_up_to(number):
    return [an_id(each) for each in range(1, number + 1)]


# The rule


@given(st.lists(st.tuples(st.sampled_from(["taken", "too much", "no reply"]), SECONDS)))
def test_whatever_happens_a_batch_carries_one_at_least_and_500_at_most(happened):
    most = MOST_RESPONSES
    for what, took_s in happened:
        match what:
            case "taken":
                most = batch_size.after_success(most, most, took_s)
            case "too much":
                most = batch_size.after_too_much(most)
            case _:
                most = batch_size.after_no_reply(most, most, took_s)

        assert 1 <= most <= MOST_RESPONSES


@given(SIZES, SIZES, st.floats(0, QUICK_S, exclude_max=True))
def test_a_quick_line_comes_back_to_full_batches_in_nine_requests(most, sent, took_s):
    for _ in range(9):
        most = batch_size.after_success(most, sent, took_s)

    assert most == MOST_RESPONSES


@given(SIZES, SIZES, st.floats(SLOW_S, 60, exclude_min=True))
def test_a_slow_call_never_makes_the_next_one_larger(most, sent, took_s):
    assert batch_size.after_success(most, sent, took_s) <= most
    assert batch_size.after_no_reply(most, sent, took_s) <= most


@given(SIZES, SIZES, st.floats(0, SLOW_S))
def test_a_centre_that_is_not_there_changes_no_size(most, sent, took_s):
    assert batch_size.after_no_reply(most, sent, took_s) == most


def test_time_outs_for_hours_do_not_end_in_one_response_a_request():
    most = MOST_RESPONSES
    for _ in range(1000):
        most = batch_size.after_no_reply(most, most, 60.0)

    assert most == FEWEST_WHEN_SLOW


# The agent


def test_a_line_that_is_slow_gets_smaller_batches_and_still_everything_once(tmp_path, monkeypatch):
    monkeypatch.setattr(batch_size, "SLOW_S", -1.0)
    with a_centre() as centre, a_terminal(tmp_path, centre.url, 1600) as terminal:
        terminal.tick()

        # While one is under way, the next one is ready already.
        assert sizes(centre)[:3] == [500, 500, 250]
        assert sizes(centre) == sorted(sizes(centre), reverse=True)
        assert centre.received == ids_up_to(1600)


def test_what_no_deadline_lets_through_whole_goes_through_in_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr(batch_size, "SLOW_S", -1.0)

    def narrow(request):
        # A line too slow for more than 60 within the deadline.
        return stored(request) if len(request.ids) <= 60 else CentreAnswer(b"", 408)

    with a_centre(responses=narrow) as centre, a_terminal(tmp_path, centre.url, 200) as terminal:
        for turn in range(10):
            terminal.tick(turn * 300)

        assert by_state(terminal.outbox) == (0, 0, 200, 0)


# One after the other


def test_a_long_backlog_arrives_in_the_order_of_seq_and_each_response_once(tmp_path):
    with a_centre() as centre, a_terminal(tmp_path, centre.url, 3000) as terminal:
        terminal.tick()

        assert centre.received == ids_up_to(3000)
        assert by_state(terminal.outbox) == (0, 0, 3000, 0)


def test_no_batch_overtakes_one_that_has_to_wait(tmp_path):
    def third_time_busy(request):
        return (refusal(503) if len(centre.seen("/responses")) == 3 else stored)(request)

    with (
        a_centre(responses=third_time_busy) as centre,
        a_terminal(tmp_path, centre.url, 2500) as terminal,
    ):
        terminal.tick()

        assert sizes(centre) == [500, 500, 500]
        assert by_state(terminal.outbox) == (0, 1500, 1000, 0)

        terminal.tick(300)

        assert centre.received == [*ids_up_to(1500), *ids_up_to(2500)[1000:]]
        assert by_state(terminal.outbox) == (0, 0, 2500, 0)


def third_request_after_a_forgetful_reply(folder):
    """The ids of the third batch, when the reply to the second says nothing of number 508."""

    def forgets_one(request):
        answer = stored(request)
        if len(centre.seen("/responses")) == 2:
            del answer.body["results"][7]
        return answer

    with (
        a_centre(responses=forgets_one) as centre,
        a_terminal(folder, centre.url, 2000) as terminal,
    ):
        terminal.tick()

        assert by_state(terminal.outbox) == (0, 0, 2000, 0)
        return centre.seen("/responses")[2].ids


def test_what_a_batch_leaves_unsettled_goes_before_what_stands_behind_it(tmp_path):
    assert third_request_after_a_forgetful_reply(tmp_path)[:2] == [an_id(508), an_id(1001)]


def test_an_agent_that_does_not_look_at_the_verdicts_before_it_goes_on_would_be_caught(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(push, "_settles_all", lambda _outcome, _ids: True)

    assert an_id(508) not in third_request_after_a_forgetful_reply(tmp_path)
