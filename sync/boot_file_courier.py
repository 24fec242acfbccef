"""Brings the boot file to the state directory, and the report back to the card.

The agent's account may not write to the card's first partition; this runs as root for a moment,
before the agent, and again when there is a report (`systemd/palautepiste-boot-file.*`).
"""

import logging
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from device_config.disk import replace_file
from device_config.errors import ConfigurationProblems, StateNotWritable
from device_config.plain_file import read_plain
from device_config.state import StateDirectory
from sync.boot_file import MOST_BYTES, SECRETS, BootFile, read_boot_file, wiped
from sync.boot_file_reader import (
    BOOT_FILES,
    BROUGHT,
    BROUGHT_AUTHORITY,
    MOST_AUTHORITY_BYTES,
    REPORT,
    overwrite,
)

log = logging.getLogger(__name__)


def bring_boot_file(state: StateDirectory, paths: Sequence[Path] = BOOT_FILES) -> None:
    """Take what the card holds, wipe its secrets there, and lay the report beside it.

    What was taken is on disk before it is wiped: a power cut in between loses nothing. Raises
    StateNotWritable.
    """
    for path in paths:
        try:
            content = read_plain(path, MOST_BYTES)
        except FileNotFoundError:
            continue
        except (OSError, ValueError) as error:
            log.warning("%s: %s", path, error)
            return
        try:
            _report(state.file(REPORT), path.with_name(REPORT))
            _bring(state, path, content)
        except OSError as error:
            raise StateNotWritable(f"{path.parent}: {error.strerror}; mount it writable") from None
        return


def _bring(state: StateDirectory, path: Path, content: bytes) -> None:
    try:
        said = read_boot_file(content)
    except ConfigurationProblems:
        replace_file(state.file(BROUGHT), content, 0o600)  # the agent reports what is wrong
        return
    if not _asks(said):
        return
    if said.ca_file:
        try:
            authority = read_plain(path.with_name(said.ca_file), MOST_AUTHORITY_BYTES)
        except (OSError, ValueError) as error:
            log.warning("%s: %s", said.ca_file, error)
        else:
            replace_file(state.file(BROUGHT_AUTHORITY), authority, 0o600)
    replace_file(state.file(BROUGHT), content, 0o600)
    overwrite(path, wiped(content, *(key for _, key in SECRETS)))


def _asks(said: BootFile) -> bool:
    """Whether something of it has not been brought yet."""
    return bool(said.code or said.password or (said.ssid and not said.wiped))


def _report(source: Path, target: Path) -> None:
    try:
        # No link: root would lay any file that the agent's account points at on the card.
        text = read_plain(source, MOST_BYTES, follows_link=False)
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:
        log.warning("%s: %s", source, error)
        return
    with suppress(OSError):
        if read_plain(target, MOST_BYTES) == text:
            return
    overwrite(target, text, creates=True)
