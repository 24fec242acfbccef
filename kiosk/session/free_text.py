"""Writing with the on-screen keyboard: what each key does to the text. Pure."""

from dataclasses import dataclass, replace
from typing import Literal

MOST_CHARACTERS = 1000
COUNT_FROM = 100
"""The count is shown when so many characters or fewer are left."""

Layer = Literal["letters", "numbers"]
Command = Literal["backspace", "shift", "letters", "numbers"]


@dataclass(frozen=True, slots=True)
class Writing:
    """The text so far, the characters before the cursor, and what the keyboard shows."""

    text: str = ""
    cursor: int = 0
    layer: Layer = "letters"
    is_shifted: bool = True

    @property
    def left(self) -> int:
        """How many more characters there is room for."""
        return MOST_CHARACTERS - len(self.text)

    def typed(self, characters: str) -> "Writing":
        """With characters put in at the cursor, as far as there is room."""
        if self.is_shifted:
            characters = characters.upper()
        if len(characters) > self.left:
            return self
        text = self.text[: self.cursor] + characters + self.text[self.cursor :]
        return self._at(text, self.cursor + len(characters))

    def commanded(self, command: Command) -> "Writing":
        """After a key that writes nothing."""
        match command:
            case "backspace":
                text = self.text[: max(self.cursor - 1, 0)] + self.text[self.cursor :]
                return self._at(text, max(self.cursor - 1, 0))
            case "shift":
                return replace(self, is_shifted=not self.is_shifted)
            case "letters" | "numbers":
                return replace(self, layer=command)

    def placed(self, cursor: int) -> "Writing":
        """With the cursor put elsewhere."""
        return self._at(self.text, min(max(cursor, 0), len(self.text)))

    def _at(self, text: str, cursor: int) -> "Writing":
        """A sentence begins with a capital letter; after a letter the others are small."""
        before = text[:cursor].rstrip(" ")
        begins = before == "" or (before.endswith((".", "!", "?")) and text[cursor - 1] == " ")
        return replace(self, text=text, cursor=cursor, is_shifted=begins)
