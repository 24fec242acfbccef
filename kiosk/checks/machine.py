"""Where the machine's own files are, so that a test can have another machine."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Machine:
    """The files below `root` that the kernel shows, and the environment of this program."""

    root: Path = Path("/")
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    def at(self, path: str | Path) -> Path:
        """A path of this machine."""
        return self.root / str(path).lstrip("/")

    def all(self, folder: str, pattern: str) -> tuple[Path, ...]:
        """What is in a folder, by name; none where there is no such folder."""
        try:
            return tuple(sorted(self.at(folder).glob(pattern)))
        except OSError:
            return ()
