"""The other end of a window's hands: starts a kiosk, and touches what is on its screen."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from device_config.errors import KioskError

PATIENCE_S = 20.0
LOOK_EVERY_S = 0.02
KIOSK = (sys.executable, "-m", "kiosk", "kiosk", "--windowed")


class WindowGone(KioskError):
    """The kiosk's window does not answer any more."""


class Reach:
    """A kiosk process, and hands on its window."""

    def __init__(self, arguments: list[str], environment: Mapping[str, str]) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 - our own program
                [*KIOSK, "--hands", str(theirs.fileno()), *arguments],
                env={**os.environ, **environment},
                pass_fds=(theirs.fileno(),),
                # Ctrl-C is for the program that reaches; it ends the window itself.
                start_new_session=True,
            )
        self._socket = ours
        self._socket.settimeout(PATIENCE_S)
        self._answers = ours.makefile("r", encoding="utf-8")

    def look(self) -> dict[str, Any]:
        """What is on the screen; see `Hands`."""
        return self._ask({"do": "look"})

    def wait(self, is_seen: Callable[[dict[str, Any]], bool], why: str) -> dict[str, Any]:
        """Look until something is seen; raises WindowGone, saying why it was waited for."""
        give_up_at = time.monotonic() + PATIENCE_S
        while not is_seen(seen := self.look()):
            if time.monotonic() > give_up_at:
                raise WindowGone(f"the window shows {seen['key']!r}; waited for {why}")
            time.sleep(LOOK_EVERY_S)
        return seen

    def ready(self) -> dict[str, Any]:
        """Look until a touch counts."""
        return self.wait(lambda seen: bool(seen["is_ready"]), "a screen that takes touches")

    def touch(self, choice: str) -> None:
        """Touch the middle of a choice, such as `answer:5`, `skip` or `language:sv`."""
        offered = self.look()["choices"]
        if choice not in offered:
            raise WindowGone(f"the window does not offer {choice!r}, only {', '.join(offered)}")
        x, y, width, height = offered[choice]
        self._ask({"do": "touch", "x": x + width / 2, "y": y + height / 2})

    def touch_at(self, x: float, y: float, only: str | None = None) -> None:
        """Touch a place, in pixels from the lower left, or `only` "down", "move" or "up"."""
        self._ask({"do": "touch", "x": x, "y": y, "only": only})

    def second_finger_at(self, x: float, y: float) -> None:
        """Touch a place with a finger that is not the first one on the screen."""
        self._ask({"do": "finger", "x": x, "y": y})

    def key(self, key: str) -> None:
        """Press a key and let it go."""
        self.key_code(ord(key))

    def key_code(self, code: int) -> None:
        """Press the key with this SDL key code and let it go."""
        self._ask({"do": "key", "code": code})

    def picture(self, path: Path) -> Path:
        """Save what is drawn as a PNG file."""
        self._ask({"do": "picture", "path": str(path)})
        return path

    def close(self) -> int:
        """Let go: the window closes; returns the process's exit code."""
        self._answers.close()
        self._socket.close()
        try:
            return self.process.wait(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def press_and_touch_at(self, key: str, x: float, y: float) -> None:
        """Press a key and touch a place, as nearly at once as hands can."""
        self._ask({"do": "key", "code": ord(key)}, {"do": "touch", "x": x, "y": y})

    def _ask(self, *orders: dict[str, Any]) -> dict[str, Any]:
        """Give orders in one go; returns the answer to the last."""
        answer: dict[str, Any] = {}
        try:
            self._socket.sendall(b"".join(json.dumps(each).encode() + b"\n" for each in orders))
            for order in orders:
                answer = self._answer_to(order)
        except OSError as error:
            raise WindowGone(f"the kiosk's window does not answer: {error}") from None
        return answer

    def _answer_to(self, order: dict[str, Any]) -> dict[str, Any]:
        line = self._answers.readline()
        if not line:
            raise WindowGone("the kiosk's window closed; its own lines above say why")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise WindowGone(f"the kiosk's window could not {order['do']}: {answer['error']}")
        return answer
