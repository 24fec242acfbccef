"""Setting up, for real: a central service, an agent and commands as processes, over HTTP."""

import json
import sqlite3
from contextlib import closing, contextmanager
from functools import partial

import pytest
from builders import a_content, a_reading, a_state, central_settings, settings_with
from test_central_builders import NOON, UNIT, a_centre

from device_config import clock, road
from device_config.credentials import Credentials, read_credentials
from device_config.errors import EnrolmentRefused
from device_config.location import Place
from device_config.pin import Opened, PinGate, Refused, hash_pin
from sync.central.store.responses import every_document
from sync.client import CentralClient
from sync.enrolment import enrol
from sync.health import begin_with, health
from sync.outbox import open_outbox
from tests.fault_proxy import CutReply, Instead, LostAfter, LostBefore, Twice, a_bad_network
from tests.world import Centre, Terminal, run, running, wait_for


@pytest.fixture
def centre(tmp_path):
    folder = tmp_path / "centre"
    folder.mkdir()
    with a_centre(folder) as running_centre:
        yield running_centre


def a_code(centre, **options):
    return centre.store.new_code(UNIT, now=NOON, **options)


def arrived(centre, count):
    """The responses at the centre, once there are so many."""

    def enough():
        with centre.store.reading() as connection:
            rows = [json.loads(row.document) for row in every_document(connection)]
        return sorted(rows, key=lambda each: each["seq"]) if len(rows) >= count else None

    return wait_for(enough, f"{count} responses")


def a_terminal(folder, url=""):
    return Terminal(folder / "terminal", url)


@contextmanager
def an_agent(terminal, *options):
    """The agent as a process; its log is beside its state."""
    terminal.state.parent.mkdir(parents=True, exist_ok=True)
    log = terminal.state.with_name("sync.log")
    with (
        log.open("a") as file,
        running("sync", "--spread", "0", *options, *terminal.options, stderr=file) as process,
    ):
        wait_for(terminal.is_set_up, "the database")
        yield process


def said(terminal):
    return terminal.state.with_name("sync.log").read_text()


def ordered(terminal, kind, body):
    """What comes of an order that the kiosk leaves."""
    with closing(open_outbox(a_state(terminal.state.parent))) as outbox:
        now = clock.read()
        asked = {"boot_id": now.boot_id, "boottime": now.boottime}
        number = road.leave_order(outbox.db, kind, {**body, "asked": asked})
        return wait_for(partial(road.order_outcome, outbox.db, number), f"the order {kind}")


def answer(terminal, *numbers):
    """Responses as the kiosk gives them."""
    with closing(open_outbox(a_state(terminal.state.parent))) as outbox:
        for number in numbers:
            outbox.put(a_content(number), a_reading())


def credentials(terminal):
    state = a_state(terminal.state.parent)
    return read_credentials(state, settings_with().central)


def access(terminal):
    with closing(sqlite3.connect(f"file:{terminal.database}?mode=ro", uri=True)) as connection:
        row = connection.execute("SELECT body FROM facts WHERE name = 'access'").fetchone()
    return json.loads(row[0]) if row else None


def test_an_agent_without_credentials_waits_takes_a_code_from_the_screen_and_delivers(
    tmp_path, centre
):
    terminal = a_terminal(tmp_path)
    with an_agent(terminal) as agent:
        answer(terminal, 1)
        wrong = ordered(terminal, "enrol", {"code": "XXXX-XXXX", "url": centre.url})
        code = a_code(centre).lower()
        done = ordered(terminal, "enrol", {"code": code, "url": centre.url})

        (response,) = arrived(centre, 1)
        assert agent.poll() is None

    assert wrong["error"] == "unknown-code"
    assert done["done"]
    assert response["terminal_id"] == done["terminal_id"] == credentials(terminal).terminal_id
    assert "waiting for a code" in said(terminal)
    assert "Traceback" not in said(terminal)
    assert agent.returncode == 0


def test_an_agent_without_credentials_is_stopped_like_any_other(tmp_path):
    terminal = a_terminal(tmp_path)
    with an_agent(terminal) as agent:
        pass

    assert agent.returncode == 0


