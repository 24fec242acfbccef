"""Who this terminal is to the centre: its id and token, in a 0600 file of their own."""

import msgspec

from device_config.durable_file import DurableFile
from device_config.settings import CentralSettings
from device_config.state import StateDirectory


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """What enrolment gave; `token` is a secret and goes into no log."""

    terminal_id: str
    token: str
    staff_pin_hash: str | None = None

    def __repr__(self) -> str:
        """Without the secrets."""
        return f"Credentials(terminal_id={self.terminal_id!r})"


def read_credentials(state: StateDirectory, settings: CentralSettings) -> Credentials | None:
    """This terminal's credentials, or None before enrolment; values in the settings win.

    Raises StateDamaged when the file and its copy are damaged.
    """
    if settings.token and settings.terminal_id:
        return Credentials(terminal_id=settings.terminal_id, token=settings.token)
    body = DurableFile(state.file("credentials")).read()
    return msgspec.convert(body, Credentials) if body is not None else None


def write_credentials(state: StateDirectory, credentials: Credentials) -> None:
    """Keep what enrolment gave."""
    DurableFile(state.file("credentials")).write(credentials)
