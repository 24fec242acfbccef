"""Whether the centre lets this terminal in, as a fact that the kiosk shows to staff."""

from sqlite_utils import Database

from device_config.road import fact, state_fact_if_room
from sync.outcome import Reply, Unreachable

REVOKED = (401, 403)
FACT = "access"


class Access:
    """Says `revoked` when the centre refuses the token, and `ok` when it takes it again.

    A heartbeat tells it: one goes every minute, whether anything waits or not.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    def note(self, reply: Reply | Unreachable) -> None:
        """Take in the answer to a heartbeat; any other failure says nothing about access."""
        if not isinstance(reply, Reply):
            return
        if reply.status in REVOKED:
            self._say("revoked")
        elif reply.status == 200:
            self._say("ok")

    def _say(self, what: str) -> None:
        if what != read_access(self._db):
            state_fact_if_room(self._db, "sync", FACT, what)


def read_access(db: Database) -> str | None:
    """What the agent last said: `ok`, `revoked`, or None before it could say anything."""
    said: str | None = fact(db, "sync", FACT, str)
    return said
