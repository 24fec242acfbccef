"""What is wrong with a questionnaire or a configuration: every problem at once, with its path.

Pure: a body in, problems out. The schemas say the shape; the functions here say what a schema
cannot.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

import msgspec

from device_config.assets import read_schema
from device_config.errors import ConfigurationProblems
from device_config.questionnaire import Questionnaire
from device_config.settings import SECRETS

Body = Mapping[str, Any]

# The national form's own scales (docs/national-format.md).
NATIONAL_ITEMS = {
    **dict.fromkeys(
        (
            "availability",
            "encounter",
            "participation",
            "safety",
            "information",
            "understandability",
            "usefulness",
        ),
        "statement",
    ),
    "nps": "recommendation",
    "text": "text",
}
"""The ids by which the national items are known for ever, and what kind each is."""

NATIONAL_SCALES = {"statement": (1, 5), "recommendation": (0, 10)}

EXAMPLES = {
    "hours.open": """; write it like ["mon-fri 07:00-18:00", "sat 09:00-15:00"]""",
    "hours.by_unit": """; write it like {"1.2.246.10.1" = ["mon-fri 08:00-16:00"]}""",
    "session.languages": """; write it like ["fi", "sv", "en"]""",
    "version": """; write it like "2025.1\"""",
}
"""How values are written that people get wrong at the first try, by their paths."""

SIZES = {
    "maxItems": ("entries", "most"),
    "minItems": ("entries", "least"),
    "maxLength": ("characters", "most"),
    "minLength": ("characters", "least"),
}
"""The rules of a schema about how much of something there may be."""

REASONS = "reasons"
"""The id of the one item with options, and its kind: what did not go well, by a tap."""


def questionnaire_from(body: object, what: str) -> Questionnaire:
    """The questionnaire that a decoded JSON body holds.

    Raises ConfigurationProblems, naming `what` and every problem.
    """
    problems = questionnaire_problems(body)
    if problems:
        raise ConfigurationProblems(what, problems)
    return msgspec.convert(body, Questionnaire)


def questionnaire_problems(body: object) -> tuple[str, ...]:
    """Everything wrong with a questionnaire's body; empty when it can be used."""
    shape = shape_problems(body, "questionnaire")
    # Rules speak about a body of the right shape; on another they would only add noise.
    return shape or tuple(_questionnaire_rules(_as_body(body))) or _misfits(body)


def _misfits(body: object) -> tuple[str, ...]:
    """What only the types refuse: to a JSON Schema 4.0 is a whole number."""
    try:
        msgspec.convert(body, Questionnaire)
    except msgspec.ValidationError as error:
        return (line_of(error),)
    return ()


def line_of(error: msgspec.ValidationError) -> str:
    """What msgspec says, "Expected … - at `$.table.key`", with the path first."""
    message, _, path = str(error).partition(" - at ")
    return f"{re.sub(r'^[$.]+', '', path.strip('`'))}: {message}"


def shape_problems(body: object, schema: str) -> tuple[str, ...]:
    """Where a body departs from one of our JSON Schemas, in the order of the paths."""
    from jsonschema import Draft202012Validator  # slow, and only for checking

    errors = Draft202012Validator(read_schema(schema)).iter_errors(body)
    return tuple(sorted({line for error in errors for line in _lines_of(error)}))


def _as_body(body: object) -> Body:
    assert isinstance(body, Mapping)  # noqa: S101 - the schema has just said so
    return body


def _lines_of(error: Any) -> Iterator[str]:
    path = path_text(error.absolute_path)
    match error.validator:
        case "required":
            missing = next(name for name in error.validator_value if _is_named(error, name))
            yield f"{_join(path, missing)}: missing"
        case "additionalProperties":
            known = list(error.schema.get("properties", {}))
            for name in error.instance:
                if name not in known:
                    yield f"{_join(path, name)}: unknown{_did_you_mean(name, known)}"
        case rule if _has_secrets(path):
            # A value can be of any length and form, and problems end up in logs.
            yield f"{path}: (secret) does not fit {rule}: {error.validator_value}"
        case rule:
            example = EXAMPLES.get(path, "") if rule in ("type", "pattern") else ""
            yield f"{path or 'the file'}: {_misfit(error)}{example}"


