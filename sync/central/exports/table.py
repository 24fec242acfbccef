"""The table of responses: the columns that every response has, and those of the items. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from device_config.questionnaire import Item, Questionnaire
from sync import wire
from sync.central.exports.columns import Column, Said, Value
from sync.central.exports.given import Background, Given
from sync.central.exports.response_columns import FIXED, REST, TEXTS, others
from sync.central.receiving.checking import options_of, status_of, value_of

STATUSES = ("skipped", "not-applicable")


@dataclass(frozen=True, slots=True)
class _Asked:
    """An item as its newest questionnaire has it, with the numbers or options it takes."""

    item: Item
    values: tuple[str, ...]


def table_of(around: Background, *, is_typed: bool) -> tuple[Column, ...]:
    """The columns of a table of responses.

    Typed: a number and a status beside it, each of one type. Else an item has one column with
    whichever was answered, as people and older scripts read it.
    """
    asked = _asked(around.forms)
    columns_of = _typed if is_typed else _as_said
    items = tuple(column for each in asked for column in columns_of(each))
    known = frozenset(each.item.id for each in asked)
    texts = TEXTS if around.texts != "none" else ()
    rest = (*REST, others(known), *texts)
    return (*FIXED, *_apart(items, {column.name for column in (*FIXED, *rest)}), *rest)


def _asked(forms: tuple[Questionnaire, ...]) -> tuple[_Asked, ...]:
    """Every known item once, in the order of asking; the free text has columns of its own."""
    found: dict[str, _Asked] = {}
    for form in forms:
        reasons = (form.reasons,) if form.reasons is not None else ()
        for item in (*form.all_items(), *reasons):
            if item.kind != "text":
                found.setdefault(item.id, _Asked(item, _values(form, item)))
    return tuple(found.values())


def _values(form: Questionnaire, item: Item) -> tuple[str, ...]:
    scale = form.scale_of(item)
    if scale is None:
        return tuple(option.id for option in item.options)
    return tuple(str(value) for value in range(scale.min, scale.max + 1))


def _apart(items: tuple[Column, ...], taken: set[str]) -> tuple[Column, ...]:
    """A county's own item may be called like another column: no two have one name."""
    named = []
    for column in items:
        name = column.name
        while name in taken:
            name = f"item_{name}"
        taken.add(name)
        named.append(replace(column, name=name))
    return tuple(named)


def _as_said(asked: _Asked) -> tuple[Column, ...]:
    item = asked.item
    options = item.kind == "reasons"
    said = OPTIONS_SAID if options else ANSWER_SAID
    values = (*asked.values, *(STATUSES[:1] if options else STATUSES))
    return (
        Column(
            name=item.id,
            kind="text",
            meaning=said,
            of=_answered(item.id, _in_words),
            values=values,
            item=item.id,
        ),
    )


def _typed(asked: _Asked) -> tuple[Column, ...]:
    item = asked.item
    options = item.kind == "reasons"
    answer = Column(
        name=item.id,
        kind="list" if options else "integer",
        meaning=OPTIONS_SAID if options else NUMBER_SAID,
        of=_answered(item.id, options_of if options else value_of),
        values=asked.values,
        item=item.id,
    )
    status = Column(
        name=f"{item.id}_status",
        kind="text",
        meaning=STATUS_SAID,
        of=_answered(item.id, status_of),
        values=STATUSES[:1] if options else STATUSES,
        item=item.id,
    )
    return answer, status


def _answered(item: str, read: Callable[[wire.Answer], Value]) -> Callable[[Given], Value]:
    def of(given: Given) -> Value:
        answer = given.answers.get(item)
        return None if answer is None else read(answer)

    return of


def _in_words(answer: wire.Answer) -> Value:
    options, value = options_of(answer), value_of(answer)
    if options is not None:
        return " ".join(options)
    return status_of(answer) if value is None else str(value)


ANSWER_SAID = Said(
    "Vastaus kohtaan: numero, tai miksi numeroa ei ole (ohitettu; ei koske minua). Tyhjä, jos "
    "kohtaa ei kysytty. Ei koske minua ei ole nolla.",
    "Svaret på punkten: en siffra, eller varför den saknas (hoppades över; berör inte mig). Tom om "
    "punkten inte frågades. Berör inte mig är inte noll.",
    "The answer to the item: a number, or why there is none (skipped; does not concern me). Empty "
    "where it was not asked. Not applicable is no zero.",
)
NUMBER_SAID = Said(
    "Vastaus kohtaan numerona; tyhjä, jos sitä ei kysytty tai numeroa ei annettu.",
    "Svaret på punkten som siffra; tom om den inte frågades eller ingen siffra gavs.",
    "The answer to the item as a number; empty where it was not asked or no number was given.",
)
STATUS_SAID = Said(
    "Miksi numeroa ei ole, vaikka kohta kysyttiin: ohitettu, tai ei koske minua.",
    "Varför siffran saknas fast punkten frågades: hoppades över, eller berör inte mig.",
    "Why there is no answer although the item was asked: skipped, or does not concern me.",
)
OPTIONS_SAID = Said(
    "Mitkä vaihtoehdot valittiin; tyhjä, jos kohtaa ei kysytty.",
    "Vilka alternativ som valdes; tom om punkten inte frågades.",
    "Which options were chosen; empty where it was not asked.",
)
