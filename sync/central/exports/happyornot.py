"""Responses in the columns of HappyOrNot's feedback listings, for who moves between the two. Pure.

Source: HappyOrNot Customer API v2, its OpenAPI description (api.happy-or-not.com/v2/openapi.yaml,
as kept in github.com/api-evangelist/happyornot, read in November 2026): "CSV file with columns
matching ButtonFeedback object properties", and FollowupFeedback and TextFeedback likewise, whose
`feedbackScale` is four, five, five_reversed or nps and whose `buttonIndex` is 0–4 on five. The
heads of the files that its Analytics pages export have not been found, and are not claimed here.
"""

from collections.abc import Callable, Iterator
from typing import Any

from sync.central.exports.cells import csv_lines
from sync.central.exports.columns import Column, Kind, Said, Value
from sync.central.exports.given import Background, Given
from sync.central.exports.happyornot_steps import (
    BUTTON,
    FIVE,
    FOLLOW_UP,
    NPS,
    TEXT,
    Step,
    steps,
)
from sync.central.local_time import FINLAND
from sync.central.scopes import own_name, path_of

UI = {"kiosk-touch": "digital", "kiosk-button": "physical", "qr-web": "qr"}
"""By our channel. An entry by staff has none."""


def _local_time(step: Step) -> Value:
    at = step.given.row.answered_at
    return None if at is None else at.astimezone(FINLAND)


def _survey(step: Step) -> Value:
    asked = step.given.row.questionnaire
    return f"{asked}/{step.survey}" if step.survey else str(asked)


def _ui(step: Step) -> Value:
    return "skip" if step.is_skipped else UI.get(step.given.row.channel)


def _smiley_type(step: Step) -> Value:
    if step.given.row.channel == "qr-web":
        return "SMILEY_DIGITAL"
    return "SMILEY_TOUCH" if step.given.row.instrument == "screen" else "SMILEY_TERMINAL"


def _nothing(_step: Step) -> Value:
    return None


def _kept(name: str) -> Callable[[Any], Value]:
    def read(step: Step) -> Value:
        value: Value = getattr(step.given.row, name)
        return value

    return read


def _theirs(  # noqa: PLR0913, PLR0917 - a column
    listing: str, name: str, kind: Kind, of: Callable[[Step], Value], said: Said,
    values: tuple[str, ...] = (),
) -> Column:  # fmt: skip
    """A column of theirs, by the name of the listing that has it."""
    source = f" [HappyOrNot: {listing}]"
    meaning = Said(said.fi + source, said.sv + source, said.en + source)
    return Column(name=name, kind=kind, of=of, meaning=meaning, values=values)


def _ours(
    name: str, kind: Kind, of: Callable[[Any], Value], said: Said, values: tuple[str, ...] = ()
) -> Column:
    """A column that we add."""
    meaning = Said(f"{said.fi} [lisätty]", f"{said.sv} [tillagd]", f"{said.en} [added]")
    return Column(name=name, kind=kind, of=of, meaning=meaning, values=values)


