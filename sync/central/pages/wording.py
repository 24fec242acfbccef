"""What is asked, in the words in which it is asked now, and what units are called."""

from collections.abc import Mapping

from device_config.questionnaire import Item, Texts
from sync import wire
from sync.central.questionnaires import Questionnaires

Names = Mapping[str, str]
"""What something is called, by language."""


def asked_items(questionnaires: Questionnaires, chosen: str = "") -> dict[str, Item]:
    """The known items by id in the order of asking, in the wording of the chosen questionnaire.

    Of each id the newest version's wording; the reasons come last.
    """
    known = [each.questionnaire for each in (*questionnaires.newest(), *questionnaires.all())]
    known.sort(key=lambda each: each.id != chosen)
    items: dict[str, Item] = {}
    for each in known:
        for item in each.all_items():
            items.setdefault(item.id, item)
    for each in known:
        if each.reasons is not None:
            items.setdefault(each.reasons.id, each.reasons)
    return items


def in_words(texts: Texts) -> dict[str, str]:
    """A wording by language, without where it comes from."""
    return {language: each.text for language, each in texts.items()}


def names_of(unit: wire.Unit) -> Names:
    """What a unit is called; its OID when it has no name."""
    return unit.name if any(unit.name.values()) else {"fi": unit.unit}
