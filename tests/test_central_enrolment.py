"""Enrolment codes let one terminal in, once, in time."""

from datetime import timedelta
from functools import partial
from random import Random

import msgspec
import pytest
from databases import KINDS, a_database
from sqlalchemy import create_engine, insert
from test_central_builders import (
    NOON,
    OTHER_UNIT,
    UNIT,
    a_centre,
    a_database_of_before,
    a_response,
    at_once,
)

from sync import wire
from sync.central.errors import UnknownCode, UnknownUnit
from sync.central.store.codes import CODE_ALPHABET, hash_of, normal_code
from sync.central.store.tables import codes, units
from sync.central.tries import MOST_ADDRESSES, MOST_TRIES_OF_ALL, WINDOW, Tries


@pytest.fixture
def centre(tmp_path, database_url):
    with a_centre(tmp_path, database_url) as running:
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
    assert questionnaire["id"] == "national-general"
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


ATTEMPT = "a-secret-that-a-terminal-drew"


def kind(reply):
    return reply.json()["type"].rpartition("code-")[2]


def test_why_a_code_is_refused_is_said_for_programs_too(centre):
    used, old, withdrawn = (centre.store.new_code(UNIT, now=NOON) for _ in range(3))
    centre.enrol(used)
    centre.store.withdraw_code(withdrawn)
    before = [kind(centre.enrol(code)) for code in ("XXXX-XXXX", used, withdrawn)]
    centre.clock.time = NOON + timedelta(days=8)

    assert before == ["unknown", "used", "withdrawn"]
    assert [kind(centre.enrol(code)) for code in (used, old)] == ["used", "expired"]


def test_a_terminal_whose_reply_was_lost_repeats_its_attempt_and_stays_the_same_terminal(centre):
    code = centre.store.new_code(UNIT, now=NOON, staff_pin_hash="$argon2id$")
    first = centre.enrol(code, attempt=ATTEMPT).json()
    centre.clock.pass_minutes(9)

    again = centre.enrol(code, attempt=ATTEMPT).json()

    same = ("terminal_id", "epoch", "staff_pin_hash", "config")
    assert [first[name] for name in same] == [again[name] for name in same]
    assert centre.store.authenticate(first["token"]) is None
    assert centre.store.authenticate(again["token"]).id == first["terminal_id"]
    assert len(centre.store.all_terminals()) == 1


@pytest.mark.parametrize("attempt", [{}, {"attempt": ATTEMPT + "!"}, {"attempt": None}])
def test_nobody_else_can_repeat_an_attempt_not_even_the_same_machine(centre, attempt):
    code = centre.store.new_code(UNIT, now=NOON)
    first = centre.enrol(code, attempt=ATTEMPT).json()

    assert centre.enrol(code, **attempt).status_code == 410
    assert centre.store.authenticate(first["token"])


def test_an_attempt_that_was_not_named_cannot_be_repeated(centre):
    code = centre.store.new_code(UNIT, now=NOON)
    centre.enrol(code)

    assert centre.enrol(code, attempt=ATTEMPT).status_code == 410


def test_after_ten_minutes_or_a_revocation_an_attempt_is_over(centre):
    late, revoked = (centre.store.new_code(UNIT, now=NOON) for _ in range(2))
    centre.enrol(late, attempt=ATTEMPT)
    gone = centre.enrol(revoked, attempt=ATTEMPT).json()["terminal_id"]
    centre.store.revoke(gone)

    assert centre.enrol(revoked, attempt=ATTEMPT).status_code == 410
    centre.clock.pass_minutes(10)
    assert centre.enrol(late, attempt=ATTEMPT).status_code == 410


def test_an_attempt_repeated_many_times_at_once_leaves_one_terminal_that_is_let_in(centre):
    code = centre.store.new_code(UNIT, now=NOON)
    replies = at_once(*[partial(centre.enrol, code, attempt=ATTEMPT)] * 4)

    tokens = [reply.json()["token"] for reply in replies]
    assert [reply.status_code for reply in replies] == [201] * 4
    assert sum(centre.store.authenticate(token) is not None for token in tokens) == 1
    assert len(centre.store.all_terminals()) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_code_from_before_still_lets_a_terminal_in_once(tmp_path, kind):
    with a_database(kind, tmp_path, is_migrated=False) as url:
        a_database_of_before(tmp_path, "0002", url)
        engine = create_engine(url)
        with engine.begin() as connection:
            unit = {"unit": UNIT, "name": {"fi": "Syke"}, "path": {}}
            connection.execute(insert(units), unit)
            code = {
                "code_hash": hash_of("K7C3-ADEF"),
                "unit": UNIT,
                "expires_at": NOON + timedelta(days=7),
            }
            connection.execute(insert(codes), code)
        engine.dispose()

        with a_centre(tmp_path, url) as centre:
            assert [each.id for each in centre.store.all_codes()] == [None]
            assert centre.enrol("k7c3adef").status_code == 201
            assert centre.enrol("k7c3adef").status_code == 410


