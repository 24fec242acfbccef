"""What was worked out a moment ago, kept for whoever asks for the same next."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Dated(Generic[T]):
    """A result, and when it was worked out."""

    value: T
    at: datetime


class Recent(Generic[T]):
    """The newest results by key: few of them, none older than `age`.

    For threads. Who asks for what another one is working out waits for that one.
    """

    def __init__(self, age: timedelta, most: int) -> None:
        self._age = age
        self._most = most
        self._known: OrderedDict[Hashable, Dated[T]] = OrderedDict()
        self._working = Lock()

    def get(self, key: Hashable, now: datetime, work_out: Callable[[], T]) -> Dated[T]:
        """The result for a key, worked out now unless it is there."""
        with self._working:
            found = self._known.get(key)
            if found is None or not timedelta() <= now - found.at < self._age:
                found = self._known[key] = Dated(work_out(), now)
            self._known.move_to_end(key)
            while len(self._known) > self._most:
                self._known.popitem(last=False)
            return found
