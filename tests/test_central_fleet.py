"""The fleet: what is the matter with terminals, what is done with them, what that never breaks."""

import json
from dataclasses import replace
from datetime import timedelta
from random import Random

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from logins import logged_in
from test_central_builders import (
    NOON,
    OTHER_UNIT,
    UNIT,
    a_centre,
    a_heartbeat,
    a_response,
    a_unit,
    at_once,
)

from device_config.errors import UsageProblem
from sync import wire
from sync.central.behaviour import Behaviour
from sync.central.cli import central_admin
from sync.central.errors import UnknownTerminal
from sync.central.fleet.alarms import ALARMS, Alarm, alarms, newest_software, standing, version_of
from sync.central.fleet.look import look, look_at_one
from sync.central.fleet.publishing import publish_settings
from sync.central.fleet.tending import Doing, move, replacement_code, retire, revoke
from sync.central.pages import moments
from sync.central.scopes import EVERYTHING
from sync.central.store.audit import entries
from sync.central.store.heartbeats import Beat
from sync.central.store.terminals import Terminal

AS_SHIPPED = Behaviour()
DOING = Doing(now=NOON)


def a_terminal(**changes):
    terminal = Terminal(
        id="t-aaaaa",
        unit=UNIT,
        place=None,
        location_revision=1,
        county="20",
        service=None,
        hardware_id="h",
        software="palautepiste 1.0",
        predecessor=None,
        replaces=None,
        enrolled_at=NOON - timedelta(days=30),
        revoked_at=None,
        retired_at=None,
        location=wire.CentralLocation(revision=1, county="20", unit=UNIT),
    )
    return replace(terminal, **changes)


def a_beat(ago=timedelta(seconds=30), unsynced_since=None, **changes):
    said = msgspec.convert(a_heartbeat(**changes), wire.Heartbeat)
    return Beat(NOON - ago, unsynced_since, said)


def kinds(terminal, beat, behaviour=AS_SHIPPED, newest=""):
    return [alarm.kind for alarm in alarms(terminal, beat, NOON, behaviour, newest)]


# What is the matter


def test_a_terminal_that_works_raises_no_alarm():
    assert kinds(a_terminal(), a_beat()) == []
    assert standing(a_terminal(), ()) == "works"


@pytest.mark.parametrize(
    ("beat", "kind"),
    [
        (a_beat(ago=timedelta(minutes=15)), "silent"),
        (a_beat(rejected=1), "dead-letters"),
        (a_beat(panels=[{"kind": "gpio", "id": "g", "state": "lost"}]), "panel-lost"),
        (a_beat(unsynced_since=NOON - timedelta(hours=2), clock="unsynced"), "clock-off"),
        (a_beat(last_push_at="2026-11-21T16:00:00+02:00"), "clock-off"),
        (a_beat(pending=3, oldest_pending_at="2026-11-21T10:00:00Z"), "waiting"),
        (a_beat(temperature_c=80.0), "hot"),
        (a_beat(software="palautepiste 0.0.9"), "old-version"),
        *((a_beat(reasons=[kind]), kind) for kind in ("out-of-order", "disk-full", "no-location")),
    ],
    ids=lambda each: each if isinstance(each, str) else "beat",
)
def test_what_a_heartbeat_tells_raises_the_alarm_of_its_name(beat, kind):
    assert kinds(a_terminal(), beat, newest="palautepiste 0.1") == [kind]


@pytest.mark.parametrize(
    "beat",
    [
        a_beat(ago=timedelta(minutes=14)),
        a_beat(unsynced_since=NOON - timedelta(minutes=50), clock="unsynced"),
        a_beat(last_push_at="2026-11-21T12:01:00Z"),
        a_beat(pending=3, oldest_pending_at="2026-11-21T11:30:00Z"),
        a_beat(oldest_pending_at="yesterday", last_push_at=""),
        a_beat(software="something else"),
        a_beat(reasons=["of-the-future"]),
    ],
    ids=["late", "unsynced", "ahead", "waiting", "no-time", "no-version", "unknown"],
)
def test_what_may_pass_by_itself_raises_none(beat):
    assert kinds(a_terminal(), beat, newest="palautepiste 0.1") == []


