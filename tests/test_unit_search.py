"""Staff type a few letters and find their unit among 3,000."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from device_config import unit_search
from device_config.unit_search import UnitIndex, path_of
from device_config.units import Unit
from device_config.words import fold, is_mistyped, mistyped, stem_of
from kiosk.bench.unit_list import MUNICIPALITIES, a_unit_list

UNITS = a_unit_list()
INDEX = UnitIndex.of(UNITS)
KAJAANI_DENTAL = "1.2.246.10.9999999.10.1000"

# What is typed, and the Finnish name that must come first. No table of synonyms stands behind it.
QUERIES = {
    "as people begin": {
        "kajaani ham": "Kajaanin hammashoitola",
        "hammashoitola kajaani": "Kajaanin hammashoitola",
        "kaj ham": "Kajaanin hammashoitola",
        "ham kaj": "Kajaanin hammashoitola",
        "sotk terv": "Sotkamon terveysasema",
        "turku ter": "Turun terveysasema",
        "lab kuhmo": "Kuhmon laboratorio",
        "rovaniemi rön": "Rovaniemen röntgen",
        "vuodeosasto 2 oulu": "Oulun vuodeosasto 2",
        "2 oulu vuodeos": "Oulun vuodeosasto 2",
        "pori dia": "Porin dialyysi",
        "porvoo dia": "Porvoon dialyysi",
        "kemi rokotus": "Kemin rokotuspiste",
        "kemijärvi rokotus": "Kemijärven rokotuspiste",
        "salo päiv": "Salon päivystys",
        "ii hammas": "Iin hammashoitola",
    },
    "the whole name": {
        "Kajaanin hammashoitola": "Kajaanin hammashoitola",
        "Oulun terveysasema": "Oulun terveysasema",
        "Korva-, nenä- ja kurkkutaudit Lahti": "Lahden korva-, nenä- ja kurkkutaudit",
        "Iin päivystys": "Iin päivystys",
        "Kotkan kotihoito": "Kotkan kotihoito",
    },
    "the place as it is, the name in the genitive": {
        "helsinki hammashoitola": "Helsingin hammashoitola",
        "kajaani hammashoitola": "Kajaanin hammashoitola",
        "lahti hammashoitola": "Lahden hammashoitola",
        "turku hammashoitola": "Turun hammashoitola",
        "puolanka neuvola lasten": "Puolangan lastenneuvola",
        "seinäjoki röntgen": "Seinäjoen röntgen",
        "utsjoki kotihoito": "Utsjoen kotihoito",
        "lappeenranta dialyysi": "Lappeenrannan dialyysi",
        "leppävirta dialyysi": "Leppävirran dialyysi",
        "vihti dialyysi": "Vihdin dialyysi",
        "loppi dialyysi": "Lopen dialyysi",
        "varkaus dialyysi": "Varkauden dialyysi",
        "alavus dialyysi": "Alavuden dialyysi",
        "muhos dialyysi": "Muhoksen dialyysi",
        "kannus dialyysi": "Kannuksen dialyysi",
        "nurmes dialyysi": "Nurmeksen dialyysi",
        "ikaalinen dialyysi": "Ikaalisten dialyysi",
        "oulainen dialyysi": "Oulaisten dialyysi",
        "mänttä dialyysi": "Mäntän dialyysi",
        "tampere dialyysi": "Tampereen dialyysi",
        "kempele dialyysi": "Kempeleen dialyysi",
        "hyrynsalmi dialyysi": "Hyrynsalmen dialyysi",
        "liminka dialyysi": "Limingan dialyysi",
        "äänekoski dialyysi": "Äänekosken dialyysi",
        "hämeenlinna dialyysi": "Hämeenlinnan dialyysi",
        "jyväskylä dialyysi": "Jyväskylän dialyysi",
        "ristijärvi dialyysi": "Ristijärven dialyysi",
        "joensuu dialyysi": "Joensuun dialyysi",
        "helsink dialy": "Helsingin dialyysi",
        "turk dialy": "Turun dialyysi",
    },
    "inside of a word": {
        "hoitola kajaani": "Kajaanin hammashoitola",
        "asema sotkamo": "Sotkamon terveysasema",
        "lainaamo raahe": "Raahen apuvälinelainaamo",
        "suojelu vaasa": "Vaasan lastensuojelu",
        "psykiatria kuopio": "Kuopion nuorisopsykiatria",
        "huolto koulu imatra": "Imatran kouluterveydenhuolto",
    },
    "with a slip": {
        "kajaaani hammas": "Kajaanin hammashoitola",
        "kajani hammas": "Kajaanin hammashoitola",
        "kajaami hammas": "Kajaanin hammashoitola",
        "kaajani hammas": "Kajaanin hammashoitola",
        "akjaani hammas": "Kajaanin hammashoitola",
        "sotkmo terveysasema": "Sotkamon terveysasema",
        "kuopio röngten": "Kuopion röntgen",
        "oulu hamashoitola": "Oulun hammashoitola",
        "tampere nuorisopsykiatrai": "Tampereen nuorisopsykiatria",
        "vantaa laporatorio": "Vantaan laboratorio",
        "kouvola pävystys": "Kouvolan päivystys",
        "rovaneimi dialyysi": "Rovaniemen dialyysi",
    },
    "with a space too few or too many": {
        "kajaaninhammashoitola": "Kajaanin hammashoitola",
        "kajaanihammas": "Kajaanin hammashoitola",
        "turkupäivystys": "Turun päivystys",
        "kajaani hammas hoitola": "Kajaanin hammashoitola",
        "oulun terveys asema": "Oulun terveysasema",
        "etelä savo mikkeli röntgen": "Mikkelin röntgen",
        "eteläsavo mikkeli röntgen": "Mikkelin röntgen",
    },
    "in Swedish": {
        "kajana tandklinik": "Kajaanin hammashoitola",
        "tandkl vasa": "Vaasan hammashoitola",
        "helsingfors hälsostation": "Helsingin terveysasema",
        "åbo mödrarådgivning": "Turun äitiysneuvola",
        "jakobstad röntgen": "Pietarsaaren röntgen",
        "borgå hemvård": "Porvoon kotihoito",
        "närpes ögon": "Närpiön silmätautien poliklinikka",
        "karleby talterapi": "Kokkolan puheterapia",
        "hyvinge skolhälsovård": "Hyvinkään kouluterveydenhuolto",
        "tavastehus barnskydd": "Hämeenlinnan lastensuojelu",
        "s:t michel laboratorium": "Mikkelin laboratorio",
    },
    "in English": {
        "kajaani dental": "Kajaanin hammashoitola",
        "speech therapy oulu": "Oulun puheterapia",
        "memory clinic turku": "Turun muistipoliklinikka",
        "ward 1 lahti": "Lahden vuodeosasto 1",
    },
    "however it is written": {
        "KAJAANI HAMMAS": "Kajaanin hammashoitola",
        "kAjAaNi   hAmMaS  ": "Kajaanin hammashoitola",
        "jyvaskyla rontgen": "Jyväskylän röntgen",
        "hameenlinna aitiysneuvola": "Hämeenlinnan äitiysneuvola",
        "aanekoski paihdeklinikka": "Äänekosken päihdeklinikka",
        "abo modraradgivning": "Turun äitiysneuvola",
        "ahtari paivatoimintakeskus": "Ähtärin päivätoimintakeskus",
        "korva nena ja kurkku pori": "Porin korva-, nenä- ja kurkkutaudit",
        "pori, röntgen!": "Porin röntgen",
        "Närpiö (röntgen)": "Närpiön röntgen",
        "ja\u0308msa\u0308 ro\u0308ntgen": "Jämsän röntgen",
    },
    "with the county or the service": {
        "kainuu hammashoitola sotkamo": "Sotkamon hammashoitola",
        "lappi utsjoki dialyysi": "Utsjoen dialyysi",
        "pohjois-savo varkaus röntgen": "Varkauden röntgen",
        "suun terveydenhuolto kuhmo hammas": "Kuhmon hammashoitola",
        "munhälsovård vasa tandklinik": "Vaasan hammashoitola",
        "diagnostiikka imatra röntgen": "Imatran röntgen",
    },
    "by the OID": {
        KAJAANI_DENTAL: "Kajaanin hammashoitola",
        f"  {KAJAANI_DENTAL} ": "Kajaanin hammashoitola",
        "9999999.10.1000": "Kajaanin hammashoitola",
        ".1000": "Kajaanin hammashoitola",
        "1041": "Sotkamon suukirurgian yksikkö",
        "sotkamo 1041": "Sotkamon suukirurgian yksikkö",
    },
}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [pair for table in QUERIES.values() for pair in table.items()],
)
def test_what_staff_type_finds_their_unit_first(typed, expected):
    found = INDEX.find(typed)

    assert found
    assert found[0].name["fi"] == expected


def test_the_table_of_queries_is_long_and_the_list_has_3000_units():
    assert sum(len(table) for table in QUERIES.values()) >= 80
    assert len({unit.unit for unit in UNITS}) == 3000


@pytest.mark.parametrize("place", MUNICIPALITIES, ids=lambda place: place[0])
@pytest.mark.parametrize("form", [0, 1, 2], ids=["as it is", "in the genitive", "in Swedish"])
def test_every_municipality_is_found_by_its_name_in_any_form(place, form):
    found = INDEX.find(f"{place[form]} hammashoitola")

    assert found[0].name["fi"] == f"{place[1]} hammashoitola"


@pytest.mark.parametrize("typed", ["xyzzy", "kajaani xyzzy", "hammas kajaani kuopio", "9.9.9.9"])
def test_what_fits_nothing_finds_nothing(typed):
    assert INDEX.find(typed) == ()


def test_another_oid_is_no_slip_of_the_finger():
    index = UnitIndex.of([a_unit("1.2.3.5555", "Talo 5555")])

    assert index.find("5556") == ()


# The order of what fits


def a_unit(oid, fi, path="", **members):
    return Unit(unit=oid, name={"fi": fi}, path={"fi": path} if path else {}, **members)


def names(index, typed, **options):
    return [unit.name["fi"] for unit in index.find(typed, **options)]


def test_whole_name_before_beginnings_before_path_before_inside_before_slips():
    index = UnitIndex.of(
        [
            a_unit("1", "Nuvola"),
            a_unit("2", "Lastenneuvola"),
            a_unit("3", "Talo", "Neuvola"),
            a_unit("4", "Neuvolakeskus"),
            a_unit("5", "Neuvola"),
            a_unit("6", "Keskuksen neuvola"),
        ]
    )

    assert names(index, "neuvola") == [
        "Neuvola",
        "Keskuksen neuvola",
        "Neuvolakeskus",
        "Talo",
        "Lastenneuvola",
        "Nuvola",
    ]


def test_a_place_goes_before_others_that_begin_like_it():
    index = UnitIndex.of([a_unit("1", "Oulunsalon hoitola"), a_unit("2", "Oulun hammashoitola")])

    assert names(index, "oulu") == ["Oulun hammashoitola", "Oulunsalon hoitola"]


def test_equally_good_names_are_sorted_by_length_then_as_in_a_finnish_dictionary():
    fitting = ["Talo ö", "Talo å", "Talo ä", "Talo z", "Talo a", "Talo", "Talo e", "Talo é"]
    index = UnitIndex.of([a_unit(str(number), each) for number, each in enumerate(fitting)])

    assert names(index, "tal") == [
        "Talo", "Talo a", "Talo e", "Talo é", "Talo z", "Talo å", "Talo ä", "Talo ö",
    ]  # fmt: skip


def test_two_units_of_one_name_are_both_found():
    index = UnitIndex.of([a_unit("1.2", "Neuvola"), a_unit("1.1", "Neuvola")])

    assert [unit.unit for unit in index.find("neuvola")] == ["1.1", "1.2"]


def test_without_a_word_the_neighbours_of_where_it_stands_come_first():
    index = UnitIndex.of(
        [
            a_unit("1", "Aho", "Terveysasemat", county="20"),
            a_unit("2", "Muu", "Suun terveydenhuolto", county="21"),
            a_unit("3", "Yli", "Suun terveydenhuolto", county="20"),
            a_unit("4", "Tämä", "Suun terveydenhuolto", county="20"),
        ]
    )

    assert names(index, "", near="4") == ["Tämä", "Yli", "Aho", "Muu"]
    assert names(index, " - ", near="unknown", most=2) == ["Aho", "Muu"]


# Any text


WORDS = [word for unit in UNITS[:200] for text in unit.name.values() for word in text.split()]


@given(
    st.one_of(
        st.text(max_size=150),
        st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join),
        st.text(alphabet="0123456789.", max_size=40),
    ),
    st.integers(0, 12),
)
@example("\ud800", 8)
@example("a" * 1_000_000, 8)
@example("٣٣٣", 8)
@settings(max_examples=150, deadline=None)
def test_any_text_finds_at_most_so_many_units_of_the_list_and_never_raises(text, most):
    found = INDEX.find(text, most)

    assert len(found) <= most
    assert len(set(map(id, found))) == len(found)
    assert all(any(each is unit for unit in UNITS) for each in found)


@given(st.sampled_from(UNITS), st.sampled_from(["fi", "sv", "en"]), st.randoms())
@settings(max_examples=60, deadline=None)
def test_a_unit_is_found_by_the_words_of_its_name_in_any_order(unit, language, random):
    words = unit.name[language].split()
    random.shuffle(words)

    assert unit in INDEX.find(" ".join(words), most=3000)


@given(
    st.sampled_from(sorted({word for word in INDEX._vocabulary if len(word) >= 4})),
    st.data(),
)
@settings(max_examples=200, deadline=None)
def test_any_one_slip_in_a_word_still_finds_it(word, data):
    at = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
    slips = [
        word[:at] + letter + word[at:],
        word[:at] + letter + word[at + 1 :],
        word[:at] + word[at + 1 :],
        word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
    ]
    typed = data.draw(st.sampled_from(slips))

    assert is_mistyped(typed, word)
    assert len(typed) < unit_search.LEAST_MISTYPED or mistyped(typed, [word]) == [word]


@pytest.mark.parametrize("typed", ["kjani", "kaajni", "kxyaani", "ajaanik"])
def test_two_slips_are_another_word(typed):
    assert not is_mistyped(typed, "kajaani")


# Words


@pytest.mark.parametrize("place", MUNICIPALITIES, ids=lambda place: place[0])
def test_a_name_and_its_genitive_share_a_stem(place):
    known_not_to = {"Ii", "Uusikaupunki"}  # too short; a compound that is inflected in the middle

    same = stem_of(fold(place[0])) == stem_of(fold(place[1]))

    assert same != (place[0] in known_not_to)


@pytest.mark.parametrize(
    ("one", "other"),
    [("lahti", "lapin"), ("pori", "porvoo"), ("kotka", "kodin"), ("lapua", "lappi")],
)
def test_different_places_keep_different_stems(one, other):
    assert stem_of(one) != stem_of(other)


@given(st.text(max_size=40))
def test_folding_is_done_once_and_for_all(text):
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Åbo", "abo"), ("Tohtori-Talo  2", "tohtori talo 2"), ("Aanaar—Čævri", "aanaar caevri")],
)
def test_letters_are_compared_without_what_a_keyboard_may_lack(text, folded):
    assert fold(text) == folded


# Where a unit belongs


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("Suun terveydenhuolto", "Kainuu › Suun terveydenhuolto › Kajaanin hammashoitola"),
        ("", "Kainuu › Kajaanin hammashoitola"),
        ("Kainuu › Suu", "Kainuu › Suu › Kajaanin hammashoitola"),
        ("Kainuun hyvinvointialue > Suu", "Kainuun hyvinvointialue › Suu › Kajaanin hammashoitola"),
        ("Suu › Kajaanin hammashoitola", "Kainuu › Suu › Kajaanin hammashoitola"),
    ],
)
def test_the_path_shows_county_service_and_unit_each_once(path, shown):
    unit = a_unit("1", "Kajaanin hammashoitola", path, county="20")

    assert path_of(unit, "fi") == shown


def test_the_path_is_shown_in_the_language_asked_for_as_far_as_there_are_texts():
    unit = Unit(
        unit="1",
        name={"fi": "Hammashoitola", "sv": "Tandklinik"},
        path={"fi": "Suun terveydenhuolto"},
        county="20",
    )

    assert path_of(unit, "sv") == "Kajanaland › Suun terveydenhuolto › Tandklinik"
    assert path_of(unit, "se") == "Kainuu › Suun terveydenhuolto › Hammashoitola"


def test_of_an_unknown_county_the_path_says_nothing():
    assert path_of(a_unit("1", "Talo", "Suu", county="77"), "fi") == "Suu › Talo"
