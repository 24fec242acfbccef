"""Responses that could not be checked when they came: kept, shown so, and checked later."""

import json
import threading
from contextlib import closing

import pytest
from click.testing import CliRunner
from databases import KINDS, a_database
from msgspec import Raw
from questionnaire_bodies import a_file, a_version
from sqlalchemy import select
from test_central_builders import NOON, UNIT, a_centre, a_response, a_store, a_unit, at_unit

from sync import wire
from sync.central import server as server_module
from sync.central.cli import central_admin
from sync.central.fleet.publishing import known_questionnaires, publish_questionnaire
from sync.central.receiving.checking import check_response
from sync.central.receiving.recounting import recheck, recount
from sync.central.store import settling
from sync.central.store.newest import newest
from sync.central.store.refusals import all_refusals
from sync.central.store.settling import waiting
from sync.central.store.tables import responses
from sync.central.store.tallies import RESPONSES, Filter, counts_by_item

TOMORROW = "2031.1"
ASKED = {"id": "national-general", "version": TOMORROW}
OFF_THE_SCALE = [{"item": "usefulness", "value": 9}]


@pytest.fixture
def store(tmp_path, database_url):
    with closing(a_store(tmp_path, database_url)) as opened:
        yield opened


def keep(store, *documents):
    known = known_questionnaires(store)
    checked = [check_response(Raw(wire.encode(each)), {"t-aaaaa"}, known) for each in documents]
    return [verdict.status for verdict in store.keep_responses(checked, NOON)]


def publish(store, version=TOMORROW):
    body = json.dumps(a_version(version)).encode()
    with store.writing() as connection:
        publish_questionnaire(connection, body, "a test", None, NOON)


def check_again(store):
    return dict(recheck(store, known_questionnaires(store), NOON))


def standing(store, document):
    """Validity and problem of a stored response."""
    with store.reading() as connection:
        columns = (responses.c.validity, responses.c.problem)
        statement = select(*columns).where(responses.c.id == document["id"])
        return tuple(connection.execute(statement).one())


def counted(store):
    with store.reading() as connection:
        found = counts_by_item(connection, Filter())
    return {item: counts.given for item, counts in found.items() if counts.given}


def test_a_response_of_an_unknown_version_is_kept_and_shown_as_such(store):
    document = a_response(questionnaire=ASKED, answers=OFF_THE_SCALE)

    assert keep(store, document) == ["stored"]

    assert standing(store, document) == ("unknown", None)
    with store.reading() as connection:
        assert waiting(connection) == {("national-general", TOMORROW): 1}
        assert [row.validity for row in newest(connection, Filter(), 5)] == ["unknown"]


def test_once_its_questionnaire_is_known_a_good_one_is_valid_and_counts_as_before(store):
    document = a_response(questionnaire=ASKED)
    keep(store, document)
    before = counted(store)

    publish(store)

    assert check_again(store) == {"valid": 1}
    assert standing(store, document) == ("valid", None)
    assert counted(store) == before == {RESPONSES: 1, "usefulness": 1, "nps": 1}


def test_a_bad_one_counts_no_more_is_kept_and_listed_with_its_problem(store):
    good, bad = (
        a_response(questionnaire=ASKED),
        a_response(questionnaire=ASKED, answers=OFF_THE_SCALE),
    )
    keep(store, good, bad)
    publish(store)

    assert check_again(store) == {"valid": 1, "invalid": 1}

    validity, problem = standing(store, bad)
    assert validity == "invalid"
    assert "9 is not on the scale" in problem
    assert counted(store) == {RESPONSES: 1, "usefulness": 1, "nps": 1}
    with store.reading() as connection:
        (listed,) = all_refusals(connection)
        assert {row.id for row in newest(connection, Filter(), 5)} == {good["id"], bad["id"]}
    assert (listed.record_id, listed.code, listed.seq) == (bad["id"], "invalid-answer", None)


def test_a_bad_one_that_comes_again_is_a_duplicate_since_it_is_stored(tmp_path, database_url):
    with a_centre(tmp_path, database_url) as centre:
        terminal = centre.a_terminal()
        bad, other = (
            a_response(terminal.id, questionnaire=ASKED, answers=OFF_THE_SCALE) for _ in range(2)
        )
        assert terminal.verdicts(bad) == [("stored", None)]
        publish(centre.store)
        check_again(centre.store)
        centre.service.questionnaires.look_again()

        verdicts = terminal.verdicts(bad, other, bad | {"language": "sv"})

    refused = ("rejected", "invalid-answer")
    assert verdicts == [("duplicate", None), refused, refused]


def test_what_waits_for_another_version_goes_on_waiting(store):
    keep(store, a_response(questionnaire=ASKED | {"version": "2032.1"}), a_response())
    publish(store)

    assert check_again(store) == {}

    with store.reading() as connection:
        assert waiting(connection) == {("national-general", "2032.1"): 1}


