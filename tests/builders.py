"""What the tests of the terminal's side build with. Holds no tests."""

import gzip
import json
import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from device_config.clock import Reading
from device_config.config_store import ConfigStore
from device_config.credentials import Credentials
from device_config.settings import CentralSettings, Settings, settings_from
from device_config.settings_files import shipped_layer
from device_config.state import StateDirectory, open_state
from sync.agent import Agent
from sync.client import CentralClient
from sync.outbox import Outbox, open_outbox
from sync.steady_store import SteadyStore
from sync.wire import Answer, Answered, Content, Location, QuestionnaireRef

NOON = 1_795_255_200.0  # 2026-11-21T12:00:00+02:00
TOKEN = "a-token-of-twenty-characters"
TERMINAL = "t-7f3k9"
UNIT = "1.2.246.10.2085212.10.1314"


def an_id(number: int) -> str:
    """A UUIDv4 that is the same each time for the same number."""
    return str(uuid.UUID(int=number, version=4))


def a_content(number: int = 1, **changes: Any) -> Content:
    """A session's closed content; `ended=None` leaves it open."""
    members: dict[str, Any] = {
        "id": an_id(number),
        "terminal_id": None,
        "questionnaire": QuestionnaireRef("national-general", "2024.1"),
        "language": "fi",
        "location": Location(county="20", unit=UNIT, place="Aula 1"),
        "channel": "kiosk-touch",
        "instrument": "screen",
        "answered": Answered(at="2026-11-21T12:00:00+02:00", clock="synced"),
        "ended": "submitted",
        "answers": (Answer(item="usefulness", value=5),),
    }
    return Content(**(members | changes))


def a_reading(at_s: float = 0.0, **changes: Any) -> Reading:
    """The clocks at noon, or so many seconds later."""
    members = {
        "wall": NOON + at_s,
        "boottime": 1000.0 + at_s,
        "boot_id": "this-boot",
        "is_synced": True,
    }
    return Reading(**(members | changes))


def a_state(folder: Path) -> StateDirectory:
    return open_state(folder / "state")


def an_outbox(folder: Path, responses: int = 0) -> Outbox:
    """An outbox with so many closed responses, numbered from 1 as their ids are."""
    outbox = open_outbox(a_state(folder))
    for number in range(1, responses + 1):
        outbox.put(a_content(number), a_reading())
    return outbox


def by_state(outbox: Outbox) -> tuple[int, int, int, int]:
    """How many are open, pending, sent and rejected."""
    counts = outbox.counts()
    return counts.open, counts.pending, counts.sent, counts.rejected


def documents(outbox: Outbox) -> list[dict[str, Any]]:
    return [json.loads(body) for _, body in outbox.documents()]


def settings_with(**tables: dict[str, Any]) -> Settings:
    """The shipped settings with some keys changed."""
    layer = shipped_layer()
    for table, keys in tables.items():
        layer[table] |= keys
    return settings_from(layer)


def central_settings(url: str, **changes: Any) -> CentralSettings:
    return settings_with(central={"url": url, **changes}).central


# A centre over real HTTP, as good or bad as a test makes it.


@dataclass(frozen=True)
class Request:
    """One request as the centre saw it; `body` is what the terminal meant, unzipped."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def ids(self) -> list[str]:
        """The ids in a batch of responses or events."""
        return [each["id"] for each in self.json.get("responses") or self.json["events"]]


@dataclass
class CentreAnswer:
    """What a centre sends back."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def encoded(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Answering = Callable[[Request], CentreAnswer]


def stored(request: Request) -> CentreAnswer:
    """Takes all."""
    return CentreAnswer({"results": [{"id": each, "status": "stored"} for each in request.ids]})


def beat_with(etag: str) -> Answering:
    return lambda _: CentreAnswer({"config_etag": etag})


def refusal(status: int, **headers: str) -> Answering:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: CentreAnswer({"title": "no", "status": status}, status, names)


@dataclass
class Centre:
    """A centre's answers by path, which a test may change, and every request it saw."""

    url: str = ""
    answers: dict[str, Answering] = field(
        default_factory=lambda: {
            "/responses": stored,
            "/events": stored,
            "/heartbeats": beat_with("none"),
            "/config": refusal(304),
        }
    )
    requests: list[Request] = field(default_factory=list)

    def seen(self, path: str) -> list[Request]:
        return [each for each in self.requests if each.path == f"/api/v1{path}"]

    @property
    def received(self) -> list[str]:
        """The ids of the responses in the order in which they came, repeats included."""
        return [each for request in self.seen("/responses") for each in request.ids]

    def answer(self, request: Request) -> CentreAnswer:
        self.requests.append(request)
        path = request.path.removeprefix("/api/v1")
        return self.answers.get(path, refusal(404))(request)


@contextmanager
def a_centre(**answers: Answering) -> Iterator[Centre]:
    """A centre on this machine; `responses=refusal(503)` changes what it says to a call."""
    centre = Centre()
    centre.answers.update({f"/{path}": answering for path, answering in answers.items()})

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self):
            self._answer(b"")

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            zipped = self.headers.get("Content-Encoding") == "gzip"
            self._answer(gzip.decompress(body) if zipped else body)

        def _answer(self, body):
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = centre.answer(Request(self.command, self.path, headers, body))
            if "Date" in answer.headers:
                self.send_response_only(answer.status)  # without this machine's own date
            else:
                self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            encoded = b"" if answer.status == 304 else answer.encoded
            self.send_header("Content-Length", str(len(encoded)))
            self.end_headers()
            self.wfile.write(encoded)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    centre.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield centre
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def a_socket_server(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """The address of a server that says to each caller what `talk` writes, HTTP or not."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                caller, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(caller,), daemon=True).start()

    def answer(caller: socket.socket) -> None:
        with caller:
            try:
                caller.recv(64 * 1024)
                talk(caller)
            except OSError:
                return

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        # A thread that waits in accept() holds on to the port until it is woken.
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def a_dead_address() -> str:
    """An address at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


@dataclass
class Terminal:
    """A terminal's sync side, put together as the service does it."""

    state: StateDirectory
    store: ConfigStore
    outbox: Outbox
    agent: Agent

    def tick(self, at_s: float = 0.0) -> None:
        self.agent.tick(a_reading(at_s))

    def close_response(self, number: int) -> None:
        """As the kiosk does: over a connection of its own."""
        kiosk = open_outbox(self.state)
        kiosk.put(a_content(number), a_reading())
        kiosk.close()


@contextmanager
def a_terminal(  # noqa: PLR0913 - each what a test turns
    folder: Path,
    url: str,
    responses: int = 0,
    *,
    jitter: float = 0.5,
    call_s: float = 10.0,
    spread_s: float = 0.0,
    boottime: Callable[[], float] = lambda: 0.0,
) -> Iterator[Terminal]:
    """An enrolled terminal whose centre is at `url`; its calls take no time by its own clock."""
    outbox = an_outbox(folder, responses)
    state = a_state(folder)
    store = SteadyStore(state, None)
    client = CentralClient(central_settings(url), TOKEN, call_s)
    credentials = Credentials(terminal_id=TERMINAL, token=TOKEN)
    agent = Agent(
        state,
        store,
        outbox,
        client,
        credentials,
        jitter=lambda: jitter,
        spread_s=spread_s,
        boottime=boottime,
    )
    try:
        yield Terminal(state, store, outbox, agent)
    finally:
        client.close()
        outbox.close()
