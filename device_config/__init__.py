"""What this terminal is, where it stands, what it asks."""
