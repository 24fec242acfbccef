"""Anything that may come to a running service, from its own description and beyond. Holds no tests.

The API's calls are made by schemathesis from the published OpenAPI document; the pages' from the
routes, with the names of parameters and fields that the pages read.
"""

import re
from collections import Counter
from itertools import cycle
from pathlib import Path
from urllib.parse import quote, urlencode

import httpx
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from sync import wire
from sync.central import pages
from sync.central.app import create_app
from sync.central.store.accounts import all_accounts

KEPT = [
    not_a_server_error,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.unsupported_method,
]


# What hypothesis draws most often comes first.
WAYS = ("as itself", "with its token", "as anybody")


def steady(examples):
    """The same calls in each run, so that a suite that was green stays so."""
    return settings(wild(examples), derandomize=True, phases=[Phase.generate])


def wild(examples):
    """Other calls in each run."""
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )


def try_api(centre, how, seen=None, only=None):
    """Make calls of each operation and kind; raises on the first that breaks the contract.

    `how` is steady or wild, with how many; `seen` counts the statuses of each operation; `only`
    names a single one.
    """
    seen = Counter() if seen is None else seen
    # Not by its address: then schemathesis would leave out the document itself.
    published = centre.http.get(wire.API_PATH + "/openapi.json").json()
    schema = schemathesis.openapi.from_dict(published)
    with requests.Session() as session:
        for operation in (found.ok() for found in schema.get_all_operations()):
            if only not in (None, operation.label):
                continue
            for mode in _modes(operation.definition.raw):
                _try_operation(centre, session, operation, mode, how, seen)
    return seen


def _modes(described):
    """Right calls, and wrong ones unless there is nothing that could be wrong."""
    takes_anything = described["parameters"] or described["security"]
    wrong = (GenerationMode.NEGATIVE,) if takes_anything else ()
    return (GenerationMode.POSITIVE, *wrong)


def _try_operation(centre, session, operation, mode, how, seen):  # noqa: PLR0913, PLR0917
    senders = cycle([centre.a_terminal() for _ in range(3)])

    @how
    @given(case=operation.as_strategy(generation_mode=mode), way=st.sampled_from(WAYS))
    def run(case, way):
        terminal = next(senders)
        # Its clock goes on, so that codes may be guessed again.
        centre.clock.pass_minutes(11)
        headers = {}
        if way != "as anybody":
            case.headers.pop("Authorization", None)
            headers = terminal.bearer
        if way == "as itself":
            _as_itself(centre, case, terminal)
        reply = case.call(base_url=centre.url, session=session, headers=headers)
        case.validate_response(reply, checks=KEPT)
        known = operation.definition.raw["responses"]
        assert str(reply.status_code) in known or reply.status_code == 405, reply.status_code
        assert _has_its_headers(reply, known), reply.headers
        seen[operation.label, reply.status_code] += 1

    run()


def _as_itself(centre, case, terminal):
    """Let a call that keeps to the schema go through: its sender, its code, its encoding."""
    case.headers.pop("Content-Encoding", None)
    if "If-None-Match" in case.headers:
        case.headers["If-None-Match"] = "*"
    if case.path_parameters:
        case.path_parameters.update(questionnaire_id="national-general", version="2024.1")
    if not isinstance(case.body, dict):
        return
    if "terminal_id" in case.body:
        case.body["terminal_id"] = terminal.id
    responses = case.body.get("responses")
    for each in responses if isinstance(responses, list) else []:
        if isinstance(each, dict) and "terminal_id" in each:
            each["terminal_id"] = terminal.id
    if "code" in case.body:
        case.body["code"] = centre.store.new_code("1.2.246.10.2085212.10.1314", now=centre.clock())


def _has_its_headers(reply, known):
    """Every header that is described for the status is there."""
    described = known.get(str(reply.status_code), known["default"])["headers"]
    return all(name.lower() in reply.headers for name in described)


# The pages.

FOLDER = Path(pages.__file__).parent
READ = re.compile(
    r"""(?:fields|query_params|names?|wanted|asked)(?:\.get\(|\[)\s*["']([a-z_-]+)["']"""
)
WRITTEN = re.compile(r"""name="([a-z_-]+)\"""")
SPECIAL = [
    "", "0", "-1", "1", "99999999999999999999", "1e999", "nan", "\0", "\ud7ff", "ä", "on", "all",
    "fi", "sv", "county:20", "county:", "path:Kainuu › Hammashoito", "path:", "unit:1.2.3", "unit:",
    "2026-11-21", "0001-01-01", "9999-12-31", "2026-02-30", "2026-W47", "day", "week", "csv",
    "xlsx", "ndjson", "parquet"
, "client", "administrator", "supervisor", "/fleet", "//evil.example",
    "%", "' OR 1=1 --", "{{7*7}}", "<script>", "\u202e", "a" * 3000,
    "1.2.246.10.2085212.10.1314", "national-general", "t-aaaaa",
]  # fmt: skip
values = st.sampled_from(SPECIAL) | st.text(max_size=30)


def names_read():
    """Every name of a parameter or field that a page reads or a form has."""
    code = "\n".join(path.read_text("utf-8") for path in sorted(FOLDER.rglob("*.py")))
    forms = "\n".join(path.read_text("utf-8") for path in sorted(FOLDER.rglob("*.html")))
    return sorted({*READ.findall(code), *WRITTEN.findall(forms), "lang", "of", "unit"})


def page_routes(service):
    """Method and path of every page."""
    return [
        (method, route.path_format)
        for route in sorted(create_app(service).routes, key=lambda each: each.path_format)
        if not route.path_format.startswith(wire.API_PATH)
        for method in sorted(route.methods & {"GET", "POST"})
    ]


def try_pages(centre, how, seen=None):
    """Ask for every page in odd ways; raises on the first server error.

    `how` is steady or wild, with how many; `seen` counts the statuses of each route.
    """
    seen = Counter() if seen is None else seen
    for method, path in page_routes(centre.service):
        _try_page(centre, method, path, how, seen)
    return seen


def known_ids(store):
    """What stands in paths: the ids of a terminal, a code, an account, and what is done to them."""
    (terminal, *_), (code, *_) = store.all_terminals(), store.all_codes()
    with store.reading() as connection:
        accounts = [each.id for each in all_accounts(connection)]
    return [terminal.id, code.id, *accounts, "20", "site.css", "role", "scopes", "out", "revoke"]


def _try_page(centre, method, path, how, seen):
    names = st.sampled_from(names_read()) | st.text(max_size=8)
    known = st.sampled_from(known_ids(centre.store))
    fields = st.dictionaries(names, values | known, max_size=6)

    @how
    @given(data=st.data(), query=fields, form=fields, is_raw=st.integers(0, 9))
    def run(data, query, form, is_raw):
        filled = re.sub(
            r"\{\w+\}", lambda _: quote(data.draw(known | values) or "x", safe=""), path
        )
        address = f"{filled}?{urlencode(query, errors='replace')}"
        body = urlencode({"form_token": "", **form}).encode() if method == "POST" else b""
        if is_raw == 0 and method == "POST":
            body = data.draw(st.binary(max_size=300))
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        headers = kind if method == "POST" else {}
        try:
            with centre.http.stream(method, address, content=body, headers=headers) as reply:
                status = reply.status_code
        except httpx.InvalidURL:
            assume(False)  # too long for the client to send
        assert status < 500, (method, address, body)
        seen[f"{method} {path}", status] += 1

    run()
