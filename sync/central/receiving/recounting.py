"""Counts anew: what waited for its questionnaire and, to prove the tallies, everything."""

import asyncio
import logging
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sync.central.questionnaires import Questionnaires
from sync.central.receiving.checking import Validity
from sync.central.store import Store
from sync.central.store import recount as counts
from sync.central.store.recount import Counted
from sync.central.store.settling import check_some, waiting
from sync.central.store.tallies import add

log = logging.getLogger(__name__)

RECHECK_EVERY_S = 60.0
STEPS_OF_A_PAGE = 20
"""So many while somebody waits for a page; the running service checks the rest."""


def recheck(
    store: Store, questionnaires: Questionnaires, now: datetime, most_steps: int = sys.maxsize
) -> Counter[Validity]:
    """Check the responses whose questionnaire has become known; how many became what.

    A step is a transaction: cut short, the rest is checked the next time.
    """
    questionnaires.look_again()
    with store.reading() as connection:
        wanted = waiting(connection)
    became: Counter[Validity] = Counter()
    for key in sorted(wanted):
        known = questionnaires.find(*key)
        while known is not None and most_steps > 0:
            with store.writing() as connection:
                step = check_some(connection, known.questionnaire, now)
            if not step:
                break
            became += step
            most_steps -= 1
    if became:
        log.info("checked again: %d valid, %d invalid", became["valid"], became["invalid"])
    return became


async def recheck_now_and_then(
    store: Store, questionnaires: Questionnaires, now: Callable[[], datetime]
) -> None:
    """Check again, for ever, what waited for a questionnaire that whoever has published."""
    while True:
        try:
            await asyncio.to_thread(recheck, store, questionnaires, now())
        except Exception:
            log.exception("checking again failed; the next time is in %d s", RECHECK_EVERY_S)
        await asyncio.sleep(RECHECK_EVERY_S)


@dataclass(frozen=True, slots=True)
class Recount:
    """What counting everything again has found."""

    units: int
    lacking: Counted
    """What rows of the tallies lacked; negative what they had too much of."""
    numbers: tuple[tuple[str, int], ...]
    """The terminals and epochs whose numbers were counted wrong."""

    @property
    def is_right(self) -> bool:
        """Whether there was nothing to mend."""
        return not self.lacking and not self.numbers


def recount(store: Store, *, is_mending: bool = True) -> Recount:
    """Count every document again, a unit at a time, and mend what differs.

    The service goes on meanwhile; it waits only where there is something to mend.
    """
    lacking: Counted = {}
    with store.reading() as connection:
        units = counts.counted_units(connection)
    for unit in units:
        with store.reading() as connection:
            found = counts.unit_differences(connection, unit)
        if found and is_mending:
            with store.writing() as connection:
                counts.stop_counting(connection)
                found = counts.unit_differences(connection, unit)
                add(connection, found)
        lacking |= found
    return Recount(len(units), lacking | _all_units(store, is_mending), _numbers(store, is_mending))


def _all_units(store: Store, is_mending: bool) -> Counted:
    lacking: Counted = {}
    with store.reading() as connection:
        days = counts.counted_days(connection)
    for day in days:
        with store.reading() as connection:
            found = counts.day_differences(connection, day)
        if found and is_mending:
            with store.writing() as connection:
                counts.stop_counting(connection)
                found = counts.day_differences(connection, day)
                add(connection, found)
        lacking |= found
    return lacking


def _numbers(store: Store, is_mending: bool) -> tuple[tuple[str, int], ...]:
    with store.reading() as connection:
        found = counts.number_differences(connection)
    if found and is_mending:
        with store.writing() as connection:
            counts.stop_counting(connection)
            found = counts.number_differences(connection)
            counts.count_numbers_anew(connection)
    return found
