"""What the pages about terminals' configuration show."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from device_config.errors import ConfigurationProblems, UsageProblem
from device_config.notices import MOST_MESSAGES
from sync import wire
from sync.central.accounts.access import Visitor
from sync.central.api.problems import ProblemError
from sync.central.fleet.desired import Wish, desired_of
from sync.central.pages.tree import Choice, choices, name_of
from sync.central.pages.wording import Names
from sync.central.scopes import EVERYTHING, Scope, depth, scopes_over, units_within
from sync.central.service import Service
from sync.central.store.desired import all_wishes
from sync.central.store.units import all_units

LANGUAGES = ("fi", "sv", "en")


@dataclass(frozen=True, slots=True)
class ScopeRow:
    """A part of the tree at which something is set, and what."""

    scope: Scope
    names: Names | None
    kinds: Mapping[str, Wish]


@dataclass(frozen=True, slots=True)
class MessageForm:
    """One message as the form has it: a text for each language."""

    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """What is set at one part of the tree, what it inherits, and where else anything is set."""

    scope: Scope
    names: Names | None
    units: int
    settings: str
    messages: tuple[MessageForm, ...]
    form_url: str
    questionnaires: frozenset[str] | None
    inherited: Mapping[str, tuple[Any, Scope]]
    inherited_form: str
    rows: tuple[ScopeRow, ...]
    choices: tuple[Choice, ...]


def gather(service: Service, who: Visitor, scope: Scope) -> Page:
    """What is set at a part of the tree; raises ProblemError with 403 or 404."""
    with service.store.reading() as connection:
        units = all_units(connection)
        wishes = all_wishes(connection)
    allowed = who.units(units)
    refuse_others(who, scope, units)
    rows = _rows(wishes, units, allowed)
    covered = [unit for unit in units if scope.covers(unit)]
    over = _over(scope, covered)
    own = {wish.kind: wish.body for wish in wishes if wish.scope == scope}
    above = desired_of(wish for wish in wishes if wish.scope in over)
    chosen = own.get("questionnaires")
    return Page(
        scope=scope,
        names=name_of(scope, units, allowed),
        units=len(covered),
        settings=own["settings"]["text"] if "settings" in own else "",
        messages=message_forms(own.get("messages", [])),
        form_url=own.get("form-url", ""),
        questionnaires=None if chosen is None else frozenset(chosen),
        inherited={key: (_value(above.settings, key), at) for key, at in above.sources.items()},
        inherited_form=above.form_url,
        rows=rows,
        choices=choices(units, allowed),
    )


def refuse_others(who: Visitor, scope: Scope, units: Iterable[wire.Unit]) -> None:
    """Raise ProblemError: 404 for a part without units, 403 for more than the visitor's own."""
    known = list(units)
    allowed, wanted = who.units(known), units_within([scope], known)
    if scope != EVERYTHING and not any(scope.covers(unit) for unit in known):
        raise ProblemError(HTTPStatus.NOT_FOUND, "there are no such units")
    if allowed is not None and (wanted is None or not wanted <= allowed):
        raise ProblemError(HTTPStatus.FORBIDDEN, "your account may not change this")


def message_forms(messages: Iterable[Mapping[str, Any]]) -> tuple[MessageForm, ...]:
    """The messages that are shown already, and room for one more."""
    forms = [MessageForm(_texts(each)) for each in messages if each.get("kind") == "said-did"]
    if len(forms) < MOST_MESSAGES:
        forms.append(MessageForm(dict.fromkeys(LANGUAGES, "")))
    return tuple(forms)


def lines_of(error: ConfigurationProblems | UsageProblem) -> tuple[str, ...]:
    """What is wrong, a line each."""
    if isinstance(error, ConfigurationProblems):
        return error.problems
    return tuple(str(error).splitlines())


def _texts(message: Mapping[str, Any]) -> dict[str, str]:
    return dict.fromkeys(LANGUAGES, "") | dict(message.get("text", {}))


def _over(scope: Scope, covered: list[wire.Unit]) -> set[Scope]:
    """The scopes over all of a part of the tree, without itself."""
    common = [set(scopes_over(unit)) for unit in covered]
    shared = set.intersection(*common) if common else {EVERYTHING}
    return {each for each in shared if depth(each) < depth(scope)}


def _rows(
    wishes: Iterable[Wish], units: tuple[wire.Unit, ...], allowed: frozenset[str] | None
) -> tuple[ScopeRow, ...]:
    by_scope: dict[Scope, dict[str, Wish]] = {}
    for wish in wishes:
        by_scope.setdefault(wish.scope, {})[wish.kind] = wish
    rows = [ScopeRow(each, name_of(each, units, allowed), by_scope[each]) for each in by_scope]
    return tuple(sorted(rows, key=lambda row: (depth(row.scope), str(row.scope))))


def _value(settings: Mapping[str, Any], key: str) -> Any:
    table, _, name = key.partition(".")
    return settings[table][name] if name else settings[table]
