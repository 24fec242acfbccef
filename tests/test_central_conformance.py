"""The conformance tester: a good centre passes, and a mistake breaks the rule that it is about."""

import json
import time
from contextlib import suppress
from itertools import cycle

import pytest
from careless_manners import CENTRES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_centre import CODE, TERMINAL, TOKEN, Refused, SmallCentre, problem
from small_server import Answer, serving
from test_central_builders import UNIT, a_centre

from sync.central.conformance import giving, ways_in
from sync.central.conformance.calls import Calls, Limits
from sync.central.conformance.examine import RULES, a_terminal, examine
from sync.central.conformance.report import is_good, lines_of
from sync.outcome import Reply, Unreachable


def examined(url, token=TOKEN, terminal_id=TERMINAL, code=None, limits=None):
    return list(examine(a_terminal(Calls(url, limits or Limits()), token, terminal_id, code)))


def names(findings, outcome):
    return {each.rule.name for each in findings if each.outcome == outcome}


def told(findings):
    return "\n".join(line for each in findings for line in lines_of(each))


# Who keeps to the contract.


def test_our_own_service_keeps_every_rule(tmp_path, database_url):
    with a_centre(tmp_path, database_url) as centre:
        terminal = centre.a_terminal()
        findings = examined(centre.url, terminal.token, terminal.id)

    assert names(findings, "failed") == set(), told(findings)
    assert names(findings, "not checked") == {"enrolment"}
    assert is_good(findings)


def test_with_a_code_our_own_service_keeps_those_of_enrolment_too(tmp_path):
    with a_centre(tmp_path) as centre:
        code = centre.store.new_code(UNIT, now=centre.clock())
        findings = examined(centre.url, "", None, code)

    assert names(findings, "passed") == {rule.name for rule in RULES}, told(findings)


def test_everything_that_is_sent_is_flagged_as_simulated_and_numbered_anew(tmp_path):
    with a_centre(tmp_path) as centre:
        terminal = centre.a_terminal()
        for _ in range(2):
            examined(centre.url, terminal.token, terminal.id)
        with centre.store.reading() as connection:
            rows = connection.exec_driver_sql(
                "SELECT epoch, seq, is_simulated FROM responses"
            ).all()

    assert {is_simulated for _, _, is_simulated in rows} == {1}
    assert len({(epoch, seq) for epoch, seq, _ in rows}) == len(rows)


class InAnyOrder(SmallCentre):
    """Keeps to the contract in its own way: order, more members, a batch written as one pleases."""

    def told(self, verdicts):
        more = [{"id": "of another terminal", "status": "stored"}, *reversed(verdicts)]
        return super().told([each | {"tomorrow": 1} for each in more])


class SaysLittle(SmallCentre):
    """Without gzip, questionnaires, a place, or types of problems; 422 where others say 400."""

    announces = ""

    def configuration(self):
        return b"{}"

    def unpacked(self, call):
        return call.body if not call.headers.get("content-encoding") else self.gunzipped(b"")

    def gunzipped(self, _body):
        raise Refused(415)

    def refusal(self, refused):
        status = 422 if refused.status == 400 else refused.status
        return Answer(status, b"{}", "application/problem+json; charset=utf-8")

    def wrong_with_answers(self, _response):
        return None


class AsksToWait(SmallCentre):
    """Every tenth call."""

    def __init__(self):
        super().__init__()
        self.calls = 0

    def answer(self, call):
        self.calls += 1
        if self.calls % 10:
            return super().answer(call)
        return problem(429 if self.calls % 20 else 503, headers={"Retry-After": "0"})


@pytest.mark.parametrize("centre", [SmallCentre, InAnyOrder, SaysLittle, AsksToWait])
def test_another_centre_that_keeps_to_the_contract_passes_in_its_own_way(centre):
    with serving(centre()) as url:
        findings = examined(url)

    assert is_good(findings), told(findings)


# Who does not.


@pytest.mark.parametrize(
    ("centre", "broken"), CENTRES, ids=[centre.__name__ for centre, _ in CENTRES]
)
def test_a_mistake_breaks_exactly_the_rules_that_it_is_about(centre, broken):
    with serving(centre()) as url:
        findings = examined(url)

    assert names(findings, "failed") == broken, told(findings)
    assert not is_good(findings)


def test_every_rule_is_broken_by_somebody():
    broken = frozenset().union(*(rules for _, rules in CENTRES))

    alone = {"enrolment", "response-stored"}
    assert {rule.name for rule in RULES} - broken == alone


class SaysNothing(SmallCentre):
    def told(self, _verdicts):
        return super().told([])


def test_a_response_without_a_verdict_counts_as_not_stored():
    with serving(SaysNothing()) as url:
        findings = examined(url)

    assert "response-stored" in names(findings, "failed")
    assert "0 verdicts on the record" in told(findings)


class LetsManyIn(SmallCentre):
    """A code is good for ever."""

    def enrol(self, wanted):
        self.attempt = None
        return super().enrol(wanted)


class KeepsTheTokenBefore(SmallCentre):
    """Both tokens of one attempt are good."""

    def check_token(self, call):
        if not call.headers.get("authorization", "").startswith(f"Bearer {TOKEN}-"):
            raise Refused(401)


class GivesNoToken(SmallCentre):
    def enrol(self, _wanted):
        return Answer(201, b'{"terminal_id": "t-conformance"}')


class KnowsNoCode(SmallCentre):
    def enrol(self, _wanted):
        raise Refused(404)


@pytest.mark.parametrize("centre", [LetsManyIn, KeepsTheTokenBefore, GivesNoToken, KnowsNoCode])
def test_a_code_must_let_one_terminal_in_with_one_token(centre):
    with serving(centre()) as url:
        findings = examined(url, "", None, CODE)

    assert names(findings, "failed") == {"enrolment"}, told(findings)


