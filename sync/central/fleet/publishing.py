"""Giving terminals what they should be: checked, kept, and written into the audit log.

The commands and the pages do it with these functions.
"""

import json
import logging
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection

from device_config.disk import files_in
from device_config.errors import ConfigurationProblems, KioskError, UsageProblem
from device_config.plain_file import read_plain
from device_config.questionnaire import Questionnaire
from device_config.questionnaire_files import (
    MOST_BYTES,
    newest_of_each,
    questionnaire_in,
    shipped,
    shipped_bytes,
    version_numbers,
)
from device_config.settings import Layer
from device_config.settings_files import layer_in
from device_config.state import StateDirectory
from sync.central.accounts.access import Visitor
from sync.central.errors import UnknownScope
from sync.central.fleet.desired import Kind, Wish, form_url_fault, layer_faults, message_faults
from sync.central.questionnaires import Key, Questionnaires
from sync.central.scopes import EVERYTHING, Scope
from sync.central.store import Store
from sync.central.store.audit import note
from sync.central.store.desired import all_wishes, put_wish, remove_wish
from sync.central.store.options import put_option, stored_options
from sync.central.store.questionnaires import (
    StoredQuestionnaire,
    add_questionnaire,
    count_questionnaires,
    questionnaires_but,
)
from sync.central.store.units import all_units

log = logging.getLogger(__name__)

FILES_TAKEN = "files_taken"
"""The option that says that the files of an older version are in the database."""
OLD_SETTINGS = "published"
MOST_QUESTIONNAIRES = 1000


def known_questionnaires(store: Store) -> Questionnaires:
    """The shipped questionnaires, and those that were published into this store."""

    def fresh(known: Collection[Key]) -> list[tuple[bytes, datetime]]:
        with store.reading() as connection:
            if count_questionnaires(connection) == len(known):
                return []
            return [(new.body, new.added_at) for new in questionnaires_but(connection, known)]

    return Questionnaires(shipped_bytes(), fresh)


def publish_settings(  # noqa: PLR0913, PLR0917 - what, where, by whom, when
    connection: Connection,
    scope: Scope,
    text: str,
    what: str,
    who: Visitor | None,
    now: datetime,
) -> None:
    """Give the settings of a text to the terminals of a scope, in place of what it gave before.

    Raises ConfigurationProblems with every problem, also those that it would make deeper in the
    tree; UnknownScope.
    """
    layer = layer_in(text.encode(), what)
    refuse_unknown(connection, scope)
    layers = {wish.scope: wish.body["layer"] for wish in all_wishes(connection, "settings")}
    units = all_units(connection)
    problems = layer_faults(scope, layer, layers, units, _newest(connection))
    if problems:
        raise ConfigurationProblems(what, problems)
    _put(connection, scope, "settings", {"text": text, "layer": layer}, who, now)


def publish_messages(
    connection: Connection,
    scope: Scope,
    messages: Sequence[object],
    who: Visitor | None,
    now: datetime,
) -> None:
    """Show these messages at the terminals of a scope; raises ConfigurationProblems."""
    problems = message_faults(messages)
    if problems:
        raise ConfigurationProblems("the messages", problems)
    refuse_unknown(connection, scope)
    _put(connection, scope, "messages", list(messages), who, now)


def publish_form_url(
    connection: Connection, scope: Scope, address: str, who: Visitor | None, now: datetime
) -> None:
    """Show the form at this address, as a QR code, at the terminals of a scope.

    Raises ConfigurationProblems.
    """
    fault = form_url_fault(address)
    if fault is not None:
        raise ConfigurationProblems(address[:100], (fault,))
    refuse_unknown(connection, scope)
    _put(connection, scope, "form-url", address, who, now)


def choose_questionnaires(
    connection: Connection, scope: Scope, ids: Collection[str], who: Visitor | None, now: datetime
) -> None:
    """Let the terminals of a scope hold the questionnaires with these ids, and no others.

    Raises ConfigurationProblems.
    """
    known = {each.id for each in _newest(connection)}
    problems = tuple(f"{each}: no such questionnaire" for each in sorted(set(ids) - known))
    if problems or not ids:
        raise ConfigurationProblems("the list", problems or ("choose one at least",))
    refuse_unknown(connection, scope)
    _put(connection, scope, "questionnaires", sorted(set(ids)), who, now)


def take_back(
    connection: Connection, scope: Scope, kind: Kind, who: Visitor | None, now: datetime
) -> bool:
    """Set nothing of this kind at a scope any more; False where nothing was.

    Raises ConfigurationProblems where settings deeper in the tree need what it says.
    """
    if kind == "settings":
        layers = {wish.scope: wish.body["layer"] for wish in all_wishes(connection, kind)}
        if scope in layers:
            problems = layer_faults(scope, {}, layers, all_units(connection), _newest(connection))
            if problems:
                raise ConfigurationProblems("what is left", problems)
    if not remove_wish(connection, scope, kind):
        return False
    note(connection, who, f"{kind}-removed", str(scope), at=now)
    return True