def test_a_boot_file_sets_the_terminal_up(tmp_path, centre):
    terminal, card = a_terminal(tmp_path), tmp_path / "palautepiste.toml"
    code = a_code(centre)
    card.write_text(f'[enrolment]\ncode = "{code}"\nurl = "{centre.url}"\n')
    with an_agent(terminal, "--boot-file", card):
        answer(terminal, 1)
        (response,) = arrived(centre, 1)

    assert response["terminal_id"] == credentials(terminal).terminal_id
    assert code not in card.read_text()
    assert "enrolled as" in card.with_name("palautepiste-report.txt").read_text()


def test_a_wrong_path_in_the_address_is_told_and_costs_no_code_on_the_card(tmp_path, centre):
    terminal, card = a_terminal(tmp_path), tmp_path / "palautepiste.toml"
    code = a_code(centre)
    card.write_text(f'[enrolment]\ncode = "{code}"\nurl = "{centre.url}/live"\n')
    report = tmp_path / "palautepiste-report.txt"

    with an_agent(terminal, "--boot-file", card):
        wait_for(report.exists, "the report")
    typed = run("enrol", code, "--central", f"{centre.url}/live", *terminal.options, check=False)

    assert "check the address" in wait_for(report.read_text, "its words")
    assert code in card.read_text()
    assert typed.returncode == 1
    assert "there is no central service at this address (http-404)" in typed.stderr
    assert credentials(terminal) is None


def a_centre_with(folder, line):
    """A central service that gives every terminal this line of [session]."""
    centre = Centre(folder / "state")
    file = folder / "county.toml"
    file.write_text(f"[session]\n{line}\n")
    run("central-admin", "settings", "publish", file, "--state", centre.folder)
    return centre


def shown(terminal):
    return run("config", "show", *terminal.options).stdout


def test_a_code_brings_the_list_of_units_at_once(tmp_path, centre):
    terminal = a_terminal(tmp_path)

    run("enrol", a_code(centre), "--central", centre.url, *terminal.options)

    found = json.loads(run("location", "find", "syke", "--json", *terminal.options).stdout)
    assert [each["unit"] for each in found] == [UNIT]


def test_at_another_centre_nothing_of_the_first_ones_settings_comes_back(tmp_path):
    terminal = a_terminal(tmp_path)
    said = []
    for name, line in (("first", "idle_timeout_s = 31"), ("second", "undo_s = 3")):
        (tmp_path / name).mkdir()
        centre = a_centre_with(tmp_path / name, line)
        with centre.open() as url:
            run("enrol", centre.new_code(), "--central", url, *terminal.options)
        said.append(shown(terminal))
    run("config", "rollback", *terminal.options)
    rolled_back = shown(terminal)

    assert "idle_timeout_s = 31" in said[0]
    assert "undo_s = 3" in said[1]
    assert "idle_timeout_s = 31" not in said[1] + rolled_back
    assert url in rolled_back


def test_a_card_with_a_new_code_sets_an_enrolled_terminal_up_anew(tmp_path, centre):
    terminal, card = a_terminal(tmp_path, centre.url), tmp_path / "palautepiste.toml"
    try_to_enrol(terminal.state.parent, centre.url, a_code(centre))
    before = credentials(terminal).terminal_id
    card.write_text(f'[enrolment]\ncode = "{a_code(centre)}"\n')

    with an_agent(terminal, "--boot-file", card):
        wait_for(lambda: credentials(terminal).terminal_id != before, "the new credentials")
        answer(terminal, 1)
        (response,) = arrived(centre, 1)

    assert response["terminal_id"] in {before, credentials(terminal).terminal_id}
    assert centre.store.lineage(credentials(terminal).terminal_id) >= {before}


def test_a_revoked_terminal_collects_says_so_and_a_new_code_brings_all_that_waited(
    tmp_path, centre
):
    terminal = a_terminal(tmp_path, centre.url)
    with an_agent(terminal):
        first = ordered(terminal, "enrol", {"code": a_code(centre)})["terminal_id"]
        wait_for(lambda: access(terminal) == "ok", "the access to be noted")
        centre.store.revoke(first)
        answer(terminal, 1)
        ordered(terminal, "send-now", {})
        wait_for(lambda: access(terminal) == "revoked", "the refusal to be noted")
        status = terminal.status()
        assert (status["state"], status["pending"]) == ("attention", 1)
        assert "not-allowed" in status["reasons"]

        second = ordered(terminal, "enrol", {"code": a_code(centre)})["terminal_id"]
        arrived(centre, 1)
        wait_for(lambda: access(terminal) == "ok", "the access to be noted again")
        assert "not-allowed" not in terminal.status()["reasons"]
        answer(terminal, 2)
        responses = arrived(centre, 2)

    assert [each["terminal_id"] for each in responses] == [first, second]
    assert [(each["epoch"], each["seq"]) for each in responses] == [(1, 1), (1, 2)]
    assert "Traceback" not in said(terminal)


