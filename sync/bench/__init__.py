"""How fast answers are kept, and how fast a backlog leaves, each beside its baselines."""
