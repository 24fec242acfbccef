"""Which day it is decides what is asked: campaigns, turns, and the hours of each unit."""

import time
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from builders import a_reading, a_state, settings_with
from hypothesis import given
from hypothesis import strategies as st
from questionnaire_bodies import a_file, a_version

from device_config.campaigns import applied, campaign_on, house_hours, overlaps
from device_config.config_store import ConfigStore
from device_config.errors import ConfigurationProblems
from device_config.settings import CampaignSettings, Settings
from device_config.settings_files import check_file
from kiosk.next_session import Calendar, fingerprint_of, session_config_of
from kiosk.settings_watch import SettingsWatch

HELSINKI = ZoneInfo("Europe/Helsinki")
MONDAY = date(2026, 11, 23)
STATEMENTS = ("usefulness", "safety", "encounter")
days = st.dates(date(2026, 1, 1), date(2040, 12, 31))


def a_campaign(first=MONDAY, last=MONDAY + timedelta(days=6), **members):
    return {
        "name": "Week",
        "first_day": first.isoformat(),
        "last_day": last.isoformat(),
        **members,
    }


def settings_of(*campaigns, by_unit=None, opened=(), **session) -> Settings:
    plain = settings_with(hours={"open": list(opened), "by_unit": by_unit or {}}, session=session)
    decoded = msgspec.convert(campaigns, tuple[CampaignSettings, ...])
    return msgspec.structs.replace(plain, campaign=decoded)


def name_on(settings, day, unit="1.2"):
    found = campaign_on(settings, unit, day)
    return found.name if found else None


# Days


@given(days, days, days)
def test_a_campaign_is_on_from_its_first_day_to_its_last_and_on_no_other(first, last, day):
    settings = settings_of(a_campaign(first, last))

    assert (name_on(settings, day) == "Week") == (first <= day <= last)


def test_while_the_day_is_not_known_no_campaign_is_on_and_nothing_takes_turns():
    settings = settings_of(
        a_campaign(first_item="safety", own=["parking"]),
        first_items=STATEMENTS,
        take_turns="day",
    )

    now = applied(settings, "1.2", None)

    assert (now.campaign, now.session.first_item) == ("", "usefulness")
    assert now.left_out == {"parking"}


def test_of_several_campaigns_the_one_listed_last_counts_alone():
    settings = settings_of(
        a_campaign(name="one", first_item="safety", own=["parking"]),
        a_campaign(name="two", last=MONDAY, own=["food"]),
    )

    monday, tuesday = (applied(settings, "1.2", MONDAY + timedelta(days=n)) for n in (0, 1))

    assert (monday.campaign, monday.session.first_item) == ("two", "usefulness")
    assert monday.left_out == {"parking"}
    assert (tuesday.campaign, tuesday.session.first_item) == ("one", "safety")
    assert tuesday.left_out == {"food"}


@pytest.mark.parametrize(
    ("units", "unit", "is_on"),
    [((), "1.2", True), ((), None, True), (["1.2"], "1.2", True), (["1.3"], "1.2", False)],
)
def test_a_campaign_may_be_for_some_units_only(units, unit, is_on):
    settings = settings_of(a_campaign(units=units))

    assert (name_on(settings, MONDAY, unit) is not None) == is_on


def test_overlaps_are_said_with_their_paths_and_days_and_only_where_units_are_shared():
    campaigns = settings_of(
        a_campaign(name="one", units=["1.1", "1.2"]),
        a_campaign(name="two", units=["1.2"], first=MONDAY + timedelta(days=6)),
        a_campaign(name="three", units=["1.3"]),
    ).campaign

    assert len(list(overlaps(campaigns))) == 1
    (line,) = overlaps(campaigns)
    assert line.startswith("campaign[0]: 'one' gives way to campaign[1], 'two'")
    assert "from 2026-11-29 to 2026-11-29" in line


# Turns


@given(days)
def test_statements_take_turns_by_day_each_after_the_other(day):
    settings = settings_of(first_items=STATEMENTS, take_turns="day")
    first = [applied(settings, None, day + timedelta(days=n)).session.first_item for n in range(4)]

    assert set(first) == set(STATEMENTS)
    assert first[3] == first[0]


@given(days)
def test_statements_take_turns_by_week_from_monday_to_sunday_over_new_year_too(day):
    settings = settings_of(first_items=STATEMENTS, take_turns="week")
    monday = day - timedelta(days=day.weekday())

    weeks = [
        {applied(settings, None, monday + timedelta(days=7 * w + d)).session.first_item}
        for w in range(3)
        for d in range(7)
    ]

    assert set.union(*weeks) == set(STATEMENTS)
    for number in range(3):
        assert len(set.union(*weeks[7 * number : 7 * number + 7])) == 1


