"""Official translations come as a spreadsheet: read as what it is, or refused with each cell."""

import io
import json
import tracemalloc
import zipfile
from contextlib import suppress

import openpyxl
import pytest
from builders import a_state
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from questionnaire_bodies import BODY, a_file, a_version, versions

from device_config.cli import questionnaire as questionnaire_group
from device_config.errors import ConfigurationProblems, KioskError, UsageProblem
from device_config.questionnaire_files import questionnaire_named
from device_config.sheet import MOST_COLUMNS, MOST_ROWS, address, read_sheet, sheet_in, written_csv
from device_config.sheet_import import questionnaire_from_sheet, sheet_of
from device_config.sheet_merge import merged_body, rows_of, texts_of

ROWS = [["item", "fi", "sv"], ["usefulness", "Ääni: hyöty?", "Nytta, öar"], ["title", "Y", "Ö"]]
MEMORY_MB = 200


@pytest.fixture
def folder(tmp_path):
    return a_state(tmp_path).questionnaires


@pytest.fixture
def run(tmp_path):
    def run_command(*words):
        more = ["--state", tmp_path / "state"]
        return CliRunner().invoke(questionnaire_group, [str(word) for word in (*words, *more)])

    return run_command


def a_csv(rows, delimiter=";", encoding="utf-8"):
    text = "\r\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    return text.encode(encoding)


def an_xlsx(rows, change=lambda _: None):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    change(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def texts(sheet):
    return {address(*place): text for place, text in sheet.cells.items()}


EXPECTED = {
    f"{'ABC'[column]}{row + 1}": cell
    for row, cells in enumerate(ROWS)
    for column, cell in enumerate(cells)
}


# Reading


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_csv_is_read_in_the_encodings_and_with_the_delimiters_of_spreadsheets(
    delimiter, encoding
):
    sheet = sheet_in(a_csv(ROWS, delimiter, encoding))

    assert texts(sheet) == EXPECTED
    assert encoding.removesuffix("-sig").replace("cp", "Windows-").upper() in sheet.said.upper()


def test_a_workbook_is_read_from_its_first_sheet_that_is_not_hidden():
    def hide(book):
        book.create_sheet("hidden", 0).append(["secret"])
        book["hidden"].sheet_state = "hidden"
        book.create_sheet("more").append(["more"])

    sheet = sheet_in(an_xlsx(ROWS, hide))

    assert texts(sheet) == EXPECTED
    assert "sheet 'Sheet'; of 2 sheets the first one" in sheet.said


@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn")), max_size=12), max_size=5
        ),
        max_size=6,
    )
)
@settings(deadline=None, max_examples=40)
def test_whatever_texts_a_workbook_holds_are_read_as_another_reader_reads_them(rows):
    content = an_xlsx([[cell if not cell.startswith("=") else "x" for cell in row] for row in rows])

    theirs = openpyxl.load_workbook(io.BytesIO(content)).active

    expected = {
        (cell.row, cell.column): cell.value.strip()
        for row in theirs.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and cell.value.strip()
    }
    assert sheet_in(content).cells == expected


def test_a_formula_is_refused_with_its_cell_whatever_value_it_had():
    def calculate(book):
        book.active["B2"] = '=HYPERLINK("http://x.example","y")'
        book.active["C3"] = 7

    assert sheet_in(an_xlsx(ROWS, calculate)).problems == (
        "B2: a formula; write the text itself",
        "C3: '7' is no text; format the cell as text, and write it anew",
    )
    assert sheet_in(b"item;fi\ntitle;=1+1").problems == ("B2: a formula; write the text itself",)


@given(st.lists(st.lists(st.text(max_size=9), min_size=1, max_size=4), min_size=1, max_size=5))
def test_what_is_written_as_csv_is_read_back(rows):
    rows = [["item", "fi"], *([c.replace("\r", " ").replace("\0", "") for c in r] for r in rows)]

    read = sheet_in(written_csv(rows))

    assert read.problems == ()
    assert read.cells == {
        (number, column): cell.strip()
        for number, row in enumerate(rows, start=1)
        for column, cell in enumerate(row, start=1)
        if cell.strip()
    }


