"""The live pages hear of every change, whichever process made it, and are drawn once for all."""

import asyncio
import threading
from contextlib import closing, contextmanager

import httpx
import pytest
from databases import a_database
from postgres import the_cluster
from test_central_builders import (
    OTHER_UNIT,
    UNIT,
    Clock,
    a_centre,
    a_response,
    a_store,
    at_unit,
)

from sync.central import live as live_module
from sync.central.live import Live, as_event
from sync.central.server import serving
from sync.central.service import Service
from sync.central.store import changes, open_store

LONGEST_S = 20


class Drawing:
    """Draws numbered pictures."""

    def __init__(self):
        self.count = 0

    def __call__(self):
        self.count += 1
        return f"picture {self.count}"


# What a page is sent


def test_a_picture_is_one_event_whatever_its_lines():
    assert as_event("a\nb") == b"event: picture\ndata: a\ndata: b\n\n"
    assert as_event(None).startswith(b":")


def test_a_burst_becomes_one_picture_and_each_is_drawn_once_for_all():
    async def watch():
        live, draw = Live(), Drawing()
        viewers = [live.pictures("all", draw) for _ in range(3)]
        first = [await anext(viewer) for viewer in viewers]
        for _ in range(50):
            live.tell()
        second = [await anext(viewer) for viewer in viewers]
        return first, second

    assert asyncio.run(watch()) == (["picture 1"] * 3, ["picture 2"] * 3)


def test_a_page_is_drawn_anew_only_for_the_units_that_it_shows():
    async def watch():
        live, whole, one, other = Live(), Drawing(), Drawing(), Drawing()
        viewers = [
            live.pictures("all", whole),
            live.pictures("one", one, frozenset({UNIT})),
            live.pictures("other", other, frozenset({OTHER_UNIT})),
        ]
        for viewer in viewers:
            await anext(viewer)
        live.tell(frozenset({UNIT, "another"}))
        for viewer in viewers[:2]:
            await anext(viewer)
        counts = [(whole.count, one.count, other.count)]
        live.tell()
        await asyncio.gather(*(anext(viewer) for viewer in viewers))
        return [*counts, (whole.count, one.count, other.count)]

    assert asyncio.run(watch()) == [(2, 2, 1), (3, 3, 2)]


def test_what_is_told_while_a_picture_is_drawn_is_in_the_next_one():
    is_drawing, may_end = threading.Event(), threading.Event()

    def draw():
        seen = told[0]
        is_drawing.set()
        may_end.wait(LONGEST_S)
        return str(seen)

    told = [1]

    async def watch():
        live = Live()
        viewer = live.pictures("all", draw)
        first = asyncio.create_task(anext(viewer))
        await asyncio.to_thread(is_drawing.wait, LONGEST_S)
        told[0] = 2
        live.tell()
        # Who comes now must not be shown what was drawn before the news, and then nothing.
        late = asyncio.create_task(anext(live.pictures("all", draw)))
        await asyncio.sleep(0)
        may_end.set()
        return await first, await late, await anext(viewer)

    assert asyncio.run(watch()) == ("1", "2", "2")


def test_a_redrawn_picture_that_is_the_same_is_a_sign_of_life():
    async def watch():
        live = Live()
        viewer = live.pictures("all", lambda: "the same")
        first = await anext(viewer)
        live.tell()
        return first, await anext(viewer)

    assert asyncio.run(watch()) == ("the same", None)


def test_never_more_pictures_are_kept_than_the_bound():
    async def watch():
        live = Live()
        for number in range(live_module.MOST_PICTURES + 20):
            viewer = live.pictures(number, str)
            await anext(viewer)
            await viewer.aclose()
        return len(live._drawings), live.viewers

    assert asyncio.run(watch()) == (live_module.MOST_PICTURES, 0)


def test_a_page_that_cannot_be_drawn_ends_and_the_next_one_is_drawn(caplog):
    def fail():
        raise OSError("pulled the plug")

    async def watch():
        live = Live()
        with pytest.raises(StopAsyncIteration):
            await anext(live.pictures("all", fail))
        return await anext(live.pictures("all", Drawing())), live.viewers

    assert asyncio.run(watch()) == ("picture 1", 1)
    assert "could not be drawn" in caplog.text


