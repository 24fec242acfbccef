"""What terminals should be, in a real browser: published, refused with reasons, taken back."""

import json

import pytest
from axe import violations
from chromium import a_browser, overflow
from test_central_builders import UNIT, a_centre

from device_config.questionnaire_files import shipped_bytes


@pytest.fixture(scope="module")
def browser():
    with a_browser() as started:
        yield started


@pytest.fixture
def centre(tmp_path):
    with a_centre(tmp_path) as running:
        yield running


@pytest.fixture
def page(browser):
    """A page without scripts: nothing here needs one."""
    context = browser.new_context(viewport={"width": 390, "height": 800}, java_script_enabled=False)
    yield context.new_page()
    context.close()


def config_of(terminal):
    return terminal.get("/config").json()


def test_settings_reach_terminals_and_wrong_ones_come_back_with_every_reason(centre, page):
    terminal = centre.a_terminal()
    page.goto(f"{centre.url}desired?lang=en")
    page.get_by_role("combobox", name="Part of the tree").select_option(f"unit:{UNIT}")
    page.get_by_role("button", name="Show").click()
    settings = page.get_by_label("Settings for these terminals")
    publish = page.locator("form[action*=settings] button.primary")

    settings.fill("# Slow\n[session]\nundo_s = 3\n")
    publish.click()

    page.get_by_text("The settings are published").wait_for()
    assert config_of(terminal)["settings"] == {"session": {"undo_s": 3}}
    assert settings.input_value() == "# Slow\n[session]\nundo_s = 3\n"
    settings.fill('[session]\nundo_s = "x"\nfoo = 1\n')
    publish.click()
    told = page.get_by_role("alert")
    told.wait_for()
    assert "session.undo_s" in told.inner_text()
    assert "session.foo" in told.inner_text()
    assert settings.input_value() == '[session]\nundo_s = "x"\nfoo = 1'
    assert config_of(terminal)["settings"] == {"session": {"undo_s": 3}}
    page.locator("form[action*=settings] button.danger").click()
    page.get_by_text("Nothing is set here any more").wait_for()
    assert config_of(terminal)["settings"] == {}


def test_messages_and_the_forms_address_reach_terminals(centre, page):
    terminal = centre.a_terminal()
    page.goto(f"{centre.url}desired?lang=en")

    page.locator("#m0_fi").fill("Lisää tuoleja.")
    page.locator("form[action*=messages] button.primary").click()
    page.get_by_text("The messages are published").wait_for()
    page.get_by_label("Address that terminals show").fill("https://palaute.example.fi/lomake")
    page.locator("form[action*=form-url] button.primary").click()
    page.get_by_text("The form's address is published").wait_for()

    got = config_of(terminal)
    assert got["messages"] == [{"kind": "said-did", "text": {"fi": "Lisää tuoleja."}}]
    assert got["form_url"] == "https://palaute.example.fi/lomake"
    page.locator("form[action*=messages] button.danger").click()
    page.get_by_text("No messages are set here").wait_for()
    assert config_of(terminal)["messages"] == []


def test_a_questionnaires_file_is_checked_and_given_to_terminals(centre, page, tmp_path):
    terminal = centre.a_terminal()
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    body = json.loads(shipped_bytes()[0])
    good.write_text(json.dumps(body | {"version": "2025.1"}, ensure_ascii=False), "utf-8")
    bad.write_text(json.dumps(body | {"version": "2025.2", "items": []}), "utf-8")
    page.goto(f"{centre.url}desired/questionnaires?lang=en")

    for file, words in ((bad, "Nothing was changed"), (good, "The questionnaire is published")):
        page.get_by_label("Questionnaire file").set_input_files(file)
        page.get_by_role("button", name="Check and publish").click()
        page.get_by_text(words).wait_for()

    assert {each["version"] for each in config_of(terminal)["questionnaires"]} == {"2025.1"}
    content = terminal.get("/questionnaires/national-general/2025.1").content
    assert content == good.read_bytes()


def test_units_are_imported_whole_or_not_at_all(centre, page, tmp_path):
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("unit;name_fi;county\n1.2.9;Uusi talo;20\n", "utf-8")
    bad.write_text("unit;name_fi;county\n1.2.8;Talo;20\n1.2.7;;20\n", "utf-8")
    page.goto(f"{centre.url}desired/units?lang=en")

    for file, words in ((bad, "unit 1.2.7 has no name"), (good, "The units are taken")):
        page.get_by_label("File (CSV or JSON)").set_input_files(file)
        page.get_by_role("button", name="Check and take").click()
        page.get_by_text(words).wait_for()

    known = {unit.unit for unit in centre.store.all_units()}
    assert "1.2.9" in known
    assert "1.2.8" not in known


def test_a_page_full_of_problems_stands(centre, browser):
    context = browser.new_context(viewport={"width": 380, "height": 800})
    page = context.new_page()
    page.goto(f"{centre.url}desired?lang=fi")
    page.locator("#settings").fill(
        "[session]\n" + "\n".join(f"{'k' * 80}{n} = 1" for n in range(90))
    )
    page.locator("form[action*=settings] button.primary").click()
    page.get_by_role("alert").wait_for()

    assert overflow(page) <= 0
    assert violations(page) == []
    context.close()
