"""Serves a centre that is one method, over real HTTP. Holds no tests."""

import contextlib
import ssl
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from sync import wire

BROKEN_OFF = "broken off"
"""In place of an answer: the connection is closed without one."""


@dataclass
class Answer:
    """What the centre says to a request."""

    status: int
    body: bytes = b""
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Call:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 20

    def handle_any(self):
        length = int(self.headers.get("Content-Length", 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        path = self.path.removeprefix(wire.API_PATH)
        answer = self.server.centre.answer(
            Call(self.command, path, headers, self.rfile.read(length))
        )
        if answer == BROKEN_OFF:
            self.close_connection = True
            return
        if callable(answer):
            answer(self)
            return
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        if self.server.centre.announces:
            self.send_header("Accept-Encoding", self.server.centre.announces)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 304:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    # The names are the standard library's.
    do_GET = do_POST = do_PUT = do_DELETE = handle_any  # noqa: N815

    def log_message(self, *_args):
        """Tests are quiet."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_args):
        """A peer that hangs up is meant."""


@contextlib.contextmanager
def serving(centre, certificate=None):
    """The address of a running centre; with a certificate (a file with its key), https."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.centre = centre
    if certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"{'https' if certificate else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
