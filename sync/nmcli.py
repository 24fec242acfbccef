"""NetworkManager by its own command, `nmcli`: no shell, a time-out, and no secret among arguments.

nmcli(1), "OPTIONS" (terse values are escaped) and "EXIT STATUS". A password goes to its standard
input as a `passwd-file`, where no list of processes shows it.
"""

import os
import subprocess
from collections.abc import Sequence

PROGRAM = "nmcli"
QUICK_S = 15.0
"""For what NetworkManager only has to look up."""
SLACK_S = 5.0
"""So much longer than nmcli's own time-out, then it is killed."""
MOST_DETAIL = 200

NOT_RUNNING = 8
TIMED_OUT = 3
REASONS = (
    ("not authorized", "not-allowed"),
    ("insufficient privileges", "not-allowed"),
    ("secrets were required", "wrong-password"),
    ("802.1x supplicant", "wrong-password"),
    ("invalid-key", "wrong-password"),
    ("no network with ssid", "not-found"),
    ("network could not be found", "not-found"),
    ("ip configuration", "no-address"),
    ("no suitable device", "no-wifi"),
)
"""What its messages say, in any case of letters, and what that means to us."""


class NmcliFailed(Exception):
    """It could not be done: `code` for programs, `detail` for support, never a secret."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail[:MOST_DETAIL]


def run(*arguments: str, wait_s: float = QUICK_S, secret: bytes = b"") -> list[list[str]]:
    """Its lines, each as its fields; `secret` is what it reads. Raises NmcliFailed."""
    command = (PROGRAM, "--terse", "--escape", "yes", "--wait", f"{wait_s:.0f}", *arguments)
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and the words are ours
            command,
            input=secret,
            capture_output=True,
            timeout=wait_s + SLACK_S,
            check=False,
            # In C alone it would write ? for every letter that is not ASCII.
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
    except FileNotFoundError:
        raise NmcliFailed("not-here", "there is no nmcli") from None
    except subprocess.TimeoutExpired:
        raise NmcliFailed(
            "no-answer", f"nmcli did not end within {wait_s + SLACK_S:.0f} s"
        ) from None
    except OSError as error:
        raise NmcliFailed("failed", str(error)) from None
    if done.returncode != 0:
        raise _failure(done.returncode, done.stderr.decode("utf-8", "replace"))
    text = done.stdout.decode("utf-8", "replace")
    return [fields(line) for line in text.split("\n") if line]


def _failure(status: int, said: str) -> NmcliFailed:
    detail = " ".join(said.split())
    if status == NOT_RUNNING:
        return NmcliFailed("not-here", detail)
    for words, code in REASONS:
        if words in detail.lower():
            return NmcliFailed(code, detail)
    return NmcliFailed("no-answer" if status == TIMED_OUT else "failed", detail)


def fields(line: str) -> list[str]:
    """The values of a terse line: between colons, of which those inside have a backslash."""
    values, value, letters = [], "", iter(line)
    for letter in letters:
        if letter == "\\":
            value += next(letters, "")
        elif letter == ":":
            values.append(value)
            value = ""
        else:
            value += letter
    return [*values, value]


def secret_line(name: str, secret: str) -> bytes:
    """A line of a passwd-file, as NetworkManager 1.42 reads it: a backslash escapes.

    It strips blanks at both ends that are not escaped. Raises ValueError for what no line holds.
    """
    if any(ord(each) < ord(" ") for each in secret):
        raise ValueError("a password has no control characters")
    escaped = secret.replace("\\", "\\\\").replace(" ", "\\ ")
    return f"{name}:{escaped}\n".encode()


def rows(lines: Sequence[list[str]], count: int) -> list[list[str]]:
    """The lines that have as many values as were asked for; a name may hold a line feed."""
    return [line for line in lines if len(line) == count]
