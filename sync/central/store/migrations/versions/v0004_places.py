"""Where each terminal was told to stand, and where it said that it stood."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make room for a history of both."""
    op.create_table(
        "places",
        sa.Column("number", BIG, nullable=False),
        sa.Column("terminal_id", sa.Text(), nullable=False),
        sa.Column("revision", BIG, nullable=False),
        sa.Column("is_ours", sa.Boolean(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("county", sa.Text(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("service", sa.Text(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("since", sa.Text(), nullable=True),
        sa.Column("known_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["terminal_id"],
            ["terminals.id"],
        ),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index(
        "ix_places_terminal_revision", "places", ["terminal_id", "revision"], unique=False
    )
