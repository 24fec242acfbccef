"""The response document: one sitting's answers, as they are kept and travel."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from sync.wire.values import Clock, Count, Location, Name, Time

Respondent = Literal["client", "child", "relative"]
ContactMode = Literal["on-site", "mobile", "home"]
Channel = Literal["kiosk-touch", "kiosk-button", "staff-paper", "staff-verbal", "qr-web"]
Instrument = Literal["screen", "panel-3", "panel-4", "panel-5"]
Precision = Literal["minute", "hour", "day"]
Ended = Literal["submitted", "timeout", "exit", "restart"]
Status = Literal["skipped", "not-applicable"]
Masked = Literal["identity-code", "phone", "email", "address", "card", "iban", "plate"]
Rule = Literal["min-interval", "burst", "same-button", "out-of-hours", "simulated"]


class Answer(Struct, frozen=True, kw_only=True):
    """What was said to one item: exactly one of a value, a status or options."""

    item: Name
    value: Annotated[int, Meta(ge=0, le=10)] | UnsetType = UNSET
    status: Status | UnsetType = UNSET
    options: tuple[Name, ...] | UnsetType = UNSET

    def __post_init__(self) -> None:
        if (self.value, self.status, self.options).count(UNSET) != 2:
            raise ValueError("an answer has exactly one of value, status, options")


class QuestionnaireRef(Struct, frozen=True):
    """Which questionnaire was asked, in which version."""

    id: Name
    version: Name


class Answered(Struct, frozen=True, kw_only=True):
    """When the first answer was given, and how far that time can be trusted."""

    at: Time | None
    clock: Clock
    precision: Precision = "minute"
    earliest: Time | None = None
    latest: Time | None = None


class Text(Struct, frozen=True, kw_only=True):
    """Free text: in the clear, or sealed to the centre's public key."""

    plain: Annotated[str, Meta(max_length=4000)] | UnsetType = UNSET
    sealed: Annotated[str, Meta(max_length=32000)] | UnsetType = UNSET
    key: Name | UnsetType = UNSET

    def __post_init__(self) -> None:
        is_plain = self.plain is not UNSET and self.sealed is UNSET and self.key is UNSET
        is_sealed = self.plain is UNSET and self.sealed is not UNSET and self.key is not UNSET
        if not (is_plain or is_sealed):
            raise ValueError("a text is either plain, or sealed with its key")


class Flag(Struct, frozen=True, kw_only=True):
    """A rule that a response met, with the rule's limit and what was measured."""

    rule: Rule
    limit: float | None = None
    measured: float | None = None


class Content(Struct, frozen=True, kw_only=True):
    """One session's answers in the national content, before the outbox has numbered them."""

    id: Annotated[
        str,
        Meta(pattern="^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"),
    ]
    terminal_id: Name | None
    questionnaire: QuestionnaireRef
    respondent: Respondent = "client"
    language: Name
    location: Location
    contact_mode: ContactMode = "on-site"
    channel: Channel
    instrument: Instrument
    answered: Answered
    ended: Ended | None
    answers: Annotated[tuple[Answer, ...], Meta(max_length=100)]
    text: Text | None = None
    masked: Annotated[tuple[Masked, ...], Meta(max_length=1000)] = ()
    flags: Annotated[tuple[Flag, ...], Meta(max_length=20)] = ()


class Response(Content, frozen=True, kw_only=True):
    """The response document: content with its place in the terminal's gap-free numbering."""

    epoch: Count
    seq: Count
