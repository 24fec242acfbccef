"""Times that were learnt after the response had been sent."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make room for them beside the documents."""
    op.add_column("responses", sa.Column("corrected", sa.Text(), nullable=True))