def publish_questionnaire(
    connection: Connection, content: bytes, what: str, who: Visitor | None, now: datetime
) -> tuple[Questionnaire, bool]:
    """Check a questionnaire's bytes and publish them; False where that version is there already.

    Raises ConfigurationProblems with every problem; UsageProblem for another content under an id
    and a version that are known, or for too many.
    """
    new = questionnaire_in(content, what)
    same = next((each for each in _all(connection) if _key(each) == _key(new)), None)
    if same == new:
        return new, False
    if same is not None:
        clash = f"{new.id} {new.version} is known already with other content"
        raise UsageProblem(f"{what}: {clash}; give it a higher version")
    if count_questionnaires(connection) >= MOST_QUESTIONNAIRES:
        raise UsageProblem(f"{what}: {MOST_QUESTIONNAIRES} versions are published; that is all")
    is_new = add_questionnaire(connection, StoredQuestionnaire(new.id, new.version, content, now))
    if is_new:
        detail = {"version": new.version, "languages": list(new.languages)}
        note(connection, who, "questionnaire-added", new.id, detail, at=now)
    return new, is_new


def refuse_unknown(connection: Connection, scope: Scope) -> None:
    """Raise UnknownScope where no unit that is known belongs to it."""
    if scope == EVERYTHING:
        return
    if not any(scope.covers(unit) for unit in all_units(connection)):
        raise UnknownScope(f"{scope}: no unit belongs to it; see `central-admin unit list`")


def take_old_files(store: Store, state: StateDirectory, now: Callable[[], datetime]) -> None:
    """Bring what an older version kept in files into the database, once.

    What cannot be used is logged and left where it is.
    """
    with store.reading() as connection:
        if FILES_TAKEN in stored_options(connection):
            return
    with store.writing() as connection:
        if FILES_TAKEN in stored_options(connection):
            return  # another process was quicker
        _take_questionnaires(connection, state, now())
        _take_settings(connection, state, now())
        put_option(connection, FILES_TAKEN, value=True)


def _take_questionnaires(connection: Connection, state: StateDirectory, now: datetime) -> None:
    try:
        paths = files_in(state.questionnaires, lambda name: name.endswith(".json"))
    except OSError as error:
        log.warning("%s: %s; not taken", state.questionnaires, error)
        return
    for path in paths:
        try:
            content = read_plain(path, MOST_BYTES)
            new, _ = publish_questionnaire(connection, content, str(path), None, now)
            log.warning("%s: %s %s is in the database now", path, new.id, new.version)
        except (KioskError, OSError, ValueError) as error:
            log.warning("%s: not taken: %s", path, error)


def _take_settings(connection: Connection, state: StateDirectory, now: datetime) -> None:
    file = state.durable(OLD_SETTINGS)
    try:
        layer: Layer | None = file.read()
    except KioskError as error:
        log.warning("%s; the settings published before are lost", error)
        return
    if layer and not any(w.scope == EVERYTHING for w in all_wishes(connection, "settings")):
        body = {"text": _as_toml(layer), "layer": layer}
        _put(connection, EVERYTHING, "settings", body, None, now)
        log.warning("%s: the published settings are in the database now", state.file(OLD_SETTINGS))


def _as_toml(layer: Layer) -> str:
    """A layer as the text that somebody could have written."""
    lines: list[str] = []
    for table, value in layer.items():
        for each in value if isinstance(value, list) else [value]:
            lines.append(f"[[{table}]]" if isinstance(value, list) else f"[{table}]")
            lines += [f"{key} = {_toml_value(found)}" for key, found in each.items()]
            lines.append("")
    return "\n".join(lines)


def _toml_value(value: Any) -> str:
    match value:
        case dict():
            pairs = (f"{json.dumps(key)} = {_toml_value(each)}" for key, each in value.items())
            return f"{{{', '.join(pairs)}}}"
        case list():
            return f"[{', '.join(_toml_value(each) for each in value)}]"
    return json.dumps(value, ensure_ascii=True)


def _put(  # noqa: PLR0913, PLR0917 - what, where, by whom, when
    connection: Connection,
    scope: Scope,
    kind: Kind,
    body: Any,
    who: Visitor | None,
    now: datetime,
) -> None:
    put_wish(connection, Wish(scope, kind, body, now))
    note(connection, who, f"{kind}-set", str(scope), at=now)


def _all(connection: Connection) -> tuple[Questionnaire, ...]:
    """The shipped questionnaires and the published ones."""
    stored = questionnaires_but(connection, ())
    return (*shipped(), *(msgspec.json.decode(each.body, type=Questionnaire) for each in stored))


def _newest(connection: Connection) -> tuple[Questionnaire, ...]:
    return newest_of_each(_all(connection))


def _key(questionnaire: Questionnaire) -> tuple[str, tuple[int, ...]]:
    return questionnaire.id, version_numbers(questionnaire)