def zipped(parts, compression=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def parts_of(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def with_part(name, change):
    parts = parts_of(an_xlsx(ROWS))
    return zipped(parts | {name: change(parts.get(name, b""))})


SHEET = "xl/worksheets/sheet1.xml"
NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SHARED = (
    f"<sst {NAMESPACE}><si><t>item</t></si><si><t>fi</t></si><si><r><t>use</t></r>"
    "<r><t>fulness</t></r><rPh><t>aid</t></rPh></si><si><t>title</t></si><si><t>Y</t></si></sst>"
)
SHARED_SHEET = (
    f"<worksheet {NAMESPACE}><sheetData>"
    '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'
    '<row r="3"><c r="A3" t="s"><v>2</v></c><c r="B3" t="s"><v>4</v></c></row>'
    '<row><c t="s"><v>3</v></c><c t="s"><v>4</v></c></row></sheetData></worksheet>'
)


def as_excel_writes_it(shared=SHARED, sheet=SHARED_SHEET):
    """A workbook whose texts stand together in a part of their own."""
    relation = (
        '<Relationship Id="rIdS" Target="sharedStrings.xml" Type="http://schemas.openxmlformats.org'
        '/officeDocument/2006/relationships/sharedStrings"/></Relationships>'
    )
    parts = parts_of(an_xlsx(ROWS))
    relations = parts["xl/_rels/workbook.xml.rels"].decode()
    parts["xl/_rels/workbook.xml.rels"] = relations.replace("</Relationships>", relation).encode()
    return zipped(parts | {"xl/sharedStrings.xml": shared.encode(), SHEET: sheet.encode()})


def test_texts_that_stand_together_are_read_without_their_reading_aids():
    assert texts(sheet_in(as_excel_writes_it())) == {
        "A1": "item",
        "B1": "fi",
        "A3": "usefulness",
        "B3": "Y",
        "A4": "title",
        "B4": "Y",
    }


def said_by_many_cells(text, cells=300):
    """A workbook with one text that so many cells say, packed in no way that would be noticed."""
    shared = f"<sst {NAMESPACE}><si><t> {text}</t></si></sst>"
    cell = '<c t="s"><v>0</v></c>'
    row = f"<row>{cell * 60}</row>"
    sheet = f"<worksheet {NAMESPACE}><sheetData>{row * (cells // 60)}</sheetData></worksheet>"
    return zipped(parts_of(as_excel_writes_it(shared, sheet)), zipfile.ZIP_STORED)


BOMB = b'<!DOCTYPE a [<!ENTITY b "cccccccccc"><!ENTITY d "&b;&b;&b;&b;">]>'
MANY_CELLS = b"<c/>" * 150_000
HOSTILE = {
    "a bomb": zipped({SHEET: b"0" * 30_000_000}),
    "many parts": zipped({f"x{number}": b"" for number in range(600)}),
    "packed well": zipped({"xl/workbook.xml": b" " * 8_000_000}),
    "entities": with_part("xl/workbook.xml", lambda old: BOMB + old.partition(b"?>")[2]),
    "no workbook": zipped({"a": b"b"}),
    "cut short": an_xlsx(ROWS)[:2000],
    "no XML": with_part(SHEET, lambda _: b"<a"),
    "far away": with_part(SHEET, lambda old: old.replace(b'r="B2"', b'r="ZZZ2"')),
    "far down": with_part(SHEET, lambda old: old.replace(b'<row r="2"', b'<row r="999999"')),
    "no such string": as_excel_writes_it(SHARED.replace("<si><t>Y</t></si>", "")),
    "no number of a string": as_excel_writes_it(SHARED, SHARED_SHEET.replace("<v>3", "<v>x")),
    "packed by bzip2": zipped(parts_of(an_xlsx(ROWS)), zipfile.ZIP_BZIP2),
    "a text": b"PK\x03\x04 and nothing",
    "no encoding": b"\x81\x8d;\x8f",
    "NUL": b"item;fi\n\0",
    "half of UTF-16": b"\xff\xfea",
    "an endless line": b"item;fi\n" + b"x" * 4_000_000,
    "too many rows": b"item;fi\n" + b"title;x\n" * (MOST_ROWS + 1),
    "too many columns": b"item" + b";fi" * 100,
    "a long text in many cells": said_by_many_cells("x" * 1_000_000),
}


WORDS = {
    "a bomb": "unpacked it would be too large",
    "many parts": "unpacked it would be too large",
    "packed well": "unpacked it would be too large",
    "entities": "declares a document type",
    "packed by bzip2": "packed in another way",
    "far away": "ZZZ2: outside of the 5000 rows and 60 columns",
    "too many columns": "outside of the 5000 rows and 60 columns",
    "a long text in many cells": "no cell holds so many",
}


def test_a_text_that_many_cells_say_is_in_memory_once():
    sheet = sheet_in(said_by_many_cells("x" * 10_000))

    assert len(sheet.cells) == 300
    assert len({id(text) for text in sheet.cells.values()}) == 1


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_a_line_and_in_little_memory(name):
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=r"\w") as caught:
            sheet_in(HOSTILE[name])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert len(str(caught.value)) < 300
    assert WORDS.get(name, "") in str(caught.value)
    assert peak < MEMORY_MB * 1_000_000


@pytest.mark.parametrize(
    "part", [SHEET, "xl/sharedStrings.xml", "xl/styles.xml", "[Content_Types].xml"]
)
def test_a_part_full_of_nothing_takes_little_memory(part):
    fill = (
        (b"<sst>" + b"<si/>" * 100_000 + b"</sst>")
        if "String" in part
        else (b"<worksheet><sheetData><row>" + MANY_CELLS + b"</row></sheetData></worksheet>")
    )
    # Stored, so that the ratio does not refuse it first.
    parts = parts_of(as_excel_writes_it())
    content = zipped(parts | {part: fill}, zipfile.ZIP_STORED)
    tracemalloc.start()
    try:
        with suppress(ValueError):
            sheet_in(content)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 20 * len(content)  # a file of 5 MiB stays below 100 MB


@given(st.binary(max_size=300) | st.binary(max_size=200).map(lambda each: b"PK\x03\x04" + each))
def test_no_bytes_at_all_make_the_reader_stumble(content):
    assert_is_read_or_refused(content)


@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=4))
@settings(deadline=None)
def test_no_damage_to_a_workbook_makes_the_reader_stumble(at, damage):
    content = bytearray(an_xlsx(ROWS))
    at %= len(content)
    content[at : at + len(damage)] = damage

    assert_is_read_or_refused(bytes(content))


