"""Carrying out what the kiosk asked for, oldest first; one bad order never stops the others."""

import logging
import sqlite3
from collections.abc import Mapping
from typing import Any

from device_config.clock import Reading
from device_config.errors import KioskError
from device_config.road import Order, finish_order, open_orders
from sync.orders.desk import Carrier, Desk, OrderFailed, Outcome
from sync.orders.kinds import CARRIERS

log = logging.getLogger(__name__)

STALE_S = 600.0
"""Whoever asked has gone, or died: what was asked then may not be wanted now."""
ASKED = "asked"
"""The member of an order's body that says when it was left: `boot_id` and `boottime`."""


def carry_out_orders(desk: Desk, now: Reading, carriers: Mapping[str, Carrier] = CARRIERS) -> None:
    """Carry out every open order, and write down what came of each.

    Raises sqlite3.DatabaseError: nothing can be written down without the database.
    """
    for order in open_orders(desk.db):
        finish_order(desk.db, order.id, _outcome(order, desk, now, carriers))


def _outcome(order: Order, desk: Desk, now: Reading, carriers: Mapping[str, Carrier]) -> Outcome:
    body = dict(order.body)
    if is_stale(body.pop(ASKED, None), now):
        return {"error": "stale", "detail": f"not carried out within {STALE_S:.0f} s"}
    carrier = carriers.get(order.kind)
    if carrier is None:
        log.warning("order %d is of an unknown kind: %s", order.id, order.kind)
        return {"error": "unknown-order", "detail": order.kind}
    try:
        return carrier(body, desk, now)
    except OrderFailed as error:
        log.warning("order %s: %s %s", order.kind, error.code, error.detail)
        return {"error": error.code, "detail": error.detail, **error.more}
    except sqlite3.DatabaseError:
        raise
    except (KioskError, OSError) as error:
        log.warning("order %s: %s", order.kind, error)
        return {"error": "failed", "detail": str(error)}
    except Exception as error:
        log.exception("order %s: the agent goes on after an error of ours", order.kind)
        return {"error": "failed", "detail": type(error).__name__}


def is_stale(asked: Any, now: Reading) -> bool:
    """Whether an order was left too long ago, or in an earlier boot. One that says nothing is not.

    The clock on the wall is not asked: it may be set right at this very moment.
    """
    match asked:
        case {"boot_id": str(boot_id), "boottime": int() | float() as boottime}:
            return boot_id != now.boot_id or now.boottime - boottime > STALE_S
    return False
