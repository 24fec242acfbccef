"""One total deadline for an HTTP call, kept by a timer.

`requests` bounds only the wait between two bytes: a reply that drips can take for ever. Here the
timer shuts the connection's socket down, whatever the call is waiting for.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection


class Watch:
    """The connection that is in use, and whether its time ran out."""

    def __init__(self) -> None:
        self.connection: HTTPConnection | None = None
        # Its socket by itself, too: a connection lets go of it as soon as the head of a reply
        # without a length has come, and the body drips on.
        self.socket: socket.socket | None = None
        # A second handle of one that is being connected: TLS takes the first one over, and shows
        # its own only after the handshake, which may drip, too.
        self.connecting: socket.socket | None = None
        self.is_over = False

    @contextmanager
    def deadline(self, seconds: float) -> Iterator[None]:
        """Cut the connection in use when this block takes longer than `seconds`."""
        self.is_over = False
        timer = threading.Timer(seconds, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            # One that rings at this moment must not ring in the next call.
            timer.join()
            self.connection = self.socket = None

    def connected(self) -> None:
        """Let go of the second handle: the first one alone says when the connection is closed."""
        if self.connecting is not None:
            self.connecting.close()
            self.connecting = None

    def _cut(self) -> None:
        self.is_over = True
        for each in (getattr(self.connection, "sock", None), self.socket, self.connecting):
            if each is not None:
                with suppress(OSError):
                    # The plain socket's own shutdown: SSLSocket's would pull its state from
                    # under the thread that is reading.
                    socket.socket.shutdown(each, socket.SHUT_RDWR)


class WatchedAdapter(HTTPAdapter):
    """An adapter whose connections tell a `Watch` when they are in use."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        super().__init__(pool_connections=1, pool_maxsize=1)

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """The pool for a request, its connections watched."""
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        watched = _watched(pool.__class__.ConnectionCls, self._watch)
        pool.ConnectionCls = watched
        return pool


def _watched(connection_class: Any, watch: Watch) -> Any:
    class Watched(connection_class):  # type: ignore[misc] # its base is known at run time only
        def connect(self) -> None:
            watch.connection = self
            try:
                super().connect()
                watch.socket = self.sock
            finally:
                watch.connected()

        def _new_conn(self) -> socket.socket:
            new: socket.socket = super()._new_conn()
            watch.connecting = new.dup()
            if watch.is_over:
                # The time ran out before there was a socket to shut down.
                new.close()
                raise TimeoutError("deadline")
            return new

        def request(self, *args: Any, **kwargs: Any) -> None:
            watch.connection, watch.socket = self, self.sock
            super().request(*args, **kwargs)

    return Watched
