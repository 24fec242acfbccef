"""What can go wrong for the person who runs the central service."""

from device_config.errors import KioskError, UsageProblem


class DatabaseUnavailable(KioskError, OSError):
    """The database cannot be opened or reached."""


class AddressUnavailable(KioskError, OSError):
    """The address or port cannot be listened on."""


class DatabaseUnusable(UsageProblem):
    """The database URL is of no kind that the service can use."""


class UnknownUnit(UsageProblem):
    """No unit has this OID."""


class UnknownScope(UsageProblem):
    """No unit belongs to this part of the tree."""


class UnknownCode(UsageProblem):
    """No code that could still be used has this name."""


class UnknownTerminal(UsageProblem):
    """No terminal has this id."""


class UnitsUnreadable(UsageProblem):
    """A file of units cannot be read or breaks rules."""
