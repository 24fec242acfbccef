"""A visitor's way through the real window, from the first touch to the document on disk."""

import json
import time

from device_config.notices import NoticesFile
from device_config.state import StateDirectory
from tests.kiosk_builders import a_questionnaire
from tests.language_packs import compiled_words, questionnaire_body
from tests.window_hands import (
    SMALL,
    at_start,
    hold,
    press_keys,
    tick,
    touch_away,
)
from tests.world import Terminal, answers_of, go_on, run, wait_for

SHORT = f"{SMALL}[session]\nundo_s = 1\n"
HASTY = f"{SMALL}[session]\nidle_timeout_s = 3\nundo_s = 1\n"
SAID_DID = {"kind": "said-did", "text": {"fi": "Pyysitte valoa. Aulassa on nyt lamppu."}}
FORM_URL = "https://palaute.example.fi/k/aula-1"


# Answering


def test_one_tap_is_a_committed_answer_that_can_be_changed_for_undo_s_and_then_no_more(tmp_path):
    terminal = Terminal(tmp_path, "", SHORT)
    with terminal.window() as reach:
        echoed = go_on(reach, "answer:2")
        (committed,) = terminal.rows()
        asked_again = go_on(reach, "change")
        taken_back = reach.wait(lambda _: not terminal.rows()[0][1]["answers"], "no answer")
        go_on(reach, "answer:4")
        faded = reach.wait(lambda seen: seen["echo"] is None, "the end of the undo")
        (changed,) = terminal.rows()

    assert committed[0] == "open"
    assert answers_of(committed[1]) == {"usefulness": 2}
    assert (echoed["echo"] is not None, "change" in echoed["choices"]) == (True, True)
    assert (asked_again["item"], asked_again["chosen"]) == ("usefulness", ["language:fi"])
    assert taken_back["echo"] is None
    assert answers_of(changed[1]) == {"usefulness": 4}
    assert faded["item"] == "availability"
    assert "change" not in faded["choices"]
    assert faded["chosen"] == ["language:fi"]


def test_of_a_single_answer_no_trace_is_left_on_the_thanks_after_undo_s(tmp_path):
    terminal = Terminal(tmp_path, "", f"{SHORT}follow_up = false\n")
    with terminal.window() as reach:
        go_on(reach, "answer:1")
        asked_again = go_on(reach, "change")
        thanked = go_on(reach, "answer:5")
        faded = reach.wait(lambda seen: seen["echo"] is None, "the end of the undo")
        wait_for(lambda: terminal.rows()[0][0] == "pending", "the end of the response")
        ((_, document),) = terminal.rows()

    assert asked_again["item"] == "usefulness"
    assert (thanked["screen"], "change" in thanked["choices"]) == ("thanks", True)
    assert (faded["screen"], "change" in faded["choices"]) == ("thanks", False)
    assert (document["ended"], answers_of(document)) == ("submitted", {"usefulness": 5})


def test_reasons_and_a_text_typed_on_the_screen_are_kept_without_the_phone_number(tmp_path):
    terminal = Terminal(tmp_path, "", SHORT)
    with terminal.window() as reach:
        reasons = go_on(reach, "answer:1")
        for reason in ("waiting", "encounter", "premises", "other"):
            tick(reach, f"reason:{reason}")
        tick(reach, "reason:premises")
        go_on(reach, "next")
        press_keys(reach, "aåäö")
        press_keys(reach, ["backspace", "backspace"])
        put_cursor_first(reach)
        press_keys(reach, ["h", "shift", "ä", "numbers", "1", "letters", "space"])
        put_cursor_last(reach)
        press_keys(reach, ["space", "numbers", *PHONE, ".", "space", "letters", "k"])
        written = reach.look()["written"]
        go_on(reach, "next")
        on_disk = disk_bytes(terminal)
        go_on(reach, "enough")
        ((_, document),) = terminal.rows()
    on_disk += disk_bytes(terminal)

    assert reasons["item"] == "reasons"
    assert written == f"HÄ1 Aå {PHONE}. K"
    assert answers_of(document)["reasons"] == ["waiting", "encounter", "other"]
    assert document["text"]["plain"] == "HÄ1 Aå [phone]. K"
    assert document["masked"] == ["phone"]
    assert document["ended"] == "exit"
    assert PHONE.encode() not in on_disk


PHONE = "0401234567"


def test_whoever_answers_to_the_end_has_submitted_and_enough_closes_as_exit(tmp_path):
    terminal = Terminal(tmp_path, "", SHORT)
    with terminal.window() as reach:
        seen, steps = go_on(reach, "answer:5"), 1
        while seen["screen"] != "thanks":
            seen, steps = go_on(reach, "skip" if seen["item"] == "text" else "answer:4"), steps + 1
        touch_away(reach)
        go_on(reach, "answer:3")
        ended = go_on(reach, "enough")
        first, second = terminal.rows()

    assert steps == 9
    assert first[1]["ended"] == "submitted"
    assert answers_of(first[1])["nps"] == 4
    assert ended["screen"] == "thanks"
    assert (second[1]["ended"], answers_of(second[1])) == ("exit", {"usefulness": 3})


# Time


def test_a_visitor_is_warned_with_a_countdown_and_can_have_more_time(tmp_path):
    terminal = Terminal(tmp_path, "", HASTY)
    with terminal.window() as reach:
        go_on(reach, "answer:5")
        warned = reach.wait(lambda seen: seen["screen"] == "warning", "a warning")
        reach.wait(lambda seen: seen["seconds_left"] == warned["seconds_left"] - 1, "a countdown")
        going_on = go_on(reach, "more-time")
        time.sleep(2)  # longer than it took to be warned
        later = reach.look()
        go_on(reach, "enough")
        ((_, document),) = terminal.rows()

    assert {"more-time", "enough"} <= warned["choices"].keys()
    assert going_on["item"] == later["item"] == "availability"
    assert later["screen"] == "faces"
    assert document["ended"] == "exit"


