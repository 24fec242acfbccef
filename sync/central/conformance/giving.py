"""Rules of what a centre gives: configuration, questionnaires, units, a heartbeat's answer."""

import hashlib
from collections.abc import Iterator
from urllib.parse import quote

import msgspec
from msgspec import UNSET

from device_config import questionnaire_files, units
from sync import wire
from sync.central.conformance import documents
from sync.central.conformance.documents import NO_SUCH
from sync.central.conformance.pretended_terminal import PretendedTerminal, must
from sync.central.conformance.rules import (
    CONFIGURATION,
    HEARTBEATS,
    QUESTIONNAIRES,
    UNITS,
    Broken,
    NotChecked,
    Rule,
)
from sync.outcome import Reply


def configuration_of(terminal: PretendedTerminal) -> wire.CentralConfig:
    """What the centre wants the terminal to be; raises Broken."""
    return _configuration_in(terminal.call("GET", "/config"))


def entries_of(terminal: PretendedTerminal) -> Iterator[wire.QuestionnaireEntry]:
    """The questionnaires that the configuration names; raises Broken."""
    entries = configuration_of(terminal).questionnaires
    try:
        yield from msgspec.convert(
            [] if entries is UNSET else entries, tuple[wire.QuestionnaireEntry, ...]
        )
    except msgspec.ValidationError as error:
        raise Broken(f"the configuration's questionnaires cannot be read: {error}") from None


def questionnaire_bytes(terminal: PretendedTerminal, entry: wire.QuestionnaireEntry) -> bytes:
    """A questionnaire as the centre gives it; raises Broken."""
    path = f"/questionnaires/{quote(entry.id, safe='')}/{quote(entry.version, safe='')}"
    return must(terminal.call("GET", path, most_bytes=questionnaire_files.MOST_BYTES), 200).body


def _configuration_in(reply: Reply) -> wire.CentralConfig:
    must(reply, 200)
    try:
        return msgspec.json.decode(reply.body, type=wire.CentralConfig)
    except wire.UNREADABLE as error:
        raise Broken(f"the reply is no configuration: {error}") from None


def _etag_of(reply: Reply, what: str) -> str:
    tag = must(reply, 200).headers.get("etag", "")
    if not tag.removeprefix("W/").startswith('"'):
        raise Broken(f"{what} comes without an ETag, or with one without quotes")
    return tag


def _must_know_etag(terminal: PretendedTerminal, path: str, most_bytes: int) -> None:
    tag = _etag_of(terminal.call("GET", path, most_bytes=most_bytes), path)
    for named in (tag, f'"other", {tag}'):
        held = terminal.call("GET", path, headers={"If-None-Match": named}, most_bytes=most_bytes)
        if must(held, 304).body:
            raise Broken("a reply of 304 has a body")
    other = {"If-None-Match": '"other"'}
    must(terminal.call("GET", path, headers=other, most_bytes=most_bytes), 200)


def _configuration(terminal: PretendedTerminal) -> None:
    configuration_of(terminal)


def _configuration_etag(terminal: PretendedTerminal) -> None:
    _must_know_etag(terminal, "/config", wire.MOST_BYTES)


def _questionnaires(terminal: PretendedTerminal) -> None:
    entries = tuple(entries_of(terminal))
    if not entries:
        raise NotChecked("the centre hands out no questionnaire")
    for entry in entries:
        found = hashlib.sha256(questionnaire_bytes(terminal, entry)).hexdigest()
        if found != entry.sha256:
            raise Broken(f"{entry.id} {entry.version} has the digest {found}, not {entry.sha256}")


def _no_questionnaire(terminal: PretendedTerminal) -> None:
    must(terminal.call("GET", f"/questionnaires/{NO_SUCH}/1"), 404)


def _units(terminal: PretendedTerminal) -> None:
    reply = must(terminal.call("GET", "/units", most_bytes=units.MOST_BYTES), 200)
    try:
        found, left_out = units.units_in(reply.body)
    except ValueError as error:
        raise Broken(f"the reply is no list of units: {error}") from None
    if left_out:
        raise Broken(f"units that a terminal leaves out (no name, or twice, or odd): {left_out}")
    if not found:
        raise NotChecked("the list is empty")


def _units_etag(terminal: PretendedTerminal) -> None:
    _must_know_etag(terminal, "/units", units.MOST_BYTES)


def _heartbeat(terminal: PretendedTerminal) -> None:
    beat = documents.heartbeat(terminal.id, terminal.now())
    for body in (beat, beat | {"tomorrow": [1]}, beat | {"terminal_id": None, "reasons": ["new"]}):
        reply = must(terminal.call("POST", "/heartbeats", wire.encode(body)), 200)
        try:
            told = msgspec.json.decode(reply.body, type=wire.HeartbeatReply).config_etag
        except wire.UNREADABLE as error:
            raise Broken(f"the answer to a heartbeat has no config_etag: {error}") from None
        tag = _etag_of(terminal.call("GET", "/config"), "/config")
        if told != tag:
            raise Broken(f"config_etag is {told!r}, but the ETag of GET /config is {tag!r}")


RULES = (
    Rule(
        "config",
        "GET /config gives the configuration; each member is optional.",
        CONFIGURATION,
        _configuration,
    ),
    Rule(
        "config-etag",
        "It has an ETag, and whoever holds that gets 304 without a body.",
        CONFIGURATION,
        _configuration_etag,
    ),
    Rule(
        "heartbeat",
        "A heartbeat is answered with the ETag of the configuration to hold.",
        HEARTBEATS,
        _heartbeat,
    ),
    Rule(
        "questionnaire-bytes",
        "A questionnaire's bytes are those of the sha256 in the configuration.",
        QUESTIONNAIRES,
        _questionnaires,
    ),
    Rule(
        "no-such-questionnaire",
        "One that is not known is answered by 404.",
        QUESTIONNAIRES,
        _no_questionnaire,
    ),
    Rule("units", "GET /units gives a list of which a terminal can take every one.", UNITS, _units),
    Rule("units-etag", "It has an ETag, and whoever holds that gets 304.", UNITS, _units_etag),
)
