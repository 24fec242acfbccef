"""The terminals: how they are, where they stand and stood, and what can be done with them."""
