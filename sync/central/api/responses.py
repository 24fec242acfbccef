"""POST /responses: closed sessions from the terminals."""

import asyncio
from itertools import compress

from litestar import Response, post
from litestar.di import NamedDependency

from sync import wire
from sync.central.api.auth import sender
from sync.central.api.body import bad_request, read
from sync.central.api.replies import reply
from sync.central.receiving.checking import INVALID_ANSWER, check_response, numbers_in
from sync.central.service import Call, Service
from sync.central.store import Terminal


@post("/responses", status_code=200)
async def post_responses(request: Call, service: NamedDependency[Service]) -> Response[bytes]:
    """Store each response of the batch, or say why not."""
    terminal = await sender(request, service)
    async with read(request, service, wire.RawBatch) as batch:
        check_sender(terminal, batch.terminal_id)
        return reply(wire.Verdicts(await asyncio.to_thread(_keep, service, terminal, batch)))


def check_sender(terminal: Terminal, named: str) -> None:
    """Refuse a batch that names another terminal than the one whose token it came with."""
    if named != terminal.id:
        raise bad_request(f"terminal_id is {named!r}, but the token is that of {terminal.id}")


def _keep(service: Service, terminal: Terminal, batch: wire.RawBatch) -> tuple[wire.Verdict, ...]:
    senders = service.store.lineage(terminal.id)
    now = service.now()
    checked = [check_response(raw, senders, service.questionnaires) for raw in batch.responses]
    good = [one for one in checked if not isinstance(one, wire.Verdict)]
    kept = iter(service.store.keep_responses(good, now))
    verdicts = [one if isinstance(one, wire.Verdict) else next(kept) for one in checked]
    _forgive(service, batch, verdicts)
    refused = [verdict.status == "rejected" for verdict in verdicts]
    if any(refused):
        raws = compress(batch.responses, refused)
        service.store.note_refusals(
            terminal.id, "response", list(compress(verdicts, refused)), now, numbers_in(raws)
        )
    return tuple(verdicts)


def _forgive(service: Service, batch: wire.RawBatch, verdicts: list[wire.Verdict]) -> None:
    """What was stored before its questionnaire was known is a duplicate, whatever is wrong with it.

    The terminal would not come again if it had heard our first verdict.
    """
    bad = [
        place
        for place, verdict in enumerate(verdicts)
        if verdict.reason is not None and verdict.reason.code == INVALID_ANSWER
    ]
    if bad:
        are_stored = service.store.are_stored([batch.responses[place] for place in bad])
        for place in compress(bad, are_stored):
            verdicts[place] = wire.Verdict(id=verdicts[place].id, status="duplicate")
