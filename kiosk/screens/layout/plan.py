"""What is where: the result of the layout, which widgets only have to take over. Pure."""

from dataclasses import dataclass, replace
from typing import Literal

from kiosk.screens.layout.box import Box
from kiosk.screens.layout.lines import Align, Setting
from kiosk.screens.theme import Look
from kiosk.view.model import Choice, Icon, Lamp

Tone = Literal["ink", "quiet", "band"]
"""`band`: on the band at the top of a staff page."""

MIRRORED: dict[Align, Align] = {"left": "right", "center": "center", "right": "left"}


@dataclass(frozen=True, slots=True)
class Words:
    """A text in its lines. `room` is the place that it was given, `box` what it takes of that."""

    name: str
    setting: Setting
    room: Box
    align: Align = "center"
    tone: Tone = "ink"

    @property
    def box(self) -> Box:
        """Where the letters are: in the middle of the room's height, aligned across."""
        width, height = self.setting.width, self.setting.height
        room = self.room
        x = {
            "left": room.x,
            "center": room.x + (room.width - width) / 2,
            "right": room.right - width,
        }[self.align]
        return Box(round(x), round(room.y + (room.height - height) / 2), width, height)

    def moved(self, across: float) -> "Words":
        """Further to the right."""
        return replace(self, room=self.room.moved(across))

    def mirrored(self, width: float) -> "Words":
        """On a screen read from the right."""
        return replace(self, room=self.room.mirrored(width), align=MIRRORED[self.align])


@dataclass(frozen=True, slots=True)
class FacePlace:
    """A face that only shows something."""

    box: Box
    mood: float

    def mirrored(self, width: float) -> "FacePlace":
        """On a screen read from the right."""
        return replace(self, box=self.box.mirrored(width))


@dataclass(frozen=True, slots=True)
class LampPlace:
    """A lamp: how something is, in a colour and a sign."""

    box: Box
    lamp: Lamp

    def mirrored(self, width: float) -> "LampPlace":
        """On a screen read from the right."""
        return replace(self, box=self.box.mirrored(width))


@dataclass(frozen=True, slots=True)
class Target:
    """Something that can be touched."""

    choice: Choice
    box: Box
    look: Look = "button"
    words: Words | None = None
    face: FacePlace | None = None
    icon: Icon | None = None
    icon_box: Box | None = None
    number: Words | None = None
    """The number that the way back would change, or a second, quieter line."""
    check_box: Box | None = None
    """Where the check mark of a chosen toggle is."""
    is_mirrored: bool = False
    is_repeating: bool = False
    """Whether it posts again and again while held."""

    def moved(self, across: float) -> "Target":
        """A button with nothing but its words, further to the right."""
        words = self.words and self.words.moved(across)
        return replace(self, box=self.box.moved(across), words=words)

    def mirrored(self, width: float) -> "Target":
        """On a screen read from the right."""
        return replace(
            self,
            box=self.box.mirrored(width),
            words=self.words and self.words.mirrored(width),
            face=self.face and self.face.mirrored(width),
            number=self.number and self.number.mirrored(width),
            icon_box=self.icon_box and self.icon_box.mirrored(width),
            check_box=self.check_box and self.check_box.mirrored(width),
            is_mirrored=True,
        )


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the text field: its text, which begins with character number `start`."""

    setting: Setting
    text: str
    start: int
    box: Box

    def moved(self, across: float) -> "Line":
        """Further to the right."""
        return replace(self, box=self.box.moved(across))


@dataclass(frozen=True, slots=True)
class FieldPlace:
    """The text field: the lines that are seen of what is written, and the cursor."""

    box: Box
    lines: tuple[Line, ...]
    cursor: Box
    is_turned: bool
    """Whether its lines begin at the right."""
    placeholder: Words | None

    def mirrored(self, width: float) -> "FieldPlace":
        """The field as a whole stands elsewhere; its lines already begin where they should."""
        box = self.box.mirrored(width)
        across = box.x - self.box.x
        placeholder = self.placeholder and self.placeholder.moved(across)
        if placeholder and self.is_turned:
            placeholder = replace(placeholder, align="right")
        return replace(
            self,
            box=box,
            lines=tuple(line.moved(across) for line in self.lines),
            cursor=self.cursor.moved(across),
            placeholder=placeholder,
        )


@dataclass(frozen=True, slots=True)
class Progress:
    """One short bar a step: the done ones are thick."""

    bars: tuple[Box, ...]
    done: int

    def mirrored(self, width: float) -> "Progress":
        """Filled from the right."""
        return replace(self, bars=tuple(bar.mirrored(width) for bar in self.bars))


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole screen."""

    targets: tuple[Target, ...] = ()
    words: tuple[Words, ...] = ()
    faces: tuple[FacePlace, ...] = ()
    progress: Progress | None = None
    field: FieldPlace | None = None
    ring: Box | None = None
    code: Box | None = None
    cards: tuple[Box, ...] = ()
    """What lies below words that belong together."""
    lamps: tuple[LampPlace, ...] = ()
    band: Box | None = None
    """The band of a staff page, from edge to edge."""

    def __add__(self, other: "Plan") -> "Plan":
        return Plan(
            targets=self.targets + other.targets,
            words=self.words + other.words,
            faces=self.faces + other.faces,
            progress=self.progress or other.progress,
            field=self.field or other.field,
            ring=self.ring or other.ring,
            code=self.code or other.code,
            cards=self.cards + other.cards,
            lamps=self.lamps + other.lamps,
            band=self.band or other.band,
        )

    def mirrored(self, width: float) -> "Plan":
        """The same on a screen that is read from the right."""
        return replace(
            self,
            targets=tuple(each.mirrored(width) for each in self.targets),
            words=tuple(each.mirrored(width) for each in self.words),
            faces=tuple(each.mirrored(width) for each in self.faces),
            progress=self.progress and self.progress.mirrored(width),
            field=self.field and self.field.mirrored(width),
            ring=self.ring and self.ring.mirrored(width),
            code=self.code and self.code.mirrored(width),
            cards=tuple(each.mirrored(width) for each in self.cards),
            lamps=tuple(each.mirrored(width) for each in self.lamps),
        )
