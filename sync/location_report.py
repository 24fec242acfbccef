"""What the centre is told of where this terminal stands: each place that is used, once."""

from sqlite_utils import Database

from device_config.database import immediate
from device_config.location import LocationFile, location_event
from device_config.road import fact, write_entry, write_fact
from sync.answered import History, worked_out
from sync.boots import known_boots

TOLD = "location-told"


def tell_places(db: Database, location: LocationFile) -> bool:
    """Put each place that is used, and was not told yet, into the journal; returns whether any was.

    The file is what counts, whoever wrote it; so no change of it goes untold, wherever the power
    failed. Which was told last is written down together with its event.
    """
    told: int = fact(db, "sync", TOLD, int) or 0
    news = [place for place in location.history() if place.is_used and place.revision > told]
    if not news:
        return False
    with immediate(db) as conn:
        for place in news:
            write_entry(conn, location_event(place))
        write_fact(conn, "sync", TOLD, news[-1].revision)
    return True


def date_places(db: Database, location: LocationFile) -> None:
    """Say since when the terminal stands where it was put while the clock could not be trusted.

    As far as that is known by now; a time that could be wrong stays unknown.
    """
    undated = [(place.set_at, place) for place in location.history() if place.set_at is not None]
    if not undated:
        return
    boots = History(known_boots(db.conn))
    for moment, place in undated:
        since = worked_out(boots, moment.boot_id, moment.boottime).at
        if since is not None:
            location.date(place, since)
