"""Runs the service on an address until it is told to stop."""

import contextlib
import signal
import socket
import threading
from collections.abc import Callable, Iterator

import uvicorn

from sync.central.app import create_app
from sync.central.errors import AddressUnavailable
from sync.central.service import Service

GRACE_S = 2  # for requests under way when the service is told to stop


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes any free one. Raises AddressUnavailable."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.create_server(address[:2], family=family, backlog=256)
    except (OSError, UnicodeError, OverflowError) as error:
        why = getattr(error, "strerror", None) or str(error)
        mend = "give another --host or --port"
        raise AddressUnavailable(f"{host}:{port}: {why}; {mend}") from None
    # asyncio sets it only on sockets that name their protocol; without it every reply waits
    # 40 ms for the acknowledgement of its own headers.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def url_of(listening: socket.socket) -> str:
    """The root address of a service on this socket."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def serve(service: Service, listening: socket.socket, on_ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; `on_ready` is called with the address once it answers."""
    server = _server(service, listening, on_ready)
    # uvicorn raises the signal again when it is done; a stop that was asked for is no failure.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    server.run(sockets=[listening])


@contextlib.contextmanager
def serving(service: Service, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """A service in a thread of this process, for the demo and tests: yields its address."""
    listening = listen(host, port)
    is_ready = threading.Event()
    server = _server(service, listening, lambda _url: is_ready.set())
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [listening]}, name="central", daemon=True
    )
    thread.start()
    try:
        if not is_ready.wait(timeout=30):
            raise AddressUnavailable(f"{url_of(listening)}: the service did not start; see the log")
        yield url_of(listening)
    finally:
        server.should_exit = True
        thread.join()


class _Server(uvicorn.Server):
    """uvicorn, telling when it answers, and ending the live pages' streams when it stops."""

    def __init__(
        self, config: uvicorn.Config, on_startup: Callable[[], None], on_stop: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._on_startup = on_startup
        self._on_stop = on_stop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_startup()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._on_stop()
        await super().shutdown(sockets)


def _server(
    service: Service, listening: socket.socket, on_ready: Callable[[str], None]
) -> uvicorn.Server:
    config = uvicorn.Config(
        create_app(service),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
        lifespan="off",
        http="h11",
        ws="none",
    )
    url = url_of(listening)
    return _Server(config, lambda: on_ready(url), service.live.close)
