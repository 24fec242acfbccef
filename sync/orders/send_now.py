"""The order `send-now`: everything is due at once, whatever the back-off says."""

from typing import Any

from device_config.clock import Reading
from sync.orders.desk import Desk, Outcome


def send_now(_body: dict[str, Any], desk: Desk, _now: Reading) -> Outcome:
    """Hurry every delivery; the centre's own Retry-After still holds."""
    desk.hurry()
    return {"done": True}
