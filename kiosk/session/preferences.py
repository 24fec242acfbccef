"""What a visitor chose for themselves: reset when the sitting is over. Pure."""

from dataclasses import dataclass, replace
from typing import Literal

Comfort = Literal["contrast", "larger", "lowered"]
COMFORTS: tuple[Comfort, ...] = ("contrast", "larger", "lowered")


@dataclass(frozen=True, slots=True)
class Preferences:
    """The language, and the comforts, which can be combined.

    `contrast`: light on dark. `larger`: larger text. `lowered`: everything that can be touched is
    in the lower part of the screen.
    """

    language: str
    contrast: bool = False
    larger: bool = False
    lowered: bool = False

    def toggled(self, comfort: Comfort) -> "Preferences":
        """With one comfort turned on or off."""
        match comfort:
            case "contrast":
                return replace(self, contrast=not self.contrast)
            case "larger":
                return replace(self, larger=not self.larger)
            case "lowered":
                return replace(self, lowered=not self.lowered)

    def has(self, comfort: Comfort) -> bool:
        """Whether a comfort is on."""
        return {"contrast": self.contrast, "larger": self.larger, "lowered": self.lowered}[comfort]

    def in_language(self, language: str) -> "Preferences":
        """In another language."""
        return replace(self, language=language)
