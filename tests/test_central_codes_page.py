"""Codes from the page: made, shown once, kept nowhere, withdrawn; and what the QR code says."""

import re
import tomllib
from datetime import timedelta
from html import unescape

import pytest
import segno
from logins import logged_in
from test_central_builders import OTHER_UNIT, UNIT, a_centre

from device_config.pin import is_usable
from sync.boot_file import read_boot_file
from sync.central.behaviour import set_option
from sync.central.fleet.codes_sheet import Sheet, qr_code, sheets
from sync.central.store.audit import entries
from sync.central.store.codes import NewCode
from sync.central.store.tables import codes as codes_table

ADDRESS = "https://palaute.example.fi"


@pytest.fixture
def centre(tmp_path):
    with a_centre(tmp_path) as running:
        yield running


def make(centre, **fields):
    form = {"unit": UNIT, "place": "Aula 1", "count": "1", "days": "7", "pin": ""} | fields
    return centre.http.post("/codes?lang=en", data=form)


def codes_in(reply):
    return re.findall(r'the-code">([A-Z0-9]{4}-[A-Z0-9]{4})<', reply.text)


def test_each_code_lets_one_terminal_in_where_the_form_said(centre):
    shown = make(centre, count="3")

    assert shown.status_code == 200
    found = codes_in(shown)
    assert len(set(found)) == 3
    for number, code in enumerate(found):
        terminal = centre.enrolled(code, f"machine {number}")
        stands = terminal.enrolment["config"]["location"]
        assert (stands["unit"], stands["place"]) == (UNIT, "Aula 1")
        assert is_usable(terminal.enrolment["staff_pin_hash"])
    assert centre.enrol(found[0]).status_code == 410


def test_codes_and_pins_are_on_the_page_that_made_them_and_nowhere_else(centre, tmp_path):
    shown = make(centre, pin="270394")
    (code,) = codes_in(shown)

    assert "270394" in shown.text
    assert shown.headers["cache-control"] == "no-store"
    assert code not in str(shown.url)
    listed = centre.http.get("/codes?lang=en").text
    with centre.store.reading() as connection:
        log = [(entry.action, str(entry.detail)) for entry in entries(connection, 5)]
        rows = [str(tuple(row)) for row in connection.execute(codes_table.select())]
    assert [action for action, _ in log] == ["code-made"]
    kept = [listed, *(detail for _, detail in log), *rows]
    files = [path.read_bytes() for path in tmp_path.iterdir() if path.is_file()]
    for secret in (code, code.replace("-", ""), "270394"):
        assert not any(secret in each for each in kept)
        assert not any(secret.encode() in each for each in files)


IMPOSSIBLE = (
    ("count", "0"),
    ("count", "51"),
    ("count", "²"),
    ("count", ""),
    ("days", "366"),
    ("days", "-1"),
    ("pin", "1234"),
    ("pin", "abcd"),
    ("unit", ""),
    ("unit", "1.2.3.4.5"),
    ("place", "x" * 101),
    ("place", "a\0b"),
)


def test_a_form_that_cannot_be_makes_no_code_and_keeps_what_was_written(centre):
    for field, text in IMPOSSIBLE:
        reply = make(centre, **{"place": "Toinen aula", field: text})

        assert reply.status_code == 422, (field, text)
        assert 'aria-invalid="true"' in reply.text, (field, text)
        assert field == "place" or 'value="Toinen aula"' in reply.text

    assert centre.store.all_codes() == ()


def test_a_form_that_lacks_fields_makes_no_code(centre):
    assert centre.http.post("/codes", data={"unit": UNIT}).status_code == 422
    assert centre.http.post("/codes", content=b"\xff").status_code == 400
    assert centre.store.all_codes() == ()


