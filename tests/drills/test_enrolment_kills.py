"""The drill of the killed enrolment, made small; and that it would find what it is to find."""

from tests.drills.enrolment_kills import drill

AFTER_THE_REPLY = (4, 5)
"""Writes after the centre has used the code up, and before the token is on disk."""


def test_a_code_is_not_lost_wherever_the_enrolment_is_killed(tmp_path):
    result = drill(tmp_path, 1, (1, *AFTER_THE_REPLY, 7))

    assert result.kills == 4
    assert result.lost == []


def test_a_terminal_that_forgot_its_attempt_would_be_caught(tmp_path):
    assert drill(tmp_path, 1, AFTER_THE_REPLY, forgets=True).lost