class PublishesAnOldDocument(SmallCentre):
    def route(self, call):
        if call.path == "/openapi.json":
            return Answer(200, b'{"swagger": "2.0"}')
        return super().route(call)


def test_a_published_description_must_be_openapi_3_1():
    with serving(PublishesAnOldDocument()) as url:
        assert names(examined(url), "failed") == {"openapi"}


# Who is hostile, or gone.


def hang(_handler):
    time.sleep(3)


def drip_a_head(handler):
    with suppress(OSError):
        while True:
            handler.wfile.write(b"X")
            time.sleep(0.02)


def drip_go_aheads(handler):
    with suppress(OSError):
        while True:
            handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            time.sleep(0.01)


def send_for_ever(handler):
    with suppress(OSError):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            handler.wfile.write(bytes(65536))


def drip_a_body(handler):
    with suppress(OSError):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            handler.wfile.write(b"[")
            time.sleep(0.02)


def send_nonsense(handler):
    handler.wfile.write(b"\x00\xff\x1b[2J nonsense\r\n\r\n")
    handler.close_connection = True


def claim_a_long_body(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n{}")
    handler.close_connection = True


@pytest.mark.parametrize(
    "way",
    [
        hang,
        drip_a_head,
        drip_go_aheads,
        drip_a_body,
        send_for_ever,
        send_nonsense,
        claim_a_long_body,
    ],
)
def test_a_centre_that_never_answers_well_ends_the_test_soon_and_safely(way):
    class Hostile(SmallCentre):
        def answer(self, _call):
            return way

    with serving(Hostile()) as url:
        findings = examined(url, limits=Limits(call_s=0.3, whole_s=60.0))

    assert names(findings, "passed") == set()
    assert sum(each.was_stopped for each in findings) > len(RULES) - 5
    assert not is_good(findings)
    assert "\x1b" not in told(findings)


def test_one_call_that_is_never_answered_breaks_its_rules_and_no_others():
    class DripsItsUnits(SmallCentre):
        def unless_held(self, call, body):
            return drip_a_body if call.path == "/units" else super().unless_held(call, body)

    with serving(DripsItsUnits()) as url:
        terminal = a_terminal(Calls(url, Limits(call_s=2.0)), TOKEN, TERMINAL)
        findings = list(examine(terminal, (*giving.RULES, *ways_in.RULES[2:])))

    assert names(findings, "failed") == {"units", "units-etag"}, told(findings)
    assert not any(each.was_stopped for each in findings)


def test_whoever_asks_to_wait_for_ever_is_given_up():
    class Busy(SmallCentre):
        def answer(self, _call):
            return problem(429, headers={"Retry-After": "0"})

    with serving(Busy()) as url:
        findings = examined(url, limits=Limits(call_s=1.0, most_calls=100))

    assert any("100 calls" in each.why for each in findings)
    assert not is_good(findings)


def test_a_test_that_takes_too_long_ends():
    with serving(SmallCentre()) as url:
        findings = examined(url, limits=Limits(whole_s=0.1))

    assert findings[-1].was_stopped
    assert not is_good(findings)


odd_texts = st.sampled_from(
    [
        "",
        "national-general",
        "2024.1",
        "../..",
        "\ud800",
        "\0",
        "\r\nX: 1",
        "ä€",
        '"tag"',
        "x" * 200,
    ]
)
odd_values = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 2**70) | st.floats() | odd_texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(odd_texts, inner, max_size=2),
    max_leaves=4,
)
odd_entries = st.fixed_dictionaries(
    {"id": odd_texts, "version": odd_texts, "sha256": st.just("0" * 64)}
)
odd_documents = st.fixed_dictionaries(
    {},
    optional={
        "questionnaires": st.lists(odd_entries, max_size=2) | odd_values,
        "location": st.fixed_dictionaries({"revision": odd_values, "unit": odd_texts}) | odd_values,
        "results": st.lists(odd_values, max_size=2),
        "config_etag": odd_texts,
        "type": odd_values,
        "status": odd_values,
        "openapi": odd_values,
        "terminal_id": odd_texts,
        "token": odd_texts | st.just("t" * 30),
    },
)
odd_replies = st.builds(
    Reply,
    st.sampled_from([200, 200, 200, 201, 304, 400, 404, 413, 999]),
    st.fixed_dictionaries({"etag": odd_texts, "content-type": odd_texts}),
    (odd_documents | odd_values).map(lambda told: json.dumps(told).encode())
    | st.binary(max_size=9),
) | st.just(Unreachable("gone"))


class OddCalls:
    """Any replies to any calls, in turn."""

    def __init__(self, replies):
        self.replies = cycle(replies)

    def make(self, _request):
        return next(self.replies)

    def make_and_hang_up(self, request):
        """Nothing comes of it."""


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(replies=st.lists(odd_replies, min_size=1, max_size=12), code=st.sampled_from([None, CODE]))
def test_no_reply_whatever_makes_the_tester_itself_fail(replies, code):
    findings = list(examine(a_terminal(OddCalls(replies), TOKEN, TERMINAL, code)))

    assert [each.rule for each in findings] == list(RULES)
    assert told(findings).encode()


def test_what_a_centre_says_cannot_steer_the_screen():
    class Rude(SmallCentre):
        def no_such_address(self):
            return Answer(200, b"\x1b[2J\x9b1m" + "\u202e".encode(), "text/\x1b[31m")

    with serving(Rude()) as url:
        findings = examined(url)

    assert names(findings, "failed") == {"unknown-address", "openapi"}
    assert all(line.isprintable() for each in findings for line in lines_of(each))
