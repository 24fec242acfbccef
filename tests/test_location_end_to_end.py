"""A move, end to end: a real window, a real agent, a real centre, over loopback."""

import json
import time
from itertools import groupby

import pytest

from kiosk.terminal import CONFIG_CHECK_S
from tests.world import UNIT, Centre, Terminal, go_on, run, wait_for

MOST_VISITORS = 30
QUICK = "[session]\nidle_timeout_s = 20\nundo_s = 0.5\n"


@pytest.fixture
def centre(tmp_path):
    return Centre(tmp_path / "centre")


def found(terminal, text):
    return json.loads(run("location", "find", text, "--json", *terminal.options).stdout)


def places(centre, terminal):
    """What the centre keeps of where the terminal stood: revision, place, whether it was used."""
    terminal_id = terminal.status()["terminal_id"]
    listed = run("central-admin", "terminal", "places", terminal_id, "--json", "--state", centre)
    return [
        (row["revision"], row["place"], row["used_at"] is not None)
        for row in json.loads(listed.stdout)
    ]


def test_each_response_says_where_its_session_began_and_the_centre_knows_of_every_move(
    centre, tmp_path
):
    """The terminal is moved while somebody is answering, by hand and then by the centre."""
    with centre.open() as url:
        terminal = Terminal(tmp_path / "terminal", url, QUICK)
        terminal.enrol(centre)
        with terminal.window() as reach:
            with terminal.syncing():
                wait_for(lambda: found(terminal, "esimerkin terv"), "the list of units")
                _say_where_and_wait(terminal, "Aula 1")
                wait_for(lambda: (2, "Aula 1", True) in places(centre.folder, terminal), "Aula 1")
                _answer_while(reach, lambda: _say_where_and_wait(terminal, "Aula 2"))
                _answer_until(reach, terminal, "Aula 2")
                wait_for(lambda: (3, "Aula 2", True) in places(centre.folder, terminal), "Aula 2")
            _move(centre, terminal, "Aula 3")
            run("sync", "--once", *terminal.options)
            run("sync", "--once", *terminal.options)
            _answer_until(reach, terminal, "Aula 3")
        run("sync", "--once", *terminal.options)
        stood = [each["location"] for each in centre.responses()]

        assert [place for place, _ in groupby(each["place"] for each in stood)] == [
            "Aula 1",
            "Aula 2",
            "Aula 3",
        ]
        assert {(each["county"], each["unit"]) for each in stood} == {("20", UNIT)}
        assert places(centre.folder, terminal) == [
            (1, None, True),
            (2, "Aula 1", True),
            (3, "Aula 2", True),
            (4, "Aula 3", True),
        ]
    assert found(terminal, "terveysasema")[0]["unit"] == UNIT  # with nobody to ask


def _say_where(terminal, place):
    run("location", "set", "--unit", UNIT, "--place", place, *terminal.options)


def _say_where_and_wait(terminal, place):
    """Until the kiosk has looked at it, and would take it if it could."""
    _say_where(terminal, place)
    time.sleep(CONFIG_CHECK_S + 1)


def _move(centre, terminal, place):
    terminal_id = terminal.status()["terminal_id"]
    spot = ["--unit", UNIT, "--place", place]
    run("central-admin", "terminal", "move", terminal_id, *spot, "--state", centre.folder)


def _answer_until(reach, terminal, place):
    """Answers of new visitors, until one is given where the terminal stands now."""
    _answer_while(reach, lambda: None)
    while terminal.rows()[-1][1]["location"]["place"] != place:
        assert len(terminal.rows()) < MOST_VISITORS, terminal.rows()[-1]
        _answer_while(reach, lambda: None)


def _answer_while(reach, something_happens):
    """One answer, then what happens, then the end of the sitting."""
    reach.wait(lambda seen: seen["key"] == "start:fi", "the start screen")
    go_on(reach, "answer:4")
    something_happens()
    go_on(reach, "enough")
    reach.touch_at(200, 200)
    reach.wait(lambda seen: seen["key"] == "start:fi", "the start screen")
