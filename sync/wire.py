"""The wire contract: every document that travels between a terminal and the centre.

Both ends use these types: the terminal encodes them, the reference central service decodes
them and publishes their schema. Field meanings: docs/interfaces.md, "The response document".
Receivers ignore members that they do not know.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from device_config.location import Place

API_PATH = "/api/v1"
MOST_RESPONSES = 500
MOST_BYTES = 1024 * 1024  # of one request or reply, uncompressed

Respondent = Literal["client", "child", "relative"]
ContactMode = Literal["on-site", "mobile", "home"]
Channel = Literal["kiosk-touch", "kiosk-button", "staff-paper", "staff-verbal", "qr-web"]
Instrument = Literal["screen", "panel-3", "panel-4", "panel-5"]
Clock = Literal["synced", "corrected", "estimated", "unknown"]
Precision = Literal["minute", "hour", "day"]
Ended = Literal["submitted", "timeout", "exit", "restart"]
Status = Literal["skipped", "not-applicable"]
Masked = Literal["identity-code", "phone", "email", "address", "card", "iban", "plate"]
Rule = Literal["min-interval", "burst", "same-button", "out-of-hours", "simulated"]

Name = Annotated[str, Meta(min_length=1, max_length=100)]
Time = Annotated[str, Meta(max_length=40, extra_json_schema={"format": "date-time"})]
"""RFC 3339 with offset."""
Count = Annotated[int, Meta(ge=1, le=2**53)]


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


class Location(Struct, frozen=True, kw_only=True):
    """Where the terminal stood when the session began; None where unknown."""

    county: Name | None = None
    unit: Name | None = None
    service: Name | None = None
    place: Name | None = None
    since: Time | None = None


def location_of(place: Place) -> Location:
    """A place as documents carry it."""
    return Location(
        county=place.county,
        unit=place.unit,
        service=place.service,
        place=place.place,
        since=place.since,
    )


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


class ResponseBatch(Struct, frozen=True, kw_only=True):
    """POST /responses: the terminal's closed responses, in the order of their seq."""

    terminal_id: Name
    sent_at: Time
    responses: Annotated[tuple[Response, ...], Meta(max_length=MOST_RESPONSES)]


class RawBatch(Struct, frozen=True, kw_only=True):
    """A response batch with its responses as bytes, so that one bad item stands alone."""

    terminal_id: Name
    sent_at: Time
    responses: Annotated[tuple[msgspec.Raw, ...], Meta(max_length=MOST_RESPONSES)]


class Reason(Struct, frozen=True):
    """Why the centre refused a record."""

    code: Annotated[str, Meta(max_length=100)]
    detail: Annotated[str, Meta(max_length=2000)] = ""


