"""The columns that every response has, in the table of any format. Pure."""

from collections.abc import Callable

import msgspec

from sync import wire
from sync.central.exports.columns import Column, Kind, Said, Value
from sync.central.exports.given import Given
from sync.central.receiving.checking import moment
from sync.central.scopes import own_name, path_of


def kept(name: str) -> Callable[[Given], Value]:
    """Reads a column of the database."""

    def read(given: Given) -> Value:
        value: Value = getattr(given.row, name)
        return value

    return read


def _column(  # noqa: PLR0913, PLR0917 - a column
    name: str,
    kind: Kind,
    meaning: Said,
    of: Callable[[Given], Value] | None = None,
    values: tuple[str, ...] = (),
    unit: str = "",
) -> Column:
    return Column(
        name=name, kind=kind, meaning=meaning, of=of or kept(name), values=values, unit=unit
    )


FIXED = (
    _column(
        "received_at", "moment",
        Said("Milloin keskus sai vastauksen.", "När centralen tog emot svaret.",
             "When the central service received the response."),
    ),
    _column(
        "id", "text",
        Said("Vastauksen yksilöivä tunnus (UUID); ei kerro ajasta eikä järjestyksestä.",
             "Svarets unika id (UUID); säger inget om tid eller ordning.",
             "The response's unique id (UUID); tells neither time nor order."),
    ),
    _column(
        "terminal_id", "text",
        Said("Pääte, jolla vastaus annettiin.", "Terminalen där svaret gavs.",
             "The terminal on which the response was given."),
    ),
    _column(
        "epoch", "integer",
        Said("Päätteen numerosarja; kasvaa, kun pääte aloittaa uuden tietokannan.",
             "Terminalens nummerserie; stiger när terminalen börjar en ny databas.",
             "The terminal's run of numbers; rises when the terminal begins a new database."),
    ),
    _column(
        "seq", "integer",
        Said("Vastauksen numero sarjassaan; aukko kertoo puuttuvasta.",
             "Svarets nummer i sin serie; en lucka visar att något saknas.",
             "The response's number in its run; a gap shows that something is missing."),
    ),
    _column(
        "unit", "text",
        Said("Yksikön OID siinä, missä pääte oli vastattaessa; tyhjä, jos ei tiedossa.",
             "OID för enheten där terminalen stod vid svaret; tom om okänd.",
             "OID of the unit where the terminal stood when answered; empty where unknown."),
    ),
    _column(
        "place", "text",
        Said("Paikka yksikössä, kuten aula.", "Plats i enheten, till exempel en aula.",
             "The place within the unit, such as a lobby."),
    ),
    _column(
        "questionnaire", "text",
        Said("Kysely, johon vastattiin.", "Enkäten som besvarades.",
             "The questionnaire that was answered."),
    ),
    _column(
        "version", "text",
        Said("Kyselyn versio.", "Enkätens version.", "The questionnaire's version."),
    ),
    _column(
        "respondent", "text",
        Said("Kuka vastasi: asiakas (13+), lapsi (7–12) tai läheinen.",
             "Vem som svarade: klient (13+), barn (7–12) eller närstående.",
             "Who answered: client (13+), child (7–12) or relative."),
        values=("client", "child", "relative"),
    ),
    _column(
        "language", "text",
        Said("Kieli, jolla kysymykset näytettiin.", "Språket som frågorna visades på.",
             "The language in which the questions were shown."),
        unit="ISO 639",
    ),
    _column(
        "channel", "text",
        Said("Miten ensimmäinen vastaus annettiin: kosketusnäyttö, painikkeet, henkilökunta "
             "paperilta, kerrottu henkilökunnalle, oma puhelin.",
             "Hur det första svaret gavs: pekskärm, knappar, personalen från papper, berättat "
             "för personalen, egen telefon.",
             "How the first answer was given: touch screen, buttons, staff from paper, told to "
             "staff, own phone."),
        values=("kiosk-touch", "kiosk-button", "staff-paper", "staff-verbal", "qr-web"),
    ),
    _column(
        "instrument", "text",
        Said("Millä ensimmäinen vastaus annettiin: näyttö tai 3, 4 tai 5 painikkeen laite.",
             "Med vad det första svaret gavs: skärm eller en panel med 3, 4 eller 5 knappar.",
             "With what the first answer was given: screen, or a panel of 3, 4 or 5 buttons."),
        values=("screen", "panel-3", "panel-4", "panel-5"),
    ),
    _column(
        "answered_at", "moment",
        Said("Milloin ensimmäinen vastaus annettiin, sarakkeen precision tarkkuudella; tyhjä, "
             "jos kello ei ollut oikeassa.",
             "När det första svaret gavs, så noga som kolumnen precision säger; tom om klockan "
             "inte gick rätt.",
             "When the first answer was given, cut as the column precision says; empty where the "
             "clock was not right."),
    ),
    _column(
        "precision", "text",
        Said("Millä tarkkuudella aika on säilytetty.", "Hur noga tiden har sparats.",
             "To what the time was cut before it was kept."),
        values=("minute", "hour", "day"),
    ),
    _column(
        "clock", "text",
        Said("Miten aikaan voi luottaa: kello oikeassa, korjattu jälkikäteen, arvioitu väli, "
             "tuntematon.",
             "Hur tiden kan litas på: klockan rätt, rättad efteråt, uppskattat intervall, okänd.",
             "How far the time can be trusted: clock right, corrected afterwards, known only "
             "between bounds, unknown."),
        values=("synced", "corrected", "estimated", "unknown"),
    ),
    _column(
        "ended", "text",
        Said("Miten vastaaminen päättyi: loppuun, aikaraja, lopetus, päätteen uudelleenkäynnistys.",
             "Hur svarandet slutade: till slut, tidsgräns, avbrott, terminalens omstart.",
             "How the sitting ended: submitted, timed out, left by the client, terminal "
             "restarted."),
        values=("submitted", "timeout", "exit", "restart"),
    ),
    _column(
        "flags", "text",
        Said("Säännöt, jotka merkitsivät vastauksen, välilyönnein; tyhjä, jos ei mitään.",
             "Regler som märkte svaret, med mellanslag; tom om inga.",
             "The rules that flagged the response, separated by spaces; empty for none."),
        values=("min-interval", "burst", "same-button", "out-of-hours", "simulated"),
    ),
)  # fmt: skip
"""The columns that came first; scripts know them by name and by place."""


