"""A statement and its five faces. Pure."""

from kiosk.screens.layout.bar import bar
from kiosk.screens.layout.box import Box
from kiosk.screens.layout.heading import lower_row, top
from kiosk.screens.layout.lines import Setting
from kiosk.screens.layout.page import LABEL, Page, Wanted
from kiosk.screens.layout.plan import FacePlace, Plan, Target, Words
from kiosk.view.model import Choice

LEAST_FACE = 64
FINE_FACE = 1.4
"""A face that the hint gives way to, in usual targets: larger text goes before both."""
FACE_SHARE = 0.9
"""How much of its column a face takes on a wide screen; on an upright one, all of it."""


def faces(page: Page) -> Plan:
    """Five columns: a face, and below it what it means."""
    base, area = bar(page, page.view.actions)
    if page.is_lowered:
        return base + page.turned(_lowered_faces(page, area))
    metrics, answers = page.metrics, page.view.answers
    pad = metrics.pad / 2
    fine = FINE_FACE * metrics.target
    tries = [(True, fine), (False, fine), (False, LEAST_FACE)]
    if metrics.is_larger and not metrics.is_upright:
        tries = [(False, metrics.target), (False, LEAST_FACE)]
    for has_hint, least in tries:
        above, below = top(page, area, has_hint=has_hint)
        columns = below.columns(len(answers), metrics.gap)
        room = columns[0].inset(pad)
        labels = _labels(page, columns[0].width, room.height - least - metrics.gap)
        if all(label.is_whole for label in labels):
            break
    label_px = max(each.height for each in labels)
    side = min(
        room.width * (1 if metrics.is_upright else FACE_SHARE), room.height - label_px - metrics.gap
    )
    height = min(below.height, side + metrics.gap + label_px + 2 * pad + metrics.gap)
    targets = []
    for choice, column, label in zip(answers, columns, labels, strict=True):
        box = column.centred(column.width, height)
        face, words = box.inset(0, pad).cut_top(side, metrics.gap)
        targets.append(_face(choice, box, face.centred(side, side), _at_top(choice, label, words)))
    return base + page.turned(above + Plan(tuple(targets)))


def _lowered_faces(page: Page, area: Box) -> Plan:
    """The faces in the lower part are to be touched; what they mean is written above them."""
    metrics, answers = page.metrics, page.view.answers
    way_back, lower, upper = lower_row(page, area, is_below=metrics.is_upright)
    columns = lower.columns(len(answers), metrics.gap)
    height = min(lower.height, columns[0].width)
    side = (height - metrics.pad) * 0.96
    width = columns[0].width + metrics.gap * 0.95
    faces_row = lower.centred(lower.width, height)
    free = area.above(faces_row.top + metrics.gap)
    # The hint is left out where there is no room for it.
    for lines in (3, 2) if page.view.hint else (2,):
        labels = _labels(page, width, free.height - lines * page.line_px() - metrics.gap)
        label_px = max(each.height for each in labels)
        caption_row, upper = free.cut_bottom(label_px, metrics.gap)
        above, _ = top(page, upper, upper.height, has_hint=lines == 3)
        if all(each.setting.is_whole for each in above.words):
            break
    targets, captions = [], []
    for choice, column, label in zip(answers, columns, labels, strict=True):
        box = Box(column.x, faces_row.y, column.width, height)
        targets.append(_face(choice, box, box.centred(side, side), None))
        room = Box(column.x, caption_row.y, column.width, label.height)
        captions.append(Words(f"label:{choice.id}", label, room.centred(width, label.height)))
    return way_back + above + Plan(tuple(targets), tuple(captions))


def _labels(page: Page, width: float, height: float) -> tuple[Setting, ...]:
    """All in one size; in narrow columns larger letters are worth more lines."""
    metrics = page.metrics
    texts = [(choice.label, choice.language) for choice in page.view.answers]
    wanted = Wanted(page.sizes(LABEL), most_lines=4 if metrics.is_upright else 3)
    inside = page.set_alike(texts, wanted, width - metrics.pad, height)
    # The longest words of all have the whole column.
    return inside or page.set_all(texts, wanted, width - metrics.line, height)


def _face(choice: Choice, box: Box, face: Box, words: Words | None) -> Target:
    return Target(choice, box, "face", words, FacePlace(face, choice.mood or 0.0))


def _at_top(choice: Choice, label: Setting, room: Box) -> Words:
    return Words(choice.id, label, room.cut_top(label.height)[0])
