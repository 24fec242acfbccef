"""The layout alone, without a window: rectangles, type sizes, and the rules for both."""

from dataclasses import replace
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.screens.layout import arrange
from kiosk.screens.layout.box import Box
from kiosk.screens.layout.exceptions import LEAST_FIELD_HEIGHT, rule_for
from kiosk.screens.layout.field import character_at, spans
from kiosk.screens.layout.lines import hard_setting, narrowest_setting, setting_of
from kiosk.screens.letters import measured, measured_once
from kiosk.screens.theme import LEAST_MARGIN, Metrics
from tests.screens.views import LANGUAGES, MODES, SCREENS, view_of
from tests.screens.walk import size_of

SIZES = [
    size_of(size)
    for size in ("800x480", "1024x600", "1280x800", "1920x1080", "720x1280", "800x1280")
]


def a_type(size=28):
    from kiosk.screens.fonts import noto_sans
    from kiosk.screens.layout.lines import Type

    return Type(noto_sans().font(is_strong=False, cut="usual"), size)


def by_letters(text, type_):
    """A measure without a font: every letter is half as wide as it is high."""
    return len(text) * type_.size / 2


def rule_of(target, view, metrics):
    if any(target.choice is key for row in view.keys for key in row):
        return rule_for("key", view, metrics)
    if target.choice is view.alert:
        return rule_for("line for staff", view, metrics)
    is_answer = any(target.choice is answer for answer in view.answers)
    return rule_for("answer" if is_answer else "other", view, metrics)


def faults(plan, view, size):
    """What breaks a rule in a plan."""
    metrics = Metrics(*size)
    targets = [(each.box, rule_of(each, view, metrics)) for each in plan.targets]
    yield from faulty_targets(targets, view, metrics)
    words = [each.box for each in plan.words]
    for one, other in combinations([*words, *(box for box, _ in targets)], 2):
        if one.overlaps(other, 1):
            yield "overlapping", one, other
    for text in [*plan.words, *(each.words for each in plan.targets if each.words)]:
        if not (text.setting.is_whole and text.room.holds(text.box, 1)):
            yield "clipped", text.setting.lines
        if text.setting.type.size < metrics.least_type:
            yield "too small type", text.setting.lines


def faulty_targets(targets, view, metrics):
    screen = Box(0, 0, *metrics.size).inset(LEAST_MARGIN)
    for box, rule in targets:
        if not screen.holds(box):
            yield "at the edge", box
        if box.width < rule.width - 1 or box.height < rule.height - 1:
            yield "too small", box
        is_high = view.preferences.lowered and box.top > metrics.lower_part + 1
        if is_high and not rule.may_rise:
            yield "too high", box
    for (one, rule), (other, another) in combinations(targets, 2):
        half = (min(rule.gap, another.gap) - 1) / 2
        if one.inset(-half).overlaps(other.inset(-half)):
            yield "too near", one, other


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@settings(max_examples=120, deadline=None)
@given(
    screen=st.sampled_from(tuple(SCREENS)),
    language=st.sampled_from(LANGUAGES),
    mode=st.sampled_from(MODES),
)
def test_no_screen_breaks_a_rule(size, screen, language, mode):
    view = view_of(screen, language, mode)

    assert list(faults(arrange(view, size, measured), view, size)) == []


@settings(max_examples=150, deadline=None)
@given(
    width=st.integers(800, 1920),
    height=st.integers(480, 1080),
    is_upright=st.booleans(),
    screen=st.sampled_from(("start", "nps", "warning", "who", "night", "thanks, echo gone")),
)
def test_sizes_between_ours_are_laid_out_too(width, height, is_upright, screen):
    """Wide ones from 3:2 to 16:9, and the same turned."""
    height = max(480, min(height, round(width / 1.5)))
    height = max(height, round(width * 9 / 16))
    size = (max(height, 720), max(width, 1280)) if is_upright else (width, height)
    view = view_of(screen, "fi", "plain")

    assert list(faults(arrange(view, size, measured), view, size)) == []


@settings(max_examples=60, deadline=None)
@given(text=st.text("abc de fåä.", max_size=300), at=st.floats(0, 1))
def test_whatever_is_written_the_cursor_is_seen_and_can_be_put_back_where_it_is(text, at):
    cursor = round(at * len(text))
    empty = view_of("text", "fi", "plain")
    view = replace(empty, field=replace(empty.field, text=text, cursor=cursor))

    place = arrange(view, (800, 480), measured).field

    assert place.box.height >= LEAST_FIELD_HEIGHT
    assert place.box.holds(place.cursor)
    assert len(place.lines) == 0 or all(place.box.holds(line.box) for line in place.lines)
    x, y = place.cursor.middle
    assert abs(character_at(place, x, y, measured) - cursor) <= 1


def test_what_is_written_is_measured_by_what_keeps_nothing():
    empty = view_of("text", "fi", "plain")
    view = replace(empty, field=replace(empty.field, text="Salainen juttu", cursor=5))
    kept = []

    def measured_and_kept(text, type_):
        kept.append(text)
        return measured(text, type_)

    place = arrange(view, (800, 480), measured_and_kept, measured_once).field

    assert [line.text for line in place.lines] == ["Salainen juttu"]
    assert not [text for text in kept if "Sal" in text]