def test_a_terminal_that_was_never_heard_of_is_an_alarm_once_it_had_time():
    assert kinds(a_terminal(), None) == ["never-seen"]
    assert kinds(a_terminal(enrolled_at=NOON - timedelta(minutes=5)), None) == []


def test_an_alarm_that_nobody_wants_is_not_raised_and_the_limits_are_the_administrators():
    quiet = Behaviour(alarms_off=("silent", "hot"), silent_after_s=60)

    assert kinds(a_terminal(), a_beat(ago=timedelta(minutes=5), temperature_c=90.0), quiet) == []
    assert kinds(a_terminal(), a_beat(ago=timedelta(minutes=5)), Behaviour(silent_after_s=60)) == [
        "silent"
    ]


def test_the_worst_comes_first_and_says_how_a_terminal_stands():
    beat = a_beat(temperature_c=90.0, rejected=2, reasons=["out-of-order", "dead-letters"])

    found = alarms(a_terminal(), beat, NOON, AS_SHIPPED)

    assert [alarm.kind for alarm in found] == ["out-of-order", "dead-letters", "hot"]
    assert standing(a_terminal(), found) == "fault"
    assert standing(a_terminal(), [Alarm("hot")]) == "warning"


def test_versions_are_compared_as_numbers():
    said = [
        msgspec.convert(a_heartbeat(software=each), wire.Heartbeat)
        for each in ("p 1.9", "p 1.10", "x")
    ]

    assert newest_software(said) == "p 1.10"
    assert version_of("palautepiste 1.2.3") == (1, 2, 3)
    assert version_of("") == ()


REASONS = st.lists(st.one_of(st.sampled_from(list(ALARMS)), st.text(max_size=20)), max_size=5)


@given(
    ago=st.timedeltas(timedelta(days=-1), timedelta(days=1000)),
    unsynced=st.booleans(),
    reasons=REASONS,
    rejected=st.integers(0, 10),
    oldest=st.one_of(
        st.none(), st.text(max_size=30), st.datetimes().map(lambda d: f"{d.isoformat()}Z")
    ),
    software=st.text(max_size=40),
    temperature=st.one_of(st.none(), st.floats()),
)
def test_no_heartbeat_whatever_it_says_breaks_the_page_and_each_alarm_comes_once(  # noqa: PLR0913, PLR0917 - what a heartbeat says
    ago, unsynced, reasons, rejected, oldest, software, temperature
):
    said = wire.Heartbeat(
        state="ok",
        terminal_id=None,
        location=None,
        pending=rejected,
        sent=0,
        rejected=rejected,
        last_seq=0,
        oldest_pending_at=oldest,
        last_push_at=oldest,
        clock="unsynced" if unsynced else "synced",
        disk_free_bytes=0,
        panels=(),
        software=software,
        reasons=tuple(reasons),
        temperature_c=temperature,
    )
    beat = Beat(NOON - ago, NOON - ago if unsynced else None, said)

    for terminal in (a_terminal(), a_terminal(revoked_at=NOON)):
        found = kinds(terminal, beat, newest=software)
        assert len(found) == len(set(found))
        assert found == [kind for kind in ALARMS if kind in found]
        assert not (terminal.revoked_at and found)


# As the store sees it


@pytest.fixture
def centre(tmp_path, database_url):
    with a_centre(tmp_path, database_url) as running:
        yield running


def seen_by(centre, of=None):
    with centre.store.reading() as connection:
        return {each.terminal.id: each for each in look(connection, centre.clock(), of)}


def shown(centre, terminal):
    with centre.store.reading() as connection:
        return look_at_one(connection, terminal.id, centre.clock())


