"""What leaving a state asks for; the runtime carries it out. Pure."""

from dataclasses import dataclass

from kiosk.session.draft import Draft


@dataclass(frozen=True, slots=True)
class PressId:
    """Which press this was, for its acknowledgement: the panel and the box's own number."""

    panel: str
    number: int


@dataclass(frozen=True, slots=True)
class Save:
    """Write the draft; a press that caused it is acknowledged once it is on disk."""

    draft: Draft
    press: PressId | None = None


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Tell a box that its press was knowingly put aside."""

    press: PressId


@dataclass(frozen=True, slots=True)
class Refuse:
    """The press cannot be taken now; its box may offer it again."""

    press: PressId


@dataclass(frozen=True, slots=True)
class CheckStorage:
    """See whether the storage can be used again."""


Effect = Save | Acknowledge | Refuse | CheckStorage