COLUMNS = (
    _theirs(
        "ButtonFeedback", "feedbackId", "text", _kept("id"),
        Said("Vastauksen tunnus (UUID); sama vastauksen kaikilla riveillä.",
             "Svarets id (UUID); samma på alla rader av ett svar.",
             "The response's id (UUID); the same in all rows of a response."),
    ),
    _theirs(
        "ButtonFeedback", "smileyId", "text", _kept("terminal_id"),
        Said("Päätteen tunnus. Meillä tekstiä, heillä kokonaisluku.",
             "Terminalens id. Text hos oss, ett heltal hos dem.",
             "The terminal's id. A text here, a whole number there."),
    ),
    _theirs(
        "ButtonFeedback", "localTime", "moment", _local_time,
        Said("Vastausaika Suomen aikaa, UTC-ero mukana; tarkkuus sarakkeessa precision; tyhjä, "
             "jos aika ei ole tiedossa.",
             "Svarstid i finsk tid med UTC-skillnad; så noga som precision säger; tom om okänd.",
             "When it was given, in Finnish time with its offset; cut as the column precision "
             "says; empty where unknown."),
    ),
    _theirs(
        "ButtonFeedback", "surveyId", "text", _survey,
        Said("Kysely ja kohta, johon painike vastaa. Meillä tekstiä, heillä kokonaisluku.",
             "Enkäten och punkten som knappen svarar på. Text hos oss, ett heltal hos dem.",
             "The questionnaire and the item that the button answers. A text here, a whole number "
             "there."),
    ),
    _theirs(
        "ButtonFeedback", "experiencePointId", "text", _kept("unit"),
        Said("Yksikön OID. Meillä tekstiä, heillä kokonaisluku.",
             "Enhetens OID. Text hos oss, ett heltal hos dem.",
             "The unit's OID. A text here, a whole number there."),
    ),
    _theirs(
        "ButtonFeedback", "buttonIndex", "integer", lambda step: step.index,
        Said("Painike kielteisimmästä: asteikolla five 0–4 on vastauksemme 1–5 vähennettynä "
             "yhdellä, asteikolla nps 0–10; tyhjä, jos keskus ei tunne kohtaa. Muilla riveillä "
             "vastauksen ensimmäinen painike.",
             "Knappen från den mest negativa: på skalan five är 0–4 vårt svar 1–5 minus ett, på "
             "nps 0–10; tom om centralen inte känner till punkten. På andra rader svarets första "
             "knapp.",
             "The button from the most negative: on the scale five 0–4 is our answer 1–5 less "
             "one, on nps 0–10; empty where the item is not known here. In rows of other kinds the "
             "response's first button."),
    ),
    _theirs(
        "ButtonFeedback", "misuse", "boolean", lambda step: step.given.row.standing == "misuse",
        Said("Onko vastaus merkitty mahdolliseksi väärinkäytöksi.",
             "Om svaret är märkt som möjligt missbruk.",
             "Whether the response is flagged as likely misuse."),
    ),
    _theirs(
        "ButtonFeedback", "position", "integer", lambda step: step.position,
        Said("Monesko askel, 0 on ensimmäinen. Heillä painikkeita on yksi ja se on 0; meillä "
             "jokaisella väittämällä on oma rivinsä.",
             "Vilket steg, 0 är det första. Hos dem finns en knapp och den är 0; hos oss har "
             "varje påstående sin egen rad.",
             "Which step, 0 being the first. They have one button, always 0; here each statement "
             "has a row of its own."),
    ),
    _theirs(
        "ButtonFeedback", "ui", "text", _ui,
        Said("Millä annettu; skip, kun kohta ohitettiin. Tyhjä, kun henkilökunta kirjasi.",
             "Hur det gavs; skip när punkten hoppades över. Tom när personalen förde in svaret.",
             "How it was given; skip where the step was skipped. Empty for entries by staff."),
        ("physical", "digital", "qr", "skip"),
    ),
    _theirs(
        "ButtonFeedback", "smileyType", "text", _smiley_type,
        Said("Laitteen laji: painikkeet, kosketusnäyttö tai oma puhelin.",
             "Slag av apparat: knappar, pekskärm eller egen telefon.",
             "The kind of device: buttons, touch screen, or own phone."),
        ("SMILEY_TERMINAL", "SMILEY_TOUCH", "SMILEY_DIGITAL"),
    ),
    _theirs(
        "FollowupFeedback", "followupQuestionId", "text", lambda step: step.follow_up,
        Said("Jatkokysymyksen kohta.", "Följdfrågans punkt.", "The item of the follow-up."),
    ),
    _theirs(
        "FollowupFeedback", "followupOptionId", "text", lambda step: step.option,
        Said("Valittu vaihtoehto; rivi jokaisesta.", "Det valda alternativet; en rad för vart.",
             "The option that was chosen; a row for each."),
    ),
    _theirs(
        "FollowupFeedback", "followupOptionTextInDefaultLocale", "text",
        lambda step: step.option_text,
        Said("Vaihtoehdon sanamuoto suomeksi.", "Alternativets ordalydelse på finska.",
             "The option's wording in Finnish."),
    ),
    _theirs(
        "TextFeedback", "text", "text",
        lambda step: step.given.text if step.kind == TEXT and not step.is_skipped else None,
        Said("Mitä vastaaja kirjoitti, henkilötiedot jo päätteellä poistettuina; vain kun tekstit "
             "ovat mukana.",
             "Vad den som svarade skrev, personuppgifter redan borttagna på terminalen; bara när "
             "texterna är med.",
             "What the respondent wrote, personal details taken out on the terminal already; only "
             "where texts are in the export."),
    ),
    *(
        _theirs(
            "TextFeedback", name, "text", _nothing,
            Said("Aina tyhjä: tällaista ei ole.", "Alltid tom: sådant finns inte här.",
                 "Always empty: there is no such thing here."),
        )
        for name in ("maskedText", "rephrasedText", "textInEnglish", "spam", "categories", "themes")
    ),
    _theirs(
        "Survey", "questionTextInDefaultLocale", "text", lambda step: step.question,
        Said("Kysymyksen sanamuoto suomeksi; tyhjä, jos kysely ei ole keskuksen tiedossa.",
             "Frågans ordalydelse på finska; tom om centralen inte känner till enkäten.",
             "The question's wording in Finnish; empty where the questionnaire is not known here."),
    ),
    _theirs(
        "Survey", "feedbackScale", "text", lambda step: step.scale,
        Said("Painikkeen asteikko. Viiden kasvon vastausta ei koskaan sovitella neljään.",
             "Knappens skala. Ett svar med fem ansikten pressas aldrig till fyra.",
             "The button's scale. An answer of five faces is never squeezed into four."),
        (FIVE, NPS),
    ),
    _ours(
        "feedbackType", "text", lambda step: step.kind,
        Said("Minkä heidän luettelonsa rivi tämä on.", "Vilken av deras listor raden hör till.",
             "Which of their listings the row belongs to."),
        (BUTTON, FOLLOW_UP, TEXT),
    ),
    _ours(
        "experiencePointName", "text",
        lambda step: own_name(step.given.unit) if step.given.unit else None,
        Said("Yksikön nimi nyt.", "Enhetens namn nu.", "The unit's name as it is now."),
    ),
    _ours(
        "groupPath", "text",
        lambda step: " › ".join(path_of(step.given.unit)) if step.given.unit else None,
        Said("Mihin yksikkö kuuluu, ylimmästä alkaen; heillä ryhmät.",
             "Vad enheten hör till, uppifrån; hos dem grupper.",
             "What the unit belongs to, from the top; there: groups."),
    ),
    *(
        _ours(name, "text", _kept(source), said)
        for name, source, said in (
            ("precision", "precision",
             Said("Millä tarkkuudella aika on säilytetty: minute, hour, day.",
                  "Hur noga tiden har sparats: minute, hour, day.",
                  "To what the time was cut: minute, hour, day.")),
            ("clock", "clock",
             Said("Miten aikaan voi luottaa: synced, corrected, estimated, unknown.",
                  "Hur tiden kan litas på: synced, corrected, estimated, unknown.",
                  "How far the time can be trusted: synced, corrected, estimated, unknown.")),
            ("channel", "channel",
             Said("Miten ensimmäinen vastaus annettiin.", "Hur det första svaret gavs.",
                  "How the first answer was given.")),
            ("instrument", "instrument",
             Said("Näyttö tai 3, 4 tai 5 painikkeen laite; neljän painikkeen laite antaa 1 2 4 5.",
                  "Skärm eller en panel med 3, 4 eller 5 knappar; fyra knappar ger 1 2 4 5.",
                  "Screen, or a panel of 3, 4 or 5 buttons; four buttons give 1 2 4 5.")),
            ("language", "language",
             Said("Kieli, jolla kysymykset näytettiin.", "Språket som frågorna visades på.",
                  "The language in which the questions were shown.")),
            ("questionnaireVersion", "version",
             Said("Kyselyn versio.", "Enkätens version.", "The questionnaire's version.")),
            ("standing", "standing",
             Said("Miten vastaus lasketaan: counted, misuse, simulated.",
                  "Hur svaret räknas: counted, misuse, simulated.",
                  "How the response counts: counted, misuse, simulated.")),
        )
    ),
)  # fmt: skip


def write(pieces: Iterator[tuple[Given, ...]], around: Background) -> Iterator[bytes]:
    """The file, piece by piece; UTF-8, commas between."""
    yield csv_lines([[column.name for column in COLUMNS]]).encode()
    for piece in pieces:
        rows = (step for given in piece for step in steps(given, around))
        yield csv_lines([column.of(step) for column in COLUMNS] for step in rows).encode()
