"""Closed responses in great numbers: real documents, put through the real outbox."""

import gzip
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import cycle, islice
from pathlib import Path

import msgspec

from device_config import clock
from device_config.clock import rfc3339
from device_config.state import StateDirectory
from sync.outbox import NO_OWNER, open_outbox
from sync.wire import MOST_RESPONSES, Answered, Content, encode


def contents(samples: Sequence[Content], count: int) -> Iterator[Content]:
    """The samples over and over, each time as a response of its own, given by a right clock."""
    answered = Answered(at=rfc3339(clock.read().wall), clock="synced")
    for each in islice(cycle(samples), count):
        yield msgspec.structs.replace(each, id=str(uuid.uuid4()), answered=answered)


def fill(state: StateDirectory, samples: Sequence[Content], count: int) -> None:
    """Let so many responses wait in this state directory.

    Their commits are not flushed: nobody needs a benchmark's backlog after a power cut.
    """
    moment = clock.read()
    with closing(open_outbox(state)) as outbox:
        outbox.db.conn.execute("PRAGMA synchronous=OFF")
        for content in contents(samples, count):
            outbox.put(content, moment)


def write_batches(state: StateDirectory, terminal_id: str, folder: Path, *, zipped: bool) -> None:
    """All that waits as files, each a request's body as the agent would send it."""
    folder.mkdir()
    owner = b'"terminal_id":' + encode(terminal_id)
    with closing(open_outbox(state)) as outbox:
        documents = [body.replace(NO_OWNER, owner, 1) for _, body in outbox.documents()]
    for first in range(0, len(documents), MOST_RESPONSES):
        raws = [msgspec.Raw(each) for each in documents[first : first + MOST_RESPONSES]]
        body = encode(
            {"terminal_id": terminal_id, "sent_at": rfc3339(clock.read().wall), "responses": raws}
        )
        if zipped:
            body = gzip.compress(body, compresslevel=6, mtime=0)
        (folder / f"{first:09}").write_bytes(body)
