"""The texts in the code and what the catalogues say of them. Holds no tests.

`make i18n` runs it: it says what is missing, uncertain or stale, and compiles the catalogues.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import click
from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from device_config.mo_file import read_texts

ROOT = Path(__file__).parent.parent
LOCALES = ROOT / "assets" / "locales"
LANGUAGES = ("fi", "sv")
CALLS = ("say", "kiosk_text", "_", "gettext")
"""Where a call's first argument is a text to be translated."""


@dataclass(frozen=True)
class Domain:
    """A part of the program with words of its own, and where babel finds them."""

    name: str
    folder: Path
    files: tuple[tuple[str, str], ...]
    literals: str = ""
    """Files in which a text may also stand without a call, as in a table that a call reads."""
    without: tuple[str, ...] = ()
    """Files and folders whose texts are not meant."""


KIOSK = Domain("kiosk", ROOT / "kiosk", (("**.py", "python"),), "**/*.py")
FOR_STAFF = ("staff", "front.py")
"""What is said to staff, and only in the languages that are shipped."""
CLIENTS = replace(
    KIOSK,
    files=(("staff/**.py", "ignore"), ("front.py", "ignore"), *KIOSK.files),
    without=FOR_STAFF,
)
"""What clients are told: all that a language pack has to translate."""
CENTRAL = Domain("central", ROOT / "sync/central/pages", (("templates/**.html", "jinja2"),))
DOMAINS = (KIOSK, CENTRAL)
TEMPLATE = LOCALES / "kiosk.pot"
NOTES = {"English": "The language's own name, in itself."}


def path_of(domain: Domain, language: str, ending: str = "po") -> Path:
    return LOCALES / language / "LC_MESSAGES" / f"{domain.name}.{ending}"


def catalogue(domain: Domain, language: str) -> Catalog:
    with path_of(domain, language).open("rb") as file:
        return read_po(file, locale=language)


def texts_of(domain: Domain) -> set[str]:
    """Every text of the domain: those that a call names, and known ones that stand in a table."""
    keywords = dict.fromkeys(CALLS)
    found = extract_from_dir(domain.folder, list(domain.files), {}, keywords)
    named = {message for _, _, message, *_ in found if isinstance(message, str)}
    known = {m.id for language in LANGUAGES for m in catalogue(domain, language) if m.id}
    return named | (known & _literals(domain))


def _literals(domain: Domain) -> set[str]:
    """Every text in the code that is no docstring's part."""
    found = domain.folder.glob(domain.literals) if domain.literals else ()
    paths = [
        path for path in found if path.relative_to(domain.folder).parts[0] not in domain.without
    ]
    nodes = (node for path in paths for node in ast.walk(ast.parse(path.read_text("utf-8"))))
    return {n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def problems_of(domain: Domain, language: str) -> Iterator[str]:
    """What is missing, untranslated, uncertain or stale in one catalogue."""
    messages = {message.id: message for message in catalogue(domain, language) if message.id}
    texts = texts_of(domain)
    where = f"{language} {domain.name}"
    for text in sorted(texts | messages.keys()):
        if text not in messages:
            yield f"{where}: missing: {text!r}"
        elif text not in texts:
            yield f"{where}: stale, no more in the code: {text!r}"
        elif not messages[text].string:
            yield f"{where}: not translated: {text!r}"
        elif messages[text].fuzzy:
            yield f"{where}: fuzzy: {text!r}"
        elif str(messages[text].string).count("%(") != text.count("%("):
            yield f"{where}: takes other values: {text!r}"


def compiled(domain: Domain, language: str) -> dict[str, str]:
    """The texts of the compiled catalogue, as the program reads them."""
    return read_texts(path_of(domain, language, "mo").read_bytes())


def compile_catalogue(domain: Domain, language: str) -> None:
    with path_of(domain, language, "mo").open("wb") as file:
        write_mo(file, catalogue(domain, language))


def write_template() -> None:
    """The file from which a language pack begins; no dates, so that it changes with its texts."""
    template = Catalog()
    for text in sorted(texts_of(CLIENTS)):
        template.add(text, auto_comments=[NOTES[text]] if text in NOTES else [])
    with TEMPLATE.open("wb") as file:
        write_po(file, template, omit_header=True, width=100)


def template_texts() -> set[str]:
    with TEMPLATE.open("rb") as file:
        return {message.id for message in read_po(file) if message.id}


def main() -> int:
    problems = []
    write_template()
    for domain in DOMAINS:
        for language in LANGUAGES:
            found = list(problems_of(domain, language))
            click.echo(
                f"{language} {domain.name}: {len(texts_of(domain))} texts, {len(found)} problems"
            )
            problems += found
            compile_catalogue(domain, language)
    for problem in problems:
        click.echo(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
