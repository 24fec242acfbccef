"""Tallies by day and item, numbers that came, refusals, accounts, and what terminals should be."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make room for it. Responses from before are counted anew when the store is opened."""
    op.add_column("terminals", sa.Column("retired_at", INSTANT, nullable=True))
    op.add_column("heartbeats", sa.Column("unsynced_since", INSTANT, nullable=True))
    _responses()
    _tallies()
    _accounts()
    _desired()


def _responses() -> None:
    op.add_column(
        "responses",
        sa.Column("has_text", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column("responses", sa.Column("day", sa.Date(), nullable=True))
    for name in ("standing", "validity", "problem"):
        op.add_column("responses", sa.Column(name, sa.Text(), nullable=True))
    # The documents hold every answer.
    op.drop_table("answers")
    is_text = sa.text("has_text")
    op.create_index(
        "ix_responses_text",
        "responses",
        ["unit", "received_at"],
        sqlite_where=is_text,
        postgresql_where=is_text,
    )
    op.create_index(
        "ix_responses_text_received",
        "responses",
        ["received_at"],
        sqlite_where=is_text,
        postgresql_where=is_text,
    )
    is_unsettled = sa.text("validity IS NULL OR validity = 'unknown'")
    op.create_index(
        "ix_responses_unsettled",
        "responses",
        ["validity", "questionnaire", "version"],
        sqlite_where=is_unsettled,
        postgresql_where=is_unsettled,
    )
    is_invalid = sa.text("validity = 'invalid'")
    op.create_index(
        "ix_responses_invalid",
        "responses",
        ["unit"],
        sqlite_where=is_invalid,
        postgresql_where=is_invalid,
    )


def _tallies() -> None:
    op.drop_table("tallies")
    keys = ("unit", "standing", "questionnaire", "respondent", "channel", "language", "item")
    counts = (*(f"n{value}" for value in range(11)), "skipped", "not_applicable")
    op.create_table(
        "tallies",
        *(sa.Column(name, sa.Text(), nullable=False) for name in keys),
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(name, BIG, nullable=False) for name in counts),
        sa.PrimaryKeyConstraint(keys[0], "day", *keys[1:]),
    )
    op.create_index("ix_tallies_day", "tallies", ["day"])
    op.create_table(
        "sequences",
        sa.Column("terminal_id", sa.Text(), nullable=False),
        sa.Column("epoch", BIG, nullable=False),
        sa.Column("lowest", BIG, nullable=False),
        sa.Column("highest", BIG, nullable=False),
        sa.Column("count", BIG, nullable=False),
        sa.PrimaryKeyConstraint("terminal_id", "epoch"),
    )
    op.execute(
        "INSERT INTO sequences (terminal_id, epoch, lowest, highest, count)"
        " SELECT terminal_id, epoch, min(seq), max(seq), count(DISTINCT seq)"
        " FROM responses GROUP BY terminal_id, epoch"
    )
    op.create_table(
        "later_flags",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("event_id", "terminal_id")),
        *(sa.Column(name, BIG, nullable=False) for name in ("epoch", "first_seq", "last_seq")),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("event_id"),
    )
    op.create_index(
        "ix_later_flags_terminal_epoch_last", "later_flags", ["terminal_id", "epoch", "last_seq"]
    )
    op.create_table(
        "refusals",
        sa.Column("number", BIG, nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("terminal_id", "kind", "record_id", "code", "detail")
        ),
        sa.Column("epoch", BIG, nullable=True),
        sa.Column("seq", BIG, nullable=True),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("ix_refusals_terminal_number", "refusals", ["terminal_id", "number"])


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("issuer_subject", sa.Text(), nullable=True),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("disabled_at", INSTANT, nullable=True),
        sa.Column("password_changed_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
        sa.UniqueConstraint("issuer_subject"),
    )
    op.create_table(
        "account_scopes",
        sa.Column("account_id", sa.Text(), sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "scope"),
    )
    op.create_table(
        "logins",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("form_token", sa.Text(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index("ix_logins_account_id", "logins", ["account_id"])
    op.create_table(
        "browsers",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index("ix_browsers_account_id", "browsers", ["account_id"])
    op.create_table(
        "login_tries",
        sa.Column("number", BIG, nullable=False),
        sa.Column("counted_under", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("ix_login_tries_at", "login_tries", ["at"])
    op.create_index("ix_login_tries_counted_under", "login_tries", ["counted_under", "at"])
    op.create_table(
        "open_id_flows",
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("state_hash", "browser_hash", "nonce", "verifier", "next_path")
        ),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("state_hash"),
    )
    op.create_index("ix_open_id_flows_made_at", "open_id_flows", ["made_at"])
    _audit()


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("number", BIG, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("account_id", sa.Text(), nullable=True),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("account_name", "action", "subject")
        ),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_no_{change.lower()} BEFORE {change} ON audit "
                "BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit log is only added to'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_stays()"
    )


def _desired() -> None:
    op.create_table(
        "desired",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("scope", "kind"),
    )
    op.create_table(
        "questionnaires",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", "version"),
    )
    op.create_table(
        "exports",
        sa.Column("account_name", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("done", BIG, nullable=False),
        sa.Column("total", BIG, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("touched_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("account_name", "id"),
    )
    op.create_table(
        "options",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "public_days",
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("county", "day"),
    )
