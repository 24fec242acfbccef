"""Rules of POST /responses: the verdict on each response."""

import msgspec

from device_config.questionnaire import Questionnaire
from sync.central.conformance import documents
from sync.central.conformance.documents import NO_SUCH, Document
from sync.central.conformance.pretended_terminal import PretendedTerminal, verdicts_in
from sync.central.conformance.rules import DOCUMENT, RESPONSES, Broken, NotChecked, Rule


def must_be(word: str, wanted: str, what: str) -> None:
    """Raises Broken unless the verdict is the wanted one."""
    if word != wanted:
        raise Broken(f"{what} is {word}, not {wanted}")


def _must_store(terminal: PretendedTerminal, what: str, response: Document) -> None:
    """The response is stored, and not refused when it comes again."""
    must_be(terminal.responses(response).of(response), "stored", what)
    must_not_be_refused(terminal, what, response)


def must_not_be_refused(terminal: PretendedTerminal, what: str, response: Document) -> None:
    """A stored response comes again; raises Broken when it is rejected now."""
    if terminal.responses(response).of(response) == "rejected":
        raise Broken(f"{what} is rejected when it comes again")


def _must_reject(terminal: PretendedTerminal, what: str, response: Document) -> None:
    """The response is rejected, and a good one beside it stored."""
    good = terminal.a_response()
    verdicts = terminal.responses(response, good)
    must_be(verdicts.of(response), "rejected", what)
    must_be(verdicts.of(good), "stored", f"a good response beside one with {what}")


def _stored(terminal: PretendedTerminal) -> None:
    responses = [terminal.a_response() for _ in range(3)]
    verdicts = terminal.responses(*responses)
    for each in responses:
        must_be(verdicts.of(each), "stored", "a new response")


def _duplicate(terminal: PretendedTerminal) -> None:
    response = terminal.a_response()
    must_be(terminal.responses(response).of(response), "stored", "a new response")
    must_be(terminal.responses(response).of(response), "duplicate", "a response sent again")


def _rewritten(terminal: PretendedTerminal) -> None:
    response = terminal.a_response()
    _must_store(terminal, "a new response", response)
    verdicts = terminal.responses(documents.rewritten(response))
    what = "the same content in another order, with blanks and an escaped letter,"
    must_be(verdicts.of(response), "duplicate", what)


def _conflict(terminal: PretendedTerminal) -> None:
    response = terminal.a_response()
    _must_store(terminal, "a new response", response)
    verdicts = terminal.responses(response | {"language": "sv"})
    must_be(verdicts.of(response), "rejected", "another content under a stored id")
    must_not_be_refused(terminal, "the first content, after the conflict,", response)


def _twice_in_one_batch(terminal: PretendedTerminal) -> None:
    response = terminal.a_response()
    words = terminal.responses(response, response).by_id.get(response["id"], ())
    if sorted(words) not in (["stored"], ["duplicate", "stored"]):
        raise Broken(f"a response that stands twice in one batch is {' and '.join(words) or '-'}")
    must_not_be_refused(terminal, "it", response)


def _malformed(terminal: PretendedTerminal) -> None:
    good, also_good = terminal.a_response(), terminal.a_response()
    spoilt = documents.malformed(terminal.a_response())
    verdicts = terminal.responses(good, *spoilt.values(), *documents.NO_RECORDS, also_good)
    for what, document in spoilt.items():
        must_be(verdicts.of(document), "rejected", f"a response in which {what}")
    for each in (good, also_good):
        must_be(verdicts.of(each), "stored", "a good response beside malformed ones")


def _offered(terminal: PretendedTerminal) -> Questionnaire:
    if terminal.offered is None:
        raise NotChecked("the centre hands out no questionnaire, so it may know none")
    return terminal.offered


def _unknown_item(terminal: PretendedTerminal) -> None:
    _offered(terminal)
    answers = [{"item": NO_SUCH, "value": 3}]
    _must_reject(
        terminal, "an item that the questionnaire lacks", terminal.a_response(answers=answers)
    )


def _off_the_scale(terminal: PretendedTerminal) -> None:
    questionnaire = _offered(terminal)
    for item in questionnaire.all_items():
        scale = questionnaire.scale_of(item)
        # 10 is the highest that a document can carry at all.
        if scale is not None and scale.max < 10:
            answers = [{"item": item.id, "value": scale.max + 1}]
            what = f"{scale.max + 1} on the scale to {scale.max}"
            _must_reject(terminal, what, terminal.a_response(answers=answers))
            return
    raise NotChecked("the questionnaire has no item on a scale below 10")


def _unknown_questionnaire(terminal: PretendedTerminal) -> None:
    known = terminal.asked.id
    _must_store(
        terminal,
        "a response to a version that the centre does not know",
        terminal.a_response(questionnaire={"id": known, "version": NO_SUCH}),
    )
    _must_store(
        terminal,
        "a response to a questionnaire that the centre does not know",
        terminal.a_response(
            questionnaire={"id": NO_SUCH, "version": "1"}, answers=[{"item": NO_SUCH, "value": 3}]
        ),
    )


def _unknown_unit(terminal: PretendedTerminal) -> None:
    elsewhere = {**terminal.location, "unit": f"9.9.9.{terminal.epoch}"}
    response = terminal.a_response(location=elsewhere)
    _must_store(terminal, "a response from a unit that the centre does not know", response)


def _no_unit(terminal: PretendedTerminal) -> None:
    nowhere = dict.fromkeys(("county", "unit", "service", "place", "since"))
    _must_store(terminal, "a response from no unit", terminal.a_response(location=nowhere))


