"""A second central service, written from the contract alone: all in memory. Holds no tests.

What others would build; careless_centres.py makes mistakes in it.
"""

import hashlib
import json
import threading
import zlib

import msgspec
from small_server import Answer

from device_config.questionnaire import Questionnaire, answer_problem
from device_config.questionnaire_files import shipped_bytes
from sync import wire

TERMINAL = "t-conformance"
TOKEN = "a-token-made-for-this-test"
CODE = "GOODCODE"


class Refused(Exception):
    def __init__(self, status, kind="about:blank"):
        self.status, self.kind = status, kind


def as_json(value, status=200):
    return Answer(status, msgspec.json.encode(value))


def problem(status, kind="about:blank", headers=()):
    body = msgspec.json.encode({"type": kind, "title": "refused", "status": status})
    return Answer(status, body, "application/problem+json", dict(headers))


class SmallCentre:
    """Keeps to the contract; each method is one thing that could be done wrong."""

    announces = "gzip"
    most_records = wire.MOST_RESPONSES

    def __init__(self):
        self.lock = threading.Lock()
        self.token = TOKEN
        self.attempt = None
        self.kept = {"/responses": {}, "/events": {}}
        self.questionnaire = shipped_bytes()[0]
        self.known = msgspec.json.decode(self.questionnaire, type=Questionnaire)
        self.location = {"revision": 1, "county": "20", "unit": "1.2.3"}
        self.units = [{"unit": "1.2.3", "name": {"fi": "Yksikkö"}, "path": {}, "county": "20"}]

    # The way in.

    def answer(self, call):
        try:
            return self.route(call)
        except Refused as refused:
            return self.refusal(refused)

    def refusal(self, refused):
        return problem(refused.status, refused.kind)

    def route(self, call):
        match call.method, call.path.split("/"):
            case "POST", ["", "enrolments"]:
                return self.enrol(self.decoded(call, wire.EnrolmentRequest))
            case "POST", ["", "responses" | "events" | "heartbeats"]:
                self.check_token(call)
                return self.take(call)
            case "GET", ["", "config" | "units"] | ["", "questionnaires", _, _]:
                self.check_token(call)
                return self.give(call)
            case _, ["", "responses" | "events" | "heartbeats" | "config" | "units"]:
                return self.wrong_method()
        return self.no_such_address()

    def give(self, call):
        if call.path == "/config":
            return self.unless_held(call, self.configuration())
        if call.path == "/units":
            return self.unless_held(call, msgspec.json.encode(self.units))
        return self.give_questionnaire(*call.path.split("/")[2:])

    def check_token(self, call):
        if call.headers.get("authorization") != f"Bearer {self.token}":
            raise Refused(401)

    def no_such_address(self):
        return problem(404)

    def wrong_method(self):
        return problem(405)

    def enrol(self, wanted):
        if wanted.code != CODE:
            raise Refused(404)
        if self.attempt not in (None, wanted.attempt):
            raise Refused(410)
        self.attempt = wanted.attempt
        self.token = f"{TOKEN}-{len(self.token)}"
        return as_json({"terminal_id": TERMINAL, "token": self.token}, 201)

    # Bodies.

    def decoded(self, call, kind):
        body = self.unpacked(call)
        if len(body) > wire.MOST_BYTES:
            raise Refused(413)
        try:
            body.decode("utf-8")
            return msgspec.json.decode(body, type=kind)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            raise Refused(400) from None

    def unpacked(self, call):
        match call.headers.get("content-encoding", ""):
            case "":
                return call.body
            case "gzip":
                return self.gunzipped(call.body)
        raise Refused(415)

    def gunzipped(self, body):
        unzip = zlib.decompressobj(31)
        try:
            plain = unzip.decompress(body, wire.MOST_BYTES + 1)
        except zlib.error:
            raise Refused(400) from None
        if len(plain) <= wire.MOST_BYTES and not unzip.eof:
            raise Refused(400)
        return plain

    # What is sent.

    def take(self, call):
        if call.path == "/heartbeats":
            self.decoded(call, wire.Heartbeat)
            return as_json({"config_etag": self.etag(self.configuration())})
        batch = self.decoded(call, dict[str, msgspec.Raw])
        try:
            raw = msgspec.json.decode(batch[call.path[1:]], type=list[msgspec.Raw])
            sender = msgspec.json.decode(batch["terminal_id"], type=str)
        except (KeyError, msgspec.MsgspecError):
            raise Refused(400) from None
        if len(raw) > self.most_records:
            return self.too_many(call.path, raw)
        if sender != TERMINAL:
            raise Refused(400)
        with self.lock:
            verdicts = [self.judge(call.path, each) for each in raw]
        return self.told(verdicts)

    def too_many(self, _path, _raw):
        raise Refused(413)

    def told(self, verdicts):
        return as_json({"results": verdicts})

    def judge(self, path, raw):
        """The verdict on one record of a batch, which is kept if it is good."""
        kind = wire.Response if path == "/responses" else wire.Event
        try:
            record = msgspec.json.decode(raw, type=kind)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return self.malformed(raw)
        code = self.wrong_with(record) if kind is wire.Response else None
        if code:
            return self.rejected(record, code)
        before = self.kept[path].get(record.id)
        if before is not None:
            return self.known_already(path, record, before, raw)
        self.kept[path][record.id] = (record, bytes(raw))
        if isinstance(record, wire.Event) and record.kind == "location-changed":
            self.moved(record.data)
        return {"id": record.id, "status": "stored"}

    def malformed(self, raw):
        try:
            record_id = json.loads(bytes(raw))["id"]
        except (ValueError, TypeError, KeyError, RecursionError):
            record_id = ""
        return {"id": record_id, "status": "rejected", "reason": {"code": "malformed"}}

    def rejected(self, record, code):
        return {"id": record.id, "status": "rejected", "reason": {"code": code}}

    def known_already(self, path, record, before, raw):
        if record == before[0]:
            return {"id": record.id, "status": "duplicate"}
        return self.conflict(path, record, raw)

    def conflict(self, _path, record, _raw):
        return self.rejected(record, "conflict")

    def wrong_with(self, response):
        if response.ended is None:
            return "not-closed"
        if response.terminal_id != TERMINAL:
            return "foreign"
        if response.answered.at == "yesterday":
            return "time"
        if response.questionnaire.version != self.known.version:
            return None
        return self.wrong_with_answers(response)

    def wrong_with_answers(self, response):
        for answer in response.answers:
            plain = msgspec.to_builtins(answer)
            told = (plain.get(name) for name in ("value", "status", "options"))
            if answer_problem(self.known, answer.item, *told):
                return "answer"
        return None

    def moved(self, place):
        if place["revision"] >= self.location["revision"]:
            self.location = {
                name: place[name] for name in ("revision", "county", "unit", "service", "place")
            }

    # What is fetched.

    def configuration(self):
        entry = {
            "id": self.known.id,
            "version": self.known.version,
            "sha256": hashlib.sha256(self.questionnaire).hexdigest(),
        }
        return msgspec.json.encode({"location": self.location, "questionnaires": [entry]})

    def etag(self, body):
        return f'"{zlib.crc32(body)}"'

    def unless_held(self, call, body):
        tag = {"ETag": self.etag(body)}
        if self.etag(body) in call.headers.get("if-none-match", ""):
            return Answer(304, headers=tag)
        return Answer(200, body, headers=tag)

    def give_questionnaire(self, name, version):
        if (name, version) != (self.known.id, self.known.version):
            raise Refused(404)
        return Answer(200, self.questionnaire)
