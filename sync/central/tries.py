"""How often someone may guess an enrolment code. Pure: the time comes in."""

import ipaddress
import math
from collections import OrderedDict, deque
from datetime import datetime, timedelta

MOST_TRIES = 10
MOST_TRIES_OF_ALL = 200
"""Twenty addresses' worth: with 400 codes open all week, whoever guesses from any number of
addresses finds one in that week with a chance of 0.3 % (20^8 codes)."""
WINDOW = timedelta(minutes=10)
MOST_ADDRESSES = 10_000


class Tries:
    """The latest failed tries, by address and of all together, in bounded memory.

    A try counts from when it begins, so that many at the same time gain nothing; one that
    succeeds is taken back.
    """

    def __init__(self) -> None:
        self._by_address: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._of_all: deque[datetime] = deque(maxlen=MOST_TRIES_OF_ALL)

    def wait_s(self, address: str, now: datetime) -> int:
        """Begin a try: 0 when it may go on, else the seconds until the next may."""
        network = network_of(address)
        tries = self._by_address.setdefault(network, deque(maxlen=MOST_TRIES))
        self._by_address.move_to_end(network)
        if len(self._by_address) > MOST_ADDRESSES:
            self._by_address.popitem(last=False)
        wait_s = max(_wait_s(tries, now), _wait_s(self._of_all, now))
        if wait_s == 0:
            tries.append(now)
            self._of_all.append(now)
        return wait_s

    def succeeded(self, address: str) -> None:
        """Take back the latest try: its code was right."""
        tries = self._by_address.get(network_of(address))
        if tries:
            tries.pop()
        if self._of_all:
            self._of_all.pop()


def _wait_s(tries: deque[datetime], now: datetime) -> int:
    """Seconds until there is room for one more; forgets those that are too long ago.

    And those to come: the clock was set back since, and nobody is to wait for it to catch up.
    """
    while tries and not now - WINDOW < tries[0] <= now:
        tries.popleft()
    if len(tries) < (tries.maxlen or 0):
        return 0
    return math.ceil((tries[0] + WINDOW - now).total_seconds())


def network_of(address: str) -> str:
    """An IPv4 address, or the /64 of an IPv6 one: whoever has one of it has all."""
    bare = address.partition("%")[0]
    try:
        parsed = ipaddress.ip_address(bare)
    except ValueError:
        return bare
    if parsed.version == 4 or parsed.ipv4_mapped is not None:
        return bare
    return str(ipaddress.ip_network((parsed, 64), strict=False))