@pytest.mark.parametrize("mode", [mode for mode in MODES if mode != "plain"])
def test_the_comforts_are_always_in_the_same_corner(mode):
    """However the screen looks, what changes it back is where it was."""
    for screen in SCREENS:
        plain, turned = view_of(screen, "fi", "plain"), view_of(screen, "ar", mode)
        ids = [choice.id for choice in plain.comforts]
        boxes = [
            {target.choice.id: target.box for target in plan.targets}
            for plan in (arrange(each, (1280, 800), measured) for each in (plain, turned))
        ]
        assert [boxes[0][each] for each in ids] == [boxes[1][each] for each in ids]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_language_switch_stays_as_it_is_from_question_to_question(size, language):
    for mode in ("plain", "larger", "lowered"):
        asked = [each for name in SCREENS if (each := view_of(name, language, mode)).step]
        switches = {
            tuple(
                (target.choice.id, target.box)
                for target in arrange(view, size, measured).targets
                if target.choice.id.startswith("language")
            )
            for view in asked
        }
        assert len(asked) > 10
        assert len(switches) == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_statement_is_the_largest_text_on_its_screen(size, language):
    plan = arrange(view_of("start", language, "plain"), size, measured)
    sizes = {words.name: words.setting.type.size for words in plan.words}
    others = [sizes.get("hint", 0)]
    others += [each.words.setting.type.size for each in plan.targets if each.words]

    assert sizes["title"] > max(others)


def test_right_to_left_mirrors_the_answers():
    left, right = (
        [
            target.box.x
            for target in arrange(
                view_of("encounter", language, "plain"), (1280, 800), measured
            ).targets
            if target.choice.id.startswith("answer")
        ]
        for language in ("fi", "ar")
    )

    assert left == sorted(left)
    assert right == sorted(right, reverse=True)


@pytest.mark.parametrize("size", SIZES[1:], ids=lambda size: f"{size[0]}x{size[1]}")
def test_larger_text_is_larger(size):
    def sizes(mode):
        plan = arrange(view_of("start", "fi", mode), size, measured)
        texts = [*plan.words, *(each.words for each in plan.targets if each.look == "face")]
        return {text.name: text.setting.type.size for text in texts}

    plain, larger = sizes("plain"), sizes("larger")

    # The hint may give way to the faces; everything else stays, and grows.
    assert set(plain) - set(larger) <= {"hint"}
    assert all(larger[name] >= plain[name] for name in larger)
    assert sum(larger.values()) > 1.1 * sum(plain[name] for name in larger)


@pytest.mark.parametrize(
    ("size", "least"),
    list(zip(SIZES, (28, 31, 35, 42, 28, 28), strict=True)),
    ids=str,
)
def test_the_least_type_grows_with_a_wide_screen(size, least):
    assert Metrics(*size).least_type == least


# Lines


@given(st.text("ab c/-", max_size=80), st.integers(60, 600))
def test_lines_fit_their_width_and_lose_nothing(text, width):
    setting = setting_of(text, a_type(), width, by_letters)

    if setting is not None:
        assert setting.width <= width
        said = "".join(setting.lines).replace("\u00a0", " ")
        assert said.replace(" ", "") == text.replace(" ", "")


def test_lines_are_about_equally_long():
    setting = setting_of("Koin saamani hoidon hyödylliseksi", a_type(), 400, by_letters)

    assert setting.lines in (
        ("Koin saamani", "hoidon hyödylliseksi"),
        ("Koin saamani hoidon", "hyödylliseksi"),
    )


def test_a_slash_stays_with_the_word_before_it():
    setting = narrowest_setting("hoidon / palvelun", a_type(), by_letters, 2)

    assert setting.lines == ("hoidon\u00a0/", "palvelun")


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x1c", "\x1d", "\x1e", "\x85", "\u2029"])
def test_a_line_never_holds_the_end_of_a_paragraph(end):
    """Pillow refuses to measure one, and the screen would stay as it was."""
    text = f"Ei koske{end}minua"

    one_line = narrowest_setting(text, a_type(), measured, 1)
    lines = setting_of(text, a_type(), 400, measured)

    assert one_line.lines == ("Ei koske minua",)
    assert " ".join(lines.lines) == "Ei koske minua"


def test_a_word_that_is_too_wide_is_refused_or_said_to_be_broken():
    assert setting_of("epätodennäköisesti", a_type(), 100, by_letters) is None
    broken = hard_setting("epätodennäköisesti", a_type(), 100, by_letters)
    assert not broken.is_whole
    assert "".join(broken.lines) == "epätodennäköisesti"


@given(st.text("ab c", max_size=120), st.integers(40, 300))
def test_spans_of_what_is_written_follow_one_another(text, width):
    made = spans(text, a_type(), width, by_letters)

    assert made[0].start == 0
    assert made[-1].end == len(text)
    assert all(one.end == other.start for one, other in pairwise(made))
    assert all(by_letters(text[span.start : span.end].rstrip(), a_type()) <= width for span in made)
