"""The database's history, one migration a step; alembic runs them at every start."""
