"""Calls that always end, whatever the other side does.

Each has one total deadline, its reply is read raw up to a bound, and all together are bounded in
number and time. Redirects are not followed; proxies, .netrc and cookies are not used.
"""

import contextlib
import http.client
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from device_config.settings import API_PATH
from sync.deadline import Watch, WatchedAdapter
from sync.outcome import Reply, Unreachable
from sync.schedule import retry_after_s
from sync.wire import MOST_BYTES


class Stopped(Exception):
    """The test cannot go on: out of time or calls, or nobody answers any more."""


MOST_WAITS = 5
"""For one call: then its refusal counts."""
ASKED_TO_WAIT = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long one call and all may take, in seconds, and how many there may be.

    `wait_s` is the longest Retry-After that is waited for.
    """

    call_s: float = 60.0
    whole_s: float = 900.0
    most_calls: int = 400
    wait_s: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call to make; `path` is below the API's base path, and may not begin with a host."""

    method: str
    path: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    most_bytes: int = MOST_BYTES


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """None: redirects are neither followed nor read."""


class Calls:
    """Calls to one centre under common limits; safe to use from several threads."""

    def __init__(self, url: str, limits: Limits, ca_file: str | None = None) -> None:
        self._base = url.rstrip("/") + API_PATH
        self._limits = limits
        self._ca_file = ca_file
        self._ends_at = time.monotonic() + limits.whole_s
        self._made = 0
        self._lock = threading.Lock()

    def make(self, request: Request) -> Reply | Unreachable:
        """Make a call, again after the wait that the centre asks for; raises Stopped."""
        for _ in range(MOST_WAITS):
            reply = self._once(request)
            wait_s = self._wait_s(reply)
            if wait_s is None:
                return reply
            time.sleep(wait_s)
        return self._once(request)

    def make_and_hang_up(self, request: Request) -> None:
        """Send a whole request, and close the connection without reading a reply.

        Raises Stopped. A centre that cannot be reached gets nothing, which is no error here.
        """
        call_s = self._begin()
        parts = urlsplit(self._base)
        host, port = parts.hostname or "", parts.port
        connection: http.client.HTTPConnection
        if parts.scheme == "https":
            context = ssl.create_default_context(cafile=self._ca_file)
            connection = http.client.HTTPSConnection(host, port, timeout=call_s, context=context)
        else:
            connection = http.client.HTTPConnection(host, port, timeout=call_s)
        with (
            contextlib.suppress(OSError, http.client.HTTPException),
            contextlib.closing(connection),
        ):
            connection.request(
                request.method, parts.path + request.path, request.body, dict(request.headers)
            )

    def _begin(self) -> float:
        """Count a call; returns the seconds that it may take."""
        with self._lock:
            self._made += 1
            left_s = self._ends_at - time.monotonic()
            if left_s <= 0:
                raise Stopped(f"the test has taken {self._limits.whole_s:g} s")
            if self._made > self._limits.most_calls:
                raise Stopped(f"{self._limits.most_calls} calls have been made")
        return min(self._limits.call_s, left_s)

    def _wait_s(self, reply: Reply | Unreachable) -> float | None:
        if not isinstance(reply, Reply) or reply.status not in ASKED_TO_WAIT:
            return None
        headers = reply.headers
        wait_s = retry_after_s(headers.get("retry-after"), headers.get("date"), None)
        return wait_s if wait_s is not None and wait_s <= self._limits.wait_s else None

    def _once(self, request: Request) -> Reply | Unreachable:
        call_s = self._begin()
        watch = Watch()
        try:
            with _Session() as session, watch.deadline(call_s):
                session.trust_env = False
                session.verify = self._ca_file or True
                # Nothing is unpacked here, and no connection is left that the centre could close
                # while the next call is on its way.
                session.headers.update({"Accept-Encoding": "identity", "Connection": "close"})
                session.mount("http://", WatchedAdapter(watch))
                session.mount("https://", WatchedAdapter(watch))
                reply = _whole_reply(session, self._base + request.path, request, call_s)
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            return Unreachable(_reason(error, watch, call_s))
        return Unreachable(_late(call_s)) if watch.is_over else reply


def _whole_reply(
    session: requests.Session, url: str, request: Request, call_s: float
) -> Reply | Unreachable:
    with session.request(
        request.method,
        url,
        data=request.body,
        headers=dict(request.headers),
        timeout=call_s,
        allow_redirects=False,
        stream=True,
    ) as response:
        content = bytearray()
        while chunk := response.raw.read(64 * 1024, decode_content=False):
            content += chunk
            if len(content) > request.most_bytes:
                return Unreachable(f"the reply is over {request.most_bytes} bytes")
        names = {name.lower(): value for name, value in response.headers.items()}
        return Reply(response.status_code, names, bytes(content))


def _late(call_s: float) -> str:
    return f"no whole reply within {call_s:.0f} s"


def _reason(error: Exception, watch: Watch, call_s: float) -> str:
    if watch.is_over or isinstance(error, requests.Timeout):
        return _late(call_s)
    return f"no whole reply: {error}"[:300]
