"""The service's own options: defaults, what is refused, and what a damaged value costs."""

import json

import pytest
from click.testing import CliRunner
from test_central_builders import a_store

from device_config.errors import UsageProblem
from sync.central.admin import database_url as url_of
from sync.central.behaviour import DEFAULTS, NAMES, Behaviour, read_behaviour, set_option
from sync.central.cli import central_admin
from sync.central.store import open_store
from sync.central.store.audit import entries
from sync.central.store.options import put_option


@pytest.fixture
def store(tmp_path, database_url):
    with_units = a_store(tmp_path, database_url)
    yield with_units
    with_units.close()


def behaviour_of(store):
    with store.reading() as connection:
        return read_behaviour(connection)


def set_it(store, name, text):
    with store.writing() as connection:
        set_option(connection, name, text)


def test_without_options_everything_is_as_shipped(store):
    assert behaviour_of(store) == DEFAULTS == Behaviour()
    assert DEFAULTS.minimum_n == 5
    assert not DEFAULTS.is_public


@pytest.mark.parametrize(
    ("name", "text", "field", "value"),
    [
        ("minimum-n", "10", "minimum_n", 10),
        ("is-public", "true", "is_public", True),
        ("address", "https://palaute.example.fi", "address", "https://palaute.example.fi"),
        ("silent-after-s", "3600", "silent_after_s", 3600),
        ("alarms-off", "hot, old-version", "alarms_off", ("hot", "old-version")),
    ],
)
def test_an_option_that_is_set_counts_and_an_empty_text_gives_the_default_back(
    store, name, text, field, value
):
    set_it(store, name, text)

    assert getattr(behaviour_of(store), field) == value
    set_it(store, name, "")
    assert behaviour_of(store) == DEFAULTS


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("minimum-n", "0"),
        ("minimum-n", "five"),
        ("is-public", "perhaps"),
        ("silent-after-s", "1"),
        ("hot-c", "1000"),
        ("address", "http://palaute.example.fi"),
        ("address", "https://palaute.example.fi/\0"),
        ("alarms-off", "silents"),
        ("no-such", "1"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(store, name, text):
    with pytest.raises(UsageProblem):
        set_it(store, name, text)

    assert behaviour_of(store) == DEFAULTS


def test_a_value_that_another_version_left_behind_costs_only_itself(store):
    with store.writing() as connection:
        put_option(connection, "minimum_n", "many")
        put_option(connection, "hot_c", 70)
        put_option(connection, "of_the_future", {"x": 1})

    assert behaviour_of(store) == Behaviour(hot_c=70)


def test_the_command_lists_and_sets_and_the_audit_log_knows(tmp_path):
    def run(*words):
        result = CliRunner().invoke(central_admin, [*words, "--state", str(tmp_path / "state")])
        assert result.exit_code == 0, result.output
        return result.stdout

    run("option", "set", "minimum-n", "8")

    listed = json.loads(run("option", "list", "--json"))
    assert tuple(listed) == NAMES
    assert listed["minimum-n"] == 8
    assert "minimum-n         8  (default 5)" in run("option", "list")
    store = open_store(url_of(tmp_path / "state"))
    with store.reading() as connection:
        assert [entry.action for entry in entries(connection, 5)] == ["option-set"]
    store.close()