def test_who_goes_away_while_it_is_drawn_takes_the_picture_from_nobody():
    is_drawing, may_end = threading.Event(), threading.Event()

    def draw():
        is_drawing.set()
        may_end.wait(LONGEST_S)
        return "a picture"

    async def watch():
        live = Live()
        goes = asyncio.create_task(anext(live.pictures("all", draw)))
        await asyncio.to_thread(is_drawing.wait, LONGEST_S)
        stays = asyncio.create_task(anext(live.pictures("all", draw)))
        await asyncio.sleep(0)
        goes.cancel()
        await asyncio.sleep(0)
        may_end.set()
        return await stays

    assert asyncio.run(watch()) == "a picture"


def test_who_goes_away_is_forgotten_and_closing_ends_every_stream():
    async def watch():
        live = Live()
        gone, stays = live.pictures("all", str), live.pictures("all", str)
        await anext(gone)
        await anext(stays)
        counts = [live.viewers]
        await gone.aclose()
        counts.append(live.viewers)
        live.close()
        with pytest.raises(StopAsyncIteration):
            await anext(stays)
        return [*counts, live.viewers]

    assert asyncio.run(watch()) == [2, 1, 0]


# What the processes hear


class Heard:
    """What a watch told, as a test can wait for it."""

    def __init__(self):
        self._heard = []
        self._news = threading.Condition()

    def __call__(self, units):
        with self._news:
            self._heard.append(units)
            self._news.notify_all()

    def wait_for(self, count):
        with self._news:
            assert self._news.wait_for(lambda: len(self._heard) >= count, LONGEST_S), self._heard
            return list(self._heard)


@contextmanager
def watched(store):
    """A watch that listens already."""
    heard = Heard()
    with closing(store.watch(heard)):
        assert heard.wait_for(1) == [None]
        yield heard


def keep(store, *units):
    from test_central_statistics import keep as keep_responses

    keep_responses(store, *[a_response(location=at_unit(unit)) for unit in units])


def test_a_watch_hears_of_what_another_process_stored(tmp_path, database_url):
    with (
        closing(a_store(tmp_path, database_url)) as one,
        closing(open_store(database_url)) as other,
        watched(other) as heard,
    ):
        keep(one, UNIT)
        heard.wait_for(2)


def test_postgresql_says_which_units_and_nothing_of_what_is_not_committed(tmp_path):
    with (
        a_database("postgresql", tmp_path) as url,
        closing(a_store(tmp_path, url)) as store,
        watched(store) as heard,
    ):
        with store.writing() as connection:
            changes.announce(connection, {"rolled back"})
            connection.rollback()
        many = {f"{UNIT}.{number}" for number in range(1000)}
        for units in ({"", UNIT}, {"two words"}, many):
            with store.writing() as connection:
                changes.announce(connection, units)

        assert heard.wait_for(4) == [None, {"", UNIT}, None, None]


def test_a_listening_connection_that_was_cut_comes_back_and_says_that_something_may_have_changed(
    tmp_path, caplog
):
    with (
        a_database("postgresql", tmp_path) as url,
        closing(a_store(tmp_path, url)) as store,
        watched(store) as heard,
    ):
        the_cluster().cut(url)
        assert heard.wait_for(2) == [None, None]
        keep(store, UNIT)
        assert UNIT in heard.wait_for(3)[2]
    assert "not hearing of changes" in caplog.text


def test_a_watch_of_a_database_that_is_gone_ends_when_told():
    cluster = the_cluster()
    url = cluster.new_database(cluster.template)
    with closing(open_store(url)) as store, watched(store):
        cluster.drop(url)


# From one process to the pages of another


def test_a_response_stored_by_one_service_appears_on_a_page_of_another(tmp_path, database_url):
    with (
        a_centre(tmp_path, database_url) as one,
        closing(open_store(database_url)) as store,
        serving(Service(store, now=Clock(), is_open=True)) as address,
        httpx.Client(base_url=address, trust_env=False, timeout=LONGEST_S) as http,
    ):
        terminal = one.a_terminal()
        response = a_response(terminal.id)
        with http.stream("GET", "live") as stream:
            lines = stream.iter_lines()
            wait_for(lines, "event: picture")
            terminal.send(response)
            wait_for(lines, response["id"])


def wait_for(lines, text):
    for line in lines:
        if text in line:
            return
    raise AssertionError(f"the stream ended without {text!r}")
