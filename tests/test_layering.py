"""The layers of the configuration, for any values in any of them."""

import json
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from builders import a_state
from hypothesis import given, settings
from hypothesis import strategies as st

from device_config.config_store import ConfigStore
from device_config.errors import ConfigurationProblems, KioskError
from device_config.settings_files import MOST_BYTES, shipped_layer

VALUES = {
    "session.undo_s": st.integers(0, 30),
    "session.min_interval_s": st.integers(0, 600),
    "session.languages": st.sampled_from([["fi"], ["sv", "fi"], ["en"]]),
    "session.follow_up": st.booleans(),
    "session.take_turns": st.just("off"),
    "sound.accepted": st.booleans(),
    "hours.open": st.sampled_from([[], ["mon 08:00-16:00"]]),
    "hours.by_unit": st.dictionaries(
        st.sampled_from(["1.1", "1.2"]), st.sampled_from([[], ["tue 09:00-10:00"]])
    ),
    "location.place": st.sampled_from(["", "Aula 1"]),
    "screen.rotation": st.sampled_from([0, 90]),
}
UNCLEAN = [
    {"session": {"undo": 3}},
    {"session": {"undo_s": 99}},
    {"session": 3},
    {"central": {"token": "x"}},
    {"hours": {"by_unit": {"1.1": ["mon 8-16"]}}},
    {"hours": {"by_unit": ["mon 08:00-16:00"]}},
    {"campaign": {"name": "x"}},
    {"campaign": [{"name": "x", "first_day": "2026-11-01", "last_day": "2026-10-01"}]},
    {"panel": [{"kind": "mouse"}]},
    {"location": {"place": "x" * MOST_BYTES}},
]

flat_layers = st.fixed_dictionaries({}, optional=VALUES)
changes = st.sampled_from(sorted(VALUES)).flatmap(lambda key: st.tuples(st.just(key), VALUES[key]))


def nested(flat):
    layer = {}
    for key, value in flat.items():
        table, name = key.split(".")
        layer.setdefault(table, {})[name] = value
    return layer


def toml(flat):
    def written(value):
        if isinstance(value, dict):
            inner = ", ".join(f'"{key}" = {json.dumps(each)}' for key, each in value.items())
            return f"{{{inner}}}"
        return json.dumps(value)

    return "".join(
        f"[{table}]\n" + "".join(f"{name} = {written(value)}\n" for name, value in keys.items())
        for table, keys in nested(flat).items()
    )


@pytest.fixture(scope="module")
def memory():
    """States that many examples write to lie in memory where there is one."""
    place = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(dir=place) as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def new_store(memory):
    def make(text=""):
        folder = Path(tempfile.mkdtemp(dir=memory))
        file = folder / "terminal.toml"
        file.write_text(text)
        return ConfigStore(a_state(folder), file)

    return make


@given(centre=flat_layers, file=flat_layers, own=flat_layers)
@settings(deadline=None, max_examples=60)
def test_a_value_is_that_of_the_highest_layer_that_has_it_and_says_so(new_store, centre, file, own):
    store = new_store(toml(file))
    store.activate_central(nested(centre))
    for key, value in own.items():
        store.set_value(key, value)

    effective = store.effective()

    for key in VALUES:
        table, name = key.split(".")
        layers = [("set", own), (str(store._config_file), file), ("centre", centre)]
        source, value = next(
            ((source, layer[key]) for source, layer in layers if key in layer),
            ("shipped", shipped_layer()[table].get(name)),
        )
        assert effective.body[table][name] == value
        assert effective.sources[key] == source
    assert effective.warnings == ()


@given(before=st.lists(changes, max_size=4), change=changes)
@settings(deadline=None, max_examples=40)
def test_a_change_and_a_rollback_leave_everything_as_it_was(new_store, before, change):
    store = new_store()
    for key, value in before:
        store.set_value(key, value)
    was = store.effective()

    store.set_value(*change)
    store.roll_back()

    assert store.effective() == was


@given(before=flat_layers, unclean=st.sampled_from(UNCLEAN), more=flat_layers)
@settings(deadline=None, max_examples=60)
def test_a_layer_that_is_not_clean_changes_nothing_whatever_else_is_in_it(
    new_store, before, unclean, more
):
    store = new_store()
    store.activate_central(nested(before))
    was, layer = store._kept(), nested(more) | unclean

    with pytest.raises(ConfigurationProblems) as caught:
        store.activate_central(layer)

    assert store._kept() == was
    assert all(len(each) < 400 for each in caught.value.problems)


@given(one=changes, other=changes)
@settings(deadline=None, max_examples=40)
def test_the_order_of_changes_of_different_keys_does_not_matter(new_store, one, other):
    if one[0] == other[0]:
        return
    first, second = new_store(), new_store()
    for store, pair in ((first, (one, other)), (second, (other, one))):
        for key, value in pair:
            store.set_value(key, value)

    assert first.effective().settings == second.effective().settings


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=12,
)
tables = st.sampled_from([*shipped_layer(), "campaign", "x"])
keys = st.sampled_from([key.split(".")[1] for key in VALUES]) | st.text(max_size=9)


@given(st.dictionaries(tables, anything | st.dictionaries(keys, anything, max_size=4)))
@settings(deadline=None, max_examples=200)
def test_nothing_that_a_centre_may_send_makes_us_stumble(new_store, layer):
    store = new_store()

    with suppress(KioskError):
        store.activate_central(layer)

    assert store.effective().settings.session.languages


def test_a_layer_with_a_problem_a_byte_is_refused_in_few_words(new_store):
    layer = {"hours": {"by_unit": {str(number): ["x"] * 40 for number in range(1000)}}}

    with pytest.raises(ConfigurationProblems) as caught:
        new_store().activate_central(layer)

    assert len(caught.value.problems) == 40_000
    assert len(str(caught.value).splitlines()) == 102
