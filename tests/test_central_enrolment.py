"""Enrolment codes let one terminal in, once, in time."""

from datetime import timedelta
from functools import partial
from random import Random

import msgspec
import pytest
from test_central_builders import NOON, OTHER_UNIT, UNIT, a_centre, a_response, at_once

from sync import wire
from sync.central.errors import UnknownUnit
from sync.central.store.terminals import CODE_ALPHABET, normal_code
from sync.central.tries import MOST_ADDRESSES, Tries


@pytest.fixture
def centre(tmp_path):
    with a_centre(tmp_path) as running:
        yield running


def test_a_code_is_short_and_has_no_look_alikes(centre):
    code = centre.store.new_code(UNIT)

    assert len(code) == 9
    assert code[4] == "-"
    assert set(code) - {"-"} <= set(CODE_ALPHABET)
    assert not set(CODE_ALPHABET) & set("0OQ1IL2Z5S8B6GUV")


def test_a_code_lets_a_terminal_in_with_all_it_needs(centre):
    code = centre.store.new_code(OTHER_UNIT, place="Aula 1", now=NOON)

    reply = centre.enrol(code.lower().replace("-", " "))

    assert reply.status_code == 201
    enrolment = msgspec.json.decode(reply.content, type=wire.Enrolment)
    assert enrolment.epoch == 1
    assert enrolment.config.settings == {}
    assert enrolment.config.location == wire.CentralLocation(
        revision=1, county="20", unit=OTHER_UNIT, place="Aula 1"
    )
    (questionnaire,) = enrolment.config.questionnaires
    assert questionnaire.id == "national-general"
    assert len(enrolment.token) == 64


@pytest.mark.parametrize(
    "typed", ["abcdefgh", "ABCD EFGH", " abcd-efgh ", "AB-CD-EF-GH", "ABCD–EFGH"]
)
def test_a_code_may_be_typed_in_any_case_with_or_without_hyphen(typed):
    assert normal_code(typed) == "ABCDEFGH"


def test_neither_codes_nor_tokens_are_stored(centre, tmp_path):
    code = centre.store.new_code(UNIT, now=NOON)
    token = centre.enrol(code).json()["token"]

    held = b"".join(path.read_bytes() for path in tmp_path.iterdir())

    assert token.encode() not in held
    assert code.encode() not in held
    assert normal_code(code).encode() not in held


def test_an_unknown_code_is_not_found_and_a_used_or_old_one_is_gone(centre):
    used, old = (centre.store.new_code(UNIT, now=NOON) for _ in range(2))
    assert centre.enrol(used).status_code == 201

    centre.clock.time = NOON + timedelta(days=6, hours=23)
    assert centre.enrol("XXXX-XXXX").status_code == 404
    assert centre.enrol(used).status_code == 410
    centre.clock.time = NOON + timedelta(days=7)
    assert centre.enrol(old).status_code == 410


def test_two_terminals_with_one_code_at_once_one_gets_in(centre):
    for _ in range(5):
        enrol = partial(centre.enrol, centre.store.new_code(UNIT, now=NOON))

        replies = at_once(enrol, enrol)

        assert sorted(reply.status_code for reply in replies) == [201, 410]


def test_after_ten_wrong_codes_an_address_waits_ten_minutes(centre):
    """Right codes are no tries; when the time is over, it may try again."""
    for _ in range(3):
        assert centre.enrol(centre.store.new_code(UNIT, now=NOON)).status_code == 201
    for _ in range(10):
        assert centre.enrol("XXXX-XXXX").status_code == 404

    refused = centre.enrol(centre.store.new_code(UNIT, now=NOON))
    centre.clock.pass_minutes(10)
    later = centre.enrol("XXXX-XXXX")

    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "600"
    assert later.status_code == 404


def test_the_memory_of_tries_is_bounded():
    tries = Tries()

    for number in range(MOST_ADDRESSES + 50):
        tries.wait_s(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", NOON)

    assert len(tries._by_address) == MOST_ADDRESSES


def test_all_addresses_of_an_ipv6_network_count_as_one():
    tries = Tries()
    for number in range(10):
        assert tries.wait_s(f"2001:db8::{number}", NOON) == 0
        assert tries.wait_s(f"::ffff:10.0.1.{number}", NOON) == 0

    assert tries.wait_s("2001:db8::ffff:1", NOON) > 0
    assert tries.wait_s("2001:db8:0:1::1", NOON) == 0
    assert tries.wait_s("::ffff:10.0.0.1", NOON) == 0


def test_a_machine_that_enrols_again_gets_the_next_epoch_after_all_before_it(centre):
    first = centre.a_terminal("machine")
    first.verdicts(a_response(first.id, epoch=4), a_response(first.id, epoch=2))
    second = centre.a_terminal("machine")
    third = centre.a_terminal("machine")
    other = centre.a_terminal("other machine")

    epochs = [t.enrolment["epoch"] for t in (first, second, third, other)]
    predecessors = {t.id: t.predecessor for t in centre.store.all_terminals()}

    assert epochs == [1, 5, 5, 1]
    assert predecessors == {
        first.id: None,
        second.id: first.id,
        third.id: second.id,
        other.id: None,
    }


def test_a_terminal_id_that_is_taken_is_drawn_again(centre):
    ids = []
    for _ in range(2):
        code = centre.store.new_code(UNIT, now=NOON)
        request = wire.EnrolmentRequest(code=code, hardware_id=f"h{len(ids)}", software="s")
        unlucky = _SameIdsButOtherTokens(7, len(ids))
        ids.append(centre.store.enrol(request, NOON, unlucky).terminal.id)

    assert ids[0] != ids[1]


class _SameIdsButOtherTokens(Random):
    def __new__(cls, seed, _salt):
        return super().__new__(cls, seed)

    def __init__(self, seed, salt):
        super().__init__(seed)
        self.salt = salt

    def randbytes(self, n):
        return bytes([self.salt]) * n


def test_a_code_for_an_unknown_unit_is_refused(centre):
    with pytest.raises(UnknownUnit, match=r"9\.9\.9"):
        centre.store.new_code("9.9.9")
