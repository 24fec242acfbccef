"""How often someone may guess an enrolment code. Pure: the time comes in."""

import ipaddress
import math
from collections import OrderedDict, deque
from datetime import datetime, timedelta

MOST_TRIES = 10
WINDOW = timedelta(minutes=10)
MOST_ADDRESSES = 10_000


class Tries:
    """The latest failed tries by address, in bounded memory.

    A try counts from when it begins, so that many at the same time gain nothing; one that
    succeeds is taken back.
    """

    def __init__(self) -> None:
        self._by_address: OrderedDict[str, deque[datetime]] = OrderedDict()

    def wait_s(self, address: str, now: datetime) -> int:
        """Begin a try: 0 when it may go on, else the seconds until the next may."""
        network = _network(address)
        tries = self._by_address.setdefault(network, deque(maxlen=MOST_TRIES))
        self._by_address.move_to_end(network)
        if len(self._by_address) > MOST_ADDRESSES:
            self._by_address.popitem(last=False)
        while tries and tries[0] <= now - WINDOW:
            tries.popleft()
        if len(tries) == MOST_TRIES:
            return math.ceil((tries[0] + WINDOW - now).total_seconds())
        tries.append(now)
        return 0

    def succeeded(self, address: str) -> None:
        """Take back the latest try: its code was right."""
        tries = self._by_address.get(_network(address))
        if tries:
            tries.pop()


def _network(address: str) -> str:
    """An IPv4 address, or the /64 of an IPv6 one: whoever has one of it has all."""
    bare = address.partition("%")[0]
    try:
        parsed = ipaddress.ip_address(bare)
    except ValueError:
        return bare
    if parsed.version == 4 or parsed.ipv4_mapped is not None:
        return bare
    return str(ipaddress.ip_network((parsed, 64), strict=False))