def _no_answers(terminal: PretendedTerminal) -> None:
    response = terminal.a_response(answers=[], ended="exit")
    _must_store(terminal, "a response whose only answer was taken back", response)


def _not_closed(terminal: PretendedTerminal) -> None:
    _must_reject(terminal, "ended: null", terminal.a_response(ended=None))


def _foreign(terminal: PretendedTerminal) -> None:
    for other in (NO_SUCH, None):
        response = terminal.a_response(terminal_id=other)
        _must_reject(terminal, f"terminal_id: {other!r}", response)


def _unknown_members(terminal: PretendedTerminal) -> None:
    response = terminal.a_response(tomorrow={"of": [1, None, "x"]})
    response["answers"] = [{**each, "tomorrow": 1} for each in response["answers"]]
    response["location"] = {**response["location"], "floor": 3}
    reply = terminal.call("POST", "/responses", terminal.batch((response,), tomorrow=True))
    must_be(verdicts_in(reply).of(response), "stored", "a response with members of tomorrow")
    must_not_be_refused(terminal, "a response with members of tomorrow", response)


def _times(terminal: PretendedTerminal) -> None:
    sure = {"precision": "minute", "earliest": None, "latest": None, "clock": "synced"}
    unsure = sure | {"at": None}
    times = (
        sure | {"at": "2026-11-21T12:03:00Z"},
        sure | {"at": "2026-11-21T14:03:00+02:00", "clock": "corrected"},
        sure | {"at": "2026-11-21T14:03:00.250000+02:00"},
        sure | {"at": "2026-11-21T00:00:00+02:00", "precision": "day"},
        unsure | {"clock": "unknown"},
        unsure | {"clock": "estimated", "earliest": "2026-11-21T14:03:00+02:00"},
        unsure | {"clock": "estimated", "latest": "2026-11-22T07:00:00Z"},
    )
    responses = [terminal.a_response(answered=answered) for answered in times]
    for _ in range(2):
        verdicts = terminal.responses(*responses)
        for each in responses:
            if verdicts.of(each) == "rejected":
                told = msgspec.json.encode(each["answered"]).decode()
                raise Broken(f"a response answered {told} is rejected")


def _large_number(terminal: PretendedTerminal) -> None:
    response = terminal.a_response(seq=2**40)
    _must_store(terminal, "a response whose seq needs more than 32 bits", response)


def _nul(terminal: PretendedTerminal) -> None:
    good = terminal.a_response()
    odd = terminal.a_response(text={"plain": "a\0b"})
    verdicts = terminal.responses(odd, good)
    must_be(verdicts.of(good), "stored", "a good response beside one whose text holds U+0000")
    word = verdicts.of(odd)
    if word == "stored":
        must_not_be_refused(terminal, "a stored text with U+0000", odd)
    elif word != "rejected":
        raise Broken(f"a text with U+0000 is {word}, not stored or rejected")


RULES = (
    Rule(
        "response-stored",
        "A new response is stored, and has its verdict by its id.",
        RESPONSES,
        _stored,
    ),
    Rule(
        "response-duplicate",
        "A response that is stored already is a duplicate.",
        RESPONSES,
        _duplicate,
    ),
    Rule(
        "response-rewritten",
        "Whether a response is known is a matter of its content, not of its bytes.",
        RESPONSES,
        _rewritten,
    ),
    Rule(
        "response-conflict",
        "Another content under a stored id is rejected, and changes nothing.",
        RESPONSES,
        _conflict,
    ),
    Rule(
        "response-twice-in-a-batch",
        "A response that stands twice in one batch is stored once.",
        RESPONSES,
        _twice_in_one_batch,
    ),
    Rule(
        "malformed-alone",
        "A malformed response is rejected alone: the others of its batch are stored.",
        RESPONSES,
        _malformed,
    ),
    Rule(
        "unknown-item",
        "An answer to an item that the questionnaire lacks is rejected.",
        DOCUMENT,
        _unknown_item,
    ),
    Rule(
        "off-the-scale", "A value outside the item's scale is rejected.", DOCUMENT, _off_the_scale
    ),
    Rule(
        "unknown-questionnaire",
        "A response to a questionnaire or version that the centre does not know yet is stored.",
        DOCUMENT,
        _unknown_questionnaire,
    ),
    Rule(
        "unknown-unit", "A response from a unit not known yet is stored.", DOCUMENT, _unknown_unit
    ),
    Rule("no-unit", "A response without a place is stored.", DOCUMENT, _no_unit),
    Rule("no-answers", "A closed response without answers is stored.", DOCUMENT, _no_answers),
    Rule("not-closed", "A response that is not closed is rejected.", DOCUMENT, _not_closed),
    Rule(
        "foreign-terminal",
        "A response of a terminal that is neither the sender nor its predecessor is rejected.",
        DOCUMENT,
        _foreign,
    ),
    Rule(
        "unknown-members",
        "Members that the centre does not know are ignored.",
        DOCUMENT,
        _unknown_members,
    ),
    Rule(
        "times",
        "Times are RFC 3339 with any offset; each kind of clock trust is stored.",
        DOCUMENT,
        _times,
    ),
    Rule(
        "large-numbers",
        "epoch and seq go up to 2^53: 32 bits are too few.",
        DOCUMENT,
        _large_number,
    ),
    Rule(
        "u-0000",
        "A text with U+0000 has its own verdict, and costs no other response.",
        DOCUMENT,
        _nul,
    ),
)