def _json_of(answers: list[wire.Answer]) -> str | None:
    return msgspec.json.encode(answers).decode() if answers else None


def others(known: frozenset[str]) -> Column:
    """What was answered to items that have no column, since nobody here knows them."""

    def read(given: Given) -> Value:
        return _json_of([each for item, each in given.answers.items() if item not in known])

    return Column(
        name="other_answers",
        kind="text",
        meaning=Said(
            "Vastaukset kohtiin, joita keskus ei tunne (JSON-luettelo); muuten tyhjä.",
            "Svar på punkter som centralen inte känner till (JSON-lista); annars tom.",
            "Answers to items that this service does not know (a JSON list); else empty.",
        ),
        of=read,
        unit="JSON",
    )


def _bound(name: str) -> Callable[[Given], Value]:
    def read(given: Given) -> Value:
        time = getattr(given.answered, name, None)
        return None if time is None else moment(time)

    return read


def _of_location(name: str) -> Callable[[Given], Value]:
    def read(given: Given) -> Value:
        value: Value = getattr(given.response.location, name) if given.response else None
        return value

    return read


def _masked(given: Given) -> Value:
    return given.response.masked if given.response else ()


def _path(given: Given) -> Value:
    return " › ".join(path_of(given.unit)) if given.unit else None


