"""A small OpenID provider over real HTTP with real signatures, and what breaks it. No tests."""

import base64
import hashlib
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_urlsafe
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

CLIENT_ID, CLIENT_SECRET = "palautepiste", "a secret of the client's"


@cache
def a_key(kid, _which=""):
    """A key pair of this id; making one takes a while."""
    return RSAKey.generate_key(2048, {"kid": kid})


@dataclass
class Provider:
    """Whoever logs in is `subject` under `name`; `claims` and `broken` make its tokens wrong."""

    now: object
    url: str = ""
    subject: str = "subject-1"
    name: str = "aino"
    claims: dict = field(default_factory=dict)
    header: dict = field(default_factory=dict)
    broken: str = ""
    key: RSAKey = field(default_factory=lambda: a_key("first"))
    codes: dict = field(default_factory=dict)
    looked_for_keys: int = 0

    @property
    def metadata(self):
        return {
            "issuer": "https://else.example" if self.broken == "issuer" else self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
        }

    def change_key(self):
        """As providers do now and then."""
        self.key = a_key("second")

    def authorize(self, address):
        """What the browser brings back after its owner has logged in: code and state."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["client_id"] == CLIENT_ID
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = token_urlsafe(16)
        self.codes[code] = asked
        return {"code": code, "state": asked["state"], "iss": self.url}

    def token(self, asked, authorization):
        """The answer of the token endpoint: status and body."""
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        known = self.codes.pop(asked.get("code", ""), None)
        if authorization != f"Basic {basic}" or known is None:
            return 400, {"error": "invalid_grant"}
        digest = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        is_same = known["redirect_uri"] == asked.get("redirect_uri")
        if challenge != known["code_challenge"] or not is_same:
            return 400, {"error": "invalid_grant"}
        token = {"access_token": "a", "token_type": "Bearer", "id_token": self.id_token(known)}
        if self.broken == "no-token":
            del token["id_token"]
        return 200, token

    def id_token(self, asked):
        now = int(self.now().timestamp())
        claims = {
            "iss": self.url,
            "sub": self.subject,
            "aud": CLIENT_ID,
            "exp": now + 300,
            "iat": now,
            "nonce": asked["nonce"],
            "preferred_username": self.name,
        } | self.claims
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": "RS256", "kid": self.key.kid}
        match self.broken:
            case "alg-none":
                parts = ({"alg": "none"}, claims)
                encoded = (
                    base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
                    for part in parts
                )
                return ".".join((*encoded, ""))
            case "secret-as-key":
                header = {"alg": "HS256"}
                return jwt.encode(header, claims, OctKey.import_key(CLIENT_SECRET))
            case "other-key":
                return jwt.encode(header, claims, a_key("first", "another"))
            case "changed":
                head, body, signature = jwt.encode(header, claims, self.key).split(".")
                return f"{head}.{body[:-4]}AAAA.{signature}"
        return jwt.encode(header, claims, self.key)


@contextmanager
def a_provider(now):
    """A running provider; `now` is its clock."""
    provider = Provider(now)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path == "/.well-known/openid-configuration":
                self._say(200, provider.metadata)
            elif self.path == "/keys":
                provider.looked_for_keys += 1
                self._say(200, KeySet([provider.key]).as_dict(private=False))
            else:
                self._say(404, {})

        def do_POST(self):
            length = int(self.headers["Content-Length"])
            asked = parse_qs(self.rfile.read(length).decode())
            flat = {name: values[0] for name, values in asked.items()}
            self._say(*provider.token(flat, self.headers.get("Authorization")))

        def _say(self, status, body):
            content = json.dumps(body).encode()
            if provider.broken == "not-json":
                content = b"<html>login</html>"
            if provider.broken == "huge":
                content = b" " * (2 * 1024 * 1024) + content
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
