"""The wellbeing services counties of Finland by their codes, and what people call them.

Codes: Statistics Finland's classification of wellbeing services counties; Helsinki and Åland
arrange the same services and have codes there, too.
"""

from collections.abc import Mapping

Counties = Mapping[str, Mapping[str, str]]
"""Names by language, by the county's code."""


def _named(fi: str, sv: str, en: str) -> dict[str, str]:
    return {"fi": fi, "sv": sv, "en": en}


COUNTIES: Counties = {
    "01": _named("Itä-Uusimaa", "Östra Nyland", "East Uusimaa"),
    "02": _named("Keski-Uusimaa", "Mellersta Nyland", "Central Uusimaa"),
    "03": _named("Länsi-Uusimaa", "Västra Nyland", "West Uusimaa"),
    "04": _named("Vantaa ja Kerava", "Vanda och Kervo", "Vantaa and Kerava"),
    "05": _named("Varsinais-Suomi", "Egentliga Finland", "Southwest Finland"),
    "06": _named("Satakunta", "Satakunta", "Satakunta"),
    "07": _named("Kanta-Häme", "Egentliga Tavastland", "Kanta-Häme"),
    "08": _named("Pirkanmaa", "Birkaland", "Pirkanmaa"),
    "09": _named("Päijät-Häme", "Päijänne-Tavastland", "Päijät-Häme"),
    "10": _named("Kymenlaakso", "Kymmenedalen", "Kymenlaakso"),
    "11": _named("Etelä-Karjala", "Södra Karelen", "South Karelia"),
    "12": _named("Etelä-Savo", "Södra Savolax", "South Savo"),
    "13": _named("Pohjois-Savo", "Norra Savolax", "North Savo"),
    "14": _named("Pohjois-Karjala", "Norra Karelen", "North Karelia"),
    "15": _named("Keski-Suomi", "Mellersta Finland", "Central Finland"),
    "16": _named("Etelä-Pohjanmaa", "Södra Österbotten", "South Ostrobothnia"),
    "17": _named("Pohjanmaa", "Österbotten", "Ostrobothnia"),
    "18": _named("Keski-Pohjanmaa", "Mellersta Österbotten", "Central Ostrobothnia"),
    "19": _named("Pohjois-Pohjanmaa", "Norra Österbotten", "North Ostrobothnia"),
    "20": _named("Kainuu", "Kajanaland", "Kainuu"),
    "21": _named("Lappi", "Lappland", "Lapland"),
    "90": _named("Helsinki", "Helsingfors", "Helsinki"),
    "91": _named("Ahvenanmaa", "Åland", "Åland"),
}
