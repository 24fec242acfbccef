"""The orders about Wi-Fi: staff look which there is, and join one with its password."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from device_config.clock import Reading
from device_config.wifi_password import take_password
from sync import wifi
from sync.nmcli import NmcliFailed
from sync.orders.desk import Carrier, Desk, OrderFailed, Outcome


def _through_nmcli(ask: Callable[[dict[str, Any], Desk], Outcome]) -> Carrier:
    """What NetworkManager refuses is an outcome."""

    @wraps(ask)
    def carry_out(body: dict[str, Any], desk: Desk, _now: Reading) -> Outcome:
        try:
            return ask(body, desk)
        except NmcliFailed as error:
            raise OrderFailed(error.code, error.detail) from None

    return carry_out


@_through_nmcli
def wifi_status(_body: dict[str, Any], _desk: Desk) -> Outcome:
    """How this machine is connected: `has_wifi`, `is_wired` and the `wifi` it is in."""
    links = wifi.links()
    return {
        "done": True,
        "has_wifi": links.has_wifi,
        "is_wired": links.is_wired,
        "wifi": links.wifi,
    }


@_through_nmcli
def wifi_scan(_body: dict[str, Any], _desk: Desk) -> Outcome:
    """The `networks` that are heard, and whether a cable is in use, too."""
    links = wifi.links()
    if not links.has_wifi:
        raise OrderFailed("no-wifi", "", is_wired=links.is_wired)
    networks = [
        {
            "ssid": each.ssid,
            "signal": each.signal,
            "security": each.security,
            "is_current": each.is_current,
            "is_ours": each.is_ours,
        }
        for each in wifi.scan()
    ]
    return {"done": True, "networks": networks, "is_wired": links.is_wired}


@_through_nmcli
def wifi_join(body: dict[str, Any], desk: Desk) -> Outcome:
    """Join the network `ssid` with the password in `password_file`, which is then gone."""
    has_password = "password_file" in body
    password = take_password(desk.state, body["password_file"]) if has_password else None
    if has_password and password is None:
        raise OrderFailed("failed", "the password has not arrived")
    wifi.join(_ssid(body), password)
    desk.hurry()  # what waits may leave now
    return {"done": True}


@_through_nmcli
def wifi_forget(body: dict[str, Any], _desk: Desk) -> Outcome:
    """Forget the network `ssid`, if it was joined from the screen."""
    wifi.forget(_ssid(body))
    return {"done": True}


def _ssid(body: dict[str, Any]) -> str:
    ssid = body.get("ssid")
    if not isinstance(ssid, str) or not ssid:
        raise OrderFailed("not-found", "no name")
    return ssid
