"""An .xlsx workbook's first sheet, streamed: texts only, within bounds.

ECMA-376, part 1: 18.3 (worksheets), 18.4 (shared strings), 18.2 (workbook); part 2: the package is
a zip file. Only that is read which Excel and LibreOffice write for a sheet of texts.
"""

import io
import re
import zlib
from collections.abc import Callable
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from device_config.sheet import FORMULA, Sheet, TooLarge, address, take_cell

MOST_ENTRIES = 500
MOST_UNPACKED = 20 * 1024 * 1024
MOST_PART = 8 * 1024 * 1024
MOST_RATIO = 200
"""Of unpacked to packed bytes, for the file as a whole; a sheet of texts reaches about 20."""
MOST_PROBLEMS = 100
CHUNK = 64 * 1024
MAIN, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
HOW = "save it as .xlsx with Excel or LibreOffice, or as CSV UTF-8"
BROKEN = (
    BadZipFile,
    zlib.error,
    expat.ExpatError,
    EOFError,
    KeyError,
    LookupError,
    NotImplementedError,
    RuntimeError,
)
"""What reading a damaged zip file, or XML that is none, raises."""

Attributes = dict[str, str]


def read_workbook(content: bytes) -> Sheet:
    """The first sheet that is not hidden; raises ValueError with what is wrong."""
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            _refuse_bomb(archive, len(content))
            return _first_sheet(archive)
    except BROKEN:
        raise ValueError(f"no workbook that can be read: {HOW}") from None


def _refuse_bomb(archive: ZipFile, packed: int) -> None:
    """Raise ValueError by what the directory says, before anything is unpacked.

    It cannot say too little: `zipfile` unpacks no more of an entry than that.
    """
    entries = archive.infolist()
    unpacked = sum(each.file_size for each in entries)
    if len(entries) > MOST_ENTRIES or unpacked > MOST_UNPACKED or unpacked > packed * MOST_RATIO:
        raise TooLarge("unpacked it would be too large for a sheet of texts")
    if any(each.flag_bits & 1 for each in entries):
        raise ValueError("it has a password: save it without")
    if any(each.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for each in entries):
        raise ValueError(f"packed in another way than workbooks are: {HOW}")


def _first_sheet(archive: ZipFile) -> Sheet:
    workbook, relations = _Workbook(), _Relations()
    _parse(archive, MAIN, workbook.begin)
    _parse(archive, RELATIONS, relations.begin)
    if not workbook.sheets:
        raise ValueError("it has no sheet that is not hidden")
    name, relation = workbook.sheets[0]
    strings = _Strings()
    if relations.strings:
        _parse(archive, relations.strings, strings.begin, strings.end, strings.text)
    table = _Table(strings.found)
    _parse(archive, relations.targets[relation], table.begin, table.end, table.text)
    more = f"; of {len(workbook.sheets)} sheets the first one" if len(workbook.sheets) > 1 else ""
    return Sheet(table.cells, f".xlsx, sheet {name[:40]!r}{more}", tuple(table.problems))


def _parse(
    archive: ZipFile,
    name: str,
    begin: Callable[[str, Attributes], None],
    end: Callable[[str], None] = lambda _: None,
    text: Callable[[str], None] = lambda _: None,
) -> None:
    """Stream one part's elements, by their names without namespace."""
    if archive.getinfo(name).file_size > MOST_PART:
        raise TooLarge(f"{name}: too large for a sheet of texts")

    def refuse(*_: object) -> None:
        raise ValueError(f"{name}: declares a document type, which no workbook needs")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda tag, attributes: begin(
        _local(tag), {_local(key): value for key, value in attributes.items()}
    )
    parser.EndElementHandler = lambda tag: end(_local(tag))
    parser.CharacterDataHandler = text
    with archive.open(name) as part:
        while chunk := part.read(CHUNK):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


class _Workbook:
    """Hears the workbook: which sheets there are, in their order."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str]] = []

    def begin(self, tag: str, attributes: Attributes) -> None:
        if tag == "sheet" and attributes.get("state", "visible") == "visible":
            self.sheets.append((attributes.get("name", ""), attributes["id"]))


class _Relations:
    """Hears where the parts are."""

    def __init__(self) -> None:
        self.targets: dict[str, str] = {}
        self.strings = ""

    def begin(self, tag: str, attributes: Attributes) -> None:
        if tag != "Relationship" or attributes.get("TargetMode") == "External":
            return
        target = attributes["Target"]
        name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        self.targets[attributes["Id"]] = name
        if attributes["Type"].endswith("/sharedStrings"):
            self.strings = name


class _Strings:
    """Hears the shared strings: each `si` is the text of its `t`, without reading aids (`rPh`)."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._pieces: list[str] = []
        self._is_text = False
        self._is_aid = False

    def begin(self, tag: str, _: Attributes) -> None:
        if tag == "si":
            self._pieces = []
        elif tag == "rPh":
            self._is_aid = True
        elif tag == "t":
            self._is_text = not self._is_aid

    def end(self, tag: str) -> None:
        if tag == "si":
            self.found.append("".join(self._pieces).strip())  # once, not in each cell that says it
        elif tag == "rPh":
            self._is_aid = False
        elif tag == "t":
            self._is_text = False

    def text(self, text: str) -> None:
        if self._is_text:
            self._pieces.append(text)


class _Table:
    """Hears a sheet: its cells as texts, and what is none."""

    def __init__(self, strings: list[str]) -> None:
        self.cells: dict[tuple[int, int], str] = {}
        self.problems: list[str] = []
        self._strings = strings
        self._row = self._column = 0
        self._kind = "n"
        self._is_formula = self._is_value = False
        self._pieces: list[str] = []

    def begin(self, tag: str, attributes: Attributes) -> None:
        if tag == "row":
            self._row, self._column = _number(attributes.get("r"), self._row + 1), 0
        elif tag == "c":
            self._place(attributes.get("r"))
            self._kind = attributes.get("t", "n")
            self._is_formula, self._pieces = False, []
        elif tag == "f":
            self._is_formula = True
        elif tag in ("v", "t"):
            self._is_value = True

    def text(self, text: str) -> None:
        if self._is_value:
            self._pieces.append(text)

    def end(self, tag: str) -> None:
        if tag in ("v", "t"):
            self._is_value = False
        elif tag == "c":
            self._close("".join(self._pieces))

    def _close(self, value: str) -> None:
        if self._is_formula:
            self._say(FORMULA)
        elif self._kind == "s" and value:
            known = self._strings[_number(value, len(self._strings))]
            take_cell(self.cells, self._row, self._column, known)
        elif self._kind in ("inlineStr", "str"):
            take_cell(self.cells, self._row, self._column, value)
        elif value.strip():
            self._say(f"{value[:20]!r} is no text; format the cell as text, and write it anew")

    def _say(self, problem: str) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(f"{address(self._row, self._column)}: {problem}")

    def _place(self, name: str | None) -> None:
        """A cell's column stands in its name, `B7`; without one it is the next."""
        letters = re.match("[A-Z]{1,3}", name or "")
        if letters is None:
            self._column += 1
            return
        self._column = 0
        for letter in letters[0]:
            self._column = self._column * 26 + ord(letter) - ord("A") + 1


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and len(text) <= 9 and text.isdecimal() else otherwise
