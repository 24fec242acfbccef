"""GET /units: what a terminal may stand in."""

import asyncio

from litestar import Response, get
from litestar.di import NamedDependency

from sync import wire
from sync.central.api.auth import sender
from sync.central.api.replies import reply_if_changed
from sync.central.service import Call, Service


@get("/units")
async def get_units(request: Call, service: NamedDependency[Service]) -> Response[bytes]:
    """Every unit, unless the terminal holds the list already."""
    await sender(request, service)
    units = await asyncio.to_thread(service.store.all_units)
    return reply_if_changed(request, wire.encode(units))
