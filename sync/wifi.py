"""The Wi-Fi networks that are heard here, and joining one of them, through NetworkManager."""

import hashlib
import logging
import secrets
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from sync.nmcli import NmcliFailed, rows, run, secret_line

log = logging.getLogger(__name__)

Security = Literal["open", "password", "other"]
"""Nothing to type; one password for all; what only IT can set up (802.1X, WEP and the like)."""

JOIN_S, BACK_S = 45.0, 30.0
MOST_NETWORKS = 40
PROFILE = "palautepiste-"
SHORTEST, LONGEST = 8, 63
"""Characters of a WPA password (IEEE 802.11, "passphrase")."""


@dataclass(frozen=True, slots=True)
class Network:
    """A network that is heard. `signal`: 0 to 100. `is_ours`: joined from a screen before."""

    ssid: str
    signal: int
    security: Security
    is_current: bool = False
    is_ours: bool = False
    is_sae: bool = False


@dataclass(frozen=True, slots=True)
class Links:
    """How this machine is connected; `wifi` is the name of the connection, None without one."""

    has_wifi: bool
    is_wired: bool
    wifi: str | None


def links() -> Links:
    """How this machine is connected now. Raises NmcliFailed."""
    table = rows(run("--fields", "TYPE,STATE,CONNECTION", "device", "status"), 3)
    wifi = [line for line in table if line[0] == "wifi"]
    connected = [line for line in table if line[1].startswith("connected")]
    return Links(
        has_wifi=bool(wifi),
        is_wired=any(line[0] == "ethernet" for line in connected),
        wifi=next((line[2] for line in connected if line[0] == "wifi"), None),
    )


def scan() -> tuple[Network, ...]:
    """What is heard, each name once, the current one first, then by strength.

    Hidden networks have no name to choose. Raises NmcliFailed.
    """
    listed = run("--fields", "IN-USE,SSID,SIGNAL,SECURITY", "device", "wifi", "list", wait_s=30)
    ours = {name[: len(_profile_of(""))] for name, _ in _profiles()}
    best: dict[str, Network] = {}
    for in_use, ssid, signal, security in rows(listed, 4):
        # Of a name that is no text nobody knows which bytes to ask for.
        if not ssid or "\ufffd" in ssid or not signal.isdecimal():
            continue
        words = set(security.split())
        network = Network(
            ssid,
            min(int(signal), 100),
            _security(words),
            is_current=in_use.strip() == "*",
            is_ours=_profile_of(ssid) in ours,
            is_sae="WPA3" in words and not words & {"WPA1", "WPA2"},
        )
        if ssid not in best or _rank(network) < _rank(best[ssid]):
            best[ssid] = network
    return tuple(sorted(best.values(), key=_rank)[:MOST_NETWORKS])


def _rank(network: Network) -> tuple[bool, int, str]:
    return not network.is_current, -network.signal, network.ssid


def _security(words: set[str]) -> Security:
    if not words or words == {"--"}:
        return "open"
    is_shared = bool(words & {"WPA1", "WPA2", "WPA3"}) and "802.1X" not in words
    return "password" if is_shared else "other"


def join(ssid: str, password: str | None) -> None:
    """Join a network that is heard, and keep it. Raises NmcliFailed.

    What was joined before stays known; if this fails it is joined again.
    """
    network = next((each for each in scan() if each.ssid == ssid), None)
    if network is None:
        raise NmcliFailed("not-found", "not heard any more")
    if network.security == "other":
        raise NmcliFailed("for-it", "a security that is not one password for all")
    secret = _secret(network, password)
    before = _active()
    name = f"{_profile_of(ssid)}-{secrets.token_hex(4)}"
    try:
        # Until it has worked it is not joined by itself: a power cut leaves all as it was.
        run(
            *("connection", "add", "type", "wifi", "con-name", name, "ifname", "*"),
            *("autoconnect", "no", "ssid", ssid, *_key_management(network)),
        )
        by_secret = ("passwd-file", "/dev/stdin") if secret else ()
        run("connection", "up", "id", name, *by_secret, wait_s=JOIN_S, secret=secret)
        run("connection", "modify", "id", name, "connection.autoconnect", "yes")
    except NmcliFailed:
        _forget(name)
        if before is not None:
            _go_back(before)
        raise
    _forget_others(ssid, name)


def _secret(network: Network, password: str | None) -> bytes:
    if network.security == "open":
        return b""
    if password is None or not SHORTEST <= len(password) <= LONGEST:
        raise NmcliFailed("wrong-password", f"it has {SHORTEST} to {LONGEST} characters")
    try:
        return secret_line("802-11-wireless-security.psk", password)
    except ValueError as error:
        raise NmcliFailed("wrong-password", str(error)) from None


def _key_management(network: Network) -> tuple[str, ...]:
    if network.security == "open":
        return ()
    return ("wifi-sec.key-mgmt", "sae" if network.is_sae else "wpa-psk")


def forget(ssid: str) -> None:
    """Forget a network that was joined from a screen. Raises NmcliFailed."""
    for name, uuid in _profiles():
        if name.startswith(f"{_profile_of(ssid)}-"):
            run("connection", "delete", "uuid", uuid)


def _profile_of(ssid: str) -> str:
    """What our profiles for this network begin with: a name may be anything, a profile's not."""
    return PROFILE + hashlib.sha256(ssid.encode()).hexdigest()[:12]


def _profiles() -> list[tuple[str, str]]:
    """Name and UUID of the profiles that were made here."""
    table = rows(run("--fields", "NAME,UUID", "connection", "show"), 2)
    return [(name, uuid) for name, uuid in table if name.startswith(PROFILE)]


def _active() -> str | None:
    """The UUID of the Wi-Fi connection that is up."""
    table = rows(run("--fields", "UUID,TYPE", "connection", "show", "--active"), 2)
    return next((uuid for uuid, kind in table if kind == "802-11-wireless"), None)


def _go_back(uuid: str) -> None:
    try:
        run("connection", "up", "uuid", uuid, wait_s=BACK_S)
    except NmcliFailed as error:
        log.warning("the Wi-Fi of before is not up again: %s %s", error.code, error.detail)


def _forget(name: str) -> None:
    with suppress(NmcliFailed):
        run("connection", "delete", "id", name)


def _forget_others(ssid: str, kept: str) -> None:
    """Older profiles for the same network may hold an older password."""
    with suppress(NmcliFailed):
        for name, uuid in _profiles():
            if name.startswith(f"{_profile_of(ssid)}-") and name != kept:
                run("connection", "delete", "uuid", uuid)
