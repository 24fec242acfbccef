"""A one-time code for this terminal's own credentials and first configuration."""

import hashlib
from pathlib import Path

import msgspec

from device_config.clock import Reading, rfc3339
from device_config.config_store import ConfigStore
from device_config.credentials import Credentials, write_credentials
from device_config.durable_file import DurableFile
from device_config.errors import EnrolmentRefused
from device_config.location import LocationFile, Place
from device_config.notices import NoticesFile
from device_config.settings import LocationSettings
from device_config.software import software
from device_config.state import StateDirectory
from sync.client import CentralClient
from sync.outbox import open_outbox
from sync.outcome import Reply, Unreachable
from sync.wire import UNREADABLE, CentralConfig, CentralLocation, Enrolment, EnrolmentRequest

REFUSALS = {
    404: "the centre does not know this code; check it letter by letter",
    410: "this code was used already or has expired; ask for a new one",
    429: "too many tries; wait ten minutes, then try again",
}


def enrol(
    state: StateDirectory,
    client: CentralClient,
    code: str,
) -> Enrolment:
    """Enrol this terminal; raises EnrolmentRefused with what to do.

    A code works once, so the credentials are on disk before anything else is done. Its
    configuration is still to be taken: `take_config`.
    """
    request = EnrolmentRequest(code=code, hardware_id=hardware_id(), software=software())
    enrolment = _read(client.enrol(request))
    write_credentials(
        state,
        Credentials(
            terminal_id=enrolment.terminal_id,
            token=enrolment.token,
            staff_pin_hash=enrolment.staff_pin_hash,
        ),
    )
    outbox = open_outbox(state)
    outbox.begin_epoch(enrolment.epoch, DurableFile(state.file("epoch")))
    outbox.close()
    return enrolment


def _read(reply: Reply | Unreachable) -> Enrolment:
    if isinstance(reply, Unreachable):
        raise EnrolmentRefused(
            f"the centre cannot be reached ({reply.why}); check the network and the address"
        )
    if reply.status != 201:
        why = REFUSALS.get(reply.status, f"the centre answered {reply.status}; try again later")
        raise EnrolmentRefused(why)
    try:
        return msgspec.json.decode(reply.body, type=Enrolment)
    except UNREADABLE:
        raise EnrolmentRefused("the answer is not a central service's; check the address") from None


def take_config(
    state: StateDirectory, store: ConfigStore, config: CentralConfig, now: Reading
) -> bool:
    """Take what the centre wants this terminal to be; returns whether it has moved.

    Raises ConfigurationProblems, and keeps the settings before, when they do not fit.
    """
    has_moved = False
    if config.location is not msgspec.UNSET:
        # First, since where we stand does not depend on whether the settings fit.
        settings = store.effective().settings.location
        has_moved = take_location(state, settings, config.location, now)
    NoticesFile.of(state).take(config.messages, config.form_url)
    if config.settings is not msgspec.UNSET:
        store.activate_central(config.settings)
    return has_moved


def take_location(
    state: StateDirectory, settings: LocationSettings, location: CentralLocation, now: Reading
) -> bool:
    """Take the centre's word on where this terminal stands, if it is news; returns whether."""
    place = Place(
        revision=location.revision,
        county=location.county,
        unit=location.unit,
        service=location.service,
        place=location.place,
        since=rfc3339(now.wall) if now.is_synced else None,
        set_by="centre",
    )
    return LocationFile.of(state).adopt(place, settings)


def hardware_id() -> str:
    """A name for this machine that survives a new SD card where there is one; not reversible."""
    for path in ("/proc/device-tree/serial-number", "/etc/machine-id"):
        try:
            text = Path(path).read_text("ascii").strip("\0\n ")
        except (OSError, UnicodeDecodeError):
            continue
        if text:
            return hashlib.sha256(f"palautepiste {text}".encode()).hexdigest()[:32]
    return "unknown"
