"""The tables, as SQLAlchemy Core sees them. The migrations make them.

A response's document is kept whole; the columns beside it are what is queried.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
)


class Instant(TypeDecorator[datetime]):
    """A moment with its offset; SQLite would forget that it is UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """In UTC, so that moments compare as they are written."""
        del dialect
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """In UTC, and saying so."""
        del dialect
        if value is None:
            return None
        moment: datetime = value
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


metadata = MetaData()
_big = BigInteger().with_variant(Integer, "sqlite")

units = Table(
    "units",
    metadata,
    Column("unit", Text, primary_key=True),
    Column("name", JSON, nullable=False),
    Column("path", JSON, nullable=False),
    Column("county", Text),
    Column("service", Text),
)

codes = Table(
    "codes",
    metadata,
    Column("code_hash", Text, primary_key=True),
    Column("unit", Text, ForeignKey("units.unit"), nullable=False),
    Column("place", Text),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("id", Text),  # its name among administrators; the code itself is kept nowhere
    Column("staff_pin_hash", Text),
    Column("terminal_id", Text),  # whom it let in
    Column("attempt_hash", Text),  # of the secret by which that one is known again
    Column("replaces", Text),  # the terminal in whose place that one stands
    Column("made_at", Instant),
    Column("withdrawn_at", Instant),
    Index("ix_codes_id", "id", unique=True),
)

terminals = Table(
    "terminals",
    metadata,
    Column("number", _big, primary_key=True),  # the order of enrolment
    Column("id", Text, nullable=False, unique=True),
    Column("hardware_id", Text, nullable=False, index=True),
    Column("software", Text, nullable=False),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("unit", Text, ForeignKey("units.unit"), nullable=False),
    Column("place", Text),
    Column("location_revision", Integer, nullable=False),
    Column("predecessor", Text, ForeignKey("terminals.id")),
    Column("enrolled_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("replaces", Text),
)

places = Table(
    "places",
    metadata,
    Column("number", _big, primary_key=True),  # the order in which they were known
    Column("terminal_id", Text, ForeignKey("terminals.id"), nullable=False),
    Column("revision", _big, nullable=False),
    Column("is_ours", Boolean, nullable=False),  # set at the centre, not at the terminal
    Column("set_by", Text, nullable=False),
    Column("county", Text),
    Column("unit", Text),  # no foreign key: an unknown unit is kept as it came
    Column("service", Text),
    Column("place", Text),
    Column("since", Text),  # as the terminal said it
    Column("known_at", Instant, nullable=False),
    Column("used_at", Instant),  # when the terminal first said that it stands there
    Index("ix_places_terminal_revision", "terminal_id", "revision"),
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("terminal_id", Text, ForeignKey("terminals.id"), primary_key=True),
    Column("received_at", Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("document", Text, nullable=False),
)

responses = Table(
    "responses",
    metadata,
    Column("id", Text, primary_key=True),
    Column("content_hash", Text, nullable=False),
    Column("terminal_id", Text, nullable=False),
    Column("epoch", _big, nullable=False),
    Column("seq", _big, nullable=False),
    Column("unit", Text),  # no foreign key: an unknown unit is kept as it came
    Column("place", Text),
    Column("questionnaire", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("respondent", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("instrument", Text, nullable=False),
    Column("answered_at", Instant),
    Column("precision", Text, nullable=False),
    Column("clock", Text, nullable=False),
    Column("ended", Text, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("nps", Integer),
    Column("first_item", Text),
    Column("first_value", Integer),
    Column("first_status", Text),
    Column("answer_count", Integer, nullable=False),
    Column("flags", Text, nullable=False),  # rules, separated by spaces
    Column("is_simulated", Boolean, nullable=False),
    Column("document", Text, nullable=False),
    Column("corrected", Text),  # `answered` as learnt later, as JSON; the document stays as it came
    Index("ix_responses_received", "received_at"),
    Index("ix_responses_unit_received", "unit", "received_at"),
    Index("ix_responses_terminal_epoch_seq", "terminal_id", "epoch", "seq"),
)

answers = Table(
    "answers",
    metadata,
    Column("response_id", Text, ForeignKey("responses.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("item", Text, nullable=False),
    Column("value", Integer),
    Column("status", Text),
    Column("options", JSON(none_as_null=True)),
)

# What the live page shows, counted as responses are stored: the page costs the same whether
# the service holds a thousand responses or ten million.
tallies = Table(
    "tallies",
    metadata,
    Column("unit", Text, primary_key=True),  # "" where the response names none
    Column("counted", Text, primary_key=True),  # response | simulated | statement | recommendation
    Column("value", Integer, primary_key=True),  # of the answer; 0 for responses
    Column("count", _big, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("id", Text, primary_key=True),
    Column("content_hash", Text, nullable=False),
    Column("terminal_id", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("at", Text),
    Column("clock", Text, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("document", Text, nullable=False),
)