def test_a_unit_that_becomes_known_needs_no_second_check(store):
    """Names are joined when somebody reads: nothing of a response says that its unit is known."""
    new = "1.2.246.10.2085212.10.9999"
    documents = [a_response(location=at_unit(new)), a_response(location={})]

    assert keep(store, *documents) == ["stored"] * 2
    assert [standing(store, each)[0] for each in documents] == ["valid", "valid"]
    with store.reading() as connection:
        assert {row.unit_name for row in newest(connection, Filter(frozenset({new})), 5)} == {None}

    store.add_units([a_unit(new, name={"fi": "Uusi"})])

    with store.reading() as connection:
        assert [row.unit_name for row in newest(connection, Filter(frozenset({new})), 5)] == [
            {"fi": "Uusi"}
        ]
        found = counts_by_item(connection, Filter(frozenset({new})))
    assert found[RESPONSES].given == 1


def test_many_are_checked_in_steps_and_go_on_where_they_were_cut_short(store, monkeypatch):
    monkeypatch.setattr(settling, "STEP_ROWS", 4)
    keep(store, *[a_response(questionnaire=ASKED, seq=n) for n in range(1, 11)])
    publish(store)
    steps = []

    def cut_short(connection, questionnaire, now):
        if len(steps) == 2:
            raise KeyboardInterrupt
        steps.append(settling.check_some(connection, questionnaire, now))
        return steps[-1]

    with monkeypatch.context() as patch:
        patch.setattr("sync.central.receiving.recounting.check_some", cut_short)
        with pytest.raises(KeyboardInterrupt):
            check_again(store)

    assert [step["valid"] for step in steps] == [4, 4]
    assert check_again(store) == {"valid": 2}
    assert recount(store, is_mending=False).is_right


def test_two_processes_that_check_at_once_take_a_bad_one_out_once(store):
    keep(store, *[a_response(questionnaire=ASKED, answers=OFF_THE_SCALE) for _ in range(20)])
    keep(store, a_response())
    publish(store)
    known = known_questionnaires(store)

    threads = [threading.Thread(target=recheck, args=(store, known, NOON)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert counted(store)[RESPONSES] == 1
    assert recount(store, is_mending=False).is_right


@pytest.mark.parametrize("kind", KINDS)
def test_the_running_service_checks_again_by_itself(kind, tmp_path, monkeypatch):
    monkeypatch.setattr("sync.central.receiving.recounting.RECHECK_EVERY_S", 0.05)
    done = threading.Event()
    check = server_module.recheck_now_and_then.__globals__["recheck"]

    def tell(*arguments):
        became = check(*arguments)
        if became:
            done.set()
        return became

    monkeypatch.setattr("sync.central.receiving.recounting.recheck", tell)
    with a_database(kind, tmp_path) as url, a_centre(tmp_path, url) as centre:
        terminal = centre.a_terminal()
        document = a_response(terminal.id, questionnaire=ASKED)
        assert terminal.verdicts(document) == [("stored", None)]

        publish(centre.store)

        assert done.wait(30)
        assert standing(centre.store, document) == ("valid", None)


def test_one_failure_does_not_end_the_service_s_checking(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("sync.central.receiving.recounting.RECHECK_EVERY_S", 0.01)
    rounds = []
    went_on = threading.Event()

    def stumble(*_arguments):
        rounds.append(1)
        if len(rounds) == 1:
            raise RuntimeError("once")
        went_on.set()

    monkeypatch.setattr("sync.central.receiving.recounting.recheck", stumble)
    with a_centre(tmp_path):
        assert went_on.wait(30)

    assert "once" in caplog.text


def test_publishing_by_command_checks_what_waited_for_it(tmp_path):
    database = f"sqlite:///{tmp_path / 'central.db'}"
    document, bad = (
        a_response(questionnaire=ASKED),
        a_response(questionnaire=ASKED, answers=OFF_THE_SCALE),
    )
    with closing(a_store(tmp_path)) as store:
        keep(store, document, bad)
        path = a_file(tmp_path, a_version(TOMORROW))

        found = CliRunner().invoke(
            central_admin, ["questionnaire", "add", str(path), "--database", database]
        )

        assert found.stdout == f"national-general {TOMORROW}: published\n"
        assert "1 valid, 1 invalid" in found.stderr
        assert (standing(store, document)[0], standing(store, bad)[0]) == ("valid", "invalid")


def test_a_page_checks_no_more_than_somebody_waits_for(store, monkeypatch):
    monkeypatch.setattr(settling, "STEP_ROWS", 2)
    keep(store, *[a_response(questionnaire=ASKED, seq=n) for n in range(1, 8)])
    publish(store)

    assert recheck(store, known_questionnaires(store), NOON, 2) == {"valid": 4}
    assert check_again(store) == {"valid": 3}


def test_the_command_checks_again_and_says_what_still_waits(tmp_path):
    database = f"sqlite:///{tmp_path / 'central.db'}"
    with closing(a_store(tmp_path)) as store:
        keep(
            store,
            a_response(questionnaire=ASKED),
            a_response(questionnaire=ASKED | {"version": "2032.1"}, location=at_unit(UNIT)),
        )
        publish(store)

    def run(*words):
        found = CliRunner().invoke(central_admin, ["recheck", *words, "--database", database])
        assert found.exit_code == 0, found.output
        return found.stdout

    assert json.loads(run("--json")) == {
        "valid": 1,
        "invalid": 0,
        "waiting": [{"questionnaire": "national-general", "version": "2032.1", "responses": 1}],
    }
    assert "waiting for questionnaire national-general 2032.1: 1 responses" in run()
