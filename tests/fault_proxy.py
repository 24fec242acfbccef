"""A bad network: a proxy on loopback before a real central service. Holds no tests.

For each delivery the next fault of its schedule says what goes wrong; without one, nothing does.
"""

import gzip
import http.client
import json
import socket
import struct
import threading
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

DRIP_S = 0.02
PATIENCE_S = 30
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close with RST, at once
PAGE = b"<!doctype html><title>Log in</title><p>Accept the terms of this network"
DELIVERIES = ("/responses", "/events")
LONE_LETTERS = (400, 413, 422)


# What goes wrong with one request


@dataclass(frozen=True)
class Nothing:
    """The request arrives, and so does the reply."""


@dataclass(frozen=True)
class LostBefore:
    """The connection is reset before the centre has heard anything."""


@dataclass(frozen=True)
class CutRequest:
    """The centre hears half of the request, the terminal nothing."""


@dataclass(frozen=True)
class LostAfter:
    """The centre has done as it was asked; the connection is reset instead of the reply."""


@dataclass(frozen=True)
class CutReply:
    """Only this share of the reply's body comes; with or without a length that tells."""

    share: float
    is_length_said: bool = True


@dataclass(frozen=True)
class Dripping:
    """The reply comes byte by byte, slower than anybody waits."""


@dataclass(frozen=True)
class Twice:
    """The request reaches the centre twice; the second reply is the one that comes."""


@dataclass(frozen=True)
class Instead:
    """Another reply comes in place of the centre's, which has or has not heard the request."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b'{"title": "no", "status": 0}'
    is_heard: bool = False


Fault = (
    Nothing | LostBefore | CutRequest | LostAfter | CutReply | Dripping | Twice | Instead
)  # fmt: skip


@dataclass(frozen=True)
class Reply:
    """A reply of the centre, whole."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass
class BadNetwork:
    """The proxy's address, where it leads, the faults to come and those that came."""

    upstream: str
    url: str = ""
    faults: deque[Fault] = field(default_factory=deque)
    suffered: Counter[str] = field(default_factory=Counter)
    told_off_alone: set[str] = field(default_factory=set)
    """Ids that were alone in a request to which a made-up 400, 413 or 422 was the answer."""
    paths: tuple[str, ...] = DELIVERIES
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next_fault(self, path: str) -> Fault:
        """What happens to a request; heartbeats and the like use up no fault."""
        with self.lock:
            if not path.endswith(self.paths) or not self.faults:
                return Nothing()
            fault = self.faults.popleft()
            self.suffered[type(fault).__name__] += 1
            return fault

    def note_lone(self, fault: Fault, ids: list[str]) -> None:
        if isinstance(fault, Instead) and fault.status in LONE_LETTERS and len(ids) == 1:
            self.told_off_alone.update(ids)


@contextmanager
def a_bad_network(  # noqa: C901 - one handler, whole
    upstream: str, paths: tuple[str, ...] = DELIVERIES
) -> Iterator[BadNetwork]:
    """A proxy before the service at `upstream`, good until it has faults for calls to `paths`."""
    network = BadNetwork(upstream, paths=paths)
    is_over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        timeout = PATIENCE_S

        def do_GET(self):
            self._pass_on()

        def do_POST(self):
            self._pass_on()

        def _pass_on(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            fault = network.next_fault(self.path)
            network.note_lone(fault, _ids(self.headers, body))
            with suppress(OSError, http.client.HTTPException):
                self._suffer(fault, body)
                return
            self._reset()  # the centre is away, or the terminal has hung up

        def _suffer(self, fault, body):
            match fault:
                case LostBefore():
                    self._reset()
                case CutRequest():
                    self._forward_half(body)
                    self._reset()
                case LostAfter():
                    self._forward(body)
                    self._reset()
                case CutReply(share=share, is_length_said=is_length_said):
                    self._cut(self._forward(body), share, is_length_said)
                case Dripping():
                    self._drip(self._forward(body))
                case Twice():
                    self._forward(body)
                    self._answer(self._forward(body))
                case Instead(status=status, headers=headers, body=instead, is_heard=is_heard):
                    if is_heard:
                        self._forward(body)
                    self._answer(Reply(status, headers, instead))
                case Nothing():
                    self._answer(self._forward(body))

        def _forward(self, body):
            centre = urlsplit(network.upstream)
            connection = http.client.HTTPConnection(
                centre.hostname, centre.port, timeout=PATIENCE_S
            )
            try:
                connection.request(self.command, self.path, body or None, dict(self.headers))
                reply = connection.getresponse()
                return Reply(reply.status, tuple(reply.getheaders()), reply.read())
            finally:
                connection.close()

        def _forward_half(self, body):
            centre = urlsplit(network.upstream)
            address = (centre.hostname, centre.port)
            with socket.create_connection(address, timeout=PATIENCE_S) as connection:
                lines = [f"{name}: {value}\r\n" for name, value in self.headers.items()]
                head = f"{self.command} {self.path} HTTP/1.1\r\n{''.join(lines)}\r\n"
                connection.sendall(head.encode("latin-1") + body[: len(body) // 2])

        def _answer(self, reply):
            self._head(reply, len(reply.body))
            self.wfile.write(reply.body)

        def _head(self, reply, length):
            self.send_response_only(reply.status)
            for name, value in reply.headers:
                if name.lower() not in {"content-length", "transfer-encoding", "connection"}:
                    self.send_header(name, value)
            if length is None:
                self.send_header("Connection", "close")
            elif reply.status != 304:
                self.send_header("Content-Length", str(length))
            self.end_headers()

        def _cut(self, reply, share, is_length_said):
            self._head(reply, len(reply.body) if is_length_said else None)
            self.wfile.write(reply.body[: int(len(reply.body) * share)])
            self.wfile.flush()
            self.close_connection = True

        def _drip(self, reply):
            self._head(reply, len(reply.body))
            for each in reply.body:
                if is_over.wait(DRIP_S):
                    break
                self.wfile.write(bytes([each]))
                self.wfile.flush()
            self.close_connection = True

        def _reset(self):
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)

        def log_message(self, *_):
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def shutdown_request(self, request):
            # The plain one says goodbye first, and a reset would be none.
            self.close_request(request)

        def handle_error(self, *_):
            """A terminal that hangs up is what this is about."""

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    network.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield network
    finally:
        is_over.set()
        server.shutdown()
        server.server_close()


def _ids(headers, body) -> list[str]:
    plain = gzip.decompress(body) if headers.get("Content-Encoding") == "gzip" else body
    batch = json.loads(plain) if plain else {}
    return [each["id"] for each in batch.get("responses") or batch.get("events") or ()]
