"""What the members of a response document mean: the dictionary of the NDJSON. Pure.

A name says where a member stands: `answers[].item` is the item of each answer.
"""

from typing import get_args

from sync import wire
from sync.central.exports.columns import Kind, Meant, Said
from sync.central.exports.response_columns import FIXED, REST

_SAID = {column.name: column for column in (*FIXED, *REST)}
_PATHS = {
    "id": "id",
    "epoch": "epoch",
    "seq": "seq",
    "terminal_id": "terminal_id",
    "questionnaire.id": "questionnaire",
    "questionnaire.version": "version",
    "respondent": "respondent",
    "language": "language",
    "location.county": "county",
    "location.unit": "unit",
    "location.service": "service",
    "location.place": "place",
    "contact_mode": "contact_mode",
    "channel": "channel",
    "instrument": "instrument",
    "answered.at": "answered_at",
    "answered.clock": "clock",
    "answered.precision": "precision",
    "answered.earliest": "earliest",
    "answered.latest": "latest",
    "ended": "ended",
    "masked[]": "masked",
    "received_at": "received_at",
    "problem": "problem",
}
"""Members that mean the same as a column of the table."""


def _as_column(path: str, column: str) -> Meant:
    same = _SAID[column]
    return Meant(
        name=path, kind=same.kind, meaning=same.meaning, values=same.values, unit=same.unit
    )


def _own(
    name: str, kind: Kind, meaning: Said, values: tuple[str, ...] = (), unit: str = ""
) -> Meant:
    return Meant(name=name, kind=kind, meaning=meaning, values=values, unit=unit)


_LEARNT = Said(
    "Kun vastausaika on selvinnyt lähettämisen jälkeen: sama kuin kohdassa answered.",
    "När svarstiden har klarnat efter sändningen: samma som i answered.",
    "Where the time was learnt after sending: as in answered.",
)

MEMBERS: tuple[Meant, ...] = (
    *(_as_column(path, column) for path, column in _PATHS.items()),
    _own(
        "location.since", "moment",
        Said("Mistä alkaen pääte on ollut tässä paikassa.",
             "Sedan när terminalen har stått på den här platsen.",
             "Since when the terminal has stood at this place."),
    ),
    _own(
        "answers[].item", "text",
        Said("Kohta, johon vastattiin.", "Punkten som besvarades.",
             "The item that was answered."),
    ),
    _own(
        "answers[].value", "integer",
        Said("Vastaus numerona: väittämät 1–5, suosittelu 0–10.",
             "Svaret som siffra: påståenden 1–5, rekommendation 0–10.",
             "The answer as a number: statements 1–5, recommendation 0–10."),
    ),
    _own(
        "answers[].status", "text",
        Said("Miksi numeroa ei ole: ohitettu, tai ei koske minua.",
             "Varför siffran saknas: hoppades över, eller berör inte mig.",
             "Why there is no number: skipped, or does not concern me."),
        get_args(wire.Status),
    ),
    _own(
        "answers[].options[]", "text",
        Said("Valittu vaihtoehto.", "Ett valt alternativ.", "An option that was chosen."),
    ),
    _own(
        "text.plain", "text",
        Said("Mitä vastaaja kirjoitti.", "Vad den som svarade skrev.",
             "What the respondent wrote."),
    ),
    _own(
        "text.sealed", "text",
        Said("Teksti sinetöitynä keskuksen avaimella.",
             "Texten förseglad med centralens nyckel.",
             "The text, sealed to the central service's key."),
        unit="Base64",
    ),
    _own(
        "text.key", "text",
        Said("Avain, jolla teksti on sinetöity.", "Nyckeln som texten är förseglad med.",
             "The key to which the text is sealed."),
    ),
    _own(
        "has_text", "boolean",
        Said("true, kun vastauksessa on teksti, joka on jätetty pois.",
             "true när svaret har en text som har utelämnats.",
             "true where the response has a text that was left out."),
    ),
    _own(
        "flags[].rule", "text",
        Said("Sääntö, joka merkitsi vastauksen päätteellä.",
             "Regel som märkte svaret på terminalen.",
             "A rule that flagged the response on the terminal."),
        get_args(wire.Rule),
    ),
    _own(
        "flags[].limit", "number",
        Said("Säännön raja, säännön omassa yksikössä (min-interval: sekunteja).",
             "Regelns gräns i regelns egen enhet (min-interval: sekunder).",
             "The rule's limit, in the rule's own unit (min-interval: seconds)."),
    ),
    _own(
        "flags[].measured", "number",
        Said("Mitä mitattiin, samassa yksikössä.", "Vad som mättes, i samma enhet.",
             "What was measured, in the same unit."),
    ),
    _own(
        "flagged_later[]", "text",
        Said("Sääntö, joka merkitsi vastauksen vasta lähettämisen jälkeen.",
             "Regel som märkte svaret först efter sändningen.",
             "A rule that flagged the response only after it had been sent."),
        get_args(wire.Rule),
    ),
    _own("corrected.at", "moment", _LEARNT),
    _own("corrected.clock", "text", _LEARNT, get_args(wire.values.Clock)),
    _own("corrected.precision", "text", _LEARNT, get_args(wire.Precision)),
    _own("corrected.earliest", "moment", _LEARNT),
    _own("corrected.latest", "moment", _LEARNT),
)  # fmt: skip
