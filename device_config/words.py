"""Words as people type them: without accents, in another inflection, with a slip. Pure."""

import re
import unicodedata
from collections.abc import Iterable

LEAST_STEM = 3

# Letters of Finland's languages that Unicode does not take apart.
_PLAIN = str.maketrans({"đ": "d", "ŋ": "n", "ŧ": "t", "ʒ": "z", "ǥ": "g", "ø": "o", "æ": "ae"})
_NORDIC_ORDER = str.maketrans({"å": "{", "ä": "|", "ö": "}"})  # what follows z in ASCII
_APART = re.compile(r"[\W_]+")
_GENITIVE = re.compile(r"(?<=[aeiouy])n$")
_LAST_VOWEL = re.compile(r"([aeiouy])\1*$")
_LAST_CONSONANTS = re.compile(r"[^aeiouy]+$")
_GRADES = (
    (re.compile(r"([nlrhm])(?:k{1,2}|g|t{1,2}|d|\1)?|(m)p{1,2}"), r"\1\2"),
    (re.compile(r"([lr]?)(?:p{1,2}|v)"), r"\1p"),
    (re.compile(r"t{1,2}|d|s{1,2}|ks|st"), "t"),
    (re.compile(r"k{1,2}|g"), ""),
)


def fold(text: str) -> str:
    """A text without case, accents, hyphens and double spaces; å and ä become a, ö becomes o."""
    # Once more: a letter such as "𝕊" is a capital only when it has been taken apart.
    plain = _without_accents(_without_accents(text.casefold()).casefold())
    return _APART.sub(" ", plain).strip()


def words_of(text: str) -> list[str]:
    """The words of a text, folded."""
    return fold(text).split()


def stem_of(word: str) -> str:
    """What a Finnish word and its genitive share: "turku" and "turun" are both "tur".

    By rule, and coarsely. The genitive's n goes, then the last vowel (helsinki, helsingi-n;
    niemi, nieme-n), and of the consonants before it what gradation changes: k, p and t are
    strong or weak (turku, turu-n; lappi, lapi-n; vihti, vihdi-n; ranta, ranna-n), -s stands for
    -de- and -kse- (varkaus, varkaude-n; muhos, muhokse-n), and -nen for -se- (ikaalinen): the
    consonant gradation and the stems of Finnish grammars, such as Iso suomen kielioppi. A word
    whose stem would be shorter than three letters is its own stem.
    """
    bare = word.removesuffix("nen") + "se" if word.endswith("nen") else _GENITIVE.sub("", word)
    stem = _LAST_CONSONANTS.sub(lambda last: _one_grade(last[0]), _LAST_VOWEL.sub("", bare))
    return stem if len(stem) >= LEAST_STEM else word


def mistyped(typed: str, words: Iterable[str]) -> list[str]:
    """Those of the words that this may be the beginning of, with one slip: `is_mistyped`."""
    # One slip leaves one of two halves as it is; a swap may be where they meet.
    half = len(typed) // 2
    head, tail = typed[: half - 1], typed[half:]
    near = (each for each in words if each.startswith(head) or tail in each)
    return [each for each in near if is_mistyped(typed, each)]


def is_mistyped(typed: str, word: str) -> bool:
    """Whether one letter more, less, else or swapped with the next makes `typed` begin the word.

    That is an optimal string alignment distance of at most 1 to some beginning of it.
    """
    pairs = enumerate(zip(typed, word, strict=False))
    same = next((at for at, (one, other) in pairs if one != other), min(len(typed), len(word)))
    rest, meant = typed[same:], word[same:]
    return (
        meant.startswith(rest[1:])  # one too many
        or meant[1:].startswith(rest[1:])  # another one
        or meant[1:].startswith(rest)  # one missing
        or (len(meant) >= 2 and rest[:2] == meant[1::-1] and meant[2:].startswith(rest[2:]))
    )


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFKD", text).translate(_PLAIN)
    return "".join(each for each in apart if not unicodedata.combining(each))


def _one_grade(consonants: str) -> str:
    """The consonants at a stem's end, the same for the strong and the weak grade."""
    for grades, both in _GRADES:
        found = grades.fullmatch(consonants)
        if found:
            return found.expand(both)
    return consonants


def alphabetical(text: str) -> str:
    """A key by which texts sort as in a Finnish or Swedish dictionary: å ä ö come last."""
    composed = unicodedata.normalize("NFC", text.casefold())
    return _without_accents(composed.translate(_NORDIC_ORDER))