# Replacing


def test_a_replacement_stands_where_the_other_stood_and_goes_on_with_its_history(centre):
    old = centre.a_terminal("old machine", unit=OTHER_UNIT)
    old.verdicts(a_response(old.id, epoch=3))
    waiting = a_response(old.id, epoch=3, seq=2)
    code = centre.store.replacement_code(old.id, now=NOON)
    still_in = centre.store.authenticate(old.token)
    new = centre.enrolled(code, "new machine")

    assert still_in is not None
    assert centre.store.authenticate(old.token) is None
    assert new.enrolment["epoch"] == 4
    assert new.enrolment["config"]["location"]["unit"] == OTHER_UNIT
    assert new.verdicts(waiting) == [("stored", None)]


def test_a_spare_machine_with_a_past_brings_both_histories(centre):
    spare, old = centre.a_terminal("spare"), centre.a_terminal("old machine")
    spare.verdicts(a_response(spare.id, epoch=7))
    new = centre.enrolled(centre.store.replacement_code(old.id, now=NOON), "spare")

    assert new.enrolment["epoch"] == 8
    mixed = (a_response(spare.id, epoch=7, seq=2), a_response(old.id))
    assert new.verdicts(*mixed) == [("stored", None)] * 2


def test_machines_without_a_name_of_their_own_are_not_taken_for_one(centre):
    first, second = (centre.a_terminal("unknown") for _ in range(2))
    first.verdicts(a_response(first.id, epoch=4))

    assert second.enrolment["epoch"] == 1
    ((status, _),) = second.verdicts(a_response(first.id))
    assert status == "rejected"


def test_a_withdrawn_code_lets_nobody_in_and_a_used_one_cannot_be_withdrawn(centre):
    one, other = (centre.store.new_code(UNIT, now=NOON) for _ in range(2))
    centre.enrol(other)
    named = next(each for each in centre.store.all_codes() if each.used_at is None)
    centre.store.withdraw_code(named.id)

    assert centre.enrol(one).status_code == 410
    for gone in (one, other, "c-nobody"):
        with pytest.raises(UnknownCode, match="no open code"):
            centre.store.withdraw_code(gone)


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


def test_many_addresses_together_get_no_more_tries_than_twenty():
    tries = Tries()
    waits = [tries.wait_s(f"10.1.{number}.1", NOON) for number in range(250)]

    assert waits[:MOST_TRIES_OF_ALL] == [0] * MOST_TRIES_OF_ALL
    assert set(waits[MOST_TRIES_OF_ALL:]) == {600}
    assert tries.wait_s("10.2.0.1", NOON + timedelta(minutes=10)) == 0


def test_the_chance_of_a_guessed_code_is_what_the_documentation_says():
    """docs/enrolment.md names it: tries of all in a week, over the codes that there are."""
    tries = MOST_TRIES_OF_ALL * (timedelta(weeks=1) // WINDOW)

    assert f"{tries * 400 / len(CODE_ALPHABET) ** 8:.1%}" == "0.3%"


def test_right_codes_are_no_tries_however_many_terminals_are_set_up_at_once():
    tries = Tries()
    for _ in range(1000):
        assert tries.wait_s("10.0.0.1", NOON) == 0
        tries.succeeded("10.0.0.1")


def test_a_clock_that_was_set_back_keeps_nobody_waiting_until_it_catches_up():
    tries, wrong = Tries(), NOON + timedelta(days=365)
    assert [tries.wait_s("10.0.0.1", wrong) for _ in range(10)] == [0] * 10
    assert tries.wait_s("10.0.0.1", wrong) == 600

    assert tries.wait_s("10.0.0.1", NOON) == 0


def test_the_memory_of_tries_is_bounded():
    tries = Tries()

    for number in range(MOST_ADDRESSES + 50):
        later = NOON + timedelta(minutes=number)
        tries.wait_s(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", later)

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
