"""Every kind of order that the agent carries out."""

from sync.orders.desk import Carrier
from sync.orders.enrol import enrol
from sync.orders.fetch_units import fetch_units
from sync.orders.send_now import send_now
from sync.orders.wifi import wifi_forget, wifi_join, wifi_scan, wifi_status

CARRIERS: dict[str, Carrier] = {
    "enrol": enrol,
    "fetch-units": fetch_units,
    "send-now": send_now,
    "wifi-forget": wifi_forget,
    "wifi-join": wifi_join,
    "wifi-scan": wifi_scan,
    "wifi-status": wifi_status,
}