def test_what_came_of_each_code_is_listed(centre):
    used, _, old = (codes_in(make(centre))[0] for _ in range(3))
    terminal = centre.enrolled(used, "h")
    ids = [code.id for code in centre.store.all_codes() if code.used_at is None]
    assert centre.http.post(f"/codes/{ids[0]}/withdraw").headers["location"].endswith("=withdrawn")
    assert centre.http.post(f"/codes/{ids[0]}/withdraw").headers["location"].endswith("=not-open")
    assert centre.http.post("/codes/%00/withdraw").headers["location"].endswith("=not-open")
    centre.clock.time += timedelta(days=8)

    page = centre.http.get("/codes?lang=en").text

    states = re.findall(r'<span class="flag[^"]*">(\w+)</span>', page)
    assert sorted(states) == ["expired", "used", "withdrawn"]
    assert terminal.id in page
    assert old not in page


def test_codes_are_made_only_for_units_that_the_account_may_see(tmp_path):
    with a_centre(tmp_path, is_open=False) as centre:
        with logged_in(centre, "feedback-team", [f"unit:{UNIT}"]) as http:
            page = http.get("/codes").text
            token = page.partition('name="form_token" value="')[2].partition('"')[0]
            form = {"form_token": token, "count": "1", "days": "7"}
            assert OTHER_UNIT not in page
            assert http.post("/codes", data={**form, "unit": OTHER_UNIT}).status_code == 422
            assert http.post("/codes", data={**form, "unit": UNIT}).status_code == 200
            assert (
                http.post("/codes", data={"unit": UNIT, "count": "1", "days": "7"}).status_code
                == 403
            )
            (mine,) = centre.store.all_codes()
            centre.store.new_code(OTHER_UNIT, now=centre.clock())
            other = next(each for each in centre.store.all_codes() if each.unit == OTHER_UNIT)
            told = http.post(f"/codes/{other.id}/withdraw", data=form).headers["location"]
            assert told.endswith("not-open")
            assert http.post(f"/codes/{mine.id}/withdraw", data=form).status_code == 303
        assert {each.unit for each in centre.store.all_codes() if each.withdrawn_at} == {UNIT}


# What is printed


def test_the_boot_file_in_the_qr_code_is_one_that_a_terminal_takes():
    sheet = Sheet(NewCode("c-aaaaaa", "K7C3-ADEF"), "123987", None, None, ADDRESS)

    taken = read_boot_file(sheet.boot_file.encode())

    assert (taken.code, taken.url) == ("K7C3-ADEF", ADDRESS)
    without = Sheet(NewCode("c-aaaaaa", "K7C3-ADEF"), "123987", None, None, "")
    assert tomllib.loads(without.boot_file) == {"enrolment": {"code": "K7C3-ADEF"}}


def test_the_picture_has_the_dark_modules_of_the_code_and_four_light_ones_around():
    text = Sheet(NewCode("c-a", "K7C3-ADEF"), "1", None, None, ADDRESS).boot_file
    drawn = qr_code(text)

    dark = {
        (int(x) + step, int(y))
        for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", drawn.path)
        for step in range(int(length))
    }

    matrix = segno.make(text, error="m", micro=False).matrix
    assert dark == {
        (x + 4, y + 4) for y, row in enumerate(matrix) for x, module in enumerate(row) if module
    }
    assert drawn.size == len(matrix) + 8
    assert [
        qr.path for _, qr in sheets([Sheet(NewCode("c-a", "K7C3-ADEF"), "1", None, None, ADDRESS)])
    ] == [drawn.path]


def test_the_address_on_the_sheet_is_the_one_that_is_set_and_never_one_that_terminals_refuse(
    centre,
):
    assert centre.url.rstrip("/") in unescape(make(centre).text)
    with centre.store.writing() as connection:
        set_option(connection, "address", ADDRESS)
    assert f'class="code">{ADDRESS}<' in make(centre).text


def test_a_sheet_says_what_to_do_in_three_languages(centre):
    page = make(centre).text

    for language, words in (("fi", "Laitteen käyttöönotto"), ("sv", "Så tas apparaten i bruk")):
        assert f'<div lang="{language}">' in page
        assert words in page
    assert "Setting up the terminal" in page


def test_the_code_of_a_replacement_is_shown_the_same_way(centre):
    terminal = centre.a_terminal()

    reply = centre.http.post(f"/fleet/{terminal.id}/replace")

    (code,) = codes_in(reply)
    after = centre.enrolled(code, "another machine")
    assert terminal.get("/config").status_code == 401
    assert after.id != terminal.id
