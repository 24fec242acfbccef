"""What a terminal should be, from what is set over its unit. Pure.

Settings lie on each other from the root down, key by key, as the layers of a terminal do. Of the
list of questionnaires and the form's address the one set deepest counts. Messages are shown
together, the nearest first.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from device_config.notices import MOST_MESSAGES, is_form_url, message_problem
from device_config.questionnaire import Questionnaire
from device_config.settings import Layer, merged
from device_config.settings_files import path_of, shipped_layer
from device_config.settings_rules import central_layer_problems, settings_problems
from sync import wire
from sync.central.scopes import EVERYTHING, Scope, depth, scopes_over

Kind = Literal["settings", "questionnaires", "messages", "form-url"]
KINDS: tuple[Kind, ...] = ("settings", "questionnaires", "messages", "form-url")


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing that the terminals of a scope should be; `body` as its kind has it.

    Settings: `text` as somebody wrote it, and the `layer` that it says. Questionnaires: a list of
    ids. Messages: as they travel. The form's address: itself.
    """

    scope: Scope
    kind: str
    body: Any
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Desired:
    """What a terminal should be; `sources` says of each settings key at which scope it is set.

    `questionnaires` are ids; None: every one there is.
    """

    settings: Layer
    sources: Mapping[str, Scope]
    questionnaires: frozenset[str] | None
    messages: tuple[Any, ...]
    form_url: str


def scopes_for(unit: wire.Unit | None, stands: wire.CentralLocation) -> tuple[Scope, ...]:
    """The scopes over a terminal; `unit` is None where it stands in one that is not known."""
    if unit is not None:
        return scopes_over(unit)
    county = (Scope("county", stands.county),) if stands.county else ()
    itself = (Scope("unit", stands.unit),) if stands.unit else ()
    return (EVERYTHING, *county, *itself)


def desired_of(wishes: Iterable[Wish]) -> Desired:
    """What the wishes over one terminal come to."""
    from_the_root = sorted(wishes, key=lambda wish: depth(wish.scope))
    by_kind = {kind: [w for w in from_the_root if w.kind == kind] for kind in KINDS}
    scopes = {str(wish.scope): wish.scope for wish in from_the_root}
    settings, sources = merged([(str(w.scope), w.body["layer"]) for w in by_kind["settings"]])
    nearest_first = [m for wish in reversed(by_kind["messages"]) for m in wish.body]
    lists = [frozenset(wish.body) for wish in by_kind["questionnaires"]]
    forms: list[str] = [wish.body for wish in by_kind["form-url"]]
    return Desired(
        settings=settings,
        sources={key: scopes[name] for key, name in sources.items()},
        questionnaires=lists[-1] if lists else None,
        messages=tuple(nearest_first[:MOST_MESSAGES]),
        form_url=forms[-1] if forms else "",
    )


def layer_faults(
    scope: Scope,
    layer: Layer,
    layers: Mapping[Scope, Layer],
    units: Sequence[wire.Unit],
    questionnaires: tuple[Questionnaire, ...],
) -> tuple[str, ...]:
    """Everything wrong with settings for a scope, on top of those above it.

    `layers` is what is set now. Also what it would break below: a problem that terminals deeper in
    the tree do not have now, with the scope that sets something there.
    """
    own = central_layer_problems(layer)
    misshapen = {re.split(r"[.\[]", path_of(problem))[0] for problem in own}
    rest = {table: value for table, value in layer.items() if table not in misshapen}
    after = {**layers, scope: rest}
    here = _chain_faults(_above(scope, units, after), after, questionnaires)
    problems = dict.fromkeys((*own, *here))
    for chain in _chains_below(scope, units, after):
        known = {*here, *_chain_faults(chain, layers, questionnaires)}
        deepest = max(chain, key=depth)
        for problem in _chain_faults(chain, after, questionnaires):
            if problem not in known:
                problems[f"{deepest}: {problem}"] = None
    return tuple(problems)


def _above(scope: Scope, units: Iterable[wire.Unit], layers: Mapping[Scope, Layer]) -> list[Scope]:
    """The scope and those over it that set something; of a branch in several counties, none."""
    covered = [set(scopes_over(unit)) for unit in units if scope.covers(unit)]
    over = set.intersection(*covered) if covered else {EVERYTHING}
    return [each for each in layers if each == scope or _is_over(each, scope, over)]


def _is_over(one: Scope, scope: Scope, over: set[Scope]) -> bool:
    return one in over and depth(one) < depth(scope)


def _chains_below(
    scope: Scope, units: Iterable[wire.Unit], layers: Mapping[Scope, Layer]
) -> list[tuple[Scope, ...]]:
    """The different rows of scopes that set something over a unit, where one is below `scope`."""
    chains: dict[tuple[Scope, ...], None] = {}
    for unit in units:
        if scope.covers(unit):
            chain = tuple(each for each in scopes_over(unit) if each in layers)
            if depth(max(chain, key=depth)) > depth(scope):
                chains[chain] = None
    return list(chains)


def _chain_faults(
    chain: Iterable[Scope],
    layers: Mapping[Scope, Layer],
    questionnaires: tuple[Questionnaire, ...],
) -> tuple[str, ...]:
    in_order = sorted((each for each in chain if each in layers), key=depth)
    body, _ = merged([("shipped", shipped_layer()), *((str(s), layers[s]) for s in in_order)])
    return settings_problems(body, questionnaires)


def message_faults(messages: Sequence[object]) -> tuple[str, ...]:
    """Everything wrong with messages that somebody wrote, with its path."""
    most = (f"messages: {len(messages)}; at most {MOST_MESSAGES} are shown",)
    found = (message_problem(message) for message in messages)
    lines = tuple(f"messages[{n}]{problem}" for n, problem in enumerate(found) if problem)
    return (most if len(messages) > MOST_MESSAGES else ()) + lines


def form_url_fault(address: str) -> str | None:
    """What is wrong with the form's address, or None."""
    if is_form_url(address):
        return None
    return "form_url: give an https address of at most 300 ASCII characters, without user"
