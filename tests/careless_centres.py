"""Central services that each make one mistake with what they are sent. Holds no tests.

careless_manners.py has the others; importing that fills CENTRES.
"""

import msgspec
from small_centre import Refused, SmallCentre
from small_server import BROKEN_OFF

from sync import wire

MIB = 1024 * 1024
CENTRES = []
"""Every such service, with the names of the rules that it breaks."""


def breaks(*rules):
    def noted(centre):
        CENTRES.append((centre, frozenset(rules)))
        return centre

    return noted


class _Judging(SmallCentre):
    """A centre that judges some responses otherwise."""

    def judge(self, path, raw):
        if path == "/responses":
            try:
                response = msgspec.json.decode(raw, type=wire.Response)
            except (msgspec.MsgspecError, ValueError, RecursionError):
                return super().judge(path, raw)
            if self.is_misjudged(response, raw):
                return self.rejected(response, "misjudged")
        return super().judge(path, raw)


# What happens to one response.


@breaks(
    *("response-duplicate", "response-rewritten", "response-twice-in-a-batch"),
    *("after-a-cut", "at-once"),
)
class StoresEveryCopy(SmallCentre):
    def known_already(self, path, record, before, raw):
        if path == "/responses" and record == before[0]:
            return {"id": record.id, "status": "stored"}
        return super().known_already(path, record, before, raw)


@breaks("response-rewritten")
class ComparesBytes(SmallCentre):
    def known_already(self, path, record, before, raw):
        if path == "/responses" and bytes(raw) != before[1]:
            return self.rejected(record, "conflict")
        return super().known_already(path, record, before, raw)


@breaks("response-conflict")
class SaysDuplicateForAConflict(SmallCentre):
    def conflict(self, path, record, raw):
        if path == "/responses":
            return {"id": record.id, "status": "duplicate"}
        return super().conflict(path, record, raw)


@breaks("response-conflict")
class OverwritesWhatItHas(SmallCentre):
    def conflict(self, path, record, raw):
        self.kept[path][record.id] = (record, bytes(raw))
        return super().conflict(path, record, raw)


@breaks("malformed-alone", "event-malformed-alone", "u-0000")
class RefusesTheBatchForOneBadRecord(SmallCentre):
    def malformed(self, _raw):
        raise Refused(400)

    def wrong_with(self, response):
        if response.text and "\0" in response.text.plain:
            raise Refused(400)
        return super().wrong_with(response)


@breaks("malformed-alone", "event-malformed-alone")
class ForgetsTheVerdictOnABadRecord(SmallCentre):
    def told(self, verdicts):
        return super().told(
            [each for each in verdicts if each.get("reason") != {"code": "malformed"}]
        )


@breaks("unknown-item", "off-the-scale")
class TakesAnyAnswer(SmallCentre):
    def wrong_with_answers(self, _response):
        return None


@breaks("not-closed")
class TakesOpenResponses(SmallCentre):
    def wrong_with(self, response):
        return None if response.ended is None else super().wrong_with(response)


@breaks("foreign-terminal")
class TakesAnybodysResponses(SmallCentre):
    def wrong_with(self, response):
        return None if response.terminal_id != "t-conformance" else super().wrong_with(response)


@breaks("unknown-questionnaire")
class RefusesUnknownQuestionnaires(_Judging):
    def is_misjudged(self, response, _raw):
        return response.questionnaire.version != self.known.version


@breaks("unknown-unit")
class RefusesUnknownUnits(_Judging):
    def is_misjudged(self, response, _raw):
        return response.location.unit not in (None, "1.2.3")


@breaks("no-unit")
class RefusesResponsesFromNowhere(_Judging):
    def is_misjudged(self, response, _raw):
        return response.location.unit is None


@breaks("no-answers")
class RefusesEmptyResponses(_Judging):
    def is_misjudged(self, response, _raw):
        return not response.answers


@breaks("unknown-members")
class RefusesUnknownMembers(_Judging):
    def is_misjudged(self, _response, raw):
        return b'"tomorrow"' in bytes(raw)


@breaks("times")
class KnowsOnlyFinnishTime(_Judging):
    def is_misjudged(self, response, _raw):
        return (response.answered.at or "").endswith("Z")


@breaks("times", "clock-correction")
class WantsATime(_Judging):
    def is_misjudged(self, response, _raw):
        return response.answered.at is None


@breaks("large-numbers")
class CountsIn32Bits(_Judging):
    def is_misjudged(self, response, _raw):
        return response.seq >= 2**31


@breaks("u-0000")
class StumblesOverU0000(SmallCentre):
    def wrong_with(self, response):
        if response.text and "\0" in response.text.plain:
            raise Refused(500)
        return super().wrong_with(response)


# Batches.


@breaks("full-batch")
class TakesOnlyHundred(SmallCentre):
    most_records = 100


@breaks("over-500", "events-over-500")
class TakesAnyNumber(SmallCentre):
    most_records = 10**6


@breaks("over-500")
class StoresSomeOfTooMany(SmallCentre):
    def too_many(self, path, raw):
        if path == "/responses":
            self.judge(path, raw[0])
        return super().too_many(path, raw)


@breaks("full-size")
class TakesLittleLessThanAMebibyte(SmallCentre):
    def decoded(self, call, kind):
        if len(call.body) == MIB:
            raise Refused(413)
        return super().decoded(call, kind)


@breaks("over-1-mib")
class TakesMoreThanAMebibyte(SmallCentre):
    def unpacked(self, call):
        is_plain = "content-encoding" not in call.headers
        return call.body.rstrip() if is_plain else super().unpacked(call)


@breaks("over-1-mib")
class HangsUpOnLargeBodies(SmallCentre):
    def answer(self, call):
        return BROKEN_OFF if len(call.body) > MIB else super().answer(call)


@breaks("other-sender")
class NeverMindsTheSender(SmallCentre):
    def take(self, call):
        call.body = call.body.replace(b"t-another-terminal", b"t-conformance")
        return super().take(call)


@breaks("after-a-cut", "at-once")
class TakesARetryForAnError(SmallCentre):
    def told(self, verdicts):
        if len(verdicts) > 10 and all(each["status"] == "duplicate" for each in verdicts):
            verdicts = [each | {"status": "rejected"} for each in verdicts]
        return super().told(verdicts)


@breaks("at-once")
class LooksBeforeItStores(SmallCentre):
    """Of two that come at the same time, neither sees what the other stores."""

    def take(self, call):
        if call.body.count(b'"seq"') != 50:
            return super().take(call)
        return SmallCentre().take(call)
