"""A hypothesis state machine played from a seed, as often as a drill asks. Holds no tests."""

from collections import Counter

from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test


def play(
    machine: type[RuleBasedStateMachine], examples: int, number: int, steps: int = 50
) -> Counter:
    """So many runs; returns what `machine` counted in its `counts`.

    Raises AssertionError, with the steps that led there, if one fails.
    """
    machine.counts = Counter()
    run_state_machine_as_test(
        seed(number)(machine),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return machine.counts
