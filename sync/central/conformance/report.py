"""How what was found is told: a line a rule, or JSON."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from sync.central.conformance.exchange import printable
from sync.central.conformance.rules import Finding


def is_good(findings: Sequence[Finding]) -> bool:
    """Whether every rule that concerns this centre was checked and is kept."""
    return not any(each.outcome == "failed" or each.was_stopped for each in findings)


def lines_of(finding: Finding) -> Iterator[str]:
    """A finding for a person."""
    rule = finding.rule
    yield f"{finding.outcome:<12}{rule.name:<26}{rule.says}"
    if finding.outcome == "passed":
        return
    indent = " " * 12
    yield f"{indent}why:       {printable(finding.why)}"
    if finding.last is not None:
        yield f"{indent}sent:      {finding.last.sent}"
        yield f"{indent}came:      {finding.last.came}"
    if finding.outcome == "failed":
        yield f"{indent}contract:  {rule.section}"


def summary(findings: Sequence[Finding]) -> str:
    """How many rules are kept, broken, and were not checked."""
    counted = Counter(each.outcome for each in findings)
    told = ", ".join(f"{counted[each]} {each}" for each in ("passed", "failed", "not checked"))
    return f"{len(findings)} rules: {told}"


def document_of(url: str, terminal_id: str, findings: Sequence[Finding]) -> dict[str, Any]:
    """Everything that was found, as one JSON document."""
    return {
        "url": url,
        "terminal_id": terminal_id,
        "conforms": is_good(findings),
        "rules": [
            {
                "rule": each.rule.name,
                "outcome": each.outcome,
                "says": each.rule.says,
                "contract": each.rule.section,
                "why": each.why or None,
                "sent": each.last.sent if each.last else None,
                "came": each.last.came if each.last else None,
            }
            for each in findings
        ],
    }
