"""What the terminal knows of its panels, from their news: for `status`, and for the centre."""

import threading
from collections.abc import Callable
from typing import Any, get_args

from kiosk.panel.protocol import PanelNews, PanelState

STATES = get_args(PanelState)
CALM: tuple[PanelState, ...] = ("ok", "absent")
"""Nothing to tell the centre of, at the start."""


class PanelWatch:
    """Gathers news from any thread.

    `keep` is given how all panels are now, `note` the kind and data of what the centre is to know.
    """

    def __init__(
        self,
        keep: Callable[[list[dict[str, str]]], None],
        note: Callable[[str, dict[str, Any]], None],
    ) -> None:
        self._keep = keep
        self._note = note
        self._states: dict[tuple[str, str], str] = {}
        self._lock = threading.Lock()

    def hear(self, news: PanelNews) -> None:
        """A panel is in another state, or something is wrong with it."""
        if news.event not in STATES:
            self._tell(news)
            return
        with self._lock:
            before = self._states.get((news.kind, news.id))
            self._states[news.kind, news.id] = news.event
            # Within the lock, or an older list could be kept after a newer one.
            self._keep(
                [{"kind": kind, "id": id_, "state": s} for (kind, id_), s in self._states.items()]
            )
        if news.event not in CALM or before not in (None, *CALM):
            self._tell(news)

    def _tell(self, news: PanelNews) -> None:
        self._note(f"panel-{news.event}", {"panel": news.kind, "id": news.id, **news.data})