def test_what_was_said_to_the_old_token_is_not_said_of_the_new_one(tmp_path):
    outbox = open_outbox(a_state(tmp_path))
    new, old = (Credentials(terminal_id="t-1", token=each * 20) for each in "no")
    begin_with(outbox, old)
    road.state_fact(outbox.db, "sync", "push", {"failure": "http-401", "failures": {}})
    road.state_fact(outbox.db, "sync", "access", "revoked")

    def reasons():
        return health(a_state(tmp_path), outbox, new, Place(unit=UNIT), a_reading()).reasons

    begin_with(outbox, old)
    assert "not-allowed" in reasons()
    begin_with(outbox, new)
    assert "not-allowed" not in reasons()
    assert road.fact(outbox.db, "sync", "access") == "ok"


# The exchange, over a bad network


def try_to_enrol(folder, url, code):
    """Whether it went well."""
    with closing(CentralClient(central_settings(url), None)) as client:
        try:
            enrol(a_state(folder), client, code)
        except EnrolmentRefused:
            return False
    return True


@pytest.mark.parametrize("fault", [LostBefore(), LostAfter(), CutReply(0.5), Twice()])
def test_whatever_happens_to_the_exchange_the_same_code_goes_on_as_the_same_terminal(
    tmp_path, centre, fault
):
    code = a_code(centre)
    with a_bad_network(centre.url.rstrip("/"), paths=("/enrolments",)) as network:
        network.faults.append(fault)
        went_well = [try_to_enrol(tmp_path, network.url, code) for _ in range(2)]
        assert network.suffered

    kept = read_credentials(a_state(tmp_path), settings_with().central)
    (known,) = centre.store.all_terminals()
    # Who is in already may be told that the code is used; it changes nothing.
    assert went_well[-1] or went_well[0]
    assert centre.store.authenticate(kept.token).id == known.id == kept.terminal_id


def test_a_terminal_that_did_not_know_its_attempt_again_would_have_lost_the_code(tmp_path, centre):
    """The broken variant: each try draws a secret of its own."""
    code = a_code(centre)
    with a_bad_network(centre.url.rstrip("/"), paths=("/enrolments",)) as network:
        network.faults.append(LostAfter())
        assert not try_to_enrol(tmp_path, network.url, code)
        a_state(tmp_path).durable("attempt").write({})
        assert not try_to_enrol(tmp_path, network.url, code)


def test_an_agent_killed_before_it_could_say_that_all_went_well_says_so_later(tmp_path, centre):
    terminal, code = a_terminal(tmp_path, centre.url), a_code(centre)
    assert try_to_enrol(terminal.state.parent, centre.url, code)
    before = credentials(terminal)

    with an_agent(terminal):
        done = ordered(terminal, "enrol", {"code": code})

    assert done == {"done": True, "terminal_id": before.terminal_id}
    assert centre.store.authenticate(credentials(terminal).token).id == before.terminal_id
    assert len(centre.store.all_terminals()) == 1


def test_a_login_page_in_between_costs_no_code(tmp_path, centre):
    code = a_code(centre)
    page = Instead(200, (("Content-Type", "text/html"),), b"<!doctype html><title>Log in")
    with a_bad_network(centre.url.rstrip("/"), paths=("/enrolments",)) as network:
        network.faults.append(page)
        assert not try_to_enrol(tmp_path, network.url, code)
        assert try_to_enrol(tmp_path, network.url, code)


def test_the_pin_that_the_centre_gave_opens_the_staff_pages_of_this_terminal(tmp_path, centre):
    code = a_code(centre, staff_pin_hash=hash_pin("402913"))
    try_to_enrol(tmp_path, centre.url, code)

    gate = PinGate(a_state(tmp_path), read_credentials(a_state(tmp_path), settings_with().central))
    assert isinstance(gate.try_pin("000000", a_reading()), Refused)
    assert gate.try_pin("402913", a_reading()) == Opened()
