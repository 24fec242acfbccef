"""What a dictionary says of an export as a whole. Pure."""

from sync.central.exports.columns import Said

NOTES: dict[str, tuple[Said, ...]] = {
    "all": (
        Said(
            "Vienti sisältää vastaukset, jotka olivat keskuksessa sen alkaessa, kunkin kerran, "
            "saapumisjärjestyksessä. Väärinkäytöksi merkittyjä ei poisteta; sarake tai kenttä "
            "kertoo niistä.",
            "Exporten har de svar som fanns i centralen när den började, vart och ett en gång, i "
            "den ordning de kom. Svar märkta som missbruk raderas inte; en kolumn eller ett fält "
            "berättar om dem.",
            "The export has the responses that were here when it began, each once, in the order "
            "in which they came. What is flagged as misuse is not deleted; a column or a member "
            "tells of it.",
        ),
        Said(
            "Ei koske minua ei ole numero: se jää pois keskiarvoista ja osuuksista.",
            "Berör inte mig är ingen siffra: det räknas inte med i medeltal och andelar.",
            "Not applicable is no number: it is left out of means and shares.",
        ),
        Said(
            "Sanamuoto on vahvistettu (verified), kun se on luettu viranomaisen omasta "
            "lomakkeesta; THL ei ole hyväksynyt sitä.",
            "En ordalydelse är bekräftad (verified) när den har lästs i en myndighets egen "
            "blankett; THL har inte godkänt den.",
            "A wording is verified when it was read in an authority's own form; THL has not "
            "approved it.",
        ),
    ),
    "csv": (
        Said(
            "UTF-8, pilkku erottimena. Solun edessä on heittomerkki, kun taulukkolaskenta muuten "
            "pitäisi sitä kaavana.",
            "UTF-8, komma som skiljetecken. En cell har en apostrof först när ett kalkylprogram "
            "annars skulle ta den för en formel.",
            "UTF-8, commas between. A cell begins with an apostrophe where a spreadsheet would "
            "take it for a formula.",
        ),
    ),
    "xlsx": (
        Said(
            "Ajat ovat Suomen aikaa. Kun yksi taulukko täyttyy, seuraava jatkaa. Solun tekstistä "
            "näkyy enintään 32 767 merkkiä.",
            "Tiderna är finsk tid. När ett blad är fullt fortsätter nästa. Av en text ryms högst "
            "32 767 tecken i en cell.",
            "Times are Finnish time. Where a sheet is full, the next one goes on. A cell holds at "
            "most 32,767 characters of a text.",
        ),
    ),
    "parquet": (
        Said(
            "Ajat ovat hetkiä, joiden aikavyöhyke on Europe/Helsinki. Puuttuva arvo on null.",
            "Tiderna är ögonblick med tidszonen Europe/Helsinki. Ett värde som saknas är null.",
            "Times are instants in the time zone Europe/Helsinki. What is missing is null.",
        ),
    ),
    "ndjson": (
        Said(
            "Jokainen rivi on vastausasiakirja sellaisena kuin se tuli, ja mitä keskus siitä "
            "tietää lisää.",
            "Varje rad är ett svarsdokument som det kom, och vad centralen vet därutöver.",
            "Each line is a response document as it came, and what this service knows besides.",
        ),
    ),
    "happyornot": (
        Said(
            "Sarakkeet ovat HappyOrNotin rajapinnan (Customer API v2) luetteloista "
            "button-feedbacks, follow-up-feedbacks ja text-feedbacks, luettu marraskuussa 2026. "
            "Heidän raportointinsa omien vientitiedostojen sarakkeita ei ole löydetty. Heidän "
            "numerotunnustensa sijalla ovat meidän tekstimuotoiset tunnuksemme.",
            "Kolumnerna är de i listorna button-feedbacks, follow-up-feedbacks och text-feedbacks "
            "i HappyOrNots gränssnitt (Customer API v2), lästa i november 2026. Kolumnerna i deras "
            "rapporterings egna exportfiler har inte hittats. I stället för deras numeriska id "
            "står våra, som är text.",
            "The columns are those of the listings button-feedbacks, follow-up-feedbacks and "
            "text-feedbacks of HappyOrNot's Customer API v2, as read in November 2026. Those of "
            "the files that its reporting pages export have not been found. In place of its "
            "numeric ids stand ours, which are texts.",
        ),
        Said(
            "Mitä ei mahdu mukaan: ohitetut väittämät ja ei koske minua -vastaukset. Käytä niihin "
            "muita muotoja.",
            "Vad som inte ryms: överhoppade påståenden och svaret berör inte mig. Använd de andra "
            "formaten för dem.",
            "What has no place in it: statements that were skipped or do not concern the client. "
            "The other formats have them.",
        ),
    ),
}
