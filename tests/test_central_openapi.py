"""The published contract says what the service does."""

import pytest
from test_central_builders import a_store

from sync import wire
from sync.central import api
from sync.central.api.openapi import document
from sync.central.app import create_app
from sync.central.service import Service


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
