"""The live page: what has arrived, and what arrives."""
