"""The layout of the pages for staff, without a window: nothing breaks a rule, whatever is said."""

import unicodedata
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.screens.fonts import missing_letters
from kiosk.screens.layout import arrange
from kiosk.screens.layout.exceptions import has_line_for_staff
from kiosk.screens.letters import measured
from kiosk.screens.theme import Metrics
from kiosk.staff.frame import LANGUAGES
from kiosk.view.model import Fact, View
from tests.screens.staff import staff_view
from tests.screens.views import MODES, view_of
from tests.staff_builders import STAFF_SCREENS
from tests.test_layout import SIZES, faults

EVERY_SIZE = pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
LONGEST_NAME = 120
LETTERS = "aeiouklmnst ÄÖWäöåMi-"
NAMES = st.text(LETTERS, min_size=1, max_size=20) | st.text(
    LETTERS, min_size=50, max_size=LONGEST_NAME
)
NAMES = NAMES.filter(str.strip)


def dropped(view: View, size) -> set[str]:
    """What is offered and cannot be touched. Each language by name is the way to them all, too."""
    placed = {target.choice.id for target in arrange(view, size, measured).targets}
    return {choice.id for choice in view.choices()} - placed - {"languages"}


def a_page(screen: str, mode: str = "plain", language: str = "fi") -> View:
    return staff_view(screen, language, mode)


@EVERY_SIZE
@settings(max_examples=40, deadline=None)
@given(
    screen=st.sampled_from(tuple(STAFF_SCREENS)),
    language=st.sampled_from(LANGUAGES),
    mode=st.sampled_from(MODES),
)
def test_no_staff_page_breaks_a_rule(size, screen, language, mode):
    view = a_page(screen, mode, language)

    assert list(faults(arrange(view, size, measured), view, size)) == []


@EVERY_SIZE
@pytest.mark.parametrize("mode", ["plain", "larger", "lowered", "larger+lowered"])
def test_all_that_a_staff_page_offers_can_be_touched(size, mode):
    """But for the results that come last, where a keyboard leaves no room for them."""
    for screen in STAFF_SCREENS:
        view = a_page(screen, mode)
        lost = dropped(view, size)
        if not has_line_for_staff(view, Metrics(*size)):
            lost.discard("staff-alert")
        if view.screen == "staff-keys":
            lost -= {choice.id for choice in view.answers[2:]}
        assert lost == set(), screen


@pytest.mark.parametrize("mode", ["plain", "larger"])
@EVERY_SIZE
def test_the_line_for_staff_is_on_every_start_screen_that_nobody_has_lowered(size, mode):
    view = a_page("alert, no location", mode)

    assert dropped(view, size) == set()


@EVERY_SIZE
def test_the_line_for_staff_leaves_a_first_question_in_numbers_whole(size):
    alert = a_page("alert, no location").alert
    for language, mode in product(LANGUAGES, MODES):
        asked = view_of("numbers, echo gone", language, mode)
        view = replace(asked, alert=alert, back=None, back_words=(), actions=(), step=0)
        assert list(faults(arrange(view, size, measured), view, size)) == [], (language, mode)


@EVERY_SIZE
@settings(max_examples=40, deadline=None)
@given(
    name=NAMES,
    detail=NAMES,
    screen=st.sampled_from(
        ["location", "location, earlier", "location, moved", "location, place", "entry, review"]
    ),
)
def test_however_long_a_name_is_as_much_of_it_is_shown_as_there_is_room_for(
    size, name, detail, screen
):
    """In rows, titles, hints and short answers: never over anything else, never cut by chance."""
    view = a_page(screen)
    rows = tuple(
        replace(each, label=name, detail=f"{detail} › {name}" if each.detail else "")
        for each in view.answers
    )
    title = f"{view.title} {name}"
    hint = f"{view.hint} {name}" if view.hint else ""
    view = replace(view, title=title, hint=hint, answers=rows)

    assert list(faults(arrange(view, size, measured), view, size)) == []


@EVERY_SIZE
@settings(max_examples=25, deadline=None)
@given(name=NAMES, mode=st.sampled_from(MODES), screen=st.sampled_from(["support", "status, bad"]))
def test_however_long_a_fact_is_it_stays_on_its_line(size, name, mode, screen):
    view = a_page(screen, mode)
    facts = (Fact(view.facts[0].label, name, "bad"), *view.facts[1:])
    view = replace(view, facts=facts, banner=f"Henkilökunnalle · {name}")

    assert list(faults(arrange(view, size, measured), view, size)) == []


