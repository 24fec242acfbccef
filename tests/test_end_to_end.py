"""The first answer, end to end: a real window, a real agent, a real centre, over loopback."""

import os
import pty
import select
import signal
import time
import tty
import urllib.request

import pytest

from kiosk.panel.sentences import LineReader, frame
from tests.world import UNIT, Centre, Terminal, answers_of, go_on, run, wait_for

QUICK = "[session]\nidle_timeout_s = 6\nundo_s = 0.5\n"


@pytest.fixture
def centre(tmp_path):
    return Centre(tmp_path / "centre")


def test_what_clients_touch_and_press_arrives_exactly_as_they_gave_it(centre, tmp_path):
    """Touches and keys go through the window's own input; the centre ends with equal documents."""
    with centre.open() as url:
        terminal = Terminal(tmp_path / "terminal", url, QUICK)
        terminal.enrol(centre)
        with terminal.syncing(), terminal.window() as reach:
            _answer_everything(reach)
            _press_and_have_enough(reach)
            _tap_in_swedish_and_leave(reach)
            first, second, third = centre.wait_for_responses(3)
            page = urllib.request.urlopen(f"{url}/?unit={UNIT}&lang=fi").read().decode()

    assert answers_of(first) == {
        "usefulness": 5,
        "availability": 4,
        "encounter": "skipped",
        "participation": "not-applicable",
        "safety": 2,
        "reasons": "skipped",
        "information": 3,
        "understandability": 1,
        "nps": 9,
        "text": "skipped",
    }
    assert (first["ended"], first["channel"], first["instrument"]) == (
        "submitted",
        "kiosk-touch",
        "screen",
    )
    assert answers_of(second) == {"usefulness": 2}
    assert (second["ended"], second["channel"], second["instrument"]) == (
        "exit",
        "kiosk-button",
        "panel-5",
    )
    assert answers_of(third) == {"usefulness": 1}
    assert (third["ended"], third["language"]) == ("timeout", "sv")
    assert [each["seq"] for each in (first, second, third)] == [1, 2, 3]
    assert {each["location"]["unit"] for each in (first, second, third)} == {UNIT}
    for arrived, (state, given) in zip((first, second, third), terminal.rows(), strict=True):
        del arrived["received_at"]
        assert arrived == given
        assert state == "sent"
    assert "Esimerkin terveysasema" in page


def _answer_everything(reach):
    assert reach.ready()["key"] == "start:fi"
    assert go_on(reach, "answer:3")["item"] == "availability"
    reach.wait(lambda seen: "back" in seen["choices"], "the plain way back")
    assert go_on(reach, "back")["item"] == "usefulness"
    go_on(reach, "answer:5")  # changed
    go_on(reach, "answer:4")
    go_on(reach, "skip")
    go_on(reach, "not-applicable")
    assert go_on(reach, "answer:2")["screen"] == "reasons"
    go_on(reach, "skip")
    go_on(reach, "answer:3")
    assert go_on(reach, "answer:1")["screen"] == "numbers"
    assert go_on(reach, "answer:9")["screen"] == "text"
    assert go_on(reach, "skip")["screen"] == "thanks"
    reach.touch_at(200, 200)
    reach.wait(lambda seen: seen["key"] == "start:fi", "the start screen")


def _press_and_have_enough(reach):
    reach.ready()
    reach.key("2")
    reach.wait(lambda seen: seen["screen"] == "reasons", "what was not good")
    assert go_on(reach, "enough")["screen"] == "thanks"
    reach.wait(lambda seen: seen["key"] == "start:fi", "the start screen")


def _tap_in_swedish_and_leave(reach):
    assert go_on(reach, "language:sv")["language"] == "sv"
    assert go_on(reach, "answer:1")["key"] == "reasons:sv"
    reach.wait(lambda seen: seen["key"] == "start:fi", "the default language again")


def test_the_next_question_and_the_thanks_wait_until_the_answer_is_on_disk(tmp_path):
    """Another program holds the disk: the face has moved, and nothing goes on."""
    terminal = Terminal(tmp_path, "")
    with terminal.window() as reach:
        wait_for(terminal.is_set_up, "the database")
        reach.ready()
        with terminal.disk_held():
            reach.touch("answer:4")
            reach.wait(lambda seen: seen["item"] == "usefulness", "the tapped answer")
            meanwhile = _looks(reach, 20)
        reach.wait(lambda seen: seen["item"] == "availability", "the second question")
        reach.ready()
        with terminal.disk_held():
            reach.touch("enough")
            meanwhile_at_end = _looks(reach, 20)
        reach.wait(lambda seen: seen["screen"] == "thanks", "the thanks")

    assert {seen["item"] for seen in meanwhile} == {"usefulness"}
    assert {seen["screen"] for seen in meanwhile_at_end} == {"faces"}


def _looks(reach, count):
    looks = []
    for _ in range(count):
        looks.append(reach.look())
        time.sleep(0.02)
    return looks


