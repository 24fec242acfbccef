"""Codes with a name of their own, the staff PIN's hash, and what came of them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make room for it; codes from before have no name, and nobody is told of them."""
    for name in ("id", "staff_pin_hash", "terminal_id", "attempt_hash", "replaces"):
        op.add_column("codes", sa.Column(name, sa.Text(), nullable=True))
    for name in ("made_at", "withdrawn_at"):
        op.add_column("codes", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_codes_id", "codes", ["id"], unique=True)
    op.add_column("terminals", sa.Column("replaces", sa.Text(), nullable=True))
