"""The agent keeps the list of units up to date, and never for a worse one."""

import json

import pytest
from builders import (
    CentreAnswer,
    a_centre,
    a_dead_address,
    a_reading,
    a_state,
    a_terminal,
    an_outbox,
    beat_with,
    central_settings,
    refusal,
)
from test_units import a_unit, oids

from device_config import road
from device_config.config_store import ConfigStore
from device_config.units import UnitsFile
from sync import units_pull
from sync.client import CentralClient
from sync.orders.desk import Desk, OrderFailed
from sync.orders.fetch_units import fetch_units

SIX_HOURS = 6 * 3600


def a_list(*units, etag='"one"'):
    """A centre's list; 304 to whoever holds it."""

    def answer(request):
        if request.headers.get("if-none-match") == etag:
            return CentreAnswer(status=304, headers={"ETag": etag})
        return CentreAnswer(list(units), headers={"ETag": etag})

    return answer


def kept(terminal):
    return oids(UnitsFile.of(terminal.state).read().units)


def test_the_list_is_pulled_at_the_start_and_every_six_hours(tmp_path):
    with (
        a_centre(units=a_list(a_unit(1))) as centre,
        a_terminal(tmp_path, centre.url) as terminal,
    ):
        terminal.tick()
        assert kept(terminal) == ["1.2.3.1"]
        centre.answers["/units"] = a_list(a_unit(1), a_unit(2), etag='"two"')
        terminal.tick(SIX_HOURS - 1)
        assert len(centre.seen("/units")) == 1

        terminal.tick(SIX_HOURS)

        assert kept(terminal) == ["1.2.3.1", "1.2.3.2"]
        assert UnitsFile.of(terminal.state).read().etag == '"two"'


def test_a_list_that_is_no_news_is_not_sent_again(tmp_path):
    with (
        a_centre(units=a_list(a_unit(1))) as centre,
        a_terminal(tmp_path, centre.url) as terminal,
    ):
        terminal.tick()
        before = UnitsFile.of(terminal.state).fingerprint()
        terminal.tick(SIX_HOURS)

        tags = [each.headers.get("if-none-match") for each in centre.seen("/units")]
        assert tags == [None, '"one"']
        assert UnitsFile.of(terminal.state).fingerprint() == before


def test_news_of_the_configuration_have_the_list_pulled_too(tmp_path):
    def a_config(etag):
        return lambda _: CentreAnswer({}, headers={"ETag": etag})

    with (
        a_centre(
            units=a_list(a_unit(1)), config=a_config('"a"'), heartbeats=beat_with('"a"')
        ) as centre,
        a_terminal(tmp_path, centre.url) as terminal,
    ):
        terminal.tick()
        terminal.tick(60)
        assert len(centre.seen("/units")) == 1

        centre.answers["/heartbeats"] = beat_with('"b"')
        terminal.tick(120)
        terminal.tick(121)

        assert len(centre.seen("/units")) == 2


WORSE = {
    "empty": lambda _: CentreAnswer([]),
    "no unit in it is good": lambda _: CentreAnswer([7, {}]),
    "a login page": lambda _: CentreAnswer(b"<html>"),
    "cut short": lambda _: CentreAnswer(b'[{"unit": "1.2'),
    "an object": lambda _: CentreAnswer({"units": []}),
    "too long": lambda _: CentreAnswer(b"[" + b" " * (8 * 1024 * 1024) + b"]"),
    "busy": refusal(503),
    "not there": refusal(404),
    "not allowed": refusal(401),
    "elsewhere": refusal(302),
    "broken": refusal(500),
}


@pytest.mark.parametrize("worse", WORSE.values(), ids=WORSE.keys())
def test_nothing_worse_replaces_a_good_list(tmp_path, worse):
    with (
        a_centre(units=a_list(a_unit(1))) as centre,
        a_terminal(tmp_path, centre.url) as terminal,
    ):
        terminal.tick()
        centre.answers["/units"] = worse
        terminal.tick(SIX_HOURS)
        assert len(centre.seen("/units")) == 2
        assert kept(terminal) == ["1.2.3.1"]
        assert road.fact(terminal.outbox.db, "sync", "units")["failure"]

        centre.answers["/units"] = a_list(a_unit(2), etag='"two"')
        terminal.tick(3 * SIX_HOURS)

        assert kept(terminal) == ["1.2.3.2"]
        assert road.fact(terminal.outbox.db, "sync", "units")["failure"] is None


