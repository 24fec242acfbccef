"""A one-time code, and what it is exchanged for."""

from typing import Annotated

from msgspec import Meta, Struct

from sync.wire.configuration import CentralConfig
from sync.wire.values import Count, Name


class EnrolmentRequest(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """POST /enrolments: a one-time code for this terminal's own credentials.

    `attempt` is a secret that the terminal drew for this code: whoever sends the same one again
    is the terminal whose reply was lost.
    """

    code: Name
    hardware_id: Name
    software: Name
    attempt: Annotated[str, Meta(min_length=20, max_length=100)] | None = None


class Enrolment(Struct, frozen=True, kw_only=True):
    """The answer to an enrolment: who the terminal is from now on."""

    terminal_id: Name
    # Without the (?!) a line feed could end it, and no header can carry that.
    token: Annotated[str, Meta(min_length=20, max_length=200, pattern="^[!-~]+(?!\\n)$")]
    epoch: Count = 1
    staff_pin_hash: Annotated[str, Meta(max_length=500)] | None = None
    config: CentralConfig = CentralConfig()
