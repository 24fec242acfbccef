"""POST /responses: closed sessions from the terminals."""

import asyncio

from litestar import Response, post
from litestar.di import NamedDependency

from sync import wire
from sync.central.api.auth import sender
from sync.central.api.body import bad_request, read
from sync.central.api.replies import reply
from sync.central.checking import check_response
from sync.central.service import Call, Service
from sync.central.store import Terminal


@post("/responses", status_code=200)
async def post_responses(request: Call, service: NamedDependency[Service]) -> Response[bytes]:
    """Store each response of the batch, or say why not."""
    terminal = await sender(request, service)
    batch = await read(request, wire.RawBatch)
    check_sender(terminal, batch.terminal_id)
    verdicts = await asyncio.to_thread(_keep, service, terminal, batch)
    if any(verdict.status == "stored" for verdict in verdicts):
        service.live.tell()
    return reply(wire.Verdicts(verdicts))


def check_sender(terminal: Terminal, named: str) -> None:
    """Refuse a batch that names another terminal than the one whose token it came with."""
    if named != terminal.id:
        raise bad_request(f"terminal_id is {named!r}, but the token is that of {terminal.id}")


def _keep(service: Service, terminal: Terminal, batch: wire.RawBatch) -> tuple[wire.Verdict, ...]:
    senders = service.store.lineage(terminal.id)
    checked = [check_response(raw, senders, service.questionnaires) for raw in batch.responses]
    good = [one for one in checked if not isinstance(one, wire.Verdict)]
    kept = iter(service.store.keep_responses(good, service.now()))
    return tuple(one if isinstance(one, wire.Verdict) else next(kept) for one in checked)
