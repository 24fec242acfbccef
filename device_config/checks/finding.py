"""What one check has found."""

from typing import Literal

from msgspec import Struct

Verdict = Literal["ok", "warn", "fail", "skip"]
"""All is well; will become trouble or may be; is trouble; could not be checked, or needs not be."""


class Finding(Struct, frozen=True):
    """One line of `doctor`: what was checked, what is the matter, and what to do about it."""

    check: str
    verdict: Verdict
    says: str
    mend: str = ""


def ok(check: str, says: str) -> Finding:
    """All is well."""
    return Finding(check, "ok", says)


def skip(check: str, why: str) -> Finding:
    """Not checked, and why."""
    return Finding(check, "skip", why)


def warn(check: str, says: str, mend: str) -> Finding:
    """Will become trouble, or may be."""
    return Finding(check, "warn", says, mend)


def fail(check: str, says: str, mend: str) -> Finding:
    """Is trouble."""
    return Finding(check, "fail", says, mend)