def assert_is_read_or_refused(content):
    """Refused, or cells within the bounds, none of which is empty."""
    with suppress(ValueError):
        for (row, column), text in sheet_in(content).cells.items():
            assert text == text.strip() != ""
            assert 0 < row <= MOST_ROWS
            assert 0 < column <= MOST_COLUMNS


# Merging


def a_sheet(*rows):
    return sheet_in(a_csv(rows))


def merged(*rows):
    return merged_body(BODY, a_sheet(*rows), "2025.1", "a test")


def test_a_text_that_is_new_is_unverified_unless_the_sheet_says_otherwise():
    body, problems = merged(
        ["item", "fi", "sv", "status sv", "source sv"],
        ["usefulness", "Uusi", "Ny", "verified", "THL 2026"],
    )

    assert problems == ()
    said = texts_of(body)["usefulness"]
    assert said["fi"] == {"text": "Uusi", "source": "a test", "status": "unverified"}
    assert said["sv"] == {"text": "Ny", "source": "THL 2026", "status": "verified"}
    assert said["en"] == texts_of(BODY)["usefulness"]["en"]
    assert body["version"] == "2025.1"


def test_a_text_that_the_sheet_repeats_keeps_what_is_known_of_it():
    before = texts_of(BODY)["usefulness"]["fi"]

    body, _ = merged(["item", "fi", "sv"], ["usefulness", before["text"], "Ny"])

    assert texts_of(body)["usefulness"]["fi"] == before


def test_one_status_column_is_for_all_languages_of_a_row():
    body, _ = merged(["Item", "FI", "sv", "Status"], ["title", "A", "B", "Verified"])

    assert {each["status"] for each in list(texts_of(body)["title"].values())[:2]} == {"verified"}


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("scale:2", "scale:agreement:2"),
        ("scale:agreement:5", "scale:agreement:5"),
        ("scale:10", "scale:recommendation:10"),
        ("Scale : not-applicable", "scale:agreement:not-applicable"),
        ("reasons", "reasons"),
        ("reasons:waiting", "reasons:waiting"),
        ("nps", "nps"),
    ],
)
def test_labels_reasons_and_items_are_named_by_their_row(name, path):
    body, problems = merged(["item", "fi"], [name, "Uusi"])

    assert problems == ()
    assert texts_of(body)[path]["fi"]["text"] == "Uusi"


def test_every_problem_is_told_at_once_with_its_cell():
    _, problems = merged(
        ["item", "fi", "sv", "status"],
        ["usefulnes", "A", "B", ""],
        ["title", "", "B", "official"],
        ["nps", "A", "B" * 401, ""],
        ["nps", "A", "B", ""],
        ["", "A", "B", ""],
        ["safety", "=1", "B", ""],
    )

    assert [each.partition(": ")[0] for each in sorted(problems)] == [
        "A2",
        "A5",
        "A6",
        "B3",
        "B7",
        "C4",
        "D3",
        "D3",
    ]
    assert any("did you mean 'usefulness'" in each for each in problems)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (["fi"], "no column named item"),
        (["item"], "no column of a language"),
        (["item", "fi", "fi"], "C1: 'fi' is there twice"),
        (["item", "fi", "Suomi: teksti"], "C1: 'Suomi: teksti' is no column"),
        (["item", "fi", "status sv"], "C1: status of 'sv', without its texts"),
    ],
)
def test_a_header_that_is_not_understood_is_told(header, words):
    _, problems = merged(header, ["title", "x", "y"])

    assert any(words in each for each in problems)