def test_what_is_on_disk_after_the_first_answer_and_at_the_thanks_is_what_was_given(tmp_path):
    terminal = Terminal(tmp_path, "")
    with terminal.window() as reach:
        go_on(reach, "answer:4")
        after_first = terminal.rows()
        assert go_on(reach, "enough")["screen"] == "thanks"
        at_thanks = terminal.rows()

    assert [(state, answers_of(body)) for state, body in after_first] == [
        ("open", {"usefulness": 4})
    ]
    assert [(state, body["ended"]) for state, body in at_thanks] == [("pending", "exit")]


def test_answers_wait_for_a_centre_that_is_away_and_leave_when_it_is_back(centre, tmp_path):
    with centre.open() as url:
        terminal = Terminal(tmp_path / "terminal", url, QUICK)
        terminal.enrol(centre)
    port = int(url.rpartition(":")[2])
    with terminal.syncing(), terminal.window() as reach:
        go_on(reach, "answer:5")
        go_on(reach, "enough")
        wait_for(lambda: terminal.status()["push_failures"], "a push that failed")
        while_away = terminal.status()
        with centre.open(port):
            arrived = centre.wait_for_responses(1)

    assert (while_away["state"], while_away["pending"]) == ("offline", 1)
    assert len(arrived) == 1


def test_a_killed_kiosk_loses_nothing_and_the_next_one_closes_what_was_open(tmp_path):
    terminal = Terminal(tmp_path, "")
    with terminal.window() as reach:
        go_on(reach, "answer:2")
        reach.process.send_signal(signal.SIGKILL)
        reach.process.wait()

    with terminal.window():
        wait_for(lambda: terminal.rows()[0][0] == "pending", "the open response to be closed")

    ((_, body),) = terminal.rows()
    assert (body["ended"], answers_of(body)) == ("restart", {"usefulness": 2})


def test_a_box_on_a_serial_line_is_acknowledged_only_when_its_press_is_on_disk(tmp_path):
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    panel = f'[[panel]]\nkind = "serial"\nport = "{os.ttyname(theirs)}"\n'
    terminal = Terminal(tmp_path, "", panel)
    with terminal.window():
        assert _line(ours) == b"$PASK*" + frame("PASK")[6:8]
        os.write(ours, frame("PHELLO,1,box-1,4,test"))
        wait_for(terminal.is_set_up, "the database")
        with terminal.disk_held():
            os.write(ours, frame("PBTN,7,3,20"))
            said_meanwhile = _all_said(ours, 0.5)
        said = _acknowledgement(ours)
        rows = terminal.rows()
        os.write(ours, frame("PBTN,7,3,520"))  # offered again: acknowledged, not counted
        said_again = _acknowledgement(ours)
        rows_later = terminal.rows()

    assert b"PACK" not in said_meanwhile
    assert said == frame("PACK,7").strip()
    assert [answers_of(body) for _, body in rows] == [{"usefulness": 4}]
    assert rows[0][1]["instrument"] == "panel-4"
    assert said_again == said
    assert rows_later == rows


def _all_said(descriptor, within_s):
    said = b""
    until = time.monotonic() + within_s
    while select.select([descriptor], [], [], max(0.0, until - time.monotonic()))[0]:
        said += os.read(descriptor, 4096)
    return said


def _acknowledgement(descriptor):
    while not (line := _line(descriptor)).startswith(b"$PACK"):
        """Lights are told on the same line."""
    return line


def _line(descriptor):
    reader = LineReader()
    while True:
        lines = reader.feed(os.read(descriptor, 1))
        if lines:
            return lines[0]


def test_a_second_kiosk_on_the_same_state_is_told_so_in_one_line(tmp_path):
    terminal = Terminal(tmp_path, "")
    with terminal.window():
        second = run("kiosk", "--windowed", *terminal.options, check=False)

    assert second.returncode == 1
    assert "already runs as this terminal's kiosk" in second.stderr
    assert len(second.stderr.strip().splitlines()) == 1


def test_a_terminal_whose_storage_cannot_be_opened_says_that_it_is_out_of_order(tmp_path):
    terminal = Terminal(tmp_path, "")
    (terminal.state / "device.db").mkdir(parents=True)
    with terminal.window() as reach:
        seen = reach.wait(lambda seen: seen["screen"] == "out-of-order", "out of order")
        (terminal.state / "device.db").rmdir()
        reach.wait(lambda seen: seen["screen"] == "faces", "the start screen again")

    assert seen["title"] == "Tämä laite on epäkunnossa"


def test_the_demo_lets_clients_answer_and_checks_what_arrived():
    done = run("demo", "--clients", "2", env={**os.environ, "DISPLAY": "", "WAYLAND_DISPLAY": ""})

    assert "draws off screen" in done.stdout
    assert "The centre has 2 responses of 2 given" in done.stdout
    assert "Each arrived once, exactly as it was given." in done.stdout
