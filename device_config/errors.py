"""Every error that we raise on purpose, as one tree.

The message of each is one line for a person: what, where, the mend.
"""

MOST_SAID = 100
"""Problems that one message names."""


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
    """A configuration or questionnaire breaks rules; holds every problem with its path.

    Its message names the first hundred: a file can have one a byte, and a log must not.
    """

    exit_code = 2

    def __init__(self, what: str, problems: tuple[str, ...]) -> None:
        self.problems = problems
        lines = [f"{what} cannot be used:", *(f"  {p}" for p in problems[:MOST_SAID])]
        if len(problems) > MOST_SAID:
            lines.append(f"  and {len(problems) - MOST_SAID} more")
        super().__init__("\n".join(lines))


class StateNotWritable(KioskError, OSError):
    """The state directory cannot be written."""


class StateInUse(KioskError, OSError):
    """Another program of ours holds the state directory."""


class StateDamaged(KioskError, OSError):
    """A file in the state directory cannot be read, and neither can its second copy."""


class EnrolmentRefused(KioskError):
    """The centre did not accept the one-time code, or could not be asked.

    `code` is one of `sync.enrolment_reply.WORDS`; `wait_s` how long the centre asks to wait.
    """

    def __init__(self, message: str, code: str, detail: str, wait_s: float | None) -> None:
        super().__init__(message)
        self.code = code
        self.detail = detail
        self.wait_s = wait_s
