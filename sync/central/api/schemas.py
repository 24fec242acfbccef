"""The JSON Schemas of the contract, made from the types that both ends use.

What a type cannot say is added: what each member means, an example, and which members exclude each
other. Receivers ignore members that they do not know, so no schema forbids any.
"""

import json
from typing import Any

import msgspec

from device_config.assets import asset
from sync import wire
from sync.central.api.descriptions import MEMBERS
from sync.central.api.examples import EXAMPLES

Document = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
QUESTIONNAIRE = "Questionnaire"
DOCUMENTS: dict[str, Any] = {
    "response": wire.Response,
    "response-batch": wire.ResponseBatch,
    "verdicts": wire.Verdicts,
    "event": wire.Event,
    "event-batch": wire.EventBatch,
    "clock-correction": wire.ClockCorrection,
    "location-change": wire.LocationChange,
    "heartbeat": wire.Heartbeat,
    "heartbeat-reply": wire.HeartbeatReply,
    "configuration": wire.CentralConfig,
    "enrolment-request": wire.EnrolmentRequest,
    "enrolment": wire.Enrolment,
    "unit": wire.Unit,
    "problem": wire.Problem,
}
"""What has a schema of its own, by the schema's name. The questionnaire's is written by hand."""

_EXCLUSIVE: dict[str, Document] = {
    "Answer": {"oneOf": [{"required": [name]} for name in ("value", "status", "options")]},
    "Text": {
        "oneOf": [
            {
                "required": ["plain"],
                "not": {"anyOf": [{"required": ["sealed"]}, {"required": ["key"]}]},
            },
            {"required": ["sealed", "key"], "not": {"required": ["plain"]}},
        ]
    },
}


def components(types: tuple[Any, ...], template: str) -> tuple[list[Document], Document]:
    """The schema of each type, and those of all types in them by name.

    `template` is what a reference looks like, with `{name}` in it.
    """
    schemas, found = msgspec.json.schema_components(types, ref_template=template)
    examples = {type(example).__name__: example for example in EXAMPLES}
    for name, schema in found.items():
        for member, text in MEMBERS[name].items():
            schema["properties"][member] = _with_text(schema["properties"][member], text)
        schema.update(_EXCLUSIVE.get(name, {}))
        if name in examples:
            schema["examples"] = [json.loads(wire.encode(examples[name]))]
    return list(schemas), found


def documents() -> dict[str, Document]:
    """Each document's schema, whole in itself, by its name."""
    done = {}
    for name, kind in DOCUMENTS.items():
        (schema,), found = components((kind,), "#/$defs/{name}")
        own = found.pop(schema["$ref"].rpartition("/")[2])
        head = {"$schema": DIALECT, "$id": f"urn:palautepiste:contract:1:{name}"}
        done[name] = {**head, **own, **({"$defs": found} if found else {})}
    done["questionnaire"] = _questionnaire()
    return done


def questionnaire_components() -> Document:
    """The questionnaire's schema and its parts, named and referring as OpenAPI's components."""
    whole = _questionnaire()
    parts = whole.pop("$defs")
    del whole["$schema"]
    named = {QUESTIONNAIRE: whole} | {
        f"{QUESTIONNAIRE}-{name}": part for name, part in parts.items()
    }
    text = json.dumps(named)
    moved: Document = json.loads(
        text.replace('"#/$defs/', f'"#/components/schemas/{QUESTIONNAIRE}-')
    )
    return moved


def _questionnaire() -> Document:
    schema: Document = json.loads(asset("schemas", "questionnaire.schema.json").read_text("utf-8"))
    return schema


def _with_text(schema: Document, text: str) -> Document:
    return {"description": text, **{k: v for k, v in schema.items() if k != "description"}}
