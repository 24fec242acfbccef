"""Who this terminal is to the centre: its id and token, in a 0600 file of their own."""

import msgspec

from device_config.errors import StateDamaged
from device_config.settings import CentralSettings
from device_config.state import StateDirectory


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """What enrolment gave; `token` is a secret and goes into no log.

    `code_hash` names the code that it came from, so that the same one is not brought twice, and
    `centre` the address that gave it.
    """

    terminal_id: str
    token: str
    staff_pin_hash: str | None = None
    code_hash: str | None = None
    centre: str | None = None

    def __repr__(self) -> str:
        """Without the secrets."""
        return f"Credentials(terminal_id={self.terminal_id!r})"


def read_credentials(state: StateDirectory, settings: CentralSettings) -> Credentials | None:
    """This terminal's credentials, or None before enrolment; values in the settings win.

    The staff PIN is in no settings: it stays the one that this terminal's enrolment gave. Raises
    StateDamaged when the file and its copy are damaged, and the settings do not say it all.
    """
    if not (settings.token and settings.terminal_id):
        return enrolled_credentials(state)
    return Credentials(
        terminal_id=settings.terminal_id,
        token=settings.token,
        staff_pin_hash=_pin_hash(state, settings.terminal_id),
    )


def enrolled_credentials(state: StateDirectory) -> Credentials | None:
    """What the last enrolment gave, whatever the settings say; raises StateDamaged."""
    body = state.durable("credentials").read()
    return msgspec.convert(body, Credentials) if body is not None else None


def _pin_hash(state: StateDirectory, terminal_id: str) -> str | None:
    """The staff PIN that enrolment gave to the terminal of this name."""
    try:
        enrolled = enrolled_credentials(state)
    except StateDamaged:
        return None
    return enrolled.staff_pin_hash if enrolled and enrolled.terminal_id == terminal_id else None


def write_credentials(state: StateDirectory, credentials: Credentials) -> None:
    """Keep what enrolment gave."""
    state.durable("credentials").write(credentials)
