"""GET /config: what the centre wants a terminal to be."""

from litestar import Response, get
from litestar.di import NamedDependency

from sync import wire
from sync.central.api.auth import sender
from sync.central.api.replies import reply_if_changed
from sync.central.service import Call, Service
from sync.central.store import Terminal


@get("/config")
async def get_configuration(request: Call, service: NamedDependency[Service]) -> Response[bytes]:
    """The calling terminal's configuration, unless it holds it already."""
    terminal = await sender(request, service)
    current = wire.encode(configuration(terminal, service))
    return reply_if_changed(request, current)


def configuration(terminal: Terminal, service: Service) -> wire.CentralConfig:
    """A terminal's configuration: where it stands, what it should ask, and everybody's settings."""
    return wire.CentralConfig(
        settings=service.settings.layer(),
        location=terminal.location,
        questionnaires=service.questionnaires.entries(),
    )
