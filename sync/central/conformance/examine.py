"""Plays every rule of the contract through, in its order."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime

import msgspec
from msgspec import UNSET

from device_config.questionnaire import Questionnaire
from device_config.questionnaire_files import shipped
from sync import wire
from sync.central.conformance import batches, bodies, events, everywhere, giving, receiving, ways_in
from sync.central.conformance.calls import Calls, Stopped
from sync.central.conformance.documents import some_answers
from sync.central.conformance.pretended_terminal import PretendedTerminal
from sync.central.conformance.rules import Broken, Finding, NotChecked, Rule

RULES: tuple[Rule, ...] = (
    ways_in.ENROLMENT,
    *giving.RULES,
    *receiving.RULES,
    *batches.RULES,
    *events.RULES,
    *bodies.RULES,
    *ways_in.RULES,
    *everywhere.RULES,
)
NAMELESS = "conformance"
"""The name that a terminal goes by while it does not know its own."""


def a_terminal(
    calls: Calls,
    token: str,
    terminal_id: str | None,
    code: str | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> PretendedTerminal:
    """A terminal that has said nothing yet.

    Its epoch is the time in seconds: each run begins a higher one, as contracts want of terminals
    that begin their numbers anew.
    """
    return PretendedTerminal(
        calls=calls,
        id=terminal_id or NAMELESS,
        token=token,
        epoch=int(now().timestamp()),
        asked=shipped()[0],
        now=now,
        code=code,
    )


def is_known_by(terminal: PretendedTerminal) -> bool:
    """Whether the centre takes a batch under the terminal's name; raises Broken, Stopped."""
    return terminal.call("POST", "/responses", terminal.batch(())).status != 400


def examine(terminal: PretendedTerminal, rules: tuple[Rule, ...] = RULES) -> Iterator[Finding]:
    """What is found of each rule, as soon as it is known; raises nothing."""
    stopped = ""
    for rule in rules:
        if stopped:
            yield Finding(rule, "not checked", stopped, was_stopped=True)
            continue
        finding = _found(rule, terminal)
        stopped = finding.why if finding.was_stopped else ""
        yield finding
        if rule is ways_in.ENROLMENT and not stopped:
            stopped = _after_enrolment(terminal, finding)


def _after_enrolment(terminal: PretendedTerminal, finding: Finding) -> str:
    """Look round as a terminal does; why nothing more can be checked, or nothing."""
    if finding.outcome == "failed" and not terminal.token:
        return "the test stopped: without an enrolment there is no token"
    with suppress(Broken):
        try:
            _look_round(terminal)
        except Stopped as error:
            return f"the test stopped: {error}"
    return ""


def _look_round(terminal: PretendedTerminal) -> None:
    """Learn where the terminal stands and what it is to ask; raises Broken, Stopped."""
    stands = giving.configuration_of(terminal).location
    if stands is not UNSET:
        terminal.location = {
            "county": stands.county,
            "unit": stands.unit,
            "service": stands.service,
            "place": stands.place,
            "since": None,
        }
    for entry in giving.entries_of(terminal):
        body = giving.questionnaire_bytes(terminal, entry)
        with suppress(*wire.UNREADABLE, KeyError):
            found = msgspec.json.decode(body, type=Questionnaire)
            if some_answers(found):
                terminal.offered = terminal.asked = found
                return


def _found(rule: Rule, terminal: PretendedTerminal) -> Finding:
    terminal.last = None
    try:
        rule.check(terminal)
    except Broken as error:
        return Finding(rule, "failed", str(error)[:500], terminal.last)
    except NotChecked as error:
        return Finding(rule, "not checked", str(error))
    except Stopped as error:
        why = f"the test stopped: {error}"
        return Finding(rule, "not checked", why, terminal.last, was_stopped=True)
    return Finding(rule, "passed")
