"""Central services that each make one mistake with bodies, tokens or what they give. No tests."""

import msgspec
from careless_centres import CENTRES, MIB, breaks
from small_centre import TOKEN, Refused, SmallCentre, problem
from small_server import Answer

from sync import wire

__all__ = ["CENTRES"]


# Bodies.


@breaks("not-json")
class StumblesOverWhatIsNoJson(SmallCentre):
    def decoded(self, call, kind):
        if call.body == b"null":
            raise Refused(500)
        return super().decoded(call, kind)


@breaks("not-utf-8")
class StumblesOverBadUtf8(SmallCentre):
    def decoded(self, call, kind):
        if b"\xff\xfe" in call.body and "content-encoding" not in call.headers:
            raise Refused(500)
        return super().decoded(call, kind)


@breaks("not-utf-8")
class MendsBadUtf8(SmallCentre):
    def unpacked(self, call):
        if call.headers.get("content-encoding"):
            return super().unpacked(call)
        return call.body.decode("utf-8", errors="replace").encode()


@breaks("nested-deeply")
class StumblesOverNesting(SmallCentre):
    def take(self, call):
        if b"[[[[[[" in call.body:
            raise Refused(500)
        return super().take(call)


@breaks("gzip", "gzip-events", "gzip-damaged", "gzip-bomb")
class AnnouncesGzipInVain(SmallCentre):
    def gunzipped(self, _body):
        raise Refused(415)


@breaks("gzip-bomb")
class UnpacksEverything(SmallCentre):
    def gunzipped(self, body):
        return super().gunzipped(body).rstrip()[: MIB - 1]


@breaks("gzip-damaged")
class StumblesOverDamagedGzip(SmallCentre):
    def gunzipped(self, body):
        if not body:
            raise Refused(500)
        return super().gunzipped(body)


@breaks("other-encoding")
class NeverMindsTheEncoding(SmallCentre):
    def unpacked(self, call):
        if call.headers.get("content-encoding") not in (None, "gzip"):
            return call.body
        return super().unpacked(call)


# Who may.


@breaks("no-token")
class LetsTheNamelessIn(SmallCentre):
    def check_token(self, call):
        if "authorization" in call.headers:
            super().check_token(call)


@breaks("wrong-token")
class LetsAnyTokenIn(SmallCentre):
    def check_token(self, call):
        if "authorization" not in call.headers:
            raise Refused(401)


@breaks("wrong-token")
class StoresBeforeItLooksWhoItIs(SmallCentre):
    def check_token(self, call):
        token = call.headers.get("authorization")
        if token not in (None, f"Bearer {TOKEN}") and call.path == "/responses":
            super().take(call)
        super().check_token(call)


@breaks("no-token")
class SendsTheNamelessToItsLoginPage(SmallCentre):
    def check_token(self, call):
        if "authorization" not in call.headers:
            raise Refused(302)
        super().check_token(call)

    def refusal(self, refused):
        if refused.status == 302:
            return Answer(302, b"<!doctype html>", "text/html", {"Location": "/login"})
        return super().refusal(refused)


@breaks("problems")
class TellsErrorsInHtml(SmallCentre):
    def refusal(self, refused):
        return Answer(refused.status, b"<!doctype html><h1>Error</h1>", "text/html")


@breaks("problems")
class TellsAnotherStatusInTheProblem(SmallCentre):
    def refusal(self, refused):
        told = problem(418)
        return Answer(refused.status, told.body, told.kind)


@breaks("unknown-address", "openapi")
class ShowsItsFrontPageEverywhere(SmallCentre):
    def no_such_address(self):
        return Answer(200, b"<!doctype html><h1>Welcome</h1>", "text/html")


@breaks("wrong-method")
class StumblesOverMethods(SmallCentre):
    def wrong_method(self):
        return problem(500)


@breaks("unknown-code")
class TakesAnUnknownCodeForAnAddress(SmallCentre):
    def enrol(self, wanted):
        try:
            return super().enrol(wanted)
        except Refused:
            raise Refused(404, wire.NO_ROUTE_PROBLEM) from None


# What is given.


@breaks("config", "questionnaire-bytes", "location-told")
class GivesAListForAConfiguration(SmallCentre):
    def configuration(self):
        return b"[]"


@breaks("config-etag", "units-etag")
class NeverMindsWhatIsHeld(SmallCentre):
    def unless_held(self, call, body):
        call.headers.pop("if-none-match", None)
        return super().unless_held(call, body)


@breaks("config-etag", "units-etag")
class UnderstandsOneEtagOnly(SmallCentre):
    def unless_held(self, call, body):
        if "," in call.headers.get("if-none-match", ""):
            del call.headers["if-none-match"]
        return super().unless_held(call, body)


@breaks("heartbeat")
class LosesTheQuotes(SmallCentre):
    def take(self, call):
        told = super().take(call)
        told.body = told.body.replace(b'\\"', b"") if call.path == "/heartbeats" else told.body
        return told


@breaks("questionnaire-bytes")
class WritesQuestionnairesAnew(SmallCentre):
    def give_questionnaire(self, name, version):
        given = super().give_questionnaire(name, version)
        given.body = msgspec.json.encode(msgspec.json.decode(given.body))
        return given


@breaks("no-such-questionnaire")
class GivesAnyQuestionnaire(SmallCentre):
    def give_questionnaire(self, _name, _version):
        return Answer(200, self.questionnaire)


@breaks("units")
class HasUnitsWithoutNames(SmallCentre):
    def __init__(self):
        super().__init__()
        self.units.append({"unit": "1.2.4", "name": {}, "path": {}})


@breaks("units", "units-etag")
class MovedItsUnits(SmallCentre):
    def unless_held(self, call, body):
        if call.path == "/units":
            return Answer(301, headers={"Location": "/api/v1/config"})
        return super().unless_held(call, body)


@breaks("units", "units-etag")
class HasNineMebibytesOfUnits(SmallCentre):
    def unless_held(self, call, body):
        return super().unless_held(call, body.ljust(9 * MIB) if call.path == "/units" else body)


# Events.


@breaks("event-stored")
class KnowsItsKindsOfEvents(SmallCentre):
    def judge(self, path, raw):
        if b"kind-of-tomorrow" in bytes(raw):
            record = msgspec.json.decode(raw, type=wire.Event)
            return self.rejected(record, "unknown-kind")
        return super().judge(path, raw)


@breaks("event-duplicate")
class StoresEveryCopyOfAnEvent(SmallCentre):
    def known_already(self, path, record, before, raw):
        if path == "/events" and record == before[0]:
            return {"id": record.id, "status": "stored"}
        return super().known_already(path, record, before, raw)


@breaks("event-conflict")
class TakesAnotherEventForTheSame(SmallCentre):
    def conflict(self, path, record, raw):
        if path == "/events":
            return {"id": record.id, "status": "duplicate"}
        return super().conflict(path, record, raw)


@breaks("clock-correction")
class RefusesClockCorrections(SmallCentre):
    def judge(self, path, raw):
        if b"clock-correction" in bytes(raw):
            return self.rejected(msgspec.json.decode(raw, type=wire.Event), "unknown-kind")
        return super().judge(path, raw)


@breaks("location-told")
class KnowsBetterWhereTheTerminalStands(SmallCentre):
    def moved(self, _place):
        """Stays where it is."""
