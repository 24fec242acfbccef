"""The keys of the on-screen keyboard, from its layout's data. Pure."""

from collections.abc import Iterable

from device_config.keyboards import Rows
from kiosk.session.events import CharactersTyped, CommandTyped
from kiosk.session.free_text import Command, Writing
from kiosk.view.frame import Frame
from kiosk.view.model import Choice, Icon, Post

Row = tuple[Choice, ...]
POINTS = (",", ".")
"""Beside the space key on every layer, whatever else a layout has."""


def keyboard_rows(writing: Writing, frame: Frame) -> tuple[Row, ...]:
    """The rows of keys for what is being written, in the language that is shown."""
    keyboards = frame.config.keyboards
    if writing.layer == "numbers":
        *above, last = _rows(keyboards.numbers, writing)
        switch = _command("letters", "ABC")
    else:
        letters = keyboards.letters(frame.language)
        *above, last = _rows(letters, writing)
        if _has_capitals(letters):
            shift = _command("shift", frame.say("Capital letters"), "shift", writing.is_shifted)
            last = (shift, *last)
        switch = _command("numbers", "123")
    space = Choice("key:space", frame.say("Space"), _types(" "), icon="space")
    comma, full_stop = _characters(POINTS, writing)
    bottom = (switch, comma, space, full_stop)
    delete = _command("backspace", frame.say("Delete"), "backspace")
    return (*above, (*last, delete), bottom)


def _has_capitals(rows: Rows) -> bool:
    """Whether there is anything to shift; Arabic letters have no capitals."""
    return any(each.upper() != each for row in rows for each in row)


def _rows(rows: Rows, writing: Writing) -> list[Row]:
    """A layout's rows; a key that is in the lowest row anyway is not there twice.

    A row of nothing but such keys goes; one row there always is, for the keys beside the letters.
    """
    kept = [_characters([each for each in row if each not in POINTS], writing) for row in rows]
    return [row for row in kept if row] or [()]


def _characters(characters: Iterable[str], writing: Writing) -> Row:
    return tuple(_character(each, writing) for each in characters)


def _character(character: str, writing: Writing) -> Choice:
    shown = character.upper() if writing.is_shifted else character
    return Choice(f"key:{character}", shown, _types(character))


def _command(
    command: Command, label: str, icon: Icon | None = None, is_chosen: bool = False
) -> Choice:
    return Choice(
        f"key:{command}",
        label,
        lambda at, _: CommandTyped(command, at),
        is_chosen=is_chosen,
        icon=icon,
    )


def _types(characters: str) -> Post:
    return lambda at, _: CharactersTyped(characters, at)
