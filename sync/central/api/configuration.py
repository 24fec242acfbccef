"""GET /config: what the centre wants a terminal to be."""

import asyncio

from litestar import Response, get
from litestar.di import NamedDependency
from msgspec import UNSET

from sync import wire
from sync.central.api.auth import sender
from sync.central.api.replies import reply_if_changed
from sync.central.fleet.desired import desired_of, scopes_for
from sync.central.service import Call, Service
from sync.central.store import Terminal
from sync.central.store.desired import wishes_at
from sync.central.store.units import find_unit


@get("/config")
async def get_configuration(request: Call, service: NamedDependency[Service]) -> Response[bytes]:
    """The calling terminal's configuration, unless it holds it already."""
    terminal = await sender(request, service)
    current = await asyncio.to_thread(configuration, terminal, service)
    return reply_if_changed(request, wire.encode(current))


def configuration(terminal: Terminal, service: Service) -> wire.CentralConfig:
    """A terminal's configuration: where it stands, and what is set over the unit it stands in."""
    stands = terminal.location
    with service.store.reading() as connection:
        unit = find_unit(connection, stands.unit) if stands.unit else None
        desired = desired_of(wishes_at(connection, scopes_for(unit, stands)))
    # Members without anything in them travel, too: an absent one would leave what was there.
    return wire.CentralConfig(
        settings=desired.settings,
        location=stands,
        questionnaires=service.questionnaires.entries(desired.questionnaires),
        messages=desired.messages,
        form_url=desired.form_url,
        text_key=service.text_keys.published() or UNSET,
    )
