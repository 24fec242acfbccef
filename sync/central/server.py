"""Runs the service on an address until it is told to stop."""

import asyncio
import contextlib
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import uvicorn

from sync.central.app import create_app
from sync.central.errors import AddressUnavailable
from sync.central.receiving.recounting import recheck_now_and_then
from sync.central.service import Service
from sync.central.store.changes import Watch

MOST_AT_WORK = 32
"""Of requests that read or write the database at once; fewer than its connections."""
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
        self, config: uvicorn.Config, service: Service, on_startup: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._service = service
        self._on_startup = on_startup
        self._watch: Watch | None = None
        self._rechecking: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        loop, tell = asyncio.get_running_loop(), self._service.live.tell
        # asyncio's own has six threads on two cores: a few slow pages would hold up receiving.
        loop.set_default_executor(ThreadPoolExecutor(MOST_AT_WORK, "central-work"))
        self._watch = self._service.store.watch(
            lambda units: loop.call_soon_threadsafe(tell, units)
        )
        self._rechecking = asyncio.create_task(
            recheck_now_and_then(
                self._service.store, self._service.questionnaires, self._service.now
            )
        )
        self._on_startup()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._service.live.close()
        await super().shutdown(sockets)
        if self._rechecking is not None:
            self._rechecking.cancel()
        if self._watch is not None:
            await asyncio.to_thread(self._watch.close)


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
    return _Server(config, service, lambda: on_ready(url))
