"""The page on which staff choose a Wi-Fi network: what it asks the agent, and what it says."""

import string

import pytest

from kiosk.session.events import StaffTouched
from kiosk.staff.effects import AgentSilent, Failed, LeaveOrder, OrderDone
from kiosk.staff.network import SHORTEST, WORDS
from sync.nmcli import REASONS
from tests.staff_builders import Pages, networks_heard, not_joined


def offered(pages):
    return [each.id for each in pages.view.choices()]


def test_a_network_with_a_password_is_joined_with_what_was_typed():
    pages = networks_heard("fi").touch("network:3").write("Kahvi_1 ja").touch("join")

    assert pages.asked[-1].body == {
        "ssid": "Kajaanin terveysaseman asiakasverkko",
        "password": "Kahvi_1 ja",
    }


def test_an_open_network_is_joined_at_once_and_one_for_it_never():
    opened, for_it = networks_heard("en").touch("network:4"), networks_heard("en")
    for_it.asked.clear()
    for_it.touch("network:2")

    assert opened.asked[-1] == LeaveOrder("wifi-join", {"ssid": "Kahvila"})
    assert for_it.asked == []
    assert "Only IT" in for_it.view.title


def test_a_password_begins_small_is_seen_only_when_asked_for_and_can_have_any_sign():
    pages = networks_heard("fi").touch("network:3").write("abcdefgh")
    assert pages.view.field.text == "•" * 8
    assert pages.touch("show").view.field.text == "abcdefgh"

    keys = {each.label for row in pages.view.keys for each in row}
    keys |= {each.label for row in pages.touch("key:numbers").view.keys for each in row}
    assert set(string.punctuation + string.digits + string.ascii_lowercase) <= keys


def test_a_password_that_is_too_short_for_any_network_cannot_be_sent():
    pages = networks_heard("fi").touch("network:3").write("x" * (SHORTEST - 1))

    assert "join" not in offered(pages)
    assert pages.happen(StaffTouched("join", pages.now + 1.0)) == []
    assert "join" in offered(pages.write("x"))


def test_the_password_is_in_nothing_that_may_be_written_to_a_log():
    pages = networks_heard("fi").touch("network:3").write("kahvipulla")
    seen = repr(pages.front)
    seen += repr(pages.touch("join").asked) + repr(pages.front)

    assert "kahvipulla" not in seen


@pytest.mark.parametrize("why", [code for _, code in REASONS] + ["not-here", "no-answer", "failed"])
def test_whatever_the_agent_says_is_said_in_plain_words(why):
    assert not_joined("en", why).view.title == WORDS[why][0]


@pytest.mark.parametrize(
    "told", [{"error": "new-code"}, {}, {"error": 5}, {"done": "yes", "networks": 7}]
)
def test_what_the_page_does_not_know_is_that_it_did_not_work(told):
    pages = Pages("en").open_entry("network").tell(LeaveOrder, OrderDone(told))

    assert pages.view.title == WORDS["failed"][0]


def test_an_agent_that_does_not_answer_is_said_and_its_late_answer_counts():
    pages = Pages("en").open_entry("network")
    order = pages.asked[-1]
    pages.tell(LeaveOrder, AgentSilent())
    said = pages.view.hint
    pages.asked.append(order)
    pages.tell(LeaveOrder, OrderDone({"done": True, "networks": [], "is_wired": True}))

    assert "does not answer" in said
    assert pages.view.title == "No Wi-Fi is heard here"


def test_after_a_wrong_password_the_next_one_is_typed_at_once():
    pages = not_joined("en", "wrong-password").touch("again")

    assert pages.view.field is not None
    assert pages.view.field.text == ""


def test_trouble_with_our_own_files_is_said():
    pages = networks_heard("en").touch("network:4").tell(LeaveOrder, Failed())

    assert pages.view.title == WORDS["failed"][0]
