"""`CentralClient`: the terminal's calls to the central service. It decides nothing."""

import gzip
import ssl
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from urllib.parse import quote

import requests
from urllib3.exceptions import HTTPError

from device_config import questionnaire_files, units
from device_config.settings import CentralSettings
from sync.deadline import Watch, WatchedAdapter
from sync.outcome import Reply, Unreachable
from sync.wire import API_PATH, MOST_BYTES, EnrolmentRequest, Heartbeat, encode

CONNECT_S, READ_S, CALL_S = 10.0, 30.0, 60.0
# X509_STORE_CTX_get_error(3ssl): what a wrong clock makes of a certificate that is right.
CERTIFICATE_TIMES = {9: "tls-not-yet-valid", 10: "tls-expired"}


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """None: redirects are not followed, so neither looked at, nor their bodies read whole."""


class CentralClient:
    """Calls over one kept connection, each under one total deadline.

    Every call returns a whole `Reply` or `Unreachable`, and raises nothing.
    """

    def __init__(
        self, settings: CentralSettings, token: str | None, call_s: float = CALL_S
    ) -> None:
        self.root = settings.url.rstrip("/")
        self._base = self.root + API_PATH
        self._call_s = call_s
        self._watch = Watch()
        self._takes_gzip = False
        self._session = _Session()
        # Else .netrc would replace our token, and proxy variables our way out.
        self._session.trust_env = False
        self._session.mount("http://", WatchedAdapter(self._watch))
        self._session.mount("https://", WatchedAdapter(self._watch))
        if settings.proxy:
            self._session.proxies = {"http": settings.proxy, "https": settings.proxy}
        if settings.ca_file:
            self._session.verify = settings.ca_file
        self._session.headers["User-Agent"] = f"palautepiste/{version('palautepiste')}"
        if token is not None:
            self._session.headers["Authorization"] = f"Bearer {token}"

    def close(self) -> None:
        """Let go of the connection."""
        self._session.close()

    def enrol(self, request: EnrolmentRequest) -> Reply | Unreachable:
        """Exchange a one-time code for credentials."""
        return self._post("/enrolments", encode(request))

    def push(self, batch: bytes) -> Reply | Unreachable:
        """Send a batch of responses."""
        return self._post("/responses", batch)

    def report(self, batch: bytes) -> Reply | Unreachable:
        """Send a batch of events."""
        return self._post("/events", batch)

    def beat(self, heartbeat: Heartbeat) -> Reply | Unreachable:
        """Say how the terminal is."""
        return self._post("/heartbeats", encode(heartbeat))

    def pull_config(self, etag: str | None) -> Reply | Unreachable:
        """Ask for the configuration, if it is another than the one with this ETag."""
        headers = {"If-None-Match": etag} if etag else {}
        return self._call("GET", "/config", None, headers)

    def pull_questionnaire(self, questionnaire_id: str, version: str) -> Reply | Unreachable:
        """Ask for a questionnaire in one version."""
        path = f"/questionnaires/{quote(questionnaire_id, safe='')}/{quote(version, safe='')}"
        return self._call("GET", path, None, {}, questionnaire_files.MOST_BYTES)

    def pull_units(self, etag: str | None) -> Reply | Unreachable:
        """Ask for the list of units, if it is another than the one with this ETag."""
        headers = {"If-None-Match": etag} if etag else {}
        return self._call("GET", "/units", None, headers, units.MOST_BYTES)

    def _post(self, path: str, body: bytes) -> Reply | Unreachable:
        headers = {"Content-Type": "application/json"}
        if not self._takes_gzip:
            return self._call("POST", path, body, headers)
        zipped = gzip.compress(body, compresslevel=6, mtime=0)
        reply = self._call("POST", path, zipped, {**headers, "Content-Encoding": "gzip"})
        if isinstance(reply, Reply) and reply.status == requests.codes.unsupported_media_type:
            self._takes_gzip = False
            return self._call("POST", path, body, headers)
        return reply

    def _call(
        self,
        method: str,
        path: str,
        body: bytes | None,
        headers: Mapping[str, str],
        most_bytes: int = MOST_BYTES,
    ) -> Reply | Unreachable:
        try:
            with self._watch.deadline(self._call_s):
                reply = self._whole_reply(method, path, body, headers, most_bytes)
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            why = "deadline" if self._watch.is_over else _reason(error)
            return Unreachable(why)
        if self._watch.is_over:
            return Unreachable("deadline")
        if isinstance(reply, Reply) and "accept-encoding" in reply.headers:
            # RFC 7694: the other side says which encodings it takes in requests.
            self._takes_gzip = "gzip" in reply.headers["accept-encoding"].lower()
        return reply

    def _whole_reply(
        self,
        method: str,
        path: str,
        body: bytes | None,
        headers: Mapping[str, str],
        most_bytes: int,
    ) -> Reply | Unreachable:
        with self._session.request(
            method,
            self._base + path,
            data=body,
            headers=dict(headers),
            timeout=(CONNECT_S, READ_S),
            allow_redirects=False,
            stream=True,
        ) as response:
            content = bytearray()
            for chunk in response.iter_content(64 * 1024):
                content += chunk
                if len(content) > most_bytes:
                    return Unreachable("reply too long")
            names = {name.lower(): value for name, value in response.headers.items()}
            return Reply(response.status_code, names, bytes(content))


def _reason(error: Exception) -> str:
    """A short word for the heartbeat's failure counts, without addresses or secrets."""
    match error:
        case requests.exceptions.SSLError():
            return _tls_reason(error)
        case requests.exceptions.ProxyError():
            return "proxy"
        case requests.exceptions.Timeout():
            return "timeout"
        case requests.exceptions.ConnectionError() if "resolve" in str(error).lower():
            return "dns"
        case _:
            return "connection"


def _tls_reason(error: BaseException) -> str:
    for each in _causes(error):
        if isinstance(each, ssl.SSLCertVerificationError):
            return CERTIFICATE_TIMES.get(each.verify_code, "tls-certificate")
    return "tls"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