def test_turns_are_off_as_shipped_and_a_campaigns_own_first_statement_goes_before_them():
    assert settings_with().session.take_turns == "off"
    settings = settings_of(a_campaign(first_item="nps"), first_items=STATEMENTS, take_turns="day")

    assert applied(settings, None, MONDAY).session.first_item == "nps"


# Hours


def at(day, hour, minute=0):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=HELSINKI)


def test_a_units_own_hours_count_instead_of_everybodys():
    settings = settings_of(opened=["mon 08:00-16:00"], by_unit={"1.2": ["mon 10:00-12:00"]})

    everybody, ours = house_hours(settings, "1.9"), house_hours(settings, "1.2")

    assert everybody.is_open(at(MONDAY, 9))
    assert not ours.is_open(at(MONDAY, 9))
    assert ours.is_open(at(MONDAY, 10))


def test_a_campaigns_hours_come_on_top_on_its_days_and_run_past_midnight():
    saturday, sunday = MONDAY + timedelta(days=5), MONDAY + timedelta(days=6)
    settings = settings_of(
        a_campaign(last=saturday, hours=["sat 20:00-02:00"]), opened=["mon-fri 08:00-16:00"]
    )
    hours = house_hours(settings, None)

    assert hours.is_open(at(MONDAY, 9))
    assert hours.is_open(at(saturday, 21))
    assert hours.is_open(at(sunday, 1, 59))
    assert not hours.is_open(at(sunday, 2))
    assert not hours.is_open(at(saturday + timedelta(days=7), 21))
    assert not hours.is_open(at(saturday - timedelta(days=7), 21))


def test_a_campaigns_hours_count_in_its_units_alone():
    campaign = a_campaign(hours=["sat 10:00-14:00"], units=["1.2"])
    settings = settings_of(campaign, opened=["mon-fri 08:00-16:00"])
    saturday = at(MONDAY + timedelta(days=5), 11)

    assert house_hours(settings, "1.2").is_open(saturday)
    assert not house_hours(settings, "1.3").is_open(saturday)
    assert not house_hours(settings, None).is_open(saturday)


def test_a_campaigns_hours_close_no_house_that_is_always_open():
    hours = house_hours(settings_of(a_campaign(hours=["sat 10:00-11:00"])), None)

    assert hours.is_open(at(MONDAY, 3))


