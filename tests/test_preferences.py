"""What visitors choose for themselves: a language, and comforts that can be combined."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.session.preferences import COMFORTS, Preferences


def chosen(preferences):
    return {each for each in COMFORTS if preferences.has(each)}


def test_nothing_is_chosen_at_first():
    assert chosen(Preferences("fi")) == set()


@pytest.mark.parametrize("comfort", COMFORTS)
def test_a_comfort_is_turned_on_and_off_again(comfort):
    on = Preferences("fi").toggled(comfort)

    assert chosen(on) == {comfort}
    assert on.toggled(comfort) == Preferences("fi")


def test_another_language_leaves_the_comforts_as_they_are():
    before = Preferences("fi", contrast=True, lowered=True)

    after = before.in_language("sv")

    assert after == Preferences("sv", contrast=True, lowered=True)


@given(st.lists(st.sampled_from(COMFORTS)))
def test_a_comfort_is_on_after_an_odd_number_of_taps_whatever_the_others_do(taps):
    preferences = Preferences("fi")

    for comfort in taps:
        preferences = preferences.toggled(comfort)

    assert chosen(preferences) == {each for each in COMFORTS if taps.count(each) % 2}
