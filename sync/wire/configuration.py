"""What the centre wants a terminal to be."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from sync.wire.values import MOST_REVISION, Name


class CentralLocation(Struct, frozen=True, kw_only=True):
    """Where the centre says that a terminal stands; the higher revision wins."""

    revision: Annotated[int, Meta(ge=0, le=MOST_REVISION)] = 0
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
    Any,
    Meta(
        extra_json_schema={
            "type": "string",
            "maxLength": 300,
            "anyOf": [{"format": "uri"}, {"const": ""}],
        }
    ),
]


QuestionnaireEntries = Annotated[
    Any,
    Meta(
        description="At most 50; one that cannot be read costs no other.",
        extra_json_schema={
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "version", "sha256"],
                "properties": {
                    "id": {"type": "string", "minLength": 1, "maxLength": 100},
                    "version": {"type": "string", "minLength": 1, "maxLength": 100},
                    "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
                },
            },
        },
    ),
]


class CentralConfig(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """GET /config: what the centre wants this terminal to be; every member is optional."""

    settings: dict[str, Any] | UnsetType = UNSET
    location: CentralLocation | UnsetType = UNSET
    questionnaires: QuestionnaireEntries = UNSET
    text_key: TextKey | UnsetType = UNSET
    messages: Messages = UNSET
    form_url: FormUrl = UNSET
