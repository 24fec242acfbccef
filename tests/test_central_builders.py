"""A real central service over real HTTP, and what terminals send to it. Holds no tests."""

import threading
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import httpx
import msgspec
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from sync import wire
from sync.central import store as store_package
from sync.central.admin import open_store
from sync.central.server import serving
from sync.central.service import Service
from sync.central.store import Store

UNIT = "1.2.246.10.2085212.10.1314"
OTHER_UNIT = "1.2.246.10.2085212.10.1315"
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def a_unit(oid=UNIT, **changes):
    unit = {"unit": oid, "name": {"fi": "Sykkeen terveysasema"}, "path": {}, "county": "20"}
    return wire.Unit(**(unit | changes))


def a_store(folder: Path, url: str | None = None) -> Store:
    store = open_store(url or f"sqlite:///{folder / 'central.db'}")
    store.add_units([a_unit(), a_unit(OTHER_UNIT, name={"fi": "Kotkan neuvola"})])
    return store


def a_database_of_before(folder: Path, revision: str, url: str | None = None) -> None:
    """An empty database as an older version left it."""
    config = Config()
    migrations = Path(store_package.__file__).parent / "migrations"
    config.set_main_option("script_location", str(migrations))
    config.set_main_option("path_separator", "os")
    engine = create_engine(url or f"sqlite:///{folder / 'central.db'}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


def a_response(terminal_id="t-aaaaa", **changes):
    """A response document as a dict, closed, with three answers."""
    return {
        "id": str(uuid.uuid4()),
        "epoch": 1,
        "seq": 1,
        "terminal_id": terminal_id,
        "questionnaire": {"id": "national-general", "version": "2024.1"},
        "respondent": "client",
        "language": "fi",
        "location": {"county": "20", "unit": UNIT, "service": None, "place": None, "since": None},
        "contact_mode": "on-site",
        "channel": "kiosk-touch",
        "instrument": "screen",
        "answered": {
            "at": "2026-11-21T14:03:00+02:00",
            "clock": "synced",
            "precision": "minute",
            "earliest": None,
            "latest": None,
        },
        "ended": "submitted",
        "answers": [
            {"item": "usefulness", "value": 5},
            {"item": "safety", "status": "not-applicable"},
            {"item": "nps", "value": 9},
        ],
        "text": None,
        "masked": [],
        "flags": [],
    } | changes


def at_unit(oid):
    return {"unit": oid}


def an_event(**changes):
    return {
        "id": str(uuid.uuid4()),
        "kind": "started",
        "at": "2026-11-21T14:03:00+02:00",
        "clock": "synced",
        "data": {"software": "0.1"},
    } | changes


def a_heartbeat(**changes):
    return {
        "state": "ok",
        "terminal_id": "t-aaaaa",
        "location": None,
        "pending": 0,
        "sent": 3,
        "rejected": 0,
        "last_seq": 3,
        "oldest_pending_at": None,
        "last_push_at": None,
        "clock": "synced",
        "disk_free_bytes": 10**9,
        "panels": [],
        "software": "0.1",
    } | changes


class Clock:
    """A clock that the test sets."""

    def __init__(self):
        self.time = NOON

    def __call__(self):
        return self.time

    def pass_minutes(self, minutes):
        self.time += timedelta(minutes=minutes)


@dataclass
class Terminal:
    """An enrolled terminal that speaks to the centre."""

    http: httpx.Client
    id: str
    token: str
    enrolment: dict

    def send(self, *responses, **changes):
        body = {"terminal_id": self.id, "sent_at": NOON.isoformat(), "responses": responses}
        return self.post("/responses", body | changes)

    def verdicts(self, *responses):
        """What the centre says of each response: (status, reason's code)."""
        reply = self.send(*responses)
        assert reply.status_code == 200, reply.text
        return [
            (verdict["status"], verdict.get("reason", {}).get("code"))
            for verdict in reply.json()["results"]
        ]

    def post(self, path, body, **headers):
        content = body if isinstance(body, bytes) else msgspec.json.encode(body)
        return self.http.post(wire.API_PATH + path, content=content, headers=self.bearer | headers)

    def get(self, path, **headers):
        return self.http.get(wire.API_PATH + path, headers=self.bearer | headers)

    @property
    def bearer(self):
        return {"Authorization": f"Bearer {self.token}"}


@dataclass
class Centre:
    """A running central service."""

    store: Store
    service: Service
    url: str
    http: httpx.Client
    clock: Clock

    def enrol(self, code, hardware_id="h", **members):
        body = {"code": code, "hardware_id": hardware_id, "software": "0.1", **members}
        return self.http.post(wire.API_PATH + "/enrolments", json=body)

    def a_terminal(self, hardware_id=None, unit=UNIT):
        """A new terminal, on hardware of its own unless told otherwise."""
        code = self.store.new_code(unit, now=self.clock())
        return self.enrolled(code, hardware_id or str(uuid.uuid4()))

    def enrolled(self, code, hardware_id):
        """The terminal that brings this code."""
        reply = self.enrol(code, hardware_id)
        assert reply.status_code == 201, reply.text
        enrolment = reply.json()
        return Terminal(self.http, enrolment["terminal_id"], enrolment["token"], enrolment)


@contextmanager
def a_centre(folder: Path, url: str | None = None, *, is_open: bool = True, **parts):
    """A running service; `parts` are what it is made of, such as passwords."""
    clock = Clock()
    store = a_store(folder, url)
    service = Service(store, now=clock, random=Random(str(folder)), is_open=is_open, **parts)
    with (
        serving(service) as address,
        httpx.Client(base_url=address.rstrip("/"), trust_env=False, timeout=30) as http,
    ):
        yield Centre(store, service, address, http, clock)
    store.close()


def at_once(*calls):
    """Run the calls in threads that start together; their results in order."""
    barrier = threading.Barrier(len(calls))
    results = [None] * len(calls)

    def run(number, call):
        barrier.wait()
        results[number] = call()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
