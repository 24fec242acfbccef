"""The data dictionary: each column of a file is in it, and nothing else, in three languages."""

import csv
import io
import json
from typing import get_args

import openpyxl
import pyarrow.parquet as pq
import pytest
from export_builders import exported, keep, keep_everything
from questionnaire_bodies import a_body
from sqlalchemy import text
from test_central_builders import a_response, a_store

from device_config.questionnaire_files import questionnaire_in
from sync import wire
from sync.central.exports.document_members import MEMBERS
from sync.central.exports.export import FORMS, TYPES, dictionary_of
from sync.central.exports.given import Background, background
from sync.central.exports.happyornot import COLUMNS as HAPPYORNOT
from sync.central.exports.response_columns import FIXED, REST
from sync.central.exports.table import table_of
from sync.central.fleet.publishing import known_questionnaires
from sync.central.receiving.checking import Validity
from sync.central.store.tallies import STANDINGS

FIVE_AND_NPS = ["availability", "usefulness", "nps"]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    opened = a_store(tmp_path_factory.mktemp("dictionary"))
    keep_everything(opened)
    yield opened
    opened.close()


def dictionary(store, form, texts="opened"):
    return dictionary_of(form, background(store, known_questionnaires(store), texts))


def heads(store, form, texts):
    """The columns that a file has."""
    content = exported(store, form, texts)
    match form:
        case "xlsx":
            book = openpyxl.load_workbook(io.BytesIO(content))
            return [cell.value for cell in book["responses"][1]]
        case "parquet":
            return pq.read_schema(io.BytesIO(content)).names
    return next(csv.reader(io.StringIO(content.decode())))


def members_of(value, path=""):
    """The paths of a document's members that hold something."""
    match value:
        case dict():
            for name, part in value.items():
                yield from members_of(part, f"{path}.{name}" if path else name)
        case list():
            for part in value:
                yield from members_of(part, f"{path}[]")
        case None:
            pass
        case _:
            yield path


@pytest.mark.parametrize("form", [form for form in FORMS if form != "ndjson"])
@pytest.mark.parametrize("texts", ["none", "opened"])
def test_each_column_of_a_file_is_in_its_dictionary_and_nothing_else(store, form, texts):
    told = [column.name for column in dictionary(store, form, texts).columns]

    assert told == heads(store, form, texts)
    assert len(set(told)) == len(told)


def test_each_member_of_the_documents_is_in_the_dictionary_and_nothing_else(tmp_path):
    store = a_store(tmp_path)
    documents = keep_everything(store)
    bare = a_response(seq=90, text={"plain": "x"})
    keep(store, bare)
    learnt = {"clock": "corrected", "precision": "minute", "at": "2026-11-21T14:03:00+02:00"}
    learnt |= {"earliest": "2026-11-21T14:03:00+02:00", "latest": "2026-11-21T14:03:00+02:00"}
    with store.writing() as connection:
        connection.execute(
            text(
                "UPDATE responses SET validity = 'invalid', problem = 'x', flags = 'burst', "
                "corrected = :learnt WHERE id = :id"
            ),
            {"learnt": json.dumps(learnt), "id": documents["nothing"]["id"]},
        )

    lines = [
        line
        for texts in ("none", "as-sent")
        for line in map(json.loads, exported(store, "ndjson", texts).splitlines())
    ]

    found = {path for line in lines for path in members_of(line)}
    assert found == {member.name for member in MEMBERS}
    store.close()


def test_the_types_told_of_parquet_are_those_of_the_file(store):
    told = {
        column.name: TYPES["parquet"][column.kind]
        for column in dictionary(store, "parquet").columns
    }

    schema = pq.read_schema(io.BytesIO(exported(store, "parquet")))

    assert told == {field.name: str(field.type) for field in schema}


@pytest.mark.parametrize("is_typed", [True, False])
def test_an_own_item_called_like_a_column_has_a_column_of_its_own(is_typed):
    names = ("language", "place", "text-state")
    fi = {"text": "Oma", "source": "a test", "status": "unverified"}
    own = [
        {
            "id": name,
            "kind": "statement",
            "scale": "agreement",
            "text": {"fi": fi, "sv": fi, "en": fi},
        }
        for name in names
    ]
    body = a_body("own", value={"most": 5, "items": own})
    form = questionnaire_in(json.dumps(body).encode(), "own.json")

    columns = table_of(Background((form,), {}, "none"), is_typed=is_typed)

    assert len({column.name for column in columns}) == len(columns)
    assert {column.item for column in columns} >= set(names)


@pytest.mark.parametrize("form", FORMS)
def test_each_meaning_is_told_in_each_language(store, form):
    meant = dictionary(store, form)

    for said in (*(column.meaning for column in meant.columns), *meant.notes):
        assert len({said.fi, said.sv, said.en}) == 3
        assert all(len(words) > 5 for words in said)


def test_the_values_told_are_those_of_the_wire():
    told = {column.name: column.values for column in (*FIXED, *REST) if column.values}

    assert told == {
        "respondent": get_args(wire.Respondent),
        "channel": get_args(wire.Channel),
        "instrument": get_args(wire.Instrument),
        "precision": get_args(wire.Precision),
        "clock": get_args(wire.values.Clock),
        "ended": get_args(wire.Ended),
        "flags": get_args(wire.Rule),
        "contact_mode": get_args(wire.ContactMode),
        "masked": get_args(wire.Masked),
        "standing": STANDINGS,
        "validity": get_args(Validity),
    }


@pytest.mark.parametrize("form", FORMS)
def test_the_dictionary_as_csv_and_as_json_say_the_same(store, form):
    meant = dictionary(store, form)

    rows = list(csv.DictReader(io.StringIO(meant.as_csv(), newline="")))
    whole = json.loads(meant.as_json())

    for part, members in (("column", whole["columns"]), ("wording", whole["wordings"])):
        found = [row for row in rows if row["part"] == part]
        assert [{name: row[name] for name in members[0]} for row in found] == members
    notes = [row["meaning_en"] for row in rows if row["part"] == "note"]
    assert notes == [note["en"] for note in whole["notes"]]


def test_each_wording_says_where_it_comes_from_and_whether_that_is_sure(store):
    wordings = json.loads(dictionary(store, "csv").as_json())["wordings"]
    form = json.loads(known_questionnaires(store).newest()[0].body)

    for item in form["items"]:
        for language, said in item["text"].items():
            (found,) = [
                each
                for each in wordings
                if (each["item"], each["language"], each["kind"])
                == (item["id"], language, item["kind"])
            ]
            assert (found["wording"], found["source"]) == (said["text"], said["source"])
            assert found["verified"] == {"verified": "yes", "unverified": "no"}[said["status"]]
    assert {each["item"] for each in wordings} >= {*FIVE_AND_NPS, "agreement=5", "reasons/waiting"}


def test_the_columns_of_happyornot_begin_with_theirs():
    """By the properties of its API's listings, in their order (see happyornot.py)."""
    theirs = [column.name for column in HAPPYORNOT if "[HappyOrNot:" in column.meaning.en]

    assert theirs == [column.name for column in HAPPYORNOT][: len(theirs)]
    assert theirs[:10] == [
        "feedbackId",
        "smileyId",
        "localTime",
        "surveyId",
        "experiencePointId",
        "buttonIndex",
        "misuse",
        "position",
        "ui",
        "smileyType",
    ]
