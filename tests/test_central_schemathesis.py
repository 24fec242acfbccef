"""Whatever comes to the service: no server error, and every answer is as the contract says."""

from contextlib import contextmanager

import pytest
from databases import KINDS, a_database
from schemathesis.core.failures import FailureGroup
from test_central_builders import NOON, UNIT, a_centre, a_heartbeat, a_response, an_event
from wild_calls import page_routes, steady, try_api, try_pages

from sync.central.accounts import changes as accounts
from sync.central.api import configuration as config_call
from sync.central.store import Store

FEW = {"sqlite": 8, "postgresql": 3}
"""Calls of each operation and kind; `python -m tests.drills.wild_calls 500` makes more."""


@contextmanager
def a_busy_centre(kind, folder, *, is_open=True):
    """A service with something of everything in it."""
    with a_database(kind, folder) as url, a_centre(folder, url, is_open=is_open) as centre:
        terminal = centre.a_terminal()
        terminal.send(
            *(a_response(terminal.id, seq=seq, text={"plain": "Kiitos"}) for seq in range(1, 8))
        )
        terminal.post(
            "/events",
            {"terminal_id": terminal.id, "sent_at": NOON.isoformat(), "events": [an_event()]},
        )
        terminal.post("/heartbeats", a_heartbeat(terminal_id=terminal.id))
        centre.store.new_code(UNIT, now=centre.clock())
        with centre.store.writing() as connection:
            new = accounts.NewAccount(name="visa", role="supervisor", scopes=(f"unit:{UNIT}",))
            accounts.add(connection, None, new, None, NOON, centre.service.random)
        yield centre


@pytest.mark.parametrize("kind", KINDS)
def test_the_api_answers_any_call_as_its_description_says(kind, tmp_path):
    with a_busy_centre(kind, tmp_path) as centre:
        seen = try_api(centre, steady(FEW[kind]))

    operations = {label for label, _ in seen}
    assert len(operations) == 8
    if kind == "sqlite":
        assert {200, 201, 304, 400, 401, 404} <= {status for _, status in seen}
        assert all(any(s < 300 for name, s in seen if name == each) for each in operations)


def test_no_page_ever_fails_whatever_it_is_asked(tmp_path):
    with a_busy_centre("sqlite", tmp_path) as centre:
        seen = try_pages(centre, steady(4))

    assert {200, 303, 400, 404} <= {status for _, status in seen}
    assert {label for label, _ in seen} == {f"{m} {p}" for m, p in page_routes(centre.service)}


def test_who_has_not_logged_in_sees_only_what_is_for_everybody(tmp_path):
    with a_busy_centre("sqlite", tmp_path, is_open=False) as centre:
        seen = try_pages(centre, steady(2))

    shown = {label for label, status in seen if status == 200}
    everybodys = {"GET /login", "GET /static/{name}"}
    assert {label for label in shown if not label.startswith("GET /public")} <= everybodys


# The search itself finds what it is for.


def break_down(*_args, **_named):
    raise RuntimeError("pulled the plug")


def forget_members(*_args, **_named):
    return {"location": {"revision": "first"}}


@pytest.mark.parametrize("mistake", [break_down, forget_members])
def test_a_configuration_that_is_none_is_found(mistake, tmp_path, monkeypatch):
    with a_busy_centre("sqlite", tmp_path) as centre:
        monkeypatch.setattr(config_call, "configuration", mistake)
        with pytest.raises(FailureGroup):
            try_api(centre, steady(10), only="GET /api/v1/config")


def test_a_page_that_breaks_down_is_found(tmp_path, monkeypatch):
    with a_busy_centre("sqlite", tmp_path) as centre:
        monkeypatch.setattr(Store, "all_units", break_down)
        with pytest.raises(AssertionError):
            try_pages(centre, steady(1))