def do(centre, deed, *words):
    with centre.store.writing() as connection:
        return deed(connection, *words)


def test_a_clock_is_off_from_the_first_heartbeat_in_a_row_that_says_so(centre):
    terminal = centre.a_terminal()
    for minutes, clock in ((0, "unsynced"), (30, "synced"), (30, "unsynced"), (59, "unsynced")):
        centre.clock.pass_minutes(minutes)
        terminal.post("/heartbeats", a_heartbeat(clock=clock))
    assert not seen_by(centre)[terminal.id].alarms

    centre.clock.pass_minutes(1)
    terminal.post("/heartbeats", a_heartbeat(clock="unsynced"))

    (alarm,) = seen_by(centre)[terminal.id].alarms
    assert alarm == Alarm("clock-off", centre.clock() - timedelta(hours=1))


def test_the_fleet_is_sorted_the_worst_first_with_what_is_missing_of_each(centre):
    good, bad, gone = (centre.a_terminal() for _ in range(3))
    do(centre, retire, gone.id, DOING)
    good.post("/heartbeats", a_heartbeat())
    bad.post("/heartbeats", a_heartbeat(rejected=1))
    good.verdicts(a_response(good.id, seq=1), a_response(good.id, seq=4))

    found = seen_by(centre)

    assert list(found) == [bad.id, good.id, gone.id]
    assert [each.standing for each in found.values()] == ["fault", "works", "retired"]
    assert found[good.id].gaps == 2
    assert list(seen_by(centre, of=frozenset({OTHER_UNIT}))) == []


# What is done with terminals never breaks their history


def a_life(centre):
    """A terminal with responses, a move and an event behind it."""
    terminal = centre.a_terminal()
    here = {"county": "20", "unit": UNIT, "service": None, "place": "Aula 1", "since": None}
    terminal.post("/heartbeats", a_heartbeat(location=here, location_revision=2))
    assert terminal.verdicts(a_response(terminal.id, seq=1), a_response(terminal.id, seq=3)) == [
        ("stored", None),
        ("stored", None),
    ]
    return terminal


def history_of(centre, terminal):
    whole = shown(centre, terminal)
    places = [(row.revision, row.unit, row.place, row.is_ours) for row in whole.places]
    return centre.store.count_responses(), places, whole.missing, whole.happenings


@pytest.mark.parametrize("deed", [revoke, retire], ids=["revoked", "retired"])
def test_a_terminal_that_is_let_in_no_more_keeps_its_responses_places_and_numbers(centre, deed):
    terminal = a_life(centre)
    before = history_of(centre, terminal)

    do(centre, deed, terminal.id, DOING)
    do(centre, deed, terminal.id, DOING)  # a second time changes nothing

    assert history_of(centre, terminal) == before
    assert terminal.get("/config").status_code == 401
    assert terminal.send(a_response(terminal.id, seq=2)).status_code == 401
    with centre.store.reading() as connection:
        log = [entry.action for entry in entries(connection, 10)]
    assert log == [f"terminal-{'revoked' if deed is revoke else 'retired'}"]


def test_a_replacement_goes_on_with_the_history_and_the_one_before_keeps_its_own(centre):
    before = a_life(centre)
    kept = history_of(centre, before)
    made = do(centre, replacement_code, before.id, 7, None, DOING, Random(1))

    after = centre.enrolled(made.code, "another machine")

    assert after.verdicts(a_response(before.id, seq=2)) == [("stored", None)]
    assert after.enrolment["epoch"] == 2
    assert before.get("/config").status_code == 401
    responses, places, missing, happenings = history_of(centre, before)
    assert (responses, places, happenings) == (kept[0] + 1, kept[1], kept[3])
    assert missing == ()
    assert shown(centre, before).successors == (after.id,)
    assert shown(centre, after).seen.terminal.location.place == "Aula 1"


