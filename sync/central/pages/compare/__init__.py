"""The tree of units with its numbers, and units side by side."""
