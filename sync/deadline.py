"""One total deadline for an HTTP call, kept by a timer.

`requests` bounds only the wait between two bytes: a reply that drips can take for ever. Here the
timer shuts the connection's socket down, whatever the call is waiting for.
"""

import math
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError


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
        self._ends_at = 0.0

    @contextmanager
    def deadline(self, seconds: float) -> Iterator[None]:
        """Cut the connection in use when this block takes longer than `seconds`."""
        self.is_over = False
        self._ends_at = time.monotonic() + seconds
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

    def left_s(self) -> float:
        """Seconds to the deadline; raises TimeoutError when it has passed."""
        left_s = self._ends_at - time.monotonic()
        if self.is_over or left_s <= 0:
            self.is_over = True
            raise TimeoutError("deadline")
        return left_s

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


def _first_that_answers(connection: HTTPConnection, watch: Watch) -> socket.socket:
    """A socket connected to the first address of a host that answers; raises OSError.

    urllib3's own waits its whole time-out for every address: a name may have many.
    """
    failure = OSError("the name has no address")
    found = socket.getaddrinfo(
        connection.host.strip("[]"), connection.port, type=socket.SOCK_STREAM
    )
    for family, kind, protocol, _, address in found:
        patience_s = min(float(connection.timeout or math.inf), watch.left_s())
        attempt = socket.socket(family, kind, protocol)
        try:
            for option in connection.socket_options or ():
                attempt.setsockopt(*option)
            attempt.settimeout(patience_s)
            attempt.connect(address)
        except OSError as error:
            attempt.close()
            failure = error
        else:
            return attempt
    raise failure


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
            try:
                new = _first_that_answers(self, watch)
            except socket.gaierror as error:
                raise NameResolutionError(self.host, self, error) from error
            except TimeoutError as error:
                raise ConnectTimeoutError(self, "no address answered in time") from error
            except OSError as error:
                raise NewConnectionError(self, f"no address answered: {error}") from error
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
