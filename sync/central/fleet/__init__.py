"""The terminals: what is the matter with them, and what they should be."""