def test_a_terminal_out_of_use_is_not_moved_and_its_machine_comes_in_again_with_a_code(centre):
    terminal = a_life(centre)
    do(centre, retire, terminal.id, DOING)

    with pytest.raises(UsageProblem):
        do(centre, move, terminal.id, OTHER_UNIT, None, DOING)

    code = centre.store.new_code(OTHER_UNIT, now=NOON)
    hardware_id = shown(centre, terminal).seen.terminal.hardware_id
    again = centre.enrolled(code, hardware_id)
    assert shown(centre, again).seen.terminal.predecessor == terminal.id
    assert seen_by(centre)[terminal.id].standing == "retired"


@pytest.mark.parametrize("deed", [revoke, retire], ids=["revoked", "retired"])
def test_a_terminal_that_is_let_in_no_more_while_it_sends_loses_nothing(centre, deed):
    """Whatever comes first: what was answered "stored" is there; the rest may come again."""
    terminal = centre.a_terminal()
    replies, _ = at_once(
        lambda: [terminal.send(a_response(terminal.id, seq=n)) for n in range(1, 8)],
        lambda: do(centre, deed, terminal.id, DOING),
    )

    stored = [reply for reply in replies if reply.status_code == 200]
    assert centre.store.count_responses() == len(stored)
    assert {reply.status_code for reply in replies} <= {200, 401}


def test_two_moves_at_once_leave_one_place_and_both_in_the_history(centre):
    terminal = centre.a_terminal()
    centre.store.add_units([a_unit("1.2.3")])

    at_once(
        lambda: do(centre, move, terminal.id, OTHER_UNIT, "A", DOING),
        lambda: do(centre, move, terminal.id, "1.2.3", "B", DOING),
    )

    whole = shown(centre, terminal)
    assert len(whole.places) == 3
    assert len({row.revision for row in whole.places}) == 3
    assert whole.seen.terminal.location.unit == whole.places[-1].unit


def test_nothing_is_done_with_a_terminal_that_nobody_knows(centre):
    for name in ("t-zzzzz", "\0", "x" * 10_000):
        for deed in (revoke, retire):
            with pytest.raises(UnknownTerminal):
                do(centre, deed, name, DOING)


# The page


def test_a_supervisor_sees_the_terminals_of_their_own_units_and_changes_none(tmp_path):
    with a_centre(tmp_path, is_open=False) as centre:
        mine, other = centre.a_terminal(unit=UNIT), centre.a_terminal(unit=OTHER_UNIT)
        with logged_in(centre, "supervisor", [f"unit:{UNIT}"]) as http:
            page = http.get("/fleet?lang=en").text
            assert mine.id in page
            assert other.id not in page
            assert http.get(f"/fleet/{mine.id}").status_code == 200
            assert http.get(f"/fleet/{other.id}").status_code == 403
            assert http.get(f"/fleet?of=unit:{OTHER_UNIT}").status_code == 403
            assert http.post(f"/fleet/{mine.id}/retire", data={"sure": "yes"}).status_code == 403
            assert http.get("/codes").status_code == 403
            assert http.get("/desired").status_code == 403
        with logged_in(centre, "read-only") as http:
            assert http.get("/fleet").status_code == 403


