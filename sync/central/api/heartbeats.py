"""POST /heartbeats: how the terminals are."""

import asyncio

from litestar import Response, post
from litestar.di import NamedDependency

from sync import wire
from sync.central.api.auth import sender
from sync.central.api.body import read
from sync.central.api.configuration import configuration
from sync.central.api.replies import etag, reply
from sync.central.service import Call, Service


@post("/heartbeats", status_code=200)
async def post_heartbeat(request: Call, service: NamedDependency[Service]) -> Response[bytes]:
    """Keep the terminal's latest heartbeat; tell it which configuration it should hold."""
    terminal = await sender(request, service)
    async with read(request, service, wire.Heartbeat) as beat:
        await asyncio.to_thread(service.store.keep_heartbeat, terminal.id, beat, service.now())
    current = await asyncio.to_thread(configuration, terminal, service)
    return reply(wire.HeartbeatReply(etag(wire.encode(current))))
