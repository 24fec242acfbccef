"""Writing on a staff page: what each key does to the text. Pure."""

from kiosk.session.events import CharactersTyped, CommandTyped, CursorPlaced
from kiosk.session.free_text import Writing
from kiosk.staff.events import PageEvent

MOST = 100
"""As many characters as a place's name or a search may have."""


def written(writing: Writing, event: PageEvent, most: int = MOST) -> Writing | None:
    """The text after an event of the keyboard; None for any other event, or when it is full."""
    match event:
        case CharactersTyped(characters):
            after = writing.typed(characters)
            return after if len(after.text) <= most else None
        case CommandTyped(command):
            return writing.commanded(command)
        case CursorPlaced(cursor):
            return writing.placed(cursor)
    return None


def begun_with(text: str) -> Writing:
    """A text to go on from, with the cursor at its end."""
    return Writing(text).placed(len(text)) if text else Writing()