def test_nothing_is_done_without_the_forms_token_or_without_being_sure(tmp_path):
    with a_centre(tmp_path, is_open=False) as centre:
        terminal = centre.a_terminal()
        with logged_in(centre, "feedback-team") as http:
            page = http.get(f"/fleet/{terminal.id}").text
            token = page.partition('name="form_token" value="')[2].partition('"')[0]
            address = f"/fleet/{terminal.id}/retire"
            assert http.post(address, data={"sure": "yes"}).status_code == 403
            assert http.post(address, data={"form_token": token}).status_code == 422
            assert terminal.get("/config").status_code == 200
            done = http.post(address, data={"form_token": token, "sure": "yes"})
            assert done.status_code == 303
        assert terminal.get("/config").status_code == 401
        with centre.store.reading() as connection:
            (entry,) = entries(connection, 5, action="terminal-retired")
        assert entry.account_name.startswith("feedback-team")
        assert entry.subject == terminal.id


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/fleet?of=county:99", 404),
        ("/fleet?alarm=%00&standing=x&q=%00&of=%00", 200),
        ("/fleet/t-zzzzz", 404),
        ("/fleet/%00", 404),
        ("/desired?of=nothing:1", 404),
        ("/desired?of=county:99", 404),
    ],
)
def test_no_address_breaks_the_pages(tmp_path, path, status):
    with a_centre(tmp_path) as centre:
        assert centre.http.get(path).status_code == status


def test_a_move_finds_the_unit_by_its_words_and_asks_again_where_several_fit(tmp_path):
    with a_centre(tmp_path) as centre:
        terminal = centre.a_terminal(unit=OTHER_UNIT)
        centre.store.add_units(
            [
                a_unit("1.2.3", name={"fi": "Oulun neuvola"}),
                a_unit("1.2.4", name={"fi": "Oulun talo"}),
            ]
        )
        address = f"/fleet/{terminal.id}/move"

        several = centre.http.post(address, data={"unit": "oulu"})
        none = centre.http.post(address, data={"unit": "zzzzz"})
        moved = centre.http.post(address, data={"unit": "oulu neuv", "place": "Aula"})

        assert several.status_code == none.status_code == 422
        assert 'value="1.2.4"' in several.text
        assert moved.status_code == 303
        assert terminal.get("/config").json()["location"] == {
            "revision": 2,
            "county": "20",
            "unit": "1.2.3",
            "service": None,
            "place": "Aula",
        }


def test_what_a_terminal_should_be_is_shown_without_a_proxys_password(tmp_path):
    with a_centre(tmp_path) as centre:
        terminal = centre.a_terminal()
        proxy = '[central]\nproxy = "http://user:hidden-word@proxy.example.fi:8080"\n'
        layer = f"{proxy}[session]\nundo_s = 3\n"
        do(centre, publish_settings, EVERYTHING, layer, "settings", None, NOON)

        shown_here = shown(centre, terminal).as_json()

        assert shown_here["settings"]["session.undo_s"] == 3
        assert shown_here["settings_from"]["session.undo_s"] == ""
        page = centre.http.get(f"/fleet/{terminal.id}").text
        assert "session.undo_s" in page
        assert "hidden-word" not in page + str(shown_here)


def test_the_commands_take_a_terminal_out_of_use_and_show_it(tmp_path):
    with a_centre(tmp_path) as centre:
        terminal = centre.a_terminal()
        database = ["--database", f"sqlite:///{tmp_path / 'central.db'}"]
        said = {}
        for words in (["retire", terminal.id], ["show", terminal.id], ["list", "--json"]):
            done = CliRunner().invoke(central_admin, ["terminal", *words, *database])
            assert done.exit_code == 0, done.output
            said[words[0]] = done.stdout
        assert json.loads(said["show"])["standing"] == "retired"
        assert json.loads(said["list"])[0]["retired_at"]
        assert terminal.get("/config").status_code == 401


@pytest.mark.parametrize(
    ("moment", "language", "written"),
    [
        (NOON, "fi", "14.00"),
        (NOON, "en", "14:00"),
        (NOON - timedelta(hours=15), "sv", "20.11.\N{NO-BREAK SPACE}23.00"),
        (NOON - timedelta(days=400), "fi", "17.10.2025\N{NO-BREAK SPACE}15.00"),
        (None, "fi", "–"),
    ],
    ids=["today", "english", "yesterday", "a-year-ago-in-summer", "never"],
)
def test_moments_are_written_in_finlands_time_as_the_language_writes_them(
    moment, language, written
):
    assert moments.when(moment, language, NOON) == written
