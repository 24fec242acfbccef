"""Pretend clients: fixed by a seed, and never lost on a screen."""

from collections import Counter
from dataclasses import replace
from string import ascii_lowercase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.visitors import WORDS, Seen, visit, visitors

LANGUAGES = ("fi", "sv", "en")
WAYS_ON = {"back", "skip", "enough"}
CHOICES = {
    "faces": WAYS_ON | {"not-applicable", *(f"answer:{n}" for n in range(1, 6))},
    "numbers": WAYS_ON | {f"answer:{n}" for n in range(11)},
    "reasons": WAYS_ON | {f"reason:{each}" for each in ("waiting", "help", "other")},
    "text": WAYS_ON | {f"key:{letter}" for letter in ascii_lowercase},
    "warning": {"more-time", "enough"},
    "thanks": {"change"},
}
WHOLE = ("faces", "faces", "reasons", "faces", "numbers", "text", "thanks")


class Paper:
    """A screen on paper: `order` says what comes after what; it remembers what was touched.

    As on the real one, what is ticked or written can be left with "next", and nothing else.
    """

    def __init__(self, order=WHOLE, *, has_sheet=False, language="fi"):
        self._order = list(order)
        self._is_sheet_open = False
        self._has_sheet = has_sheet
        self._has_begun = False
        self._done_here = set()
        self.language = language
        self.touched = []
        self.text = ""
        self.has_left = False

    def look(self):
        languages = {f"language:{each}" for each in LANGUAGES}
        if self._is_sheet_open:
            return Seen("languages", self.language, frozenset(languages))
        screen = self._order[0]
        choices = CHOICES[screen] | ({"languages"} if self._has_sheet else languages)
        if self._done_here:
            choices = choices - {"skip"} | {"next"}
        return Seen(screen, self.language, frozenset(choices), is_start=not self._has_begun)

    def touch(self, choice):
        assert choice in self.look().choices, choice
        self.touched.append(choice)
        kind, _, detail = choice.partition(":")
        if kind == "language":
            self.language, self._is_sheet_open = detail, False
        elif kind == "languages":
            self._is_sheet_open = True
        elif kind == "reason":
            self._done_here ^= {detail}
        elif kind == "key":
            self._done_here.add(detail)
            self.text += detail
        else:
            self._go_on(to_the_end=choice == "enough")

    def press(self, button):
        assert 1 <= button <= 5
        self.touched.append(f"button:{button}")
        self._go_on()

    def leave(self):
        self.has_left = True

    def _go_on(self, *, to_the_end=False):
        self._has_begun = True
        self._done_here = set()
        self._order = ["thanks"] if to_the_end else self._order[1:] or ["thanks"]


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
@given(
    st.integers(),
    st.lists(st.sampled_from(["faces", "numbers", "reasons", "text", "warning"]), max_size=12),
    st.booleans(),
)
def test_a_visitor_touches_only_what_is_there_and_leaves(seed, order, has_sheet):
    """Whatever comes after what, and whether the languages are on the screen or on a sheet."""
    for visitor in visitors(20, seed, LANGUAGES):
        paper = Paper(["faces", *order, "thanks"], has_sheet=has_sheet)

        visit(visitor, paper)

        answers = [each for each in paper.touched if not each.startswith("language")]
        by = "button" if visitor.by_button else "answer"
        assert answers[0] == f"{by}:{visitor.first}"
        assert paper.has_left
        assert paper.language == visitor.language


def papers_of(crowd, language="fi"):
    papers = [Paper(language=language) for _ in crowd]
    for visitor, paper in zip(crowd, papers, strict=True):
        visit(visitor, paper)
    return papers


def test_some_say_why_with_one_reason_or_two_and_some_do_not():
    papers = papers_of(list(visitors(300, 1, LANGUAGES)))

    ticked = {sum(each.startswith("reason:") for each in paper.touched) for paper in papers}

    assert ticked == {0, 1, 2}


def test_some_write_a_word_in_their_language_letter_by_letter():
    papers = papers_of(list(visitors(300, 1, LANGUAGES)))

    assert {(paper.language, paper.text) for paper in papers if paper.text} == set(WORDS.items())
    assert any(not paper.text for paper in papers)
    assert all(paper.touched[-1] == "next" for paper in papers if paper.text)


def test_who_speaks_a_language_without_a_word_writes_nothing():
    crowd = [replace(each, language="ru") for each in visitors(99, 1, LANGUAGES)]

    papers = papers_of(crowd, "ru")

    assert {paper.text for paper in papers} == {""}


def test_a_visitor_who_finds_the_start_screen_again_touches_nothing_more():
    """Their time was out while they thought: another answer would be another response."""

    class Forgetful(Paper):
        def look(self):
            return replace(super().look(), is_start=True)

    for visitor in visitors(50, 1, LANGUAGES):
        paper = Forgetful()

        visit(replace(visitor, ending="leaves", language="fi"), paper)

        assert len(paper.touched) == 1


def test_a_visitor_who_has_had_enough_says_so():
    sayers = [each for each in visitors(200, 1, LANGUAGES) if each.ending == "enough"]
    papers = [Paper(("faces",) * 20) for _ in sayers]

    for visitor, paper in zip(sayers, papers, strict=True):
        visit(visitor, paper)

    assert {paper.touched[-1] for paper in papers} == {"enough"}
