"""Changed settings are on trial until the kiosk has come up with them; else they go back. Pure.

Whoever changes the settings puts them on trial, together with the last ones that worked. Each
start of the kiosk counts, until it has shown its first picture and lived for a while. The start
after the third one that did not get there goes back.
"""

import hashlib
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from device_config.settings import Layer

MOST_STARTS = 3
"""So often the kiosk may start with changed settings and not come up."""
MOST_PROBLEM = 500
"""Characters of a problem that are kept."""
SCREEN = "screen"
"""The table without which no settings keep a window from opening."""
ADDRESS = "central"
"""The table that no screen depends on. It never goes back: a terminal must hear what mends it."""


class Layers(Struct, frozen=True, kw_only=True):
    """The two layers that the state directory keeps: the centre's and that of `config set`."""

    centre: Layer = {}
    set: Layer = {}


class Trial(Struct, frozen=True, kw_only=True):
    """Settings that have not proven themselves: those before them, and the starts so far."""

    good: Layers
    starts: int = 0
    problem: str = ""


class TakenBack(Struct, frozen=True, kw_only=True):
    """What went back by itself. `centre` is the digest of the layer that is not taken again.

    It `is_sure` once the kiosk has come up without it: until then the fault may lie elsewhere.
    """

    id: str
    centre: str = ""
    starts: int = MOST_STARTS
    problem: str = ""
    software: str = ""
    is_sure: bool = False
    starts_since: int = 0


class Kept(Struct, frozen=True, kw_only=True):
    """What the state directory keeps of the configuration: one file, changed in one step."""

    centre: Layer = {}
    set: Layer = {}
    previous: Layers | None = None
    trial: Trial | None = None
    taken_back: TakenBack | None = None

    @property
    def layers(self) -> Layers:
        """The layers that count."""
        return Layers(centre=self.centre, set=self.set)


def digest(body: Any) -> str:
    """By which layers are known again, in whatever order their keys are written."""
    return hashlib.sha256(msgspec.json.encode(body, order="sorted")).hexdigest()


def changed(kept: Kept, layers: Layers) -> Kept:
    """These layers count from now on; on trial, if the kiosk may notice. The way back stays."""
    good = kept.trial.good if kept.trial else kept.layers
    is_tried = _of_the_kiosk(layers) != _of_the_kiosk(good)
    is_other_centre = layers.centre != kept.centre
    refusal = kept.taken_back
    is_settled = refusal is None or is_other_centre or not refusal.centre
    return Kept(
        centre=layers.centre,
        set=layers.set,
        previous=kept.layers,
        trial=Trial(good=good) if is_tried else None,
        taken_back=None if is_settled else refusal,
    )


def left_centre(kept: Kept) -> Kept:
    """Another centre takes over: nothing that the one before sent counts, or is a way back.

    But for its address, by which the new one may have been reached.
    """
    centre = {ADDRESS: kept.centre[ADDRESS]} if ADDRESS in kept.centre else {}
    after = Kept(centre=centre, set=kept.set)
    if kept.trial is None or _without_address(kept.trial.good.set) == _without_address(kept.set):
        return after
    good = Layers(centre=centre, set=kept.trial.good.set)
    return replace(after, trial=replace(kept.trial, good=good))


def refuses(kept: Kept, layer: Layer, software: str) -> bool:
    """Whether the centre's layer went back before; another program may fare better with it."""
    refusal = kept.taken_back
    return refusal is not None and (refusal.centre, refusal.software) == (digest(layer), software)


def kept_to(kept: Kept) -> Kept:
    """The centre sends what counts already: it has done without what went back."""
    is_over = kept.taken_back is not None and kept.taken_back.centre != ""
    return replace(kept, taken_back=None) if is_over else kept


def started(kept: Kept, software: str, fresh_id: str) -> Kept:
    """What is kept when the kiosk starts: one start more on trial, or what worked before."""
    if kept.trial is None:
        return _started_without(kept)
    if kept.trial.starts < MOST_STARTS:
        return replace(kept, trial=replace(kept.trial, starts=kept.trial.starts + 1))
    good, tried = kept.trial.good, kept.layers
    refusal = TakenBack(
        id=fresh_id,
        centre=digest(tried.centre) if tried.centre != good.centre else "",
        starts=kept.trial.starts,
        problem=kept.trial.problem,
        software=software,
    )
    return Kept(
        centre=_with_address_of(good.centre, tried.centre),
        set=_with_address_of(good.set, tried.set),
        previous=tried,
        taken_back=refusal,
    )


def confirmed(kept: Kept, came_up_with: str) -> Kept:
    """The kiosk has come up with the layers of this digest; others are not meant."""
    if digest(kept.layers) != came_up_with:
        return kept
    refusal = kept.taken_back
    if refusal is not None:
        refusal = replace(refusal, is_sure=True)
    return replace(kept, trial=None, taken_back=refusal)


def failed(kept: Kept, problem: str) -> Kept:
    """The kiosk knows why it does not come up."""
    if kept.trial is None:
        return kept
    return replace(kept, trial=replace(kept.trial, problem=problem[:MOST_PROBLEM]))


def spared(kept: Kept) -> Kept:
    """No window could be opened: the display's fault, where the screen's settings are the same."""
    trial = kept.trial
    if trial is None or _screens(kept.layers) != _screens(trial.good):
        return kept
    return replace(kept, trial=replace(trial, starts=max(trial.starts - 1, 0)))


def _screens(layers: Layers) -> tuple[Any, Any]:
    return layers.centre.get(SCREEN), layers.set.get(SCREEN)


def _started_without(kept: Kept) -> Kept:
    """Without what was taken back the kiosk does not come up either: then that was not to blame."""
    refusal = kept.taken_back
    if refusal is None or refusal.is_sure:
        return kept
    if refusal.starts_since < MOST_STARTS:
        refusal = replace(refusal, starts_since=refusal.starts_since + 1)
        return replace(kept, taken_back=refusal)
    return replace(kept, taken_back=replace(refusal, centre="", is_sure=True))


def _of_the_kiosk(layers: Layers) -> Layers:
    return Layers(centre=_without_address(layers.centre), set=_without_address(layers.set))


def _without_address(layer: Layer) -> Layer:
    return {table: value for table, value in layer.items() if table != ADDRESS}


def _with_address_of(layer: Layer, other: Layer) -> Layer:
    address = {ADDRESS: other[ADDRESS]} if ADDRESS in other else {}
    return _without_address(layer) | address
