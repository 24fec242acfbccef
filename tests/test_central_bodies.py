"""What the service makes of bodies, headers and addresses: bounded, and always an honest error."""

import gzip
import hashlib
import http.client
import tracemalloc
from urllib.parse import urlsplit

import msgspec
import pytest
from databases import KINDS, a_database
from test_central_builders import (
    NOON,
    a_centre,
    a_heartbeat,
    a_response,
    an_event,
)

from sync import wire
from sync.central.api import body as body_module
from sync.central.api.body import unpack
from sync.central.api.enrolments import MOST_BYTES as MOST_ENROLMENT_BYTES
from sync.central.api.problems import ProblemError

MIB = 1024 * 1024


@pytest.fixture(scope="module", params=KINDS)
def centre(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("centre")
    with a_database(request.param, folder) as url, a_centre(folder, url) as running:
        yield running


@pytest.fixture(scope="module")
def terminal(centre):
    return centre.a_terminal()


def is_problem(reply, status):
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    return msgspec.json.decode(reply.content, type=wire.Problem).status == status


def a_batch(terminal, *responses):
    return msgspec.json.encode(
        {"terminal_id": terminal.id, "sent_at": NOON.isoformat(), "responses": responses}
    )


def test_a_gzip_body_is_unpacked(terminal):
    response = a_response(terminal.id)
    body = gzip.compress(a_batch(terminal, response))

    reply = terminal.post("/responses", body, **{"Content-Encoding": "gzip"})

    assert reply.json()["results"] == [{"id": response["id"], "status": "stored"}]


def test_a_gzip_bomb_is_refused_without_being_unpacked_whole(terminal):
    bomb = gzip.compress(bytes(200 * MIB))
    assert len(bomb) < MIB

    assert is_problem(terminal.post("/responses", bomb, **{"Content-Encoding": "gzip"}), 413)

    tracemalloc.start()
    with pytest.raises(ProblemError):
        unpack(bomb, "gzip")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * MIB


@pytest.mark.parametrize(
    "spoil",
    [
        lambda packed: packed[:-9],
        lambda packed: packed + b"junk",
        lambda packed: packed + packed,
        lambda packed: b"junk" + packed,
        lambda _: b"",
    ],
)
def test_a_damaged_gzip_body_is_a_bad_request(terminal, spoil):
    packed = gzip.compress(a_batch(terminal))

    reply = terminal.post("/responses", spoil(packed), **{"Content-Encoding": "gzip"})

    assert is_problem(reply, 400)


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "zstd"])
def test_another_encoding_is_refused_with_the_ones_that_work(terminal, encoding):
    reply = terminal.post("/responses", a_batch(terminal), **{"Content-Encoding": encoding})

    assert is_problem(reply, 415)
    assert reply.headers["accept-encoding"] == "gzip"


def test_a_body_over_1_mib_is_refused(terminal):
    assert is_problem(terminal.post("/responses", b" " * MIB + b"1"), 413)
    assert is_problem(terminal.post("/responses", b" " * MIB), 400)


def test_a_chunked_body_over_1_mib_is_refused_and_the_connection_lives_on(centre, terminal):
    """Without a Content-Length too; the terminal gets its answer instead of a reset."""
    connection = http.client.HTTPConnection(urlsplit(centre.url).netloc, timeout=30)
    for _ in range(2):
        connection.request(
            "POST",
            "/api/v1/responses",
            iter([bytes(MIB)] * 4),
            terminal.bearer,
            encode_chunked=True,
        )
        reply = connection.getresponse()

        assert reply.status == 413
        assert reply.read()
    connection.close()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"null",
        b"[]",
        b"{}",
        b"NaN",
        b'{"terminal_id": "\xff", "sent_at": "", "responses": []}',
        b'{"terminal_id": "t", "sent_at": "", "responses": [], "x": "\xff"}',
        b'{"terminal_id": "t", "sent_at": "", "responses": [NaN]}',
        b'{"terminal_id": "t", "sent_at": "", "responses": ["\\ud800 and more of it"], "x": 1',
        b'{"terminal_id": "t", "sent_at": "", "responses": ['
        + b"[" * 50_000
        + b"]" * 50_000
        + b"]}",
        b"[" * 500_000,
        b"9" * 5_000,
        b'{"terminal_id": ' + b"9" * 5_000 + b"}",
    ],
)
def test_whatever_cannot_be_decoded_is_a_bad_request(terminal, body):
    for path in ("/responses", "/events", "/heartbeats"):
        assert is_problem(terminal.post(path, body), 400)
    # Whoever has no token may send less.
    is_long = len(body) > MOST_ENROLMENT_BYTES
    assert is_problem(terminal.post("/enrolments", body), 413 if is_long else 400)


@pytest.mark.parametrize(
    "place", [b'"responses": [], "x": "\xff"', b'"responses": [{"x": "\xff"}]']
)
def test_invalid_utf_8_is_a_bad_request_even_where_nobody_reads_it(terminal, place):
    body = b'{"terminal_id": "%s", "sent_at": "", %s}' % (terminal.id.encode(), place)

    assert is_problem(terminal.post("/responses", body), 400)


