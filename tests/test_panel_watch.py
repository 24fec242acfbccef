"""From the news of the panels: how all of them are, and what the centre is told."""

import threading

import pytest

from kiosk.panel.protocol import PanelNews
from kiosk.panel_watch import PanelWatch

PORT = "/dev/a"


class Desk:
    """Where the watch puts what it knows."""

    def __init__(self):
        self.facts, self.notes = [], []
        self.watch = PanelWatch(self.facts.append, lambda *note: self.notes.append(note))

    def hear(self, *events, kind="serial", id_=PORT, **data):
        for event in events:
            self.watch.hear(PanelNews(kind, id_, event, data))
        return self

    @property
    def kinds(self):
        return [kind for kind, _ in self.notes]


def test_how_each_panel_is_now_is_kept():
    desk = Desk().hear("ok").hear("absent", kind="keypad", id_="keypad").hear("lost")

    assert desk.facts[-1] == [
        {"kind": "serial", "id": PORT, "state": "lost"},
        {"kind": "keypad", "id": "keypad", "state": "absent"},
    ]
    assert len(desk.facts) == 3


def test_a_panel_that_is_well_from_the_start_is_nothing_to_tell():
    assert Desk().hear("ok", "absent", "ok").notes == []


def test_trouble_is_told_with_its_panel_and_its_reason():
    desk = Desk().hear("ok").hear("lost", why="silent").hear("stuck", buttons=[2])

    assert desk.notes == [
        ("panel-lost", {"panel": "serial", "id": PORT, "why": "silent"}),
        ("panel-stuck", {"panel": "serial", "id": PORT, "buttons": [2]}),
    ]


@pytest.mark.parametrize("trouble", ["lost", "stuck"])
@pytest.mark.parametrize("calm", ["ok", "absent"])
def test_the_end_of_trouble_is_told_once(trouble, calm):
    assert Desk().hear(trouble, calm, calm).kinds == [f"panel-{trouble}", f"panel-{calm}"]


@pytest.mark.parametrize("event", ["press-put-aside", "wrong-sentences", "flood", "same-box-id"])
def test_a_mishap_is_told_and_changes_no_state(event):
    desk = Desk().hear("ok").hear(event, count=12)

    assert desk.notes == [(f"panel-{event}", {"panel": "serial", "id": PORT, "count": 12})]
    assert len(desk.facts) == 1


def test_two_panels_of_one_kind_are_two_panels():
    desk = Desk().hear("ok").hear("lost", id_="/dev/b").hear("ok", id_="/dev/c")

    assert [each["state"] for each in desk.facts[-1]] == ["ok", "lost", "ok"]


def test_news_of_many_threads_leave_the_newest_list_as_the_last():
    desk = Desk()
    threads = [
        threading.Thread(target=lambda id_=str(n): desk.hear("ok", "lost", "ok", "lost", id_=id_))
        for n in range(8)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {each["id"]: each["state"] for each in desk.facts[-1]} == dict.fromkeys(
        map(str, range(8)), "lost"
    )
