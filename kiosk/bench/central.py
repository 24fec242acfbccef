"""The reference central service's benchmark, with what pretend clients answer."""

import importlib.util
from collections.abc import Iterable

from device_config.errors import NotSetUp
from kiosk.bench.sync import SAMPLES, samples


def lines(responses: int, stored: int, database: str | None, seed: int) -> Iterable[str]:
    """The report; raises NotSetUp where the service's libraries are missing."""
    if not all(importlib.util.find_spec(name) for name in ("litestar", "sqlalchemy", "uvicorn")):
        raise NotSetUp("install its libraries with: pip install 'palautepiste[central]'")
    from sync.bench.central_report import lines as measured

    return measured(samples(SAMPLES, seed), responses, stored, database)
