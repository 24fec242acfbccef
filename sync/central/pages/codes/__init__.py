"""Codes that let terminals in: made, printed once, listed, withdrawn."""