def test_a_visitor_who_left_is_closed_as_timed_out_with_what_they_had(tmp_path):
    """Here with what was left when a held backspace had taken letter after letter."""
    terminal = Terminal(tmp_path, "", HASTY)
    with terminal.window() as reach:
        go_on(reach, "answer:1")
        tick(reach, "reason:other")
        go_on(reach, "next")
        written = press_keys(reach, "jonojonok")["written"]
        hold(reach, "key:backspace", 1.0)
        at_start(reach)
        ((state, document),) = terminal.rows()

    kept = document["text"]["plain"]
    assert (state, document["ended"]) == ("pending", "timeout")
    assert answers_of(document)["reasons"] == ["other"]
    assert written == "Jonojonok"
    assert written.startswith(kept)
    assert 1 <= len(kept) <= 6


# Who, in which language, and how


def test_a_child_answers_an_imported_questionnaire_and_the_next_person_is_a_client(tmp_path):
    terminal = Terminal(tmp_path, "", SHORT)
    with terminal.window() as reach:
        at_start(reach)
        file = tmp_path / "child.json"
        file.write_text(json.dumps(childrens_form(), ensure_ascii=False), "utf-8")
        run("questionnaire", "import", file, *terminal.options)
        run("config", "set", "session.child_questionnaire", "test-child", *terminal.options)
        reach.wait(lambda seen: "who" in seen["choices"], "who is answering")
        go_on(reach, "who")
        start = go_on(reach, "who:child")
        go_on(reach, "answer:5")
        go_on(reach, "enough")
        again = touch_away(reach)
        go_on(reach, "answer:4")
        child, client = (document for _, document in terminal.rows())

    assert start["key"] == "start:fi:child"
    assert again["key"] == "start:fi"
    assert (child["respondent"], child["questionnaire"]["id"]) == ("child", "test-child")
    assert (client["respondent"], client["questionnaire"]["id"]) == ("client", "national-general")


def test_language_and_comforts_take_one_touch_each_and_are_the_visitors_own(tmp_path):
    terminal = Terminal(tmp_path, "", "[session]\nundo_s = 0\n")
    with terminal.window() as reach:
        titles = [reach.ready()["title"]]
        titles += [go_on(reach, f"language:{each}")["title"] for each in ("sv", "en")]
        keys = [go_on(reach, each)["key"] for each in ("contrast", "larger", "lowered")]
        chosen = reach.look()["chosen"]
        lower = [high_choices(reach.look())]
        lower.append(high_choices(go_on(reach, "answer:1")))
        lower.append(high_choices(go_on(reach, "skip")))
        lower.append(high_choices(go_on(reach, "languages")))
        back = go_on(reach, "back")
        lower.append(high_choices(go_on(reach, "enough")))
        after = touch_away(reach)
        ((_, document),) = terminal.rows()

    assert len(set(titles)) == 3
    assert keys == ["start:en:co", "start:en:cola", "start:en:colalo"]
    assert chosen == ["contrast", "larger", "lowered", "language:en"]
    assert lower == [[], [], [], [], []]
    assert back["language"] == "en"
    assert (after["key"], after["chosen"]) == ("start:fi", ["language:fi"])
    assert document["language"] == "en"


def test_a_language_pack_and_the_centres_words_are_there_without_a_restart(tmp_path):
    terminal = Terminal(tmp_path, "", SHORT)
    with terminal.window() as reach:
        at_start(reach)
        form, texts = tmp_path / "form.json", tmp_path / "kiosk.mo"
        form.write_text(json.dumps(questionnaire_body("ar"), ensure_ascii=False), "utf-8")
        texts.write_bytes(compiled_words("ar"))
        run("questionnaire", "import", form, "--texts", f"ar={texts}", *terminal.options)
        NoticesFile.of(StateDirectory(terminal.state)).take([SAID_DID], FORM_URL)
        run("config", "set", "session.languages", '["fi", "ar"]', *terminal.options)
        reach.wait(lambda seen: "language:ar" in seen["choices"], "Arabic")
        arabic = go_on(reach, "language:ar")
        worst, best = (arabic["choices"][f"answer:{value}"][0] for value in (1, 5))
        go_on(reach, "answer:5")
        thanked = go_on(reach, "enough")
        ((_, document),) = terminal.rows()

    assert worst > best
    assert (document["language"], document["questionnaire"]["version"]) == ("ar", "2024.2")
    assert thanked["code"] == FORM_URL


# Places and files


def put_cursor_first(reach):
    x, y, _width, height = reach.look()["field"]
    reach.touch_at(x + 2, y + height - 20)
    reach.wait(lambda seen: seen["cursor"] == 0, "the cursor at the beginning")


def put_cursor_last(reach):
    x, y, width, _height = reach.look()["field"]
    reach.touch_at(x + width - 4, y + 4)
    reach.wait(lambda seen: seen["cursor"] == len(seen["written"]), "the cursor at the end")


def high_choices(seen):
    """What visitors can touch but is not in the lower half; the line for staff is not for them."""
    half = seen["size"][1] / 2 + 1
    places = {name: box for name, box in seen["choices"].items() if name != "staff-alert"}
    return [name for name, (_, y, _, height) in places.items() if y + height > half]


def disk_bytes(terminal):
    return b"".join(file.read_bytes() for file in terminal.state.rglob("*") if file.is_file())


def childrens_form():
    form = questionnaire_body()
    own = a_questionnaire("child")
    return {**form, "id": own.id, "version": own.version, "respondent": "child"}