def test_of_a_long_path_the_end_is_kept_in_whole_parts():
    view = a_page("location")
    path = " › ".join(["Kainuun hyvinvointialue"] * 5 + ["Kajaanin hammashoitola"])
    view = replace(view, answers=(replace(view.answers[0], detail=path),))

    (row,) = (each for each in arrange(view, (800, 480), measured).targets if each.number)
    (line,) = row.number.setting.lines

    assert line.startswith("… › Kainuun hyvinvointialue ›")
    assert line.endswith("› Kajaanin hammashoitola")


@EVERY_SIZE
def test_no_key_moves_while_somebody_searches(size):
    """Whatever is found, and whatever is said about it."""

    def keys(screen):
        view = a_page(screen)
        ids = {key.id for row in view.keys for key in row}
        plan = arrange(view, size, measured)
        return {each.choice.id: each.box for each in plan.targets if each.choice.id in ids}

    assert keys("location") == keys("location, none fits") == keys("location, no list")


@EVERY_SIZE
def test_of_a_pin_only_dots_are_seen(size):
    view = a_page("pin")
    plan = arrange(view, size, measured)

    (dots,) = (each for each in plan.words if each.name == "dots")
    assert dots.setting.lines == ("•" * view.dots,)
    assert plan.field is None


@EVERY_SIZE
@pytest.mark.parametrize("screen", ["status, works", "status, offline", "status, bad"])
def test_each_lamp_of_a_status_stands_beside_what_it_is_about(size, screen):
    view = a_page(screen)
    plan = arrange(view, size, measured)
    lit = [fact.lamp for fact in view.facts if fact.lamp]

    assert [each.lamp for each in plan.lamps] == [view.lamp, *lit]
    rows = {each.name: each.box for each in plan.words}
    beside = [rows[f"fact:{fact.label}"] for fact in view.facts if fact.lamp]
    for lamp, label in zip(plan.lamps[1:], beside, strict=True):
        assert abs(lamp.box.middle[1] - label.middle[1]) <= 2
        assert lamp.box.right <= label.x


# Pages of kinds that other modules fill


def a_secret(dots: int) -> View:
    """A password being typed on the whole keyboard."""
    return replace(a_page("enrol, address"), field=None, dots=dots)


@EVERY_SIZE
@pytest.mark.parametrize("dots", [0, 1, 12, 63])
def test_of_a_password_only_dots_are_seen_and_they_stay_in_their_place(size, dots):
    view = a_secret(dots)
    plan = arrange(view, size, measured)

    assert list(faults(plan, view, size)) == []
    shown = [line for each in plan.words if each.name == "dots" for line in each.setting.lines]
    assert set("".join(shown)) <= set("•… ")
    assert bool(shown) is bool(dots)


def corners(mode: str, touched: int) -> View:
    """Five spots to touch, some of which were."""
    menu = a_page("menu", mode)
    spots = tuple(
        replace(menu.answers[0], id=f"spot:{n}", label=str(n), is_chosen=n <= touched)
        for n in range(1, 6)
    )
    hint = "Kosketa jokaista kulmaa ja keskikohtaa."
    return replace(
        menu, screen="staff-corners", answers=spots, hint=hint, actions=menu.actions[-1:]
    )


@EVERY_SIZE
@pytest.mark.parametrize("touched", [0, 3])
def test_the_spots_of_the_corner_test_are_in_the_corners_and_in_the_middle(size, touched):
    for mode in MODES:
        view = corners(mode, touched)
        plan = arrange(view, size, measured)
        assert list(faults(plan, view, size)) == [], mode
        boxes = {each.choice.id: each.box for each in plan.targets}
        for number, x, y in ((1, 0, 1), (2, 1, 1), (4, 0, 0), (5, 1, 0)):
            box = boxes[f"spot:{number}"]
            away = abs(box.middle[0] - x * size[0]), abs(box.middle[1] - y * size[1])
            assert max(away) <= Metrics(*size).target, (mode, number)
        assert boxes["spot:3"].middle == (size[0] / 2, size[1] / 2)


@pytest.mark.parametrize("language", LANGUAGES)
def test_our_own_words_hold_no_letter_that_the_fonts_lack(language):
    """What others have named may: an emoji in a network's name is shown as a box."""
    missing = set()
    for screen in STAFF_SCREENS:
        view = a_page(screen, language=language)
        texts = [view.title, view.hint, view.banner, *(each.label for each in view.choices())]
        texts += [text for fact in view.facts for text in (fact.label, fact.value)]
        for text in filter(None, texts):
            missing |= missing_letters(text, language)

    assert {each for each in missing if unicodedata.category(each) != "So"} == set()