@pytest.fixture
def _in_helsinki(monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Helsinki")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("_in_helsinki")
@pytest.mark.parametrize("day", [date(2027, 3, 28), date(2026, 10, 25), MONDAY])
def test_a_day_begins_and_ends_at_midnight_here_also_when_the_clocks_are_changed(day):
    midnight = datetime(day.year, day.month, day.day, tzinfo=HELSINKI).timestamp()
    after = datetime(day.year, day.month, day.day, tzinfo=HELSINKI) + timedelta(days=1)

    def today(wall):
        return Calendar(lambda: a_reading(0, wall=wall)).today()

    assert today(midnight - 1) == day - timedelta(days=1)
    assert today(midnight) == day
    assert today(after.timestamp() - 1) == day
    assert today(after.timestamp()) == day + timedelta(days=1)


@pytest.mark.usefixtures("_in_helsinki")
def test_a_clock_that_may_be_wrong_begins_no_day_and_ends_none():
    noon = datetime(2026, 11, 23, 12, tzinfo=HELSINKI).timestamp()
    readings = iter(
        [
            a_reading(0, wall=noon, is_synced=False),
            a_reading(0, wall=noon, is_synced=True),
            a_reading(0, wall=noon + 10**7, is_synced=False),
            a_reading(0, wall=noon + 86_400, is_synced=True),
        ]
    )
    calendar = Calendar(lambda: next(readings))

    assert [calendar.today() for _ in range(4)] == [
        None,
        MONDAY,
        MONDAY,
        MONDAY + timedelta(days=1),
    ]


# What the next session asks


def own_form(state, **members):
    """The national form with two own statements."""
    body = a_version("2025.1", **members)
    statement = a_version()["items"][0]
    body["own"]["items"] = [{**statement, "id": each} for each in ("parking", "food")]
    a_file(state.questionnaires, body, f"{body['id']}.json")


@pytest.fixture
def state(tmp_path):
    return a_state(tmp_path)


@pytest.fixture
def config_on(state):
    """What is asked on a day, with these campaigns in the centre's layer."""

    def config_of(day, *campaigns, **session):
        store = ConfigStore(state, None)
        store.activate_central({"campaign": list(campaigns), "session": session})
        return session_config_of(state, store.effective().settings, day)

    return config_of


def asked(config):
    return [item.id for item in config.forms[0].order]


def test_an_own_statement_that_campaigns_name_is_asked_only_while_they_are_on(state, config_on):
    own_form(state)
    campaign = a_campaign(own=["parking"])

    before, during = config_on(MONDAY - timedelta(days=1), campaign), config_on(MONDAY, campaign)

    assert ("parking" in asked(before), "food" in asked(before)) == (False, True)
    assert ("parking" in asked(during), "food" in asked(during)) == (True, True)
    assert asked(during)[:2] == asked(before)[:2]


def test_what_is_asked_first_is_asked_though_only_campaigns_name_it(state, config_on):
    own_form(state, items=[each for each in a_version()["items"] if each["kind"] != "statement"])
    week = a_campaign(own=["parking", "food"])

    before = config_on(MONDAY - timedelta(days=1), week, first_item="parking")

    assert before.forms[0].first_item.kind == "statement"
    assert ("parking" in asked(before), "food" in asked(before)) == (True, False)


def test_a_feedback_week_may_ask_another_form_in_the_languages_that_it_has(state, config_on):
    body = a_version("2025.1")
    own_form(state, id="week-form")
    assert body["languages"] == ["fi", "sv", "en"]

    config = config_on(MONDAY, a_campaign(questionnaire="week-form", first_item="safety"))

    form = config.forms[0]
    assert (form.questionnaire.id, form.first_item.id) == ("week-form", "safety")
    assert config.languages == ("fi", "sv", "en")


MISFITS = {
    "campaign[0].questionnaire": a_campaign(questionnaire="not-there"),
    "campaign[0].first_item": a_campaign(first_item="nps"),
    "campaign[0].own": a_campaign(own=["parking"]),
}


@pytest.mark.parametrize("path", MISFITS)
def test_a_campaign_that_does_not_fit_is_refused_with_its_path(state, path):
    with pytest.raises(ConfigurationProblems, match=path.replace("[", r"\[")):
        ConfigStore(state, None).activate_central({"campaign": [MISFITS[path]]})


WRONG = {
    "campaign[0].first_day": {"first_day": "2026-02-30"},
    "campaign[0].last_day": {"last_day": "2020-01-01"},
    "campaign[0].hours[0]": {"hours": ["mon 8-16"]},
    "campaign[0].name": {"name": ""},
    "campaign[0].when": {"when": "now"},
}


@pytest.mark.parametrize("path", WRONG)
def test_a_wrong_campaign_is_refused_with_its_path(state, path):
    with pytest.raises(ConfigurationProblems) as caught:
        ConfigStore(state, None).activate_central({"campaign": [a_campaign() | WRONG[path]]})

    assert [each.partition(": ")[0] for each in caught.value.problems] == [path]


def test_the_form_of_a_week_that_went_costs_the_week_its_form_and_not_its_hours(state, config_on):
    own_form(state, id="week-form")
    config_on(MONDAY, a_campaign(questionnaire="week-form", hours=["sat 10:00-14:00"]))
    (state.questionnaires / "week-form.json").unlink()

    effective = ConfigStore(state, None).effective()

    (campaign,) = effective.settings.campaign
    assert (campaign.questionnaire, campaign.hours) == ("", ("sat 10:00-14:00",))
    assert effective.warnings[0].startswith("campaign[0].questionnaire: 'week-form'")
    assert session_config_of(state, effective.settings, MONDAY).forms[0].questionnaire.id == (
        "national-general"
    )


def test_layers_replace_each_others_campaigns_and_hours_by_unit_whole(state, tmp_path):
    file = tmp_path / "terminal.toml"
    store = ConfigStore(state, file)
    file.write_text("")
    store.activate_central(
        {
            "campaign": [a_campaign(name="centre's")],
            "hours": {"by_unit": {"1.1": ["mon 08:00-09:00"], "1.2": []}},
        }
    )
    file.write_text(
        '[[campaign]]\nname = "ours"\nfirst_day = 2026-11-23\nlast_day = 2026-11-24\n'
        '[hours]\nby_unit = {"1.1" = ["tue 08:00-09:00"]}\n'
    )

    effective = store.effective()

    assert [each.name for each in effective.settings.campaign] == ["ours"]
    assert effective.settings.hours.by_unit == {"1.1": ("tue 08:00-09:00",)}
    assert effective.sources["campaign"] == effective.sources["hours.by_unit"] == str(file)
    assert check_file(file) == ()


def test_turns_without_statements_to_take_them_are_refused(state):
    with pytest.raises(ConfigurationProblems, match=r"session\.first_items: missing"):
        ConfigStore(state, None).set_value("session.take_turns", "week")


def test_a_running_kiosk_takes_the_day_at_midnight_and_nothing_twice(state):
    store = ConfigStore(state, None)
    store.activate_central({"campaign": [a_campaign(first_item="safety")]})
    days, taken = [MONDAY - timedelta(days=1)], []
    watch = SettingsWatch(
        state,
        store,
        fingerprint_of(state, store),
        lambda _, config: taken.append(config.forms[0].first_item.id),
        lambda _: None,
        lambda: days[-1],
    )

    watch.look()
    days.append(MONDAY)
    watch.look()
    watch.look()
    days.append(MONDAY + timedelta(days=7))
    watch.look()

    assert taken == ["safety", "usefulness"]
