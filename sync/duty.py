"""One thing that the agent does again and again; an error of ours in it stops no other."""

import logging
import sqlite3
from collections.abc import Callable

from device_config.clock import Reading
from device_config.database import is_full
from device_config.errors import KioskError
from sync.schedule import Line

log = logging.getLogger(__name__)

Duty = Callable[[Reading, Line], Line]


def done(name: str, duty: Duty, now: Reading, line: Line, by_now: Callable[[], Reading]) -> Line:
    """Do it, and say when next. `by_now` are the clocks afterwards: a call may take minutes.

    Raises sqlite3.DatabaseError: the database is to be opened anew. A full disk is no reason for
    that: the agent would forget what the centre asked of it, and be no better off.
    """
    try:
        return duty(now, line)
    except sqlite3.DatabaseError as error:
        if not is_full(error):
            raise
        log.warning("%s: %s", name, error)
        return line.failed(by_now().boottime, 1.0, None)
    except KioskError as error:
        log.warning("%s: %s", name, error)
        return line.failed(by_now().boottime, 1.0, None)
    except Exception:
        log.exception("%s: the agent goes on after an error of ours", name)
        return line.failed(by_now().boottime, 1.0, None)