REST = (
    _column(
        "day", "day",
        Said("Päivä, jonka lukuihin vastaus kuuluu: vastauspäivä, tai vastaanottopäivä, jos "
             "vastausaika ei ole tiedossa. Suomen aikaa.",
             "Dagen vars siffror svaret hör till: svarsdagen, eller mottagningsdagen om svarstiden "
             "är okänd. Finsk tid.",
             "The day whose figures the response belongs to: when it was answered, else when it "
             "was received. Finnish time."),
    ),
    _column(
        "earliest", "moment",
        Said("Aikaisin mahdollinen vastausaika, kun tarkka ei ole tiedossa.",
             "Tidigast möjliga svarstid när den exakta är okänd.",
             "The earliest time at which it can have been answered, where the time is not known."),
        _bound("earliest"),
    ),
    _column(
        "latest", "moment",
        Said("Myöhäisin mahdollinen vastausaika, kun tarkka ei ole tiedossa.",
             "Senast möjliga svarstid när den exakta är okänd.",
             "The latest time at which it can have been answered, where the time is not known."),
        _bound("latest"),
    ),
    _column(
        "standing", "text",
        Said("Miten vastaus on mukana luvuissa: laskettu, mahdollinen väärinkäyttö (merkitty, "
             "lukujen ulkopuolella), harjoitus.",
             "Hur svaret räknas: räknat, möjligt missbruk (märkt, utanför siffrorna), övning.",
             "How the response counts: counted, likely misuse (flagged, left out of the figures), "
             "rehearsal."),
        values=("counted", "misuse", "simulated"),
    ),
    _column(
        "validity", "text",
        Said("Onko vastaus tarkistettu kyselyä vasten: kelpaa, kysely ei ole keskuksen tiedossa, "
             "ei kelpaa.",
             "Om svaret har prövats mot enkäten: giltigt, enkäten är okänd för centralen, "
             "ogiltigt.",
             "Whether it was checked against its questionnaire: valid, questionnaire not known "
             "here, invalid."),
        values=("valid", "unknown", "invalid"),
    ),
    _column(
        "problem", "text",
        Said("Mikä kelpaamattomassa vastauksessa on vikana (englanniksi).",
             "Vad som är fel i ett ogiltigt svar (på engelska).",
             "What is wrong with an invalid response."),
    ),
    _column(
        "unit_name", "text",
        Said("Yksikön nimi nyt; tyhjä, jos keskus ei tunne yksikköä.",
             "Enhetens namn nu; tomt om centralen inte känner till enheten.",
             "The unit's name as it is now; empty where this service does not know the unit."),
        lambda given: own_name(given.unit) if given.unit else None,
    ),
    _column(
        "unit_path", "text",
        Said("Mihin yksikkö kuuluu nyt, ylimmästä alkaen.",
             "Vad enheten hör till nu, uppifrån.",
             "What the unit belongs to now, from the top."),
        _path,
    ),
    _column(
        "county", "text",
        Said("Hyvinvointialueen koodi vastattaessa.", "Välfärdsområdets kod vid svaret.",
             "The wellbeing services county's code when answered."),
        _of_location("county"),
    ),
    _column(
        "service", "text",
        Said("Palvelun koodi vastattaessa.", "Tjänstens kod vid svaret.",
             "The service's code when answered."),
        _of_location("service"),
    ),
    _column(
        "contact_mode", "text",
        Said("Yhteystapa: paikan päällä, liikkuva, kotona.",
             "Kontaktsätt: på plats, mobil, hemma.", "Contact mode: on site, mobile, at home."),
        lambda given: given.response.contact_mode if given.response else None,
        values=("on-site", "mobile", "home"),
    ),
    _column(
        "has_text", "boolean",
        Said("Onko vastauksessa avointa palautetta.", "Om svaret har fri text.",
             "Whether the response has free text."),
        lambda given: given.has_text,
    ),
    _column(
        "masked", "list",
        Said("Mitä tekstistä on poistettu päätteellä, yksi kutakin kohtaa kohden.",
             "Vad som tagits bort ur texten på terminalen, ett för varje ställe.",
             "What was taken out of the text on the terminal, one for each place."),
        _masked,
        values=("identity-code", "phone", "email", "address", "card", "iban", "plate"),
    ),
)  # fmt: skip


def _why_without(given: Given) -> Value:
    if not given.has_text:
        return None
    return "readable" if given.text is not None else "sealed"


TEXTS = (
    _column(
        "text", "text",
        Said("Mitä vastaaja kirjoitti.", "Vad den som svarade skrev.",
             "What the respondent wrote."),
        lambda given: given.text,
    ),
    _column(
        "text_state", "text",
        Said("Onko teksti tässä luettavissa; sinetöity: avain ei ole tällä koneella, tai teksti on "
             "vioittunut.",
             "Om texten är läsbar här; förseglad: nyckeln finns inte på maskinen, eller texten är "
             "skadad.",
             "Whether the text is readable here; sealed: its key is not on this machine, or it is "
             "damaged."),
        _why_without,
        values=("readable", "sealed"),
    ),
)  # fmt: skip
"""Only where texts may go out."""
