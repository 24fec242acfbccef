"""What the centre wants shown beside the questions: "you said, we did", and the form's address."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec

from device_config.catalogue import LANGUAGE
from device_config.durable_file import DurableFile
from device_config.errors import StateDamaged
from device_config.settings import LOOPBACK
from device_config.state import StateDirectory

log = logging.getLogger(__name__)

SAID_DID = "said-did"
MOST_MESSAGES = 10
MOST_CHARACTERS = 300
MOST_LANGUAGES = 40


class Notices(msgspec.Struct, frozen=True, kw_only=True):
    """The centre's own words, each by language, and where the form for phones is.

    `form_url` is an https address, or empty where there is none.
    """

    said_did: tuple[dict[str, str], ...] = ()
    form_url: str = ""

    def said_did_in(self, language: str, default: str) -> tuple[str, ...]:
        """What was said and done, in a language, else in the default one; others are left out."""
        texts = (each.get(language) or each.get(default) for each in self.said_did)
        return tuple(text for text in texts if text)


@dataclass(frozen=True, slots=True)
class NoticesFile:
    """The notices of one terminal, kept in its state directory."""

    file: DurableFile

    @classmethod
    def of(cls, state: StateDirectory) -> "NoticesFile":
        """The notices file of a state directory."""
        return cls(state.durable("notices"))

    def current(self) -> Notices:
        """What the centre said last; nothing before that, or when the file is damaged."""
        try:
            body = self.file.read()
            return msgspec.convert(body, Notices) if body is not None else Notices()
        except (StateDamaged, msgspec.ValidationError):
            return Notices()

    def fingerprint(self) -> tuple[int, ...]:
        """Numbers that change whenever the notices do."""
        return self.file.fingerprint()

    def take(self, messages: object, form_url: object) -> bool:
        """Take the centre's word, msgspec.UNSET where it says nothing; returns whether it is news.

        What cannot be shown is logged and left out, and costs nothing else. An empty list or
        text clears. Raises StateNotWritable.
        """
        before = self.current()
        after = msgspec.structs.replace(
            before,
            said_did=_said_did(messages, before.said_did),
            form_url=_form_url(form_url, before.form_url),
        )
        if after == before:
            return False
        self.file.write(after)
        return True


def _said_did(messages: object, before: tuple[dict[str, str], ...]) -> tuple[dict[str, str], ...]:
    if messages is msgspec.UNSET:
        return before
    if not isinstance(messages, list | tuple):
        log.warning("messages: no list; the ones before stay")
        return before
    if len(messages) > MOST_MESSAGES:
        log.warning("messages: %d; only the first %d are taken", len(messages), MOST_MESSAGES)
    return tuple(_texts(list(messages[:MOST_MESSAGES])))


def _texts(messages: list[Any]) -> Iterator[dict[str, str]]:
    for number, message in enumerate(messages):
        problem = message_problem(message)
        if problem is not None:
            log.warning("messages[%d]%s; left out", number, problem)
        elif message["kind"] == SAID_DID:
            yield {language: " ".join(text.split()) for language, text in message["text"].items()}


def message_problem(message: object) -> str | None:
    """What is wrong with one of the centre's messages, its path first, or None.

    A message of a kind that we do not know has nothing wrong with it.
    """
    match message:
        case {"kind": "said-did", "text": dict(texts)}:
            return _texts_problem(texts)
        case {"kind": "said-did"}:
            return ".text: missing, or not texts by language"
        case {"kind": str()}:
            return None
    return ": has no kind"


def _texts_problem(texts: dict[str, Any]) -> str | None:
    if not 1 <= len(texts) <= MOST_LANGUAGES:
        return f".text: {len(texts)} languages; 1 to {MOST_LANGUAGES} are taken"
    for language, text in texts.items():
        if not LANGUAGE.fullmatch(language) or len(language) > 20:
            return f".text: {language[:20]!r} is no language"
        if not isinstance(text, str) or not text.strip():
            return f".text.{language}: empty, or no text"
        if len(text) > MOST_CHARACTERS:
            return f".text.{language}: over {MOST_CHARACTERS} characters"
        if not " ".join(text.split()).isprintable():
            return f".text.{language}: holds characters that cannot be shown"
    return None


def _form_url(form_url: object, before: str) -> str:
    if form_url is msgspec.UNSET:
        return before
    if form_url == "":
        return ""
    if isinstance(form_url, str) and is_form_url(form_url):
        return form_url
    log.warning("form_url: not taken; give an https address of at most 300 ASCII characters")
    return before


def is_form_url(url: str) -> bool:
    """Whether a phone can be sent to this address: https, or http on this machine itself."""
    if len(url) > MOST_CHARACTERS or not all("!" <= each <= "~" for each in url):
        return False
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or parts.password is not None:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
