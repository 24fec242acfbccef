"""What is wrong with a picture as it is laid out: found on the widgets, not in the plan."""

from collections.abc import Iterator
from itertools import combinations

from kivy.uix.widget import Widget

from kiosk.screens.buttons import ChoiceButton
from kiosk.screens.layout.box import Box
from kiosk.screens.layout.exceptions import Rule, rule_for
from kiosk.screens.text_field import TextField
from kiosk.screens.theme import LEAST_MARGIN, Metrics
from kiosk.screens.words import WordsPicture
from kiosk.view.model import View

PIXEL = 1.0
"""Places are rounded to whole pixels."""


def clipped_texts(root: Widget) -> list[str]:
    """The texts that do not fit their place, or only with a word broken."""
    return [
        " ".join(words.setting.lines)
        for picture in _pictures(root)
        if (words := picture.words) is not None
        and not (words.setting.is_whole and words.room.holds(_box(picture), PIXEL))
    ]


def problems(root: Widget, view: View) -> list[str]:
    """All of them, each as a line for people."""
    metrics = Metrics(int(root.width), int(root.height))
    return [
        *(f"clipped: {text}" for text in clipped_texts(root)),
        *_too_small_type(root, metrics),
        *_wrong_targets(root, view, metrics),
        *_overlaps(root, view, metrics),
        *_at_the_edge(root),
    ]


def _too_small_type(root: Widget, metrics: Metrics) -> Iterator[str]:
    for picture in _pictures(root):
        if picture.words is not None:
            size = picture.words.setting.type.size
            if size < metrics.least_type:
                yield f"type of {size} px: {picture.words.setting.lines[0]}"


def _wrong_targets(root: Widget, view: View, metrics: Metrics) -> Iterator[str]:
    for button in _buttons(root):
        rule, box = _rule(button, view, metrics), _box(button)
        name = button.choice.id if button.choice else "?"
        if box.width < rule.width - PIXEL or box.height < rule.height - PIXEL:
            yield f"too small, {box.width:.0f}×{box.height:.0f}: {name}"
        is_high = view.preferences.lowered and box.top > metrics.lower_part + PIXEL
        if is_high and not rule.may_rise:
            yield f"above the lower part, {box.top:.0f}: {name}"


def _overlaps(root: Widget, view: View, metrics: Metrics) -> Iterator[str]:
    """Targets on or too near one another, words on one another, words on others' targets."""
    targets = [*_buttons(root), *(each for each in root.walk() if isinstance(each, TextField))]
    for one, other in combinations(targets, 2):
        gap = min(_rule(one, view, metrics).gap, _rule(other, view, metrics).gap)
        if _box(one).inset(-(gap - PIXEL) / 2).overlaps(_box(other).inset(-(gap - PIXEL) / 2)):
            yield f"too near: {_name(one)} and {_name(other)}"
    pictures = list(_pictures(root))
    for picture, another in combinations(pictures, 2):
        if _box(picture).overlaps(_box(another), PIXEL):
            yield f"words on words: {_name(picture)} and {_name(another)}"
    for picture in pictures:
        for target in targets:
            is_its_own = picture.parent is target
            if is_its_own and not _box(target).holds(_box(picture), PIXEL):
                yield f"words out of their target: {_name(picture)}"
            if not is_its_own and _box(target).overlaps(_box(picture), PIXEL):
                yield f"words on a target: {_name(picture)} on {_name(target)}"


def _at_the_edge(root: Widget) -> Iterator[str]:
    allowed = _box(root).inset(LEAST_MARGIN)
    for widget in root.walk(restrict=True):
        is_seen = widget is not root and widget.width > 0
        if is_seen and not allowed.holds(_box(widget), PIXEL):
            yield f"at the edge: {_name(widget)}"


def _rule(target: Widget, view: View, metrics: Metrics) -> Rule:
    if not isinstance(target, ChoiceButton) or target.choice is None:
        return rule_for("other", view, metrics)
    if any(target.choice is key for row in view.keys for key in row):
        return rule_for("key", view, metrics)
    if target.choice is view.alert:
        return rule_for("line for staff", view, metrics)
    is_answer = any(target.choice is answer for answer in view.answers)
    return rule_for("answer" if is_answer else "other", view, metrics)


def _buttons(root: Widget) -> Iterator[ChoiceButton]:
    return (each for each in root.walk() if isinstance(each, ChoiceButton))


def _pictures(root: Widget) -> Iterator[WordsPicture]:
    return (each for each in root.walk() if isinstance(each, WordsPicture))


def _box(widget: Widget) -> Box:
    return Box(*widget.pos, *widget.size)


def _name(widget: Widget) -> str:
    if isinstance(widget, ChoiceButton) and widget.choice is not None:
        return widget.choice.id
    if isinstance(widget, WordsPicture) and widget.words is not None:
        return " ".join(widget.words.setting.lines)
    return type(widget).__name__
