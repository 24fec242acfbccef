"""Whether a device is there, and whether the terminal's account may use it. Opens none."""

from collections.abc import Iterable
from pathlib import Path

from device_config.checks.account import READ, WRITE, Account, joining, may_use
from device_config.checks.finding import Finding, fail, ok


def rights(
    check: str, devices: Iterable[Path], account: Account, says: str, wanted: int = READ | WRITE
) -> Finding:
    """Whether the account may use all of these; `says` what they are."""
    for device in devices:
        try:
            status = device.stat()
        except OSError as error:
            mend = "see its cable; then run this as root: sudo palautepiste doctor"
            return fail(check, f"{device}: {error.strerror}", mend)
        if not may_use(status, account, wanted):
            mend = joining(status, device, account)
            return fail(check, f"{account.name} may not use {device}", mend)
    return ok(check, says)
