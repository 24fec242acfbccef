"""Coming in by OpenID Connect: the code flow with PKCE, state and nonce, and the ID token checked.

OpenID Connect Core 1.0, section 3.1; Discovery 1.0; RFC 7636 (PKCE); RFC 9207 (iss in the answer).
"""

import hmac
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

import msgspec
import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from device_config.errors import UsageProblem

CALLBACK = "/login/openid/callback"
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
"""Signatures by a key pair alone: never `none`, and never the client's secret as a key."""
LEEWAY_S = 60
KEPT_FOR = timedelta(hours=1)
SOONEST_AGAIN = timedelta(minutes=1)
"""Between two looks for a key that we do not know: anybody may send a token that names one."""
TIMEOUT_S = 10.0
MOST_BYTES = 1024 * 1024
MOST_TOKEN = 64 * 1024
MOST_SUBJECT = 255
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class OpenIdRefused(Exception):
    """Nobody comes in by what the provider or the browser brought; the reason is for the log."""


class ProviderUnreachable(Exception):
    """The provider does not answer as one would."""


class OpenIdUnusable(UsageProblem):
    """The provider's settings can be of no use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIdSettings:
    """Which provider, and who we are to it.

    `claim`: by which the first login finds the account that was made for it.
    """

    issuer: str
    client_id: str
    client_secret: str | None = None
    claim: str = "preferred_username"


@dataclass(frozen=True, slots=True)
class Begun:
    """What has to fit together when the browser comes back."""

    address: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Known:
    """Whom the provider says it is; `name` as the claim says it, if it does."""

    issuer: str
    subject: str
    name: str | None


class OpenIdConnect:
    """One provider. Every method may wait for it: call them beside the event loop."""

    def __init__(self, settings: OpenIdSettings, url: str, now: Callable[[], datetime]) -> None:
        self.settings = settings
        self._redirect = url + CALLBACK
        self._now = now
        self._lock = threading.Lock()
        self._metadata: tuple[datetime, dict[str, Any]] | None = None
        self._keys: tuple[datetime, KeySet] | None = None

    def begin(self, random: Random) -> Begun:
        """Where to send the browser; raises ProviderUnreachable."""
        state, nonce, verifier = (random.randbytes(32).hex() for _ in range(3))
        address, _ = self._session().create_authorization_url(
            self._endpoint("authorization_endpoint"),
            state=state,
            nonce=nonce,
            code_verifier=verifier,
        )
        return Begun(address, state, nonce, verifier)

    def finish(self, code: str, nonce: str, verifier: str, issuer: str | None) -> Known:
        """Who came back with this code; raises OpenIdRefused, ProviderUnreachable."""
        if issuer is not None and issuer != self.settings.issuer:
            raise OpenIdRefused("the answer names another issuer")
        claims = self._claims(self._id_token(code, verifier))
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise OpenIdRefused("the nonce is another one")
        return self._known(claims)

    def _id_token(self, code: str, verifier: str) -> str:
        try:
            token = self._session().fetch_token(
                self._endpoint("token_endpoint"),
                code=code,
                code_verifier=verifier,
                grant_type="authorization_code",
                timeout=TIMEOUT_S,
                allow_redirects=False,
            )
        except OAuthError as error:
            raise OpenIdRefused(f"the provider refused the code: {error.error}"[:200]) from None
        except (requests.RequestException, ValueError) as error:
            raise ProviderUnreachable(f"{type(error).__name__} at the token endpoint") from None
        found = token.get("id_token") if isinstance(token, dict) else None
        if not isinstance(found, str) or len(found) > MOST_TOKEN:
            raise OpenIdRefused("the provider gave no ID token")
        return found

    def _claims(self, token: str) -> dict[str, Any]:
        """The claims of an ID token that is the provider's, for us, and of now."""
        try:
            decoded = self._decoded(token)
            jwt.JWTClaimsRegistry(
                now=int(self._now().timestamp()),
                leeway=LEEWAY_S,
                iss={"essential": True, "value": self.settings.issuer},
                aud={"essential": True, "value": self.settings.client_id},
                exp={"essential": True},
                iat={"essential": True},
                sub={"essential": True},
            ).validate(decoded.claims)
        except (JoseError, ValueError, TypeError) as error:
            raise OpenIdRefused(f"the ID token is not good: {error}"[:200]) from None
        claims: dict[str, Any] = decoded.claims
        party = claims.get("azp", self.settings.client_id)
        if party != self.settings.client_id or (_is_many(claims["aud"]) and "azp" not in claims):
            raise OpenIdRefused("the ID token is for another client")
        return claims

    def _decoded(self, token: str) -> jwt.Token:
        keys = self._known_keys()
        try:
            return jwt.decode(token, keys, algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            newer = self._known_keys(is_doubted=True)  # the provider may have changed its keys
            if newer is keys:
                raise
            return jwt.decode(token, newer, algorithms=ALGORITHMS)

    def _known(self, claims: Mapping[str, Any]) -> Known:
        subject, name = claims["sub"], claims.get(self.settings.claim)
        if not isinstance(subject, str) or not 0 < len(subject) <= MOST_SUBJECT:
            raise OpenIdRefused("the ID token names nobody")
        if not subject.isprintable():
            raise OpenIdRefused("the subject has characters that none has")
        if self.settings.claim == "email" and claims.get("email_verified") is not True:
            name = None  # anybody may write anybody's address
        return Known(self.settings.issuer, subject, name if isinstance(name, str) else None)

    def _session(self) -> OAuth2Session:
        known = self._provider().get("token_endpoint_auth_methods_supported")
        method = "client_secret_basic"
        if isinstance(known, list) and method not in known and "client_secret_post" in known:
            method = "client_secret_post"
        return OAuth2Session(
            self.settings.client_id,
            self.settings.client_secret,
            token_endpoint_auth_method=method if self.settings.client_secret else "none",
            scope="openid profile email" if self.settings.claim != "sub" else "openid",
            redirect_uri=self._redirect,
            code_challenge_method="S256",
        )

    def _endpoint(self, name: str) -> str:
        address = self._provider().get(name)
        if not isinstance(address, str) or not is_safe_address(address):
            raise ProviderUnreachable(f"the provider's {name} is no https address")
        return address

    def _provider(self) -> dict[str, Any]:
        """What the provider says of itself."""
        with self._lock:
            now = self._now()
            if self._metadata is not None and now - self._metadata[0] < KEPT_FOR:
                return self._metadata[1]
            address = self.settings.issuer.rstrip("/") + "/.well-known/openid-configuration"
            metadata = _fetched(address)
            if metadata.get("issuer") != self.settings.issuer:
                raise ProviderUnreachable("the provider says that it is another issuer")
            self._metadata = (now, metadata)
            return metadata

    def _known_keys(self, *, is_doubted: bool = False) -> KeySet:
        """The provider's keys; fetched anew when old, or doubted and not fetched just now."""
        address = self._endpoint("jwks_uri")
        with self._lock:
            now = self._now()
            kept_for = SOONEST_AGAIN if is_doubted else KEPT_FOR
            if self._keys is not None and now - self._keys[0] < kept_for:
                return self._keys[1]
            try:
                keys = KeySet.import_key_set(_fetched(address))  # type: ignore[arg-type]
            except (JoseError, ValueError, KeyError, TypeError) as error:
                raise ProviderUnreachable(f"the provider's keys cannot be read: {error}") from None
            self._keys = (now, keys)
            return keys


def read_secret(path: Path) -> str:
    """A client secret from a file that only its owner can read; raises OpenIdUnusable."""
    try:
        if path.stat().st_mode & 0o077:
            raise OpenIdUnusable(f"{path}: others can read it; set it right with chmod 600")
        secret = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "not UTF-8"
        raise OpenIdUnusable(f"{path}: {why}; give a file with the client's secret") from None
    if not secret or len(secret) > 1000 or not secret.isprintable():
        raise OpenIdUnusable(f"{path}: holds no client secret")
    return secret


def is_safe_address(address: str) -> bool:
    """Whether what is sent there can be read only there: https, or this machine itself."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    is_here = parts.scheme == "http" and parts.hostname in LOOPBACK
    return bool(parts.hostname) and (parts.scheme == "https" or is_here)


def _fetched(address: str) -> dict[str, Any]:
    """A JSON object from the provider, bounded."""
    try:
        with requests.get(address, timeout=TIMEOUT_S, allow_redirects=False, stream=True) as reply:
            reply.raise_for_status()
            body = reply.raw.read(MOST_BYTES + 1, decode_content=True)
        if len(body) > MOST_BYTES:
            raise ProviderUnreachable(f"{address}: over {MOST_BYTES} bytes")
        found = msgspec.json.decode(body)
    except (requests.RequestException, OSError, ValueError) as error:
        raise ProviderUnreachable(f"{address}: {type(error).__name__}") from None
    if not isinstance(found, dict):
        raise ProviderUnreachable(f"{address}: no JSON object")
    return found


def _is_many(audience: object) -> bool:
    return isinstance(audience, list) and len(audience) > 1
