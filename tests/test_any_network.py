"""Over any network, the real central service ends with each response once, as it was closed.

`python -m tests.drills.any_network N` does more of it.
"""

import json
import uuid

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from network_model import OverABadNetwork, a_real_centre

from sync import push
from sync.outbox import Outbox, Parcel
from sync.outcome import Reply, Settled, TooMuch, Unreachable, push_outcome
from sync.wire import Reason, encode


@pytest.fixture(scope="module", autouse=True)
def _centre():
    with a_real_centre() as centre:
        OverABadNetwork.centre = centre
        yield


def test_for_any_faults_each_response_arrives_once_and_equal_to_what_was_closed():
    run_state_machine_as_test(
        OverABadNetwork,
        settings=settings(
            max_examples=15,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


# What the model is worth: agents broken on purpose


def is_caught() -> bool:
    """Whether the model objects to the agent as it is now."""
    try:
        run_state_machine_as_test(
            OverABadNetwork,
            settings=settings(
                max_examples=60,
                stateful_step_count=20,
                deadline=None,
                database=None,
                derandomize=True,
                report_multiple_bugs=False,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )
    except AssertionError:
        return True
    return False


def drops_on_400(reply, ids, now):
    if isinstance(reply, Reply) and reply.status == 400:
        return Settled(stored=tuple(ids))
    return push_outcome(reply, ids, now)


def puts_a_whole_batch_aside(reply, ids, now):
    outcome = push_outcome(reply, ids, now)
    if isinstance(outcome, TooMuch):
        return Settled(rejected=tuple((each, Reason("http-400")) for each in ids))
    return outcome


def settles_on_a_cut_reply(reply, ids, now):
    if isinstance(reply, Unreachable):
        return Settled(stored=tuple(ids))
    return push_outcome(reply, ids, now)


@pytest.mark.parametrize(
    "broken",
    [drops_on_400, puts_a_whole_batch_aside, settles_on_a_cut_reply],
)
def test_an_agent_that_settles_what_no_verdict_settled_is_found_out(monkeypatch, broken):
    monkeypatch.setattr(push, "push_outcome", broken)

    assert is_caught()


def with_changed_parcels(monkeypatch, changed):
    """An outbox that changes what it sends again, on disk as well."""
    take, tried = Outbox.take, set()

    def take_changed(self, *arguments, **options):
        parcels = []
        for parcel in take(self, *arguments, **options):
            again = Parcel(*changed(parcel)) if parcel.id in tried else parcel
            self.db.execute(
                "UPDATE responses SET id = ?, body = ? WHERE id = ?",
                (again.id, again.body, parcel.id),
            )
            parcels.append(again)
        self.db.conn.commit()
        tried.update(parcel.id for parcel in parcels)
        return tuple(parcels)

    monkeypatch.setattr(Outbox, "take", take_changed)


def test_an_agent_that_tries_again_under_a_new_id_is_found_out(monkeypatch):
    def renamed(parcel):
        new_id = str(uuid.uuid4())
        return new_id, encode({**json.loads(parcel.body), "id": new_id})

    with_changed_parcels(monkeypatch, renamed)

    assert is_caught()


def test_an_agent_whose_bytes_change_between_two_attempts_is_found_out(monkeypatch):
    def retouched(parcel):
        return parcel.id, encode({**json.loads(parcel.body), "language": "sv"})

    with_changed_parcels(monkeypatch, retouched)

    assert is_caught()
