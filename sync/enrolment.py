"""A one-time code for this terminal's own credentials and first configuration."""

import hashlib
import secrets
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from msgspec import UNSET

from device_config import clock
from device_config.clock import Reading
from device_config.config_store import ConfigStore
from device_config.credentials import Credentials, enrolled_credentials, write_credentials
from device_config.durable_file import DurableFile
from device_config.errors import StateDamaged
from device_config.location import LocationFile, Place, dated_now
from device_config.notices import NoticesFile
from device_config.software import software
from device_config.state import StateDirectory, hold
from sync.client import CentralClient
from sync.enrolment_reply import read_enrolment, refused
from sync.network import has_network
from sync.outbox import open_outbox
from sync.wire import CentralConfig, CentralLocation, Enrolment, EnrolmentRequest

MOST_CODE_CHARACTERS = 100
ENROLMENT_WAIT_S = 70.0
"""Longer than one exchange may take: whoever else is at it has then finished."""


def enrol(  # noqa: PLR0913 - what may differ in a test, too
    state: StateDirectory,
    client: CentralClient,
    code: str,
    now: Reading | None = None,
    *,
    on_let_in: Callable[[], None] = lambda: None,
    has_network: Callable[[], bool] = has_network,
) -> Enrolment:
    """Enrol this terminal; raises EnrolmentRefused with what to do, StateNotWritable, StateInUse.

    `on_let_in` is called when the centre has let the terminal in, before that is kept. A code works
    once, so the credentials are on disk before anything else is done; its configuration is still
    to be taken: `take_config`. Cut short anywhere, the same call within ten minutes goes on as the
    same terminal.
    """
    code = code.strip()
    if not 1 <= len(code) <= MOST_CODE_CHARACTERS or not code.isprintable():
        raise refused("not-a-code")
    with hold(state, "enrolment", wait_s=ENROLMENT_WAIT_S):
        request = EnrolmentRequest(
            code=code,
            hardware_id=hardware_id(),
            software=software(),
            attempt=_attempt(state, code),
        )
        now = now or clock.read()
        reply = client.enrol(request)
        enrolment = read_enrolment(reply, is_synced=now.is_synced, has_network=has_network)
        on_let_in()
        with closing(open_outbox(state)) as outbox:
            # First: should the power go now, a higher epoch does no harm, and a lower one would.
            outbox.begin_epoch(enrolment.epoch, DurableFile(state.file("epoch")))
        if is_another_centre(state, client.root) and enrolment.config.location is not UNSET:
            # This one has not seen the revisions that the other one gave.
            take_location(state, enrolment.config.location, now, counts_anyway=True)
        write_credentials(
            state,
            Credentials(
                terminal_id=enrolment.terminal_id,
                token=enrolment.token,
                staff_pin_hash=enrolment.staff_pin_hash,
                code_hash=code_hash(code),
                centre=client.root,
            ),
        )
    return enrolment


def code_hash(code: str) -> str:
    """By which a code is known again on this terminal, however it was typed."""
    normal = "".join(each for each in code.upper() if each.isalnum())
    return hashlib.sha256(normal.encode()).hexdigest()


def is_another_centre(state: StateDirectory, root: str) -> bool:
    """Whether another centre than the one at this address let the terminal in before."""
    try:
        before = enrolled_credentials(state)
    except StateDamaged:
        return False
    return before is not None and before.centre is not None and before.centre != root


def _attempt(state: StateDirectory, code: str) -> str:
    """The secret by which the centre knows this terminal again if it has to ask twice.

    It stays until another code comes: whoever asked may have died before anybody was told that all
    went well. The centre forgets it after ten minutes.
    """
    file, wanted = state.durable("attempt"), code_hash(code)
    try:
        body = file.read()
    except StateDamaged:
        body = None
    if isinstance(body, dict) and body.get("code_hash") == wanted:
        return str(body["attempt"])
    drawn = secrets.token_hex(16)
    file.write({"code_hash": wanted, "attempt": drawn})
    return drawn


def take_config(
    state: StateDirectory, store: ConfigStore, config: CentralConfig, now: Reading
) -> None:
    """Take what the centre wants this terminal to be.

    Raises ConfigurationProblems, and keeps the settings before, when they do not fit.
    """
    if config.location is not UNSET:
        # First, since where we stand does not depend on whether the settings fit.
        take_location(state, config.location, now)
    NoticesFile.of(state).take(config.messages, config.form_url)
    if config.settings is not UNSET:
        store.activate_central(config.settings)


def take_location(
    state: StateDirectory, location: CentralLocation, now: Reading, *, counts_anyway: bool = False
) -> bool:
    """Take the centre's word on where this terminal stands, if it is news; returns whether.

    `counts_anyway`: whatever its revision is.
    """
    place = Place(
        revision=location.revision,
        county=location.county,
        unit=location.unit,
        service=location.service,
        place=location.place,
        set_by="centre",
    )
    return LocationFile.of(state).adopt(dated_now(place, now), counts_anyway=counts_anyway)


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
