"""Every error that we raise on purpose, as one tree.

The message of each is one line for a person: what, where, the mend.
"""


class KioskError(Exception):
    """Something is wrong that a person or a retry can mend."""

    exit_code = 1


class UsageProblem(KioskError, ValueError):
    """A command was called with something that cannot be used."""

    exit_code = 2


class NotSetUp(KioskError):
    """The terminal lacks what the command needs: an address, a token."""

    exit_code = 2


class ConfigurationProblems(KioskError, ValueError):
    """A configuration or questionnaire breaks rules; holds every problem with its path."""

    exit_code = 2

    def __init__(self, what: str, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join((f"{what} cannot be used:", *(f"  {p}" for p in problems))))


class StateNotWritable(KioskError, OSError):
    """The state directory cannot be written."""


class StateInUse(KioskError, OSError):
    """Another program of ours holds the state directory."""


class StateDamaged(KioskError, OSError):
    """A file in the state directory cannot be read, and neither can its second copy."""


class EnrolmentRefused(KioskError):
    """The centre did not accept the one-time code, or could not be asked."""