def test_a_new_language_needs_every_text():
    rows = rows_of(BODY, ["se"])
    filled = [rows[0], *([r[0], *r[1:4], f"se {r[0]}", *r[5:]] for r in rows[1:])]

    whole, no_problems = merged_body(BODY, sheet_in(written_csv(filled)), "2025.1", "a test")
    lacking, problems = merged_body(BODY, sheet_in(written_csv(filled[:5])), "2025.1", "a test")

    assert no_problems == ()
    assert whole["languages"] == ["fi", "sv", "en", "se"]
    assert lacking is None
    assert problems[0].startswith("E1: a new language needs every text; no rows for")


def test_a_sheet_that_was_made_from_a_questionnaire_says_nothing_new_of_it(folder, tmp_path):
    content = sheet_of("national-general", (), folder)
    file = tmp_path / "sheet.csv"
    file.write_bytes(content)

    assert merged_body(BODY, read_sheet(file), "2025.1", "x") == (BODY, ())
    with pytest.raises(UsageProblem, match="says nothing that"):
        questionnaire_from_sheet(file, "national-general", None, folder)


@given(st.dictionaries(st.sampled_from(sorted(texts_of(BODY))), st.text(max_size=30), max_size=5))
@settings(deadline=None, max_examples=30)
def test_any_texts_go_out_and_come_back(said):
    body = json.loads(json.dumps(BODY))
    for name, text in said.items():
        if text.strip() and "\0" not in text and "\r" not in text:
            texts_of(body)[name]["sv"]["text"] = text.strip()

    after, problems = merged_body(body, sheet_in(written_csv(rows_of(body))), "2025.1", "x")

    assert (after, problems) == (body, ())


# The command


def test_a_sheet_becomes_the_next_version_and_counts(run, tmp_path, folder):
    file = tmp_path / "kieli.xlsx"
    file.write_bytes(an_xlsx([["item", "sv"], ["usefulness", "Ny"]]))

    result = run("import", file)

    assert result.exit_code == 0, result.output
    assert ".xlsx, sheet 'Sheet'" in result.output
    assert versions(folder) == {"national-general": "2024.2"}
    said = questionnaire_named("national-general", folder).item("usefulness").text["sv"]
    assert (said.text, said.status, said.source) == ("Ny", "unverified", "imported from kieli.xlsx")
    file.write_bytes(an_xlsx([["item", "sv"], ["usefulness", "Nyare"]]))
    assert run("import", file).exit_code == 0
    assert versions(folder) == {"national-general": "2024.3"}


def test_a_version_that_is_installed_is_never_changed(run, tmp_path, folder):
    file = tmp_path / "kieli.csv"
    file.write_bytes(a_csv([["item", "sv"], ["usefulness", "Ny"]]))

    result = run("import", file, "--as", "2024.1")

    assert isinstance(result.exception, KioskError)
    assert "give it a higher version" in str(result.exception)
    assert not folder.exists()


def test_a_sheet_may_be_for_another_questionnaire(run, tmp_path, folder):
    a_file(folder, a_version("2025.1", id="own-form"), "own-form.json")
    file = tmp_path / "kieli.csv"
    file.write_bytes(a_csv([["item", "sv"], ["usefulness", "Ny"]]))

    assert run("import", file, "--base", "own-form", "--as", "2026.1").exit_code == 0

    assert versions(folder) == {"national-general": "2024.1", "own-form": "2026.1"}
    missing = run("import", file, "--base", "not-there")
    assert isinstance(missing.exception, UsageProblem)


@pytest.mark.parametrize("version", ["new", "2025.", "20.1"])
def test_a_version_of_another_form_is_told(run, tmp_path, version):
    file = tmp_path / "kieli.csv"
    file.write_bytes(a_csv([["item", "sv"], ["usefulness", "Ny"]]))

    result = run("import", file, "--as", version)

    assert isinstance(result.exception, ConfigurationProblems)
    assert "version" in str(result.exception)


def test_the_sheet_to_fill_in_has_room_for_another_language(run, tmp_path):
    result = run("export", "--csv", "--language", "se")
    (tmp_path / "sheet.csv").write_bytes(result.stdout_bytes)

    sheet = read_sheet(tmp_path / "sheet.csv")

    assert [sheet.cells[1, column] for column in range(1, 6)] == ["item", "fi", "sv", "en", "se"]
    assert result.exit_code == 0


def test_a_sheet_that_is_given_for_a_questionnaire_says_which_command_takes_it(tmp_path, run):
    sheet = a_file(tmp_path, a_csv(ROWS), "sheet.csv")

    assert "questionnaire import" in str(run("check", sheet).exception)
