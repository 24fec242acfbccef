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
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    false,
    literal_column,
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
ALL_UNITS = "*"
"""In `tallies`: every unit together, and what names no unit."""

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
    Column("retired_at", Instant),  # taken out of use, for good: no alarm any more
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
    Column("unsynced_since", Instant),  # the first heartbeat in a row to say so of the clock
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
    Column("has_text", Boolean, nullable=False, server_default=false()),
    # How it is counted in `tallies`; all None until it has been.
    Column("day", Date),
    Column("standing", Text),  # counted | misuse | simulated
    Column("validity", Text),  # valid | unknown (questionnaire not known yet) | invalid
    Column("problem", Text),  # what is wrong with an invalid one
    Index("ix_responses_received", "received_at"),
    Index("ix_responses_unit_received", "unit", "received_at"),
    Index("ix_responses_terminal_epoch_seq", "terminal_id", "epoch", "seq"),
)
Index(
    "ix_responses_text",
    responses.c.unit,
    responses.c.received_at,
    sqlite_where=responses.c.has_text,
    postgresql_where=responses.c.has_text,
)
Index(
    "ix_responses_text_received",
    responses.c.received_at,
    sqlite_where=responses.c.has_text,
    postgresql_where=responses.c.has_text,
)
# Written out, not as parameters: only so a database knows that a partial index will do.
is_uncounted = responses.c.validity.is_(None)
is_unknown = responses.c.validity == literal_column("'unknown'")
is_invalid = responses.c.validity == literal_column("'invalid'")
Index(
    "ix_responses_unsettled",
    responses.c.validity,
    responses.c.questionnaire,
    responses.c.version,
    sqlite_where=is_uncounted | is_unknown,
    postgresql_where=is_uncounted | is_unknown,
)
Index(
    "ix_responses_invalid",
    responses.c.unit,
    sqlite_where=is_invalid,
    postgresql_where=is_invalid,
)

# What the pages show, counted as responses are stored: a page costs the same whether the service
# holds a thousand responses or ten million. A row counts the answers to one item on one day in
# one unit, once under the unit and once under ALL_UNITS.
tallies = Table(
    "tallies",
    metadata,
    Column("unit", Text, primary_key=True),  # "" where the response names none; or ALL_UNITS
    Column("day", Date, primary_key=True),  # in Finland, when it was answered, else received
    Column("standing", Text, primary_key=True),  # counted | misuse | simulated
    Column("questionnaire", Text, primary_key=True),
    Column("respondent", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("language", Text, primary_key=True),
    Column("item", Text, primary_key=True),  # "": the responses themselves, counted in n0
    *(Column(f"n{value}", _big, nullable=False, default=0) for value in range(11)),
    Column("skipped", _big, nullable=False, default=0),
    Column("not_applicable", _big, nullable=False, default=0),
    Index("ix_tallies_day", "day"),
)

# The numbers that came of each epoch of each terminal: what is missing is seen without counting.
sequences = Table(
    "sequences",
    metadata,
    Column("terminal_id", Text, primary_key=True),
    Column("epoch", _big, primary_key=True),
    Column("lowest", _big, nullable=False),
    Column("highest", _big, nullable=False),
    Column("count", _big, nullable=False),  # of different numbers
)

# What terminals said later of responses that may still be to come: that they look like misuse.
later_flags = Table(
    "later_flags",
    metadata,
    Column("event_id", Text, primary_key=True),
    Column("terminal_id", Text, nullable=False),
    Column("epoch", _big, nullable=False),
    Column("first_seq", _big, nullable=False),
    Column("last_seq", _big, nullable=False),
    Column("rule", Text, nullable=False),
    Index("ix_later_flags_terminal_epoch_last", "terminal_id", "epoch", "last_seq"),
)

# What was not taken, and why; never its content.
refusals = Table(
    "refusals",
    metadata,
    Column("number", _big, primary_key=True),
    Column("terminal_id", Text, nullable=False),
    Column("kind", Text, nullable=False),  # response | event
    Column("record_id", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("epoch", _big),  # of a response, where it says so: its number is missing for this reason
    Column("seq", _big),
    Column("received_at", Instant, nullable=False),
    Index("ix_refusals_terminal_number", "terminal_id", "number"),
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

accounts = Table(
    "accounts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False, unique=True),  # what is typed to log in, in lower case
    Column("role", Text, nullable=False),
    Column("password_hash", Text),  # None: only by OpenID Connect
    Column("issuer_subject", Text, unique=True),  # of OpenID Connect: issuer, space, subject
    Column("made_at", Instant, nullable=False),
    Column("disabled_at", Instant),
    Column("password_changed_at", Instant),
)

account_scopes = Table(
    "account_scopes",
    metadata,
    Column("account_id", Text, ForeignKey("accounts.id"), primary_key=True),
    Column("scope", Text, primary_key=True),  # as sync.central.scopes writes it
)

logins = Table(
    "logins",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("form_token", Text, nullable=False),  # what each form of this login carries back
    Column("made_at", Instant, nullable=False),
    Column("used_at", Instant, nullable=False),
)

# The browsers in which an account has logged in: whoever guesses elsewhere does not slow them down.
browsers = Table(
    "browsers",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("seen_at", Instant, nullable=False),
)

# The latest wrong passwords, by what they are counted under; whole services count together.
login_tries = Table(
    "login_tries",
    metadata,
    Column("number", _big, primary_key=True),
    Column("counted_under", Text, nullable=False),
    Column("at", Instant, nullable=False, index=True),
    Index("ix_login_tries_counted_under", "counted_under", "at"),
)

# Browsers that were sent to the OpenID provider and have not come back.
open_id_flows = Table(
    "open_id_flows",
    metadata,
    Column("state_hash", Text, primary_key=True),
    Column("browser_hash", Text, nullable=False),
    Column("nonce", Text, nullable=False),
    Column("verifier", Text, nullable=False),
    Column("next_path", Text, nullable=False),
    Column("made_at", Instant, nullable=False, index=True),
)

# Who read comments, and who changed what. The database refuses to change or delete a row.
audit = Table(
    "audit",
    metadata,
    Column("number", _big, primary_key=True),
    Column("at", Instant, nullable=False, index=True),
    Column("account_id", Text),  # None: a command on the service's own machine
    Column("account_name", Text, nullable=False),  # as it was then
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", JSON, nullable=False),
)

# What terminals should be: settings, messages, the address of the form, by subtree of units.
desired = Table(
    "desired",
    metadata,
    Column("scope", Text, primary_key=True),  # as sync.central.scopes writes it; "" is everywhere
    Column("kind", Text, primary_key=True),  # settings | messages | form-url | questionnaires
    Column("body", JSON, nullable=False),
    Column("made_at", Instant, nullable=False),
)

questionnaires = Table(
    "questionnaires",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("added_at", Instant, nullable=False),
)

# The exports that run, and those of the last day: how far each is, whichever process makes it.
exports = Table(
    "exports",
    metadata,
    Column("account_name", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("done", _big, nullable=False),
    Column("total", _big, nullable=False),
    Column("state", Text, nullable=False),  # running | done | broken
    Column("made_at", Instant, nullable=False),
    Column("touched_at", Instant, nullable=False),
)

# How the service itself behaves, where that differs from its defaults.
options = Table(
    "options",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", JSON, nullable=False),
)

# What the public pages count from, as it was when a day began: nothing there is newer than that,
# and every process shows the same.
public_days = Table(
    "public_days",
    metadata,
    Column("county", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("body", JSON, nullable=False),
)
