"""What the centre wants shown: kept through damage, and never at the cost of anything else."""

import json
import logging

import msgspec
import pytest
from builders import a_reading, a_state
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device_config.config_store import ConfigStore
from device_config.location import LocationFile
from device_config.notices import Notices, NoticesFile, is_form_url
from sync.enrolment import take_config
from sync.wire import CentralConfig, Enrolment

SAID = {"kind": "said-did", "text": {"fi": "Jono lyheni.", "sv": "Kön blev kortare."}}
FORM = "https://palaute.example.fi/f/7k2"


@pytest.fixture
def notices(tmp_path):
    return NoticesFile.of(a_state(tmp_path))


def take(folder, **members):
    """Take a configuration as it comes over the wire."""
    state = a_state(folder)
    config = msgspec.json.decode(json.dumps(members), type=CentralConfig)
    take_config(state, ConfigStore(state, None), config, a_reading())
    return NoticesFile.of(state).current()


def test_before_the_centre_says_anything_there_is_nothing_to_show(notices):
    assert notices.current() == Notices(said_did=(), form_url="")


def test_the_centres_words_and_the_forms_address_are_kept(tmp_path):
    kept = take(tmp_path, messages=[SAID], form_url=FORM)

    assert kept == Notices(said_did=(SAID["text"],), form_url=FORM)
    assert NoticesFile.of(a_state(tmp_path)).current() == kept


def test_what_the_centre_does_not_mention_stays(tmp_path):
    take(tmp_path, messages=[SAID], form_url=FORM)

    assert take(tmp_path, messages=[]) == Notices(form_url=FORM)
    assert take(tmp_path, settings={}) == Notices(form_url=FORM)


def test_an_empty_list_and_an_empty_text_clear(tmp_path):
    take(tmp_path, messages=[SAID], form_url=FORM)

    assert take(tmp_path, messages=[], form_url="") == Notices()


def test_a_text_is_shown_in_the_language_or_else_the_default_one():
    notices = Notices(said_did=({"fi": "yksi", "sv": "ett"}, {"fi": "kaksi"}, {"se": "guokte"}))

    assert notices.said_did_in("sv", "fi") == ("ett", "kaksi")


def test_unknown_kinds_are_ignored_without_a_word(tmp_path, caplog):
    assert take(tmp_path, messages=[{"kind": "campaign", "image": 3}, SAID]).said_did == (
        SAID["text"],
    )
    assert caplog.records == []


BAD_MESSAGES = {
    "no object": 3,
    "no kind": {"text": {"fi": "x"}},
    "no text": {"kind": "said-did"},
    "text of another shape": {"kind": "said-did", "text": "x"},
    "no language": {"kind": "said-did", "text": {}},
    "an unknown way to write a language": {"kind": "said-did", "text": {"Finnish!": "x"}},
    "an empty text": {"kind": "said-did", "text": {"fi": "x", "sv": " "}},
    "a number": {"kind": "said-did", "text": {"fi": 3}},
    "too long": {"kind": "said-did", "text": {"fi": "x" * 301}},
    "too many languages": {"kind": "said-did", "text": {f"a{n:02}": "x" for n in range(41)}},
    "a control character": {"kind": "said-did", "text": {"fi": "a\u0007b"}},
}


@pytest.mark.parametrize("message", BAD_MESSAGES.values(), ids=BAD_MESSAGES)
def test_a_bad_message_is_left_out_alone_with_one_line_in_the_log(tmp_path, caplog, message):
    kept = take(tmp_path, messages=[message, SAID], form_url=FORM)

    assert kept == Notices(said_did=(SAID["text"],), form_url=FORM)
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "messages[0]" in record.getMessage()


def test_only_ten_messages_are_taken(tmp_path):
    many = [{"kind": "said-did", "text": {"fi": f"text {n}"}} for n in range(12)]

    kept = take(tmp_path, messages=many)

    assert [each["fi"] for each in kept.said_did] == [f"text {n}" for n in range(10)]


@pytest.mark.parametrize(
    "url",
    [
        "http://palaute.example.fi",
        "javascript:alert(1)",
        "https://",
        "https://user:pass@example.fi",
        "https://example.fi/" + "x" * 300,
        "https://exa mple.fi",
        "https://example.fi\n",
        "https://[bad",
        "https://example.fi:99999",
        "https://äiti.example",
        3,
        None,
        ["https://example.fi"],
    ],
)
def test_an_address_that_no_phone_should_be_sent_to_leaves_the_one_before(tmp_path, caplog, url):
    take(tmp_path, form_url=FORM)

    kept = take(tmp_path, form_url=url, messages=[SAID])

    assert kept == Notices(said_did=(SAID["text"],), form_url=FORM)
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


@pytest.mark.parametrize("url", [FORM, "https://x.example:8443/f?a=b#c", "http://127.0.0.1:8700/"])
def test_an_address_over_tls_or_on_this_machine_is_taken(url):
    assert is_form_url(url)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just(SAID),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


@given(messages=anything, form_url=anything)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_words_of_the_centre_ever_cost_the_rest_of_its_configuration(
    tmp_path_factory, messages, form_url
):
    folder = tmp_path_factory.mktemp("terminal")

    kept = take(
        folder,
        messages=messages,
        form_url=form_url,
        settings={"session": {"undo_s": 4}},
        location={"revision": 1, "unit": "1.2.3"},
    )

    settings_now = ConfigStore(a_state(folder), None).effective().settings
    assert settings_now.session.undo_s == 4
    assert LocationFile.of(a_state(folder)).current(settings_now.location).unit == "1.2.3"
    assert kept.form_url == "" or is_form_url(kept.form_url)
    assert len(kept.said_did) <= 10


def test_an_enrolment_is_read_whatever_words_come_with_it():
    body = {"terminal_id": "t-1", "token": "x" * 20, "config": {"messages": 3, "form_url": {}}}

    assert msgspec.json.decode(json.dumps(body), type=Enrolment).terminal_id == "t-1"


def test_words_are_kept_though_the_settings_beside_them_are_refused(tmp_path):
    with pytest.raises(ValueError, match="undo_s"):
        take(tmp_path, messages=[SAID], settings={"session": {"undo": 3}})

    assert NoticesFile.of(a_state(tmp_path)).current().said_did == (SAID["text"],)


def test_the_same_words_again_are_no_news_and_other_ones_change_the_fingerprint(notices):
    assert notices.take([SAID], msgspec.UNSET)
    before = notices.fingerprint()

    assert not notices.take([SAID], msgspec.UNSET)
    assert notices.fingerprint() == before
    assert notices.take([], msgspec.UNSET)
    assert notices.fingerprint() != before


@pytest.mark.parametrize("content", [b"damaged", None])
def test_damaged_or_older_words_are_none_at_all_and_can_be_said_anew(tmp_path, notices, content):
    notices.take([SAID], FORM)
    if content is None:
        notices.file.write({"said_did": 3})
    else:
        for copy in ("notices.1", "notices.2"):
            (tmp_path / "state" / copy).write_bytes(content)

    assert notices.current() == Notices()
    assert notices.take([SAID], FORM)
    assert notices.current().form_url == FORM