def _misfit(error: Any) -> str:
    """What is wrong with a value, however long the value is."""
    rule, value, wanted = error.validator, error.instance, error.validator_value
    if rule in SIZES:
        entries, bound = SIZES[rule]
        shown = "" if entries == "entries" else f": {_shorten(value)}"
        return f"{len(value)} {entries}, at {bound} {wanted}{shown}"
    said = {
        "type": f"is not of type {wanted}",
        "pattern": f"does not match {wanted}",
        "uniqueItems": "has an entry twice",
        "enum": f"is not one of {', '.join(map(str, wanted))}" if rule == "enum" else "",
    }
    if rule in said:
        return f"{_shorten(value)} {said[rule]}"
    return str(error.message).replace(repr(value), _shorten(value))


def _has_secrets(path: str) -> bool:
    """Whether a value at this path is a secret, or may hold one, as `[[central]]` does."""
    return any(secret == path or secret.startswith(f"{path}.") for secret in SECRETS)


def _is_named(error: Any, name: str) -> bool:
    return name not in error.instance and error.message.startswith(f"'{name}'")


def _shorten(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _did_you_mean(name: str, known: list[str]) -> str:
    close = get_close_matches(str(name), known, n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def path_text(parts: Iterable[str | int]) -> str:
    """A path as people read it: `items[2].text.sv`."""
    text = ""
    for part in parts:
        text = f"{text}[{part}]" if isinstance(part, int) else _join(text, part)
    return text


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else str(name)


def _questionnaire_rules(body: Body) -> Iterator[str]:
    languages = body["languages"]
    yield from _text_problems(body["title"], "title", languages)
    for name, scale in body["scales"].items():
        yield from _scale_problems(scale, f"scales.{name}", languages)
    yield from _item_problems(body["items"], "items", body)
    yield from _national_problems(body["items"])
    own = body["own"].get("items", [])
    yield from _own_problems(own)
    yield from _item_problems(own, "own.items", body)
    if len(own) > body["own"]["most"]:
        yield f"own.items: {len(own)} own statements, at most {body['own']['most']} have room"
    yield from _duplicate_ids(body["items"], own)
    if body.get("reasons") is not None:
        yield from _reasons_problems(body["reasons"], body)


def _text_problems(texts: Body, path: str, languages: list[str]) -> Iterator[str]:
    for language in languages:
        if language not in texts:
            yield f"{path}.{language}: missing"
        elif not texts[language]["text"].strip():
            yield f"{path}.{language}.text: empty"
    for language in texts:
        if language not in languages:
            yield f"{path}.{language}: not among the languages of the questionnaire"


def _scale_problems(scale: Body, path: str, languages: list[str]) -> Iterator[str]:
    if scale["min"] >= scale["max"]:
        yield f"{path}.max: {scale['max']} is not above min {scale['min']}"
    for value, texts in scale["labels"].items():
        if not scale["min"] <= int(value) <= scale["max"]:
            yield f"{path}.labels.{value}: outside the scale {scale['min']}–{scale['max']}"
        yield from _text_problems(texts, f"{path}.labels.{value}", languages)
    for end in (scale["min"], scale["max"]):
        if str(end) not in scale["labels"]:
            yield f"{path}.labels.{end}: missing"
    if scale.get("not_applicable") is not None:
        yield from _text_problems(scale["not_applicable"], f"{path}.not_applicable", languages)


def _item_problems(items: list[Any], path: str, body: Body) -> Iterator[str]:
    for number, item in enumerate(items):
        here = f"{path}[{number}]"
        yield from _text_problems(item["text"], f"{here}.text", body["languages"])
        yield from _item_scale_problems(item, here, body["scales"])
        for name in ("options", "at_most"):
            if name in item and item["kind"] != REASONS:
                yield f"{here}.{name}: only the reasons have it, not a {item['kind']}"


def _reasons_problems(reasons: Body, body: Body) -> Iterator[str]:
    """The reasons stand apart from the items: they follow a low answer."""
    languages, options = body["languages"], reasons.get("options", [])
    if reasons["id"] != REASONS:
        yield f"reasons.id: {reasons['id']!r}; it is always {REASONS!r}"
    if reasons["kind"] != REASONS:
        yield f"reasons.kind: {reasons['kind']!r}; it is always {REASONS!r}"
    if reasons.get("scale") is not None:
        yield "reasons.scale: reasons are chosen, and have no scale"
    if "at_most" not in reasons:
        yield "reasons.at_most: missing; give the highest answer after which they are asked"
    if not options:
        yield "reasons.options: missing; give what can be chosen"
    yield from _text_problems(reasons["text"], "reasons.text", languages)
    for number, option in enumerate(options):
        yield from _text_problems(option["text"], f"reasons.options[{number}].text", languages)
    yield from _option_problems(options, body["items"])


def _option_problems(options: list[Any], items: list[Any]) -> Iterator[str]:
    has_text = any(item["kind"] == "text" for item in items)
    seen: dict[str, int] = {}
    for number, option in enumerate(options):
        path, name = f"reasons.options[{number}]", option["id"]
        if name in seen:
            yield f"{path}.id: {name!r} is also the id of reasons.options[{seen[name]}]"
        seen.setdefault(name, number)
        if option.get("leads_to_text") and not has_text:
            yield f"{path}.leads_to_text: the questionnaire has no item of the kind text"


def _national_problems(items: list[Any]) -> Iterator[str]:
    """National items are known by their ids; anything else is an own statement."""
    for number, item in enumerate(items):
        path, name, kind = f"items[{number}]", item["id"], item["kind"]
        if REASONS in (name, kind):
            yield f"{path}: the reasons stand under their own key, not among the items"
        elif name not in NATIONAL_ITEMS:
            guess = _did_you_mean(name, list(NATIONAL_ITEMS))
            yield f"{path}.id: {name!r} is no item of the national form{guess}"
        elif kind != NATIONAL_ITEMS[name]:
            yield f"{path}.kind: {name!r} is a {NATIONAL_ITEMS[name]}, not a {kind}"


def _own_problems(items: list[Any]) -> Iterator[str]:
    for number, item in enumerate(items):
        path = f"own.items[{number}]"
        if item["id"] in NATIONAL_ITEMS:
            yield f"{path}.id: {item['id']!r} is a national item's id; give it one of its own"
        if item["id"] == REASONS:
            yield f"{path}.id: {REASONS!r} is the id of the reasons; give it one of its own"
        if item["kind"] != "statement":
            yield f"{path}.kind: own items are statements, not a {item['kind']}"


def _item_scale_problems(item: Body, path: str, scales: Body) -> Iterator[str]:
    kind, name = item["kind"], item.get("scale")
    if kind == "text":
        if name is not None:
            yield f"{path}.scale: free text has no scale"
        return
    if kind == REASONS:
        return  # it has been said that it does not belong here
    if name is None:
        yield f"{path}.scale: missing"
    elif name not in scales:
        yield f"{path}.scale: no scale named {name!r}{_did_you_mean(name, list(scales))}"
    elif (scales[name]["min"], scales[name]["max"]) != NATIONAL_SCALES[kind]:
        low, high = NATIONAL_SCALES[kind]
        yield (
            f"{path}.scale: a {kind} is answered on {low}–{high}, "
            f"{name!r} is {scales[name]['min']}–{scales[name]['max']}"
        )
    elif kind == "statement":
        missing = [v for v in range(1, 6) if str(v) not in scales[name]["labels"]]
        if missing:
            yield f"{path}.scale: {name!r} lacks labels for {', '.join(map(str, missing))}"


def _duplicate_ids(items: list[Any], own: list[Any]) -> Iterator[str]:
    seen: dict[str, str] = {}
    placed = [(f"items[{n}]", item) for n, item in enumerate(items)]
    placed += [(f"own.items[{n}]", item) for n, item in enumerate(own)]
    for path, item in placed:
        if item["id"] in seen:
            yield f"{path}.id: {item['id']!r} is also the id of {seen[item['id']]}"
        seen.setdefault(item["id"], path)
