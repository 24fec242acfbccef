"""The address of the page that is being drawn, to which its frame links back, and its language."""

from contextvars import ContextVar
from dataclasses import dataclass
from urllib.parse import parse_qs, parse_qsl, urlencode

from litestar.types import Message, Scope

from sync.central.service import Call

MOST_CHARACTERS = 2000
MOST_FIELDS = 50
LANGUAGES = {"fi": "Suomeksi", "sv": "På svenska", "en": "In English"}
LANGUAGE_COOKIE = "language"
YEAR_S = 31_536_000


@dataclass(frozen=True, slots=True)
class Address:
    """A path of this service, and what follows the question mark as names and values."""

    path: str = "/"
    query: tuple[tuple[str, str], ...] = ()

    def but(self, **changes: str | None) -> str:
        """The same with other values; None takes one away. Where a form ended is not kept."""
        gone = {"done", *changes}
        kept = [(name, value) for name, value in self.query if name not in gone]
        query = urlencode([*kept, *((n, v) for n, v in changes.items() if v is not None)])
        return f"{self.path}?{query}" if query else self.path

    def value(self, name: str) -> str:
        """The last value of this name; empty without one."""
        return next((value for known, value in reversed(self.query) if known == name), "")

    def is_within(self, section: str) -> bool:
        """Whether the page is in this section of the service."""
        return self.path == section or (section != "/" and self.path.startswith(f"{section}/"))


_address: ContextVar[Address | None] = ContextVar("address", default=None)


def address() -> Address:
    """Where the reader of the page that is being drawn is."""
    return _address.get() or Address()


def remember_address(call: Call) -> None:
    """Note where a call goes, for whatever is drawn to answer it."""
    query = call.url.query
    fields: tuple[tuple[str, str], ...] = ()
    if len(query) <= MOST_CHARACTERS:
        found = parse_qsl(query, keep_blank_values=True, errors="replace")[:MOST_FIELDS]
        fields = tuple((name, value) for name, value in found if (name + value).isprintable())
    _address.set(Address(call.url.path, fields))


async def note_address(call: Call) -> None:
    """The same before a call is handled; a plain function would be called in another context."""
    remember_address(call)


async def keep_language(message: Message, scope: Scope) -> None:
    """Have the browser remember the language that was asked for, so that links need not carry it.

    Pages that any cache may keep say nothing to one reader.
    """
    if message["type"] != "http.response.start" or b"lang=" not in scope["query_string"]:
        return
    headers = {name.lower(): value for name, value in message["headers"]}
    is_page = headers.get(b"content-type", b"").startswith(b"text/html")
    if not is_page or b"public" in headers.get(b"cache-control", b""):
        return
    asked = parse_qs(scope["query_string"].decode("latin-1")).get("lang", [""])[-1]
    if asked in LANGUAGES:
        secure = "; Secure" if scope["scheme"] == "https" else ""
        kept = f"{LANGUAGE_COOKIE}={asked}; Path=/; Max-Age={YEAR_S}; HttpOnly; SameSite=Lax"
        message["headers"] = [*message["headers"], (b"set-cookie", f"{kept}{secure}".encode())]
