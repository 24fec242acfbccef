"""The page from which responses go out as files."""
