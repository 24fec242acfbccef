"""The migrations in order; one that has shipped is never edited."""