class Verdict(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The centre's word on one record."""

    id: str
    status: Literal["stored", "duplicate", "rejected"]
    reason: Reason | None = None


class Verdicts(Struct, frozen=True):
    """The answer to a batch of responses or events."""

    results: tuple[Verdict, ...]


class Event(Struct, frozen=True, kw_only=True):
    """Something that happened to a terminal: a move, a panel fault, a start, a drop."""

    id: Name
    kind: Name
    at: Time | None
    clock: Clock
    data: dict[str, Any]


MOST_CORRECTIONS = 100


class ClockCorrection(Struct, frozen=True, kw_only=True):
    """The `data` of an event `clock-correction`: what was learnt of the times of responses.

    One entry for each number from `first_seq` to `last_seq`, as `answered` would stand in it.
    """

    epoch: Count
    first_seq: Count
    last_seq: Count
    answered: Annotated[tuple[Answered, ...], Meta(min_length=1, max_length=MOST_CORRECTIONS)]

    def __post_init__(self) -> None:
        if len(self.answered) != self.last_seq - self.first_seq + 1:
            raise ValueError("a correction has one entry for each response that it names")


class EventBatch(Struct, frozen=True, kw_only=True):
    """POST /events: what happened to the terminal."""

    terminal_id: Name
    sent_at: Time
    events: Annotated[tuple[Event, ...], Meta(max_length=MOST_RESPONSES)]


class RawEventBatch(Struct, frozen=True, kw_only=True):
    """An event batch with its events as bytes, so that one bad item stands alone."""

    terminal_id: Name
    sent_at: Time
    events: Annotated[tuple[msgspec.Raw, ...], Meta(max_length=MOST_RESPONSES)]


class EnrolmentRequest(Struct, frozen=True, kw_only=True):
    """POST /enrolments: a one-time code for this terminal's own credentials."""

    code: Name
    hardware_id: Name
    software: Name


class CentralLocation(Struct, frozen=True, kw_only=True):
    """Where the centre says that a terminal stands; the higher revision wins."""

    revision: Annotated[int, Meta(ge=0)] = 0
    county: Name | None = None
    unit: Name | None = None
    service: Name | None = None
    place: Name | None = None


class QuestionnaireEntry(Struct, frozen=True):
    """A questionnaire that the terminal should hold."""

    id: Name
    version: Name
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class TextKey(Struct, frozen=True):
    """The centre's public key for free text, base64."""

    id: Name
    public: Name


# Anything at all, since a wrong one must not cost the rest: device_config.notices checks them.
Messages = Annotated[
    Any,
    Meta(
        description="At most 10; a kind that the terminal does not know is ignored.",
        extra_json_schema={
            "type": "array",
            "items": {
                "type": "object",
                "required": ["kind"],
                "properties": {
                    "kind": {"type": "string", "examples": ["said-did"]},
                    "text": {"type": "object", "additionalProperties": {"type": "string"}},
                },
            },
        },
    ),
]
FormUrl = Annotated[
    Any, Meta(extra_json_schema={"type": "string", "format": "uri", "maxLength": 300})
]


class CentralConfig(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """GET /config: what the centre wants this terminal to be; every member is optional."""

    settings: dict[str, Any] | UnsetType = UNSET
    location: CentralLocation | UnsetType = UNSET
    questionnaires: tuple[QuestionnaireEntry, ...] | UnsetType = UNSET
    text_key: TextKey | UnsetType = UNSET
    messages: Messages = UNSET
    form_url: FormUrl = UNSET


class Enrolment(Struct, frozen=True, kw_only=True):
    """The answer to an enrolment: who the terminal is from now on."""

    terminal_id: Name
    # Without the (?!) a line feed could end it, and no header can carry that.
    token: Annotated[str, Meta(min_length=20, max_length=200, pattern="^[!-~]+(?!\\n)$")]
    epoch: Count = 1
    staff_pin_hash: Annotated[str, Meta(max_length=500)] | None = None
    config: CentralConfig = CentralConfig()


class PanelFact(Struct, frozen=True):
    """One button panel as the terminal sees it.

    It works; works but for a button that is held down; is gone; was never there, nor asked for.
    """

    kind: str
    id: str
    state: Literal["ok", "stuck", "lost", "absent"]


class Heartbeat(Struct, frozen=True, kw_only=True):
    """POST /heartbeats, and `palautepiste status --json`: how the terminal is."""

    state: Literal["ok", "offline", "attention"]
    terminal_id: str | None
    location: Location | None
    pending: int
    sent: int
    rejected: int
    last_seq: int
    oldest_pending_at: Time | None
    last_push_at: Time | None
    clock: Literal["synced", "unsynced"]
    disk_free_bytes: int
    panels: tuple[PanelFact, ...]
    software: str
    epoch: int = 1
    open: int = 0
    reasons: tuple[str, ...] = ()
    uptime_s: float | None = None
    temperature_c: float | None = None
    push_failures: dict[str, int] = {}
    rejected_by_reason: dict[str, int] = {}


class HeartbeatReply(Struct, frozen=True):
    """The answer to a heartbeat: the configuration's ETag, quotes included."""

    config_etag: str


class Unit(Struct, frozen=True, kw_only=True):
    """A unit that feedback can be about; names and paths by language."""

    unit: Name
    name: dict[str, str]
    path: dict[str, str]
    county: Name | None = None
    service: Name | None = None


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An error, as RFC 9457 `application/problem+json`."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""


UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What decoding raises for bytes that are none of these types."""

encode = msgspec.json.Encoder().encode
"""Any of these types as UTF-8 JSON bytes."""
