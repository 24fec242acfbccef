"""POST /events: what happened to the terminals."""

import asyncio

from litestar import Response, post
from litestar.di import NamedDependency

from sync import wire
from sync.central.api.auth import sender
from sync.central.api.body import read
from sync.central.api.replies import reply
from sync.central.api.responses import check_sender
from sync.central.receiving.checking import decode_alone
from sync.central.service import Call, Service
from sync.central.store import Terminal


@post("/events", status_code=200)
async def post_events(request: Call, service: NamedDependency[Service]) -> Response[bytes]:
    """Store each event of the batch, or say why not."""
    terminal = await sender(request, service)
    async with read(request, service, wire.RawEventBatch) as batch:
        check_sender(terminal, batch.terminal_id)
        return reply(wire.Verdicts(await asyncio.to_thread(_keep, service, terminal, batch)))


def _keep(
    service: Service, terminal: Terminal, batch: wire.RawEventBatch
) -> tuple[wire.Verdict, ...]:
    now = service.now()
    decoded = [decode_alone(raw, wire.Event) for raw in batch.events]
    good = [one for one in decoded if not isinstance(one, wire.Verdict)]
    kept = iter(service.store.keep_events(terminal.id, good, now))
    verdicts = tuple(one if isinstance(one, wire.Verdict) else next(kept) for one in decoded)
    refused = [verdict for verdict in verdicts if verdict.status == "rejected"]
    if refused:
        service.store.note_refusals(terminal.id, "event", refused, now)
    return verdicts
