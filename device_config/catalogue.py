"""Interface texts by language, from gettext catalogues.

The English texts are the keys. The shipped catalogues are in assets/locales, and `make i18n`
compiles them; those of language packs are in the state directory, and go before the shipped ones.
"""

import logging
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

from device_config.assets import asset_path
from device_config.durable_file import file_fingerprint
from device_config.mo_file import MOST_BYTES, read_texts
from device_config.plain_file import read_plain, write_plain

log = logging.getLogger(__name__)

Translate = Callable[[str], str]

LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]+)*", re.ASCII)
"""How a language is written, as in a questionnaire; it becomes part of a path."""


def translator(domain: str, language: str, folder: Path | None = None) -> Translate:
    """A function from an English text to the same in `language`.

    A text of `<folder>/<language>/LC_MESSAGES/<domain>.mo` goes before the shipped one. A
    language without a catalogue, a text that it lacks, and a catalogue that cannot be read stay
    English. Never raises. A file that was replaced is read anew.
    """
    if not LANGUAGE.fullmatch(language) or len(language) > 20:
        return _english
    folders = [asset_path("locales"), *([folder] if folder is not None else [])]
    paths = [catalogue_path(each, domain, language) for each in folders]
    found = [(path, file_fingerprint(path)) for path in paths]
    return _translator(tuple(each for each in found if each[1] != (0, 0)))


def catalogue_path(folder: Path, domain: str, language: str) -> Path:
    """Where a folder of catalogues holds that of a domain in a language."""
    return folder / language / "LC_MESSAGES" / f"{domain}.mo"


def shipped_texts(domain: str) -> frozenset[str]:
    """The English texts of a domain, as the Finnish catalogue has them."""
    return frozenset(_read(catalogue_path(asset_path("locales"), domain, "fi")))


def install_texts(content: bytes, domain: str, language: str, folder: Path) -> None:
    """Keep a checked catalogue's bytes in a folder of catalogues; raises StateNotWritable."""
    write_plain(catalogue_path(folder, domain, language), content)


@lru_cache(maxsize=64)
def _translator(found: tuple[tuple[Path, tuple[int, int]], ...]) -> Translate:
    """The texts of these files over each other, the last one on top."""
    texts: dict[str, str] = {}
    for path, _ in found:
        texts |= _read(path)
    return lambda english: texts.get(english, english)


def _read(path: Path) -> Mapping[str, str]:
    try:
        return read_texts(read_plain(path, MOST_BYTES))
    except (OSError, ValueError) as error:
        log.warning("%s: %s; its texts stay as they were", path, error)
        return {}


def _english(text: str) -> str:
    return text
