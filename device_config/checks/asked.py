"""What is asked, in which languages, and whether the screen has its own words in each."""

from collections.abc import Iterator
from pathlib import Path

from device_config.assets import asset_path
from device_config.catalogue import catalogue_path, shipped_texts
from device_config.checks.finding import Finding, ok, warn
from device_config.mo_file import MOST_BYTES, read_texts
from device_config.plain_file import read_plain
from device_config.questionnaire import Questionnaire, Texts
from device_config.questionnaire_files import found_in, newest_of_each
from device_config.settings import SessionSettings
from device_config.state import StateDirectory

DOMAIN = "kiosk"
SOURCE_LANGUAGE = "en"
"""The language of the screen's words themselves: it needs no catalogue."""
IMPORT = "palautepiste questionnaire import FILE"


def asked(session: SessionSettings, state: StateDirectory) -> tuple[Questionnaire, ...]:
    """The questionnaires that these settings offer, as far as they are installed."""
    found, _ = found_in(state.questionnaires)
    newest = newest_of_each(each.questionnaire for each in found)
    wanted = (session.questionnaire, session.child_questionnaire, session.relative_questionnaire)
    return tuple(each for each in newest if each.id in wanted)


def asked_findings(session: SessionSettings, state: StateDirectory) -> Iterator[Finding]:
    """The files that came, the questionnaires in use, and the languages of the first one.

    What the settings name and is not there has been left out of them, which `in use` tells.
    """
    for problem in found_in(state.questionnaires)[1]:
        yield warn("files", problem, f"mend or remove it, then: {IMPORT}")
    for each in asked(session, state):
        note = f", beginning with {session.first_item}" if each.id == session.questionnaire else ""
        yield ok("asked", f"{each.id} {each.version}{note}")
    for language in session.languages:
        yield from _own_words(language, state.locales)


def texts_of(questionnaire: Questionnaire) -> Iterator[Texts]:
    """Every text that a client may see, by language."""
    for scale in questionnaire.scales.values():
        yield from scale.labels.values()
        if scale.not_applicable is not None:
            yield scale.not_applicable
    reasons = questionnaire.reasons
    for item in (*questionnaire.all_items(), *((reasons,) if reasons else ())):
        yield item.text
        yield from (option.text for option in item.options)


def own_words(language: str, locales: Path) -> tuple[dict[str, str], tuple[str, ...]]:
    """The screen's own words in a language by their English, and which files cannot be read."""
    texts: dict[str, str] = {}
    problems = []
    for folder in (asset_path("locales"), locales):
        path = catalogue_path(folder, DOMAIN, language)
        try:
            texts |= read_texts(read_plain(path, MOST_BYTES))
        except FileNotFoundError:
            continue
        except (OSError, ValueError) as error:
            problems.append(f"{path}: {error}")
    return texts, tuple(problems)


def _own_words(language: str, locales: Path) -> Iterator[Finding]:
    mend = f"{IMPORT} --texts {language}=FILE.mo"
    texts, problems = own_words(language, locales)
    for problem in problems:
        yield warn("words", problem, mend)
    missing = len(shipped_texts(DOMAIN) - texts.keys())
    if language != SOURCE_LANGUAGE and missing:
        yield warn("words", f"{language}: {missing} of the screen's own words are English", mend)
    else:
        yield ok("words", f"{language}: the screen has all its own words")
