"""Sound, brightness, buttons and the touch panel on the pages for staff."""

from pathlib import Path

import pytest

from device_config.config_store import ConfigStore
from kiosk.backlight import Backlight
from kiosk.session.effects import Acknowledge, Save
from kiosk.staff.effects import (
    Done,
    Failed,
    PlaySound,
    ReadSoundAndLight,
    SetSetting,
    SoundAndLight,
)
from kiosk.staff_deeds import TerminalDeeds
from tests.builders import a_reading, a_state
from tests.kiosk_builders import press
from tests.staff_builders import Pages, panel_tried, sound_page

LOUD = SoundAndLight(True, 60, 80, can_be_set=True)


def a_backlight(folder, brightness=128, most=255):
    device = folder / "backlight" / "panel-0"
    device.mkdir(parents=True)
    (device / "brightness").write_text(f"{brightness}\n")
    (device / "max_brightness").write_text(f"{most}\n")
    return Backlight(folder / "backlight"), device / "brightness"


# Brightness


@pytest.mark.parametrize(
    ("percent", "most", "written"),
    [(100, 255, "255"), (50, 255, "128"), (0, 255, "13"), (1, 100, "5"), (5, 10, "1")],
)
def test_the_backlight_is_as_bright_as_asked_and_never_dark(tmp_path, percent, most, written):
    light, file = a_backlight(tmp_path, brightness=2, most=most)

    assert light.set(percent)
    assert file.read_text().strip() == written


def test_a_machine_without_a_backlight_or_with_a_strange_one_has_none(tmp_path):
    strange, _ = a_backlight(tmp_path, most=0)

    for light in (Backlight(tmp_path / "none"), strange):
        assert light.percent() is None
        assert not light.can_be_set()
        assert not light.set(50)


def test_without_the_rights_the_mend_is_said_and_nothing_fails(tmp_path, caplog, monkeypatch):
    light, _ = a_backlight(tmp_path)
    monkeypatch.setattr(Path, "write_text", _refusing)  # root may write anywhere

    assert not light.set(90)
    assert "90-palautepiste-backlight.rules" in caplog.text


def _refusing(*_):
    raise PermissionError(13, "Permission denied")


# The page


@pytest.mark.parametrize(
    ("choice", "deed"),
    [
        ("louder", SetSetting("sound.volume", 70)),
        ("quieter", SetSetting("sound.volume", 50)),
        ("brighter", SetSetting("screen.brightness", 90)),
        ("darker", SetSetting("screen.brightness", 70)),
        ("sound", SetSetting("sound.accepted", False)),
    ],
)
def test_each_touch_is_a_step(choice, deed):
    assert sound_page("fi", LOUD).touch(choice).asked[-1] == deed


def test_steps_end_at_the_ends_and_never_in_the_dark():
    seen = SoundAndLight(True, 100, 10, can_be_set=True)

    assert sound_page("fi", seen).touch("louder").asked[-1] == SetSetting("sound.volume", 100)
    dark = sound_page("fi", seen).touch("darker").asked[-1]
    assert dark == SetSetting("screen.brightness", 10)


def test_a_volume_that_changed_is_heard_and_a_brightness_is_not():
    louder = sound_page("fi", LOUD).touch("louder").tell(SetSetting, Done())
    brighter = sound_page("fi", LOUD).touch("brighter").tell(SetSetting, Done())

    assert louder.asked == [PlaySound(), ReadSoundAndLight()]
    assert brighter.asked == [ReadSoundAndLight()]


def test_a_second_touch_waits_until_the_first_is_done_and_a_failure_is_said():
    pages = sound_page("en", LOUD).touch("louder", "louder")
    assert pages.asked == [SetSetting("sound.volume", 70)]

    assert "did not work" in pages.tell(SetSetting, Failed()).view.hint


def test_without_a_backlight_or_the_rights_no_step_is_offered_and_why_is_said():
    for seen, why in (
        (SoundAndLight(False, 60), "cannot be changed"),
        (SoundAndLight(False, 60, 40), "Only IT"),
    ):
        view = sound_page("en", seen).view
        assert [each.id for each in view.answers] == ["sound"]
        assert why in view.hint


def test_what_is_set_on_the_page_is_what_is_read_again(tmp_path):
    light, _ = a_backlight(tmp_path, brightness=255)
    state = a_state(tmp_path)
    deeds = TerminalDeeds(state, ConfigStore(state, None), a_reading, light)
    for key, value in (("sound.accepted", True), ("sound.volume", 30), ("screen.brightness", 40)):
        assert deeds.do(SetSetting(key, value)) == Done()
    light.set(ConfigStore(state, None).effective().settings.screen.brightness)

    assert deeds.do(ReadSoundAndLight()) == SoundAndLight(True, 30, 40, can_be_set=True)


# Buttons, and the touch panel


def test_presses_on_the_test_page_are_shown_acknowledged_and_never_counted():
    pages = Pages("en").open_entry("panel-test")
    effects = []
    for number in (2, 5):
        pages.now += 1
        effects += pages.happen(press(number, at=pages.now, number=number))

    assert pages.view.title == "Button 5 was felt"
    assert pages.view.facts[0].value.split() == ["–", "2", "–", "–", "5"]
    assert [type(each) for each in effects] == [Acknowledge, Acknowledge]
    assert not [each for each in pages.asked if isinstance(each, Save)]


def test_a_box_that_does_not_answer_is_said_beside_those_that_do():
    lamps = [each.lamp for each in panel_tried("en").view.facts]

    assert lamps == [None, "attention"]


def test_the_corner_test_says_which_spots_were_felt_and_when_all_were():
    pages = Pages("en").open_entry("corners").touch("spot:1", "spot:5", "spot:1")
    assert [each.id for each in pages.view.answers if each.is_chosen] == ["spot:1", "spot:5"]
    assert "2 of 5" in pages.view.hint

    assert "All five" in pages.touch("spot:2", "spot:3", "spot:4").view.title