def test_a_body_that_never_ends_is_given_up(centre, terminal, monkeypatch):
    monkeypatch.setattr(body_module, "LONGEST_S", 0.1)
    connection = http.client.HTTPConnection(urlsplit(centre.url).netloc, timeout=30)
    connection.putrequest("POST", "/api/v1/responses")
    for name, value in {**terminal.bearer, "Content-Length": "100"}.items():
        connection.putheader(name, value)
    connection.endheaders(b"{")

    assert connection.getresponse().status == 408
    connection.close()


@pytest.mark.parametrize(
    "call",
    [
        ("POST", "/responses"),
        ("POST", "/events"),
        ("POST", "/heartbeats"),
        ("GET", "/config"),
        ("GET", "/units"),
        ("GET", "/questionnaires/national-general/2024.1"),
    ],
)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer nonsense"},
        {"Authorization": "Basic eDp5"},
        {"Authorization": "Bearer"},
    ],
)
def test_without_a_known_token_nothing_is_told(centre, call, headers):
    method, path = call

    reply = centre.http.request(method, wire.API_PATH + path, headers=headers)

    assert is_problem(reply, 401)
    assert reply.headers["www-authenticate"] == "Bearer"


def test_a_revoked_terminal_is_refused_from_then_on(centre):
    revoked, other = centre.a_terminal(), centre.a_terminal()

    centre.store.revoke(revoked.id)

    assert is_problem(revoked.send(), 401)
    assert other.send().status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/api/v1", 404),
        ("GET", "/api/v1/responses", 405),
        ("DELETE", "/api/v1/config", 405),
        ("GET", "/nothing", 404),
        ("GET", "/static/live.py", 404),
        ("GET", "/static/..%2frender.py", 404),
        ("POST", "/", 405),
    ],
)
def test_unknown_addresses_and_methods_are_problems_too(centre, method, path, status):
    assert is_problem(centre.http.request(method, path), status)


def test_every_reply_of_the_api_announces_gzip(centre, terminal):
    replies = [
        terminal.get("/config"),
        terminal.get("/config", **{"If-None-Match": "*"}),
        terminal.get("/nothing"),
        terminal.send(),
        terminal.post("/responses", b""),
        centre.http.get(wire.API_PATH + "/openapi.json"),
        centre.http.get(wire.API_PATH + "/units"),
        centre.http.delete(wire.API_PATH + "/units"),
    ]

    assert [reply.headers.get("accept-encoding") for reply in replies] == ["gzip"] * len(replies)


def test_events_are_kept_once_each_and_refused_alone(terminal):
    event, other = an_event(), an_event(data={"panels": ["lost"], "n": 10**25})

    def verdicts(*events):
        body = {"terminal_id": terminal.id, "sent_at": NOON.isoformat(), "events": events}
        results = terminal.post("/events", body).json()["results"]
        return [(r["status"], r.get("reason", {}).get("code")) for r in results]

    assert verdicts(event, {"id": "x"}, other, event) == [
        ("stored", None),
        ("rejected", "malformed"),
        ("stored", None),
        ("duplicate", None),
    ]
    assert verdicts(event | {"kind": "moved"}, other) == [
        ("rejected", "conflict"),
        ("duplicate", None),
    ]


def test_a_heartbeat_tells_which_configuration_to_hold(terminal):
    for _ in range(2):
        reply = terminal.post("/heartbeats", a_heartbeat(pending=10**15, push_failures={"dns": 2}))

        assert reply.json() == {"config_etag": terminal.get("/config").headers["etag"]}


def test_the_configuration_is_sent_once(terminal):
    first = terminal.get("/config")
    again = terminal.get("/config", **{"If-None-Match": first.headers["etag"]})
    other = terminal.get("/config", **{"If-None-Match": '"other", W/"another"'})

    config = msgspec.json.decode(first.content, type=wire.CentralConfig)
    assert config.location == wire.CentralLocation(
        revision=1, county="20", unit="1.2.246.10.2085212.10.1314"
    )
    assert (again.status_code, again.content) == (304, b"")
    assert other.content == first.content


def test_the_units_are_sent_again_only_when_they_changed(centre, terminal):
    first = terminal.get("/units")
    held = {"If-None-Match": first.headers["etag"]}
    assert terminal.get("/units", **held).status_code == 304

    centre.store.add_units([wire.Unit(unit="1.2.3", name={"sv": "Nytt"}, path={"sv": "Här"})])
    changed = terminal.get("/units", **held)

    names = {
        unit.unit: unit.name for unit in msgspec.json.decode(changed.content, type=list[wire.Unit])
    }
    assert names["1.2.3"] == {"sv": "Nytt"}


def test_a_questionnaire_comes_byte_for_byte_as_its_digest_promises(terminal):
    (entry,) = terminal.get("/config").json()["questionnaires"]

    reply = terminal.get(f"/questionnaires/{entry['id']}/{entry['version']}")

    assert hashlib.sha256(reply.content).hexdigest() == entry["sha256"]
    assert is_problem(terminal.get("/questionnaires/national-general/1999.1"), 404)
