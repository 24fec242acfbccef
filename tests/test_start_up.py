"""The first frame comes before what is slow."""

import os
import subprocess
from pathlib import Path

from tests.world import OFFSCREEN, PROGRAM, Terminal, go_on, wait_for

SLOW = (
    *("sqlite_utils", "requests", "jsonschema", "gpiozero", "serial", "litestar", "sqlalchemy"),
    *("argon2", "kiosk.staff.reduce", "kiosk.staff.effects"),
)


def test_nothing_slow_is_imported_before_the_window_is_built(tmp_path):
    """Held by names, not by time; the window's last own module marks the moment."""
    terminal = Terminal(tmp_path, "")
    log = tmp_path / "imports.txt"
    with log.open("w") as stderr:
        kiosk = subprocess.Popen(
            [*PROGRAM, "kiosk", "--windowed", *terminal.options],
            env={**os.environ, **OFFSCREEN, "PYTHONPROFILEIMPORTTIME": "1"},
            stderr=stderr,
        )
        try:
            wait_for(lambda: "kiosk.writer" in _imported(log), "the writer")
        finally:
            kiosk.terminate()
            kiosk.wait()

    imported = _imported(log)
    window_built = imported.index("kiosk.app")
    early = [name for name in SLOW if name in imported[:window_built]]
    assert early == []
    assert "sqlite_utils" in imported[window_built:]


def _imported(log):
    lines = log.read_text("utf-8", "replace").splitlines()
    return [line.rpartition("|")[2].strip() for line in lines if line.startswith("import time:")]


def test_the_kiosk_holds_no_network_socket(tmp_path):
    terminal = Terminal(tmp_path, "")
    with terminal.window() as reach:
        go_on(reach, "answer:4")

        assert _inet_sockets(reach.process.pid) == []


def _inet_sockets(pid):
    """The TCP and UDP sockets that a process holds, by inode."""
    process = Path("/proc") / str(pid)
    inodes = set()
    for name in ("tcp", "tcp6", "udp", "udp6"):
        lines = (process / "net" / name).read_text("ascii").splitlines()[1:]
        inodes |= {f"socket:[{line.split()[9]}]" for line in lines}
    held = {str(link.readlink()) for link in (process / "fd").iterdir() if link.is_symlink()}
    return sorted(inodes & held)
