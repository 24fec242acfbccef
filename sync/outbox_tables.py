"""The tables of the responses and their numbering."""

from sqlite_utils import Database, Migrations

from device_config.road import ROAD
from sync.boots import CLOCK

RESPONSES = Migrations("sync")


@RESPONSES()
def create_epochs_and_responses(db: Database) -> None:
    """The numbering and the responses; a row keeps the clocks at its first answer."""
    db.executescript(
        """
        CREATE TABLE epochs (
            epoch INTEGER PRIMARY KEY,
            last_seq INTEGER NOT NULL
        );
        CREATE TABLE responses (
            epoch INTEGER NOT NULL REFERENCES epochs,
            seq INTEGER NOT NULL,
            id TEXT NOT NULL UNIQUE,
            state TEXT NOT NULL CHECK (state IN ('open', 'pending', 'sent', 'rejected')),
            body BLOB NOT NULL,
            is_fixed INTEGER NOT NULL DEFAULT 0,
            boot_id TEXT NOT NULL,
            boottime REAL NOT NULL,
            wall REAL NOT NULL,
            reason_code TEXT,
            reason_detail TEXT,
            PRIMARY KEY (epoch, seq)
        ) WITHOUT ROWID;
        CREATE INDEX responses_by_state ON responses (state, epoch, seq);
        """
    )


TABLES = (ROAD, RESPONSES, CLOCK)
"""What a terminal's database holds, whoever opens it."""
