"""What travels with the program and is read through importlib.resources: no code."""
