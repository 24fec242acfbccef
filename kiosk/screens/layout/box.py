"""A rectangle to cut pieces from. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels, from the lower left of the screen as Kivy counts."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.x + self.width

    @property
    def top(self) -> float:
        """The upper edge."""
        return self.y + self.height

    @property
    def middle(self) -> tuple[float, float]:
        """The middle."""
        return (self.x + self.width / 2, self.y + self.height / 2)

    def snapped(self) -> "Box":
        """With its edges on whole pixels, where a thin line is sharp."""
        x, y = round(self.x), round(self.y)
        return Box(x, y, round(self.right) - x, round(self.top) - y)

    def cut_top(self, height: float, gap: float = 0) -> tuple["Box", "Box"]:
        """A piece off the top, and what is left below it and the gap."""
        piece = Box(self.x, self.top - height, self.width, height)
        return piece, replace(self, height=self.height - height - gap)

    def cut_bottom(self, height: float, gap: float = 0) -> tuple["Box", "Box"]:
        """A piece off the bottom, and what is left above it and the gap."""
        rest = Box(self.x, self.y + height + gap, self.width, self.height - height - gap)
        return replace(self, height=height), rest

    def cut_left(self, width: float, gap: float = 0) -> tuple["Box", "Box"]:
        """A piece off the left, and what is left beside it and the gap."""
        rest = Box(self.x + width + gap, self.y, self.width - width - gap, self.height)
        return replace(self, width=width), rest

    def cut_right(self, width: float, gap: float = 0) -> tuple["Box", "Box"]:
        """A piece off the right, and what is left beside it and the gap."""
        piece = Box(self.right - width, self.y, width, self.height)
        return piece, replace(self, width=self.width - width - gap)

    def above(self, y: float) -> "Box":
        """The part of it above this height."""
        return Box(self.x, y, self.width, self.top - y)

    def inset(self, across: float, along: float | None = None) -> "Box":
        """Smaller on every side."""
        along = across if along is None else along
        return Box(
            self.x + across, self.y + along, self.width - 2 * across, self.height - 2 * along
        )

    def centred(self, width: float, height: float) -> "Box":
        """A box of this size in the middle."""
        x, y = self.middle
        return Box(x - width / 2, y - height / 2, width, height)

    def columns(self, count: int, gap: float) -> list["Box"]:
        """So many columns of the same width, from the left."""
        return self.shared([1.0] * count, gap)

    def shared(self, shares: Sequence[float], gap: float) -> list["Box"]:
        """Columns as wide as their shares, from the left."""
        room = (self.width - gap * (len(shares) - 1)) / sum(shares)
        x, made = self.x, []
        for share in shares:
            made.append(Box(x, self.y, share * room, self.height))
            x += share * room + gap
        return made

    def rows(self, count: int, gap: float) -> list["Box"]:
        """So many rows of the same height, from the top."""
        height = (self.height - gap * (count - 1)) / count
        tops = [self.top - number * (height + gap) for number in range(count)]
        return [Box(self.x, top - height, self.width, height) for top in tops]

    def stacked(self, heights: Sequence[float], gap: float) -> list["Box"]:
        """Rows of these heights, from the top, together in the middle of the height."""
        whole = sum(heights) + gap * (len(heights) - 1)
        y, made = self.y + (self.height + whole) / 2, []
        for height in heights:
            made.append(Box(self.x, y - height, self.width, height))
            y -= height + gap
        return made

    def moved(self, across: float) -> "Box":
        """Further to the right."""
        return replace(self, x=self.x + across)

    def mirrored(self, width: float) -> "Box":
        """Where it is when a screen of this width is read from the right."""
        return replace(self, x=width - self.right)

    def holds(self, other: "Box", tolerance: float = 0.5) -> bool:
        """Whether the other lies within this one."""
        return (
            other.x >= self.x - tolerance
            and other.y >= self.y - tolerance
            and other.right <= self.right + tolerance
            and other.top <= self.top + tolerance
        )

    def overlaps(self, other: "Box", tolerance: float = 0.5) -> bool:
        """Whether the two share more than an edge."""
        return (
            min(self.right, other.right) - max(self.x, other.x) > tolerance
            and min(self.top, other.top) - max(self.y, other.y) > tolerance
        )
