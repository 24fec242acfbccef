"""The least that a centre can do: read, unzip, decode, and answer a verdict for each response."""

import gzip
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import msgspec

from sync.wire import API_PATH, ResponseBatch, Verdict, Verdicts, encode

_decode = msgspec.json.Decoder(ResponseBatch).decode


@dataclass
class Receiver:
    """What has come: how often each response, in how many requests and bytes as they travelled."""

    url: str = ""
    times: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    travelled: int = 0

    def take(self, body: bytes, is_zipped: bool) -> bytes:
        """The reply to a batch."""
        self.requests += 1
        self.travelled += len(body)
        batch = _decode(gzip.decompress(body) if is_zipped else body)
        self.times.update(each.id for each in batch.responses)
        verdicts = tuple(Verdict(id=each.id, status="stored") for each in batch.responses)
        return encode(Verdicts(verdicts))


class _Handler(BaseHTTPRequestHandler):
    """HTTP/1.1 with kept connections; what is no batch of responses is not there."""

    receiver: ClassVar[Receiver]
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        self._reply(404, b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path != f"{API_PATH}/responses":
            self._reply(404, b"")
            return
        zipped = self.headers.get("Content-Encoding") == "gzip"
        self._reply(200, self.receiver.take(body, zipped))

    def _reply(self, status: int, body: bytes) -> None:
        self.send_response_only(status)
        self.send_header("Accept-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: a line a request would be measured, too."""


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on a free port of this machine, on threads of this process."""
    receiver = Receiver()
    handler = type("Handler", (_Handler,), {"receiver": receiver})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    receiver.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
