"""The order `enrol`: staff typed a code on the screen, and maybe the centre's address."""

from typing import Any

from device_config.clock import Reading
from device_config.errors import EnrolmentRefused
from sync.orders.desk import Desk, OrderFailed, Outcome
from sync.set_up import set_up

MOST_URL_CHARACTERS = 500


def enrol(body: dict[str, Any], desk: Desk, now: Reading) -> Outcome:
    """Exchange the code for credentials; the agent then delivers with them."""
    code, url = body.get("code"), body.get("url") or ""
    if not isinstance(code, str):
        raise OrderFailed("not-a-code")
    if not isinstance(url, str) or len(url) > MOST_URL_CHARACTERS:
        raise OrderFailed("wrong-address")
    try:
        done = set_up(desk.state, desk.store, code, {"url": url} if url else {}, now)
    except EnrolmentRefused as error:
        wait = {} if error.wait_s is None else {"wait_s": error.wait_s}
        raise OrderFailed(error.code, error.detail, **wait) from None
    told = {} if done.problem is None else {"problem": done.problem}
    return {"done": True, "terminal_id": done.terminal_id, **told}
