"""GET /config: what the centre wants a terminal to be."""

from litestar import Response, get
from litestar.di import NamedDependency

from sync import wire
from sync.central.api.auth import sender
from sync.central.api.replies import reply_if_changed
from sync.central.questionnaires import Questionnaires
from sync.central.service import Call, Service
from sync.central.store import Terminal


@get("/config")
async def get_configuration(request: Call, service: NamedDependency[Service]) -> Response[bytes]:
    """The calling terminal's configuration, unless it holds it already."""
    terminal = await sender(request, service)
    current = wire.encode(configuration(terminal, service.questionnaires))
    return reply_if_changed(request, current)


def configuration(terminal: Terminal, questionnaires: Questionnaires) -> wire.CentralConfig:
    """A terminal's configuration: where it stands, and what it should ask."""
    location = wire.CentralLocation(
        revision=terminal.location_revision,
        county=terminal.county,
        unit=terminal.unit,
        service=terminal.service,
        place=terminal.place,
    )
    return wire.CentralConfig(
        settings={}, location=location, questionnaires=questionnaires.entries()
    )
