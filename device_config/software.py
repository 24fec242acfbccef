"""Which program this is, for the centre, the journal and `status`."""

from importlib.metadata import version


def software() -> str:
    """This program's name and version."""
    return f"palautepiste {version('palautepiste')}"
