"""Who may do what at the central service's pages. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from sync import wire
from sync.central.scopes import EVERYTHING, Scope, units_within

Role = Literal["administrator", "feedback-team", "supervisor", "read-only"]
Permission = Literal[
    "see-numbers",  # the live page, trends and comparisons
    "read-texts",  # what clients wrote; each reading is written into the audit log
    "see-fleet",
    "change-fleet",  # codes, moves, revoking, desired settings, questionnaires, units
    "export",
    "see-audit",
    "change-accounts",
]

MOST_SCOPES = 50
_ALL: frozenset[Permission] = frozenset(get_args(Permission))
GRANTS: dict[Role, frozenset[Permission]] = {
    "administrator": _ALL,
    "feedback-team": _ALL - {"change-accounts", "see-audit"},
    "supervisor": frozenset(("see-numbers", "read-texts", "see-fleet")),
    "read-only": frozenset(("see-numbers",)),
}
ROLES: tuple[Role, ...] = tuple(GRANTS)
BOUND: frozenset[Role] = frozenset(("supervisor", "read-only"))
"""The roles that can be bound to a part of the tree; a supervisor has to be."""


def as_role(text: str) -> Role:
    """A role from the database; the least of them for one that this version does not know."""
    return next((role for role in ROLES if role == text), "read-only")


def binding_problem(role: Role, scopes: Iterable[Scope]) -> str | None:
    """What is wrong with binding this role to these parts of the tree, or None."""
    bound = tuple(scopes)
    if role == "supervisor" and not bound:
        return "a supervisor is bound to units: say to which"
    if bound and role not in BOUND:
        return "only a supervisor or a read-only account can be bound to units"
    if len(bound) > MOST_SCOPES:
        return f"an account is bound to at most {MOST_SCOPES} parts of the tree"
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who looks at the pages: an account, or anybody where the service is open.

    `form_token` is what each form of this login must carry back.
    """

    name: str
    role: Role
    account_id: str | None = None
    scopes: tuple[Scope, ...] = (EVERYTHING,)
    form_token: str = ""

    def may(self, permission: Permission) -> bool:
        """Whether this role is granted that."""
        return permission in GRANTS[self.role]

    def units(self, known: Iterable[wire.Unit]) -> frozenset[str] | None:
        """The OIDs of the units that the visitor may see; None: every one, known or not."""
        return units_within(self.scopes, known)


NOBODY = Visitor(name="nobody", role="read-only", scopes=())
"""Whoever tried to come in and did not."""
ANYBODY = Visitor(name="", role="administrator")
"""Whoever looks at a service that was started open: a demo or a test on one machine."""
