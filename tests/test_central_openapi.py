"""The published contract says what the service does, and what is in docs/contract is no older."""

import copy

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from test_central_builders import a_response, a_store

from sync import wire
from sync.central import api
from sync.central.api.descriptions import MEMBERS
from sync.central.api.examples import EXAMPLES
from sync.central.api.openapi import document
from sync.central.api.schemas import DOCUMENTS, components, documents
from sync.central.app import create_app
from sync.central.conformance.documents import NO_RECORDS, malformed
from sync.central.service import Service
from tests import contract


@pytest.fixture
def app(tmp_path):
    store = a_store(tmp_path)
    yield create_app(Service(store))
    store.close()


def described():
    return {
        (method.upper(), path)
        for path, operations in document()["paths"].items()
        for method in operations
    }


def test_it_lists_exactly_the_routes_that_are_served(app):
    served = {
        (method, route.path_format)
        for route in app.routes
        for method in route.methods - {"OPTIONS"}
        if route.path_format.startswith(wire.API_PATH)
    }

    assert described() == served
    assert len(served) == len(api.ROUTES)


def test_every_operation_documents_its_errors_as_problems():
    for path, operations in document()["paths"].items():
        for operation in operations.values():
            errors = {
                status: reply
                for status, reply in operation["responses"].items()
                if status == "default" or status >= "400"
            }
            assert "default" in errors, path
            for reply in errors.values():
                assert list(reply["content"]) == ["application/problem+json"]


def test_whoever_is_to_wait_is_told_how_long():
    for operations in document()["paths"].values():
        for operation in operations.values():
            for status in {"429", "503"} & operation["responses"].keys():
                assert "Retry-After" in operation["responses"][status]["headers"]


def test_every_reference_leads_somewhere():
    known = document()["components"]["schemas"]

    def references(value):
        if isinstance(value, dict):
            yield from [value["$ref"]] if "$ref" in value else ()
            for inner in value.values():
                yield from references(inner)
        elif isinstance(value, list | tuple):
            for inner in value:
                yield from references(inner)

    found = set(references(document()))
    assert "#/components/schemas/ResponseBatch" in found
    assert {name.rpartition("/")[2] for name in found} <= known.keys()


def test_it_is_served_without_a_token(app):
    from litestar.testing import TestClient

    with TestClient(app) as client:
        reply = client.get("/api/v1/openapi.json")

    assert reply.json()["openapi"] == "3.1.0"


# The files.


def test_the_files_of_the_contract_are_no_older_than_the_code():
    """`python -m tests.contract` writes them anew."""
    assert contract.written() == contract.files()


def test_every_member_is_described_and_nothing_else():
    _, found = components(tuple(DOCUMENTS.values()), "#/$defs/{name}")

    named = {name: set(schema["properties"]) for name, schema in found.items()}
    told = {name: set(members) for name, members in MEMBERS.items()}
    assert told == named | {"QuestionnaireEntry": told["QuestionnaireEntry"]}


@pytest.mark.parametrize("name", sorted(documents()))
def test_each_schema_is_one_and_its_examples_keep_to_it(name):
    schema = documents()[name]

    Draft202012Validator.check_schema(schema)
    examples = schema.get("examples", [])
    assert len(examples) == (name != "questionnaire")
    for example in examples:
        Draft202012Validator(schema).validate(example)


def test_each_example_is_read_as_what_it_was_made_of():
    for example in EXAMPLES:
        told = wire.encode(example)
        assert wire.encode(msgspec.json.decode(told, type=type(example))) == told


def test_the_shipped_questionnaire_keeps_to_its_schema():
    from device_config.questionnaire_files import shipped_bytes

    validator = Draft202012Validator(documents()["questionnaire"])
    for body in shipped_bytes():
        validator.validate(msgspec.json.decode(body))


# A schema and the type that it is made of agree.


def test_the_schema_refuses_what_the_service_calls_malformed():
    good = a_response()
    validator = Draft202012Validator(documents()["response"])
    validator.validate(good)

    # That a text is a time is for whoever checks formats.
    spoilt = {k: v for k, v in malformed(good).items() if k != "a time is none"}
    for what, response in {**spoilt, **dict(enumerate(NO_RECORDS))}.items():
        assert not validator.is_valid(response), what


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 12)
    | st.sampled_from([2**53, 2**53 + 1, 0.5, 5.0, "", "synced", "x" * 101, "y" * 4001, "skipped"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab"), inner, max_size=2),
    max_leaves=5,
)
# In the configuration a bad member must not cost the rest, so its type takes what its schema does
# not; and a correction has as many entries as numbers, which no schema can say.
STRICT = sorted(DOCUMENTS.keys() - {"configuration", "enrolment", "clock-correction"})
SCHEMAS = documents()
VALIDATORS = {name: Draft202012Validator(schema) for name, schema in SCHEMAS.items()}


@st.composite
def spoilt_documents(draw):
    """A name, and its example with a member or two, however deep, left out or replaced."""
    name = draw(st.sampled_from(STRICT))
    whole = {"": copy.deepcopy(SCHEMAS[name]["examples"][0])}
    for _ in range(draw(st.integers(0, 2))):
        holder, key = draw(st.sampled_from(list(_places(whole))))
        if key and draw(st.booleans()) and isinstance(holder, dict):
            del holder[key]
        else:
            holder[key] = draw(json_values)
    return name, whole[""]


def _places(value):
    """Every place of a document: the holder, and the key or position in it."""
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield value, key
            yield from _places(inner)


@settings(max_examples=400, deadline=None)
@given(spoilt_documents())
def test_a_document_keeps_to_its_schema_exactly_when_the_service_can_read_it(spoilt):
    name, told = spoilt
    try:
        msgspec.json.decode(msgspec.json.encode(told), type=DOCUMENTS[name])
        is_read = True
    except msgspec.ValidationError:
        is_read = False

    assert VALIDATORS[name].is_valid(told) == is_read
