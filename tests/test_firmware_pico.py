"""The Pico's firmware: what a box says and shows, on CPython and on a real MicroPython."""

import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest
from firmware.play import play
from hypothesis import given
from hypothesis import strategies as st

from assets.firmware.pico import box as firmware
from assets.firmware.pico.box import MOST_WAITING, TICKS, Box
from kiosk.panel.sentences import MOST_BYTES, Alive, Button, Hello, parse
from kiosk.panel.sentences import frame as framed

TESTS = Path(__file__).parent / "firmware"
PICO = Path(firmware.__file__).parent
TELL = """
import json
from box import Box
from play import play
def tell(line):
    buttons, first_seq, story = json.loads(line)
    print(json.dumps(play(Box("box-1", buttons, "1.0", first_seq), story)))
"""


def on_cpython(buttons, first_seq, story):
    return play(Box("box-1", buttons, "1.0", first_seq), story)


@pytest.fixture(scope="module")
def on_micropython():
    """Plays a story with the same files on a real MicroPython, which `make test` fetches."""
    node = shutil.which("node")
    assert node, "there is no node; make test installs it"
    command = [node, TESTS / "micropython.mjs", TELL, PICO / "box.py", TESTS / "play.py"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as micropython:

        def tell(*story):
            micropython.stdin.write(json.dumps(story) + "\n")
            return json.loads(micropython.stdout.readline())

        yield tell
        micropython.stdin.close()


@pytest.fixture(params=["CPython", "MicroPython"])
def told(request):
    """Plays one story of a five-button box, its first press being number 65535."""
    is_ours = request.param == "CPython"
    tell = on_cpython if is_ours else request.getfixturevalue("on_micropython")
    return lambda *story, buttons=5: tell(buttons, 65_535, story)


def say(body):
    return framed(body).decode()


def ask(body):
    return ["hear", say(body)]


HELLO = say("PHELLO,1,box-1,5,1.0")
FINGER = [["pins", 0, 100, 0], ["pins", 100, 160, 0b00100], ["pins", 160, 220, 0]]
"""Somebody presses button 3 after a tenth of a second."""


# What it says


def test_a_box_says_hello_and_at_once_how_long_it_runs(told):
    assert told(["pins", 0, 1, 0], ["say", 1]) == [HELLO, say("PALIVE,0,0")]


def test_a_box_says_hello_again_when_it_is_asked(told):
    seen = told(["say", 0], ["say", 1], ask("PASK"), ["say", 5_000])

    assert seen == [HELLO, say("PALIVE,0,0"), HELLO, say("PALIVE,5,0")]


def test_a_box_of_three_buttons_says_so(told):
    assert told(["say", 0], buttons=3)[0] == say("PHELLO,1,box-1,3,1.0")


def test_a_press_is_said_with_its_number_and_its_age(told):
    assert told(*FINGER, ["say", 220])[2:] == [say("PBTN,65535,3,120")]


def test_a_press_is_said_every_half_second_until_it_is_acknowledged(told):
    times = [["say", at] for at in (220, 719, 720, 1_220)]

    seen = told(*FINGER, *times, ask("PACK,65535"), ["say", 1_720], ["waiting"])

    ages = [120, 620, 1_120]
    assert seen[2:] == [*(say(f"PBTN,65535,3,{age}") for age in ages), []]


def test_an_acknowledgement_settles_its_press_alone(told):
    second = [["pins", 300, 360, 0b10000], ["pins", 360, 420, 0]]

    seen = told(*FINGER, *second, ask("PACK,0"), ask("PACK,7"), ["waiting"], ["say", 420])

    assert (seen[0], seen[3:]) == ([65_535], [say("PBTN,65535,3,320")])


def test_presses_are_said_in_their_order_and_their_numbers_wrap(told):
    second = [["pins", 300, 360, 0b10000], ["pins", 360, 420, 0]]

    seen = told(*FINGER, *second, ["say", 420])

    assert seen[2:] == [say("PBTN,65535,3,320"), say("PBTN,0,5,120")]


def test_every_two_seconds_a_box_says_which_buttons_are_down(told):
    held = [["pins", 0, 10, 0], ["pins", 10, 4_100, 0b10010]]

    seen = told(["say", 0], *held, ask("PACK,65535"), ask("PACK,0"), ["say", 4_100])

    assert seen[2:] == [say("PALIVE,4,12")]


def test_a_button_that_is_held_at_power_up_is_down_and_no_press(told):
    seen = told(["pins", 0, 50, 0b1], ["say", 50], ["pins", 50, 120, 0], ["waiting"])

    assert seen == [HELLO, say("PALIVE,0,1"), []]


def test_uptime_and_age_outlive_the_wrap_of_the_clock(told):
    """`ticks_ms` begins again from 0 after twelve days; a terminal takes a fallen uptime amiss."""
    start = TICKS - 1_000
    finger = [["pins", start + 500, start + 560, 1], ["pins", start + 560, start + 600, 0]]

    seen = told(["pins", start, start + 500, 0], *finger, ["say", start + 3_000])

    assert seen == [HELLO, say("PALIVE,3,0"), say("PBTN,65535,1,2500")]


# What it hears


@pytest.mark.parametrize(
    "line",
    [
        say("PACK,65535").replace("\r\n", "\n"),
        "$PACK,65535*" + say("PACK,65535")[-4:-2].lower() + "\r\n",
        "$PLED,0,o" + say("PACK,65535"),
        "\x00\xff\xfe$$$*\r\n\n\n" + "x" * 500 + "\n" + say("PACK,65535"),
    ],
    ids=["LF alone", "lower case", "half a line before it", "garbage before it"],
)
def test_an_acknowledgement_is_understood(told, line):
    assert told(*FINGER, ["hear", line], ["waiting"]) == [[]]


@pytest.mark.parametrize(
    "line",
    [
        "$PACK,65535*00\r\n",
        "$PACK,65535*7\r\n",
        "$PACK,65535\r\n",
        "PACK,65535\r\n",
        say("PACK,65536"),
        say("PACK,131071"),
        say("PACK,-1"),
        say("PACK,"),
        say("PACK"),
        say("PACK,65535,1"),
        say("PACK,6553\u0035 "),
        say("PLED,9,on"),
        say("PLED,0,bright"),
        say("PACK," + "0" * 80 + "65535"),
    ],
)
def test_anything_else_settles_nothing(told, line):
    assert told(*FINGER, ["hear", line], ["waiting"]) == [[65_535]]


# What it shows


def test_lights_show_what_the_terminal_asks_for(told):
    lights = [ask("PLED,0,on"), ["lit", 1], ask("PLED,2,off"), ["lit", 1], ask("PLED,0,off")]

    assert told(*lights, ["lit", 1]) == [0b11111, 0b11101, 0]


def test_a_light_that_blinks_is_on_for_half_a_second_and_off_for_another(told):
    look = [[["pins", at, at + 1, 0], ["lit", at]] for at in (0, 499, 500, 999, 1_000)]

    seen = told(ask("PLED,4,blink"), *(step for each in look for step in each))

    assert seen == [0b01000, 0b01000, 0, 0, 0b01000]


def test_a_light_answers_the_finger_for_a_moment(told):
    lit = [["lit", 103], ["pins", 103, 300, 0], ["lit", 300]]

    seen = told(ask("PLED,0,on"), *FINGER[:1], ["pins", 100, 103, 0b00100], *lit)

    assert seen == [0b11011, 0b11111]


def test_no_light_invites_while_nobody_listens(told):
    """Ten seconds without an acknowledgement: the press counts no more, nor would the next."""
    seen = told(
        ask("PLED,0,on"),
        *FINGER,
        ["say", 9_000],
        ["lit", 9_000],
        ["say", 12_000],
        ["lit", 12_000],
        ask("PACK,65535"),
        ["lit", 12_000],
    )

    assert [each for each in seen if isinstance(each, int)] == [0b11111, 0, 0b11111]


def test_a_box_that_was_never_spoken_to_shows_nothing(told):
    assert told(*FINGER[:2], ["lit", 160]) == [0]


# Its queue


def many_presses(count, start=0):
    """So many presses of button 1, and when the last one is over."""
    fingers = []
    for at in range(start, start + 100 * count, 100):
        fingers += [["pins", at, at + 50, 1], ["pins", at + 50, at + 100, 0]]
    return fingers, start + 100 * count


def test_a_full_queue_keeps_what_it_has_and_refuses_the_newest_without_a_light(told):
    fingers, end = many_presses(MOST_WAITING + 3, start=10)

    seen = told(["pins", 0, 10, 0], ask("PLED,0,off"), *fingers, ["waiting"], ["lit", end])

    assert seen == [[(65_535 + n) % 65_536 for n in range(MOST_WAITING)], 0]


def test_a_queue_that_has_room_again_takes_presses_with_the_next_numbers(told):
    fingers, end = many_presses(MOST_WAITING + 1, start=10)
    more, _ = many_presses(1, start=end)

    seen = told(["pins", 0, 10, 0], *fingers, ask("PACK,0"), *more, ["waiting"])

    assert seen[0][:2] == [65_535, 1]
    assert seen[0][-2:] == [62, 63]


# Whatever comes


@given(st.lists(st.binary(max_size=200), max_size=20))
def test_nothing_that_comes_over_the_line_raises_or_grows(noise):
    box = Box("box-1", 5, "1.0", 0)
    for now in range(100):
        box.levels(now, 0b1 if now > 10 else 0)

    for each in noise:
        box.heard(each)

    assert len(box._line) < MOST_BYTES
    assert box.waiting() == [0]


@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_name_it_is_given_its_hello_is_a_sentence(name, version):
    said = Box(name, 4, version, 0).due(0)

    assert len(said) <= MOST_BYTES
    assert isinstance(parse(said.rstrip()), Hello)


@pytest.mark.parametrize("buttons", [0, 2, 6])
def test_a_box_has_three_to_five_buttons(buttons):
    with pytest.raises(ValueError, match="3, 4 or 5"):
        Box("box-1", buttons, "1.0", 0)


def any_story(luck):
    """Anything may happen to a box, in any order."""
    now, story = luck.choice((0, TICKS - 5_000)), []
    for _ in range(60):
        until = now + luck.choice((1, 2, 5, 40, 700))
        seq = (65_535 + luck.randrange(6)) % 65_536
        heard = [f"PACK,{seq}", "PASK", f"PLED,{luck.randrange(6)},on", "PLED,0,blink", "PACK,x"]
        noise = "".join(chr(luck.randrange(256)) for _ in range(luck.randrange(90)))
        story += luck.choice(
            (
                [["pins", now, until, luck.choice((0, 0, 1, 4, 21))]],
                [ask(luck.choice(heard))],
                [["hear", noise]],
                [["say", until], ["lit", until], ["waiting"]],
            )
        )
        now = until
    return luck.choice((3, 4, 5)), 65_535, story


def test_a_real_micropython_does_what_cpython_does(on_micropython):
    luck = random.Random(20_261_122)
    stories = [any_story(luck) for _ in range(100)]

    on_a_pico = [on_micropython(*story) for story in stories]

    assert on_a_pico == [on_cpython(*story) for story in stories]
    assert any("PBTN" in str(seen) for seen in on_a_pico)


def test_what_a_box_says_is_what_a_terminal_understands():
    fingers, end = many_presses(3, start=10)
    seen = on_cpython(5, 65_535, [["pins", 0, 10, 0], *fingers, ["say", end]])

    heard = [parse(each.encode().rstrip()) for each in seen]

    assert heard == [
        Hello("box-1", 5, "1.0"),
        Alive(0, 0),
        Button(65_535, 1, 300),
        Button(0, 1, 200),
        Button(1, 1, 100),
    ]
