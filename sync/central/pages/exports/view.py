"""What the page of exports shows, gathered in one view of the database."""

from dataclasses import dataclass

from sync.central.accounts.access import Visitor
from sync.central.pages.exports.wanted import Wanted
from sync.central.pages.tree import Choice, choices, chosen_units, name_of
from sync.central.pages.wording import Names
from sync.central.service import Service
from sync.central.store.selection import count_selected
from sync.central.store.units import all_units


@dataclass(frozen=True, slots=True)
class View:
    """What can be chosen, and how many responses were.

    `name` is that of the chosen part of the tree, None for an unknown unit; `titles` are those of
    the questionnaires, by id.
    """

    count: int
    name: Names | None
    choices: tuple[Choice, ...]
    titles: dict[str, Names]


def gather(service: Service, who: Visitor, wanted: Wanted) -> View:
    """What the page shows; raises ProblemError for units that the visitor may not see."""
    with service.store.reading() as connection:
        units = all_units(connection)
        allowed = who.units(units)
        chosen = chosen_units(wanted.scope, units, allowed)
        count = count_selected(connection, wanted.selection(chosen))
    return View(
        count=count,
        name=name_of(wanted.scope, units, allowed),
        choices=choices(units, allowed),
        titles={
            known.questionnaire.id: {
                code: text.text for code, text in known.questionnaire.title.items()
            }
            for known in service.questionnaires.newest()
        },
    )
