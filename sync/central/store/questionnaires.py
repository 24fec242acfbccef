"""The questionnaires that were published here, in all their versions; none is ever changed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, tuple_

from sync.central.store.database import dialect_insert
from sync.central.store.tables import questionnaires

Key = tuple[str, str]
"""Id and version."""


@dataclass(frozen=True, slots=True)
class StoredQuestionnaire:
    """A published questionnaire's bytes, and when they came."""

    id: str
    version: str
    body: bytes
    added_at: datetime


def count_questionnaires(connection: Connection) -> int:
    """How many versions are published: what grew has news, since none is changed."""
    return connection.execute(select(func.count()).select_from(questionnaires)).scalar_one()


def questionnaires_but(
    connection: Connection, known: Collection[Key]
) -> tuple[StoredQuestionnaire, ...]:
    """Every published version but these, in the order of ids and versions."""
    key = tuple_(questionnaires.c.id, questionnaires.c.version)
    statement = select(questionnaires).order_by(questionnaires.c.id, questionnaires.c.version)
    if known:
        statement = statement.where(key.not_in(sorted(known)))
    rows = connection.execute(statement)
    return tuple(StoredQuestionnaire(r.id, r.version, bytes(r.body), r.added_at) for r in rows)


def add_questionnaire(connection: Connection, new: StoredQuestionnaire) -> bool:
    """Keep a version that is not there yet; False when it is."""
    row = {name: getattr(new, name) for name in StoredQuestionnaire.__slots__}
    statement = dialect_insert(connection, questionnaires).values(row)
    statement = statement.on_conflict_do_nothing(index_elements=["id", "version"])
    return connection.execute(statement.returning(questionnaires.c.id)).first() is not None
