"""Pretend clients: fixed by a seed, and never lost on a screen."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.visitors import Seen, visit, visitors

LANGUAGES = ("fi", "sv", "en")
CHOICES = {
    "faces": {"back", "not-applicable", "skip", "enough", *(f"answer:{n}" for n in range(1, 6))},
    "numbers": {"back", "skip", "enough", *(f"answer:{n}" for n in range(11))},
    "thanks": {"change"},
}


class Paper:
    """A screen on paper: `order` says what comes after what; it remembers what was touched."""

    def __init__(self, order=("faces", "faces", "numbers", "thanks")):
        self._order = list(order)
        self.language = "fi"
        self.touched = []
        self.has_left = False

    def look(self):
        screen = self._order[0]
        languages = {f"language:{each}" for each in LANGUAGES}
        return Seen(screen, self.language, frozenset(CHOICES[screen] | languages))

    def touch(self, choice):
        assert choice in self.look().choices, choice
        self.touched.append(choice)
        if choice.startswith("language:"):
            self.language = choice.removeprefix("language:")
        elif choice == "enough":
            self._order = ["thanks"]
        else:
            self._order = self._order[1:] or ["thanks"]

    def press(self, button):
        assert 1 <= button <= 5
        self.touched.append(f"button:{button}")
        self._order = self._order[1:]

    def leave(self):
        self.has_left = True


def test_the_same_seed_gives_the_same_visitors_and_another_seed_others():
    assert list(visitors(50, 7, LANGUAGES)) == list(visitors(50, 7, LANGUAGES))
    assert list(visitors(50, 7, LANGUAGES)) != list(visitors(50, 8, LANGUAGES))


def test_the_first_visitors_are_the_same_however_many_follow():
    assert list(visitors(5, 7, LANGUAGES)) == list(visitors(50, 7, LANGUAGES))[:5]


@pytest.mark.parametrize("languages", [("fi",), ("sv", "fi"), LANGUAGES])
def test_visitors_speak_the_languages_that_are_offered_the_first_one_most(languages):
    spoken = Counter(each.language for each in visitors(500, 1, languages))

    assert set(spoken) == set(languages)
    assert spoken.most_common(1)[0][0] == languages[0]


def test_visitors_are_of_every_kind():
    crowd = list(visitors(500, 1, LANGUAGES))

    assert {each.by_button for each in crowd} == {True, False}
    assert {each.first for each in crowd} == {1, 2, 3, 4, 5}
    assert {each.ending for each in crowd} == {"enough", "leaves"}
    assert {len(each.draws) for each in crowd} == {0, 2, 4, 12}


@settings(max_examples=60, deadline=None)
@given(st.integers(), st.sampled_from([("faces", "thanks"), ("faces", "numbers", "faces")]))
def test_a_visitor_touches_only_what_is_there_and_leaves(seed, order):
    for visitor in visitors(20, seed, LANGUAGES):
        paper = Paper(order)

        visit(visitor, paper)

        answers = [each for each in paper.touched if not each.startswith("language:")]
        by = "button" if visitor.by_button else "answer"
        assert answers[0] == f"{by}:{visitor.first}"
        assert paper.has_left
        assert paper.language == visitor.language


def test_a_visitor_who_has_had_enough_says_so():
    sayers = [each for each in visitors(200, 1, LANGUAGES) if each.ending == "enough"]
    papers = [Paper(("faces",) * 20) for _ in sayers]

    for visitor, paper in zip(sayers, papers, strict=True):
        visit(visitor, paper)

    assert {paper.touched[-1] for paper in papers} == {"enough"}
