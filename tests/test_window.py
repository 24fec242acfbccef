"""What the real window makes of fingers: the right thing, once, or nothing."""

import time

from tests.world import Terminal, answers_of, go_on, run, wait_for

UNDO = "[session]\nfollow_up = false\nundo_s = 20\n"


def middle(seen, choice):
    x, y, width, height = seen["choices"][choice]
    return x + width / 2, y + height / 2


def test_one_tap_answers_and_change_takes_it_back_for_another(tmp_path):
    terminal = Terminal(tmp_path, "", UNDO)
    with terminal.window() as reach:
        go_on(reach, "answer:2")
        go_on(reach, "language:sv")
        asked_again = go_on(reach, "change")
        go_on(reach, "answer:4")
        (row,) = terminal.rows()

    assert asked_again["key"].startswith("usefulness:sv")
    assert answers_of(row[1]) == {"usefulness": 4}


def test_a_finger_that_rests_on_one_question_does_not_answer_the_next(tmp_path):
    terminal = Terminal(tmp_path, "")
    with terminal.window() as reach:
        x, y = middle(reach.ready(), "answer:1")
        reach.touch_at(x, y, only="down")
        reach.key("5")
        reach.wait(lambda seen: seen["item"] == "availability" and seen["is_ready"], "the next")
        reach.touch_at(x, y, only="up")
        go_on(reach, "answer:4")
        (row,) = terminal.rows()

    assert answers_of(row[1]) == {"usefulness": 5, "availability": 4}


def test_a_finger_that_slides_off_a_face_answers_nothing(tmp_path):
    terminal = Terminal(tmp_path, "")
    with terminal.window() as reach:
        x, y = middle(reach.ready(), "answer:1")
        reach.touch_at(x, y, only="down")
        reach.touch_at(5, 5, only="up")
        time.sleep(0.3)

        assert reach.look()["key"] == "start:fi"


def test_two_quick_taps_on_one_place_are_one_answer(tmp_path):
    terminal = Terminal(tmp_path, "")
    with terminal.window() as reach:
        reach.ready()
        reach.touch("answer:5")
        reach.touch("answer:5")
        reach.wait(lambda seen: seen["item"] == "availability" and seen["is_ready"], "the next")
        (row,) = terminal.rows()

    assert answers_of(row[1]) == {"usefulness": 5}


def test_other_languages_are_offered_as_soon_as_the_settings_say_so(tmp_path):
    terminal = Terminal(tmp_path, "")
    with terminal.window() as reach:
        run("config", "set", "session.languages", '["sv"]', *terminal.options)
        one = reach.wait(lambda seen: seen["key"] == "start:sv", "Swedish alone")
        run("config", "set", "session.languages", '["en", "fi", "sv"]', *terminal.options)
        three = reach.wait(lambda seen: seen["key"] == "start:en", "three again")

    assert _languages(one) == []
    assert _languages(three) == ["language:en", "language:fi", "language:sv"]


def _languages(seen):
    return [choice for choice in seen["choices"] if choice.startswith("language:")]


def test_other_wiring_ends_the_kiosk_cleanly_between_sessions_to_start_anew(tmp_path):
    terminal = Terminal(tmp_path, "")
    with terminal.window() as reach:
        go_on(reach, "answer:5")
        run("config", "set", "screen.rotation", "180", *terminal.options)
        time.sleep(3)
        during = reach.look()["item"]
        go_on(reach, "enough")
        reach.process.wait(timeout=30)

    assert during == "availability"
    assert reach.process.returncode == 0


def test_the_key_that_opens_kivys_own_settings_opens_nothing(tmp_path):
    terminal = Terminal(tmp_path, "")
    with terminal.window() as reach:
        reach.ready()
        reach.key_code(F1)
        after = go_on(reach, "answer:5")

    assert after["item"] == "availability"


F1 = 1073741882  # SDLK_F1


def test_a_database_deleted_under_a_running_kiosk_costs_no_further_answer(tmp_path):
    terminal = Terminal(tmp_path, "")
    with terminal.window() as reach:
        wait_for(terminal.is_set_up, "the database")
        for file in terminal.state.glob("device.db*"):
            file.unlink()
        go_on(reach, "answer:3")
        rows = terminal.rows()

    assert [answers_of(body) for _, body in rows] == [{"usefulness": 3}]
    assert rows[0][1]["epoch"] == 2