def test_when_the_list_was_last_the_centres_is_known_though_it_never_changes(tmp_path):
    def good_at():
        return units_pull.good_at(terminal.outbox.db)

    with (
        a_centre(units=a_list(a_unit(1))) as centre,
        a_terminal(tmp_path, centre.url) as terminal,
    ):
        assert good_at() is None
        terminal.tick()
        fetched = good_at()
        terminal.tick(SIX_HOURS)
        confirmed = good_at()
        centre.answers["/units"] = refusal(500)
        terminal.tick(2 * SIX_HOURS)

        assert fetched == UnitsFile.of(terminal.state).read().fetched_at
        assert confirmed > fetched
        assert good_at() == confirmed


def test_bad_units_are_left_out_and_counted_and_the_others_kept(tmp_path):
    with (
        a_centre(units=a_list(a_unit(1), 7, a_unit(2, name={}))) as centre,
        a_terminal(tmp_path, centre.url) as terminal,
    ):
        terminal.tick()

        units = UnitsFile.of(terminal.state).read()
        assert (oids(units.units), units.left_out) == (["1.2.3.1"], 2)


def test_a_list_of_many_megabytes_is_taken(tmp_path):
    """A reply to any other call may hold one."""
    many = [a_unit(number, path={"fi": "x" * 300}) for number in range(8000)]
    assert 2 * 1024 * 1024 < len(json.dumps(many)) < 8 * 1024 * 1024
    with a_centre(units=a_list(*many)) as centre, a_terminal(tmp_path, centre.url) as terminal:
        terminal.tick()

        assert len(kept(terminal)) == 8000


def test_a_damaged_list_is_fetched_whole_again(tmp_path):
    with (
        a_centre(units=a_list(a_unit(1))) as centre,
        a_terminal(tmp_path, centre.url) as terminal,
    ):
        terminal.tick()
        UnitsFile.of(terminal.state).path.write_bytes(b"damaged")
        terminal.tick(SIX_HOURS)

        assert kept(terminal) == ["1.2.3.1"]


def test_a_list_that_cannot_be_kept_leaves_the_other_duties_going(tmp_path, caplog):
    with (
        a_centre(units=a_list(a_unit(1))) as centre,
        a_terminal(tmp_path, centre.url, 1) as terminal,
    ):
        UnitsFile.of(terminal.state).path.mkdir()
        terminal.tick()

        assert len(centre.received) == 1
        assert not any(record.exc_info for record in caplog.records)


def test_what_the_agent_fetched_while_the_clock_was_wrong_is_not_dated(tmp_path):
    with (
        a_centre(units=a_list(a_unit(1))) as centre,
        a_terminal(tmp_path, centre.url) as terminal,
    ):
        terminal.agent.tick(a_reading(is_synced=False))

        assert UnitsFile.of(terminal.state).read().fetched_at is None


# The order


def a_desk(folder, url):
    state = a_state(folder)
    client = CentralClient(central_settings(url), "token") if url else None
    db = an_outbox(folder).db
    return Desk(state=state, store=ConfigStore(state, None), db=db, hurry=int, client=client)


def test_the_order_fetches_the_list_and_says_how_many(tmp_path):
    with a_centre(units=a_list(a_unit(1), 7)) as centre:
        outcome = fetch_units({}, a_desk(tmp_path, centre.url), a_reading())

    assert outcome == {"done": True, "units": 1, "left_out": 1}
    assert oids(UnitsFile.of(a_state(tmp_path)).read().units) == ["1.2.3.1"]


@pytest.mark.parametrize(
    ("answer", "code"), [(refusal(404), "http-404"), (WORSE["a login page"], "no-list")]
)
def test_the_order_says_why_it_could_not_fetch(tmp_path, answer, code):
    with a_centre(units=answer) as centre, pytest.raises(OrderFailed) as refused:
        fetch_units({}, a_desk(tmp_path, centre.url), a_reading())

    assert refused.value.code == code


@pytest.mark.parametrize(
    ("url", "code"),
    [("", "not-enrolled"), (a_dead_address(), "no-network")],
    ids=["no address", "a dead address"],
)
def test_the_order_without_a_centre_says_so(tmp_path, url, code):
    with pytest.raises(OrderFailed) as refused:
        fetch_units({}, a_desk(tmp_path, url), a_reading())

    assert refused.value.code == code
