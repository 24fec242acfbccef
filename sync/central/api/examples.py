"""An example of each document, made of the wire's own types."""

import msgspec

from sync import wire

UNIT = "1.2.246.10.2085212.10.1314"
TERMINAL = "t-7f3k9"
AT = "2026-11-21T14:03:00+02:00"

_response = wire.Response(
    id="5f0c2b1e-3d4a-4b6c-8e7f-0a1b2c3d4e5f",
    epoch=1,
    seq=1042,
    terminal_id=TERMINAL,
    questionnaire=wire.QuestionnaireRef("national-general", "2024.1"),
    respondent="client",
    language="fi",
    location=wire.Location(
        county="20", unit=UNIT, place="Aula 1", since="2026-11-02T08:00:00+02:00"
    ),
    contact_mode="on-site",
    channel="kiosk-touch",
    instrument="screen",
    answered=wire.Answered(at=AT, clock="synced"),
    ended="submitted",
    answers=(
        wire.Answer(item="usefulness", value=5),
        wire.Answer(item="safety", status="not-applicable"),
        wire.Answer(item="nps", value=9),
        wire.Answer(item="participation", status="skipped"),
        wire.Answer(item="reasons", options=("waiting", "other")),
    ),
    flags=(wire.Flag(rule="min-interval", limit=5.0, measured=1.2),),
)
_correction = wire.ClockCorrection(
    terminal_id=TERMINAL,
    epoch=1,
    first_seq=1042,
    last_seq=1042,
    answered=(wire.Answered(at=AT, clock="corrected"),),
)
_event = wire.Event(
    id="e-1042",
    kind="clock-correction",
    at=AT,
    clock="synced",
    data=msgspec.to_builtins(_correction),
)
_config = wire.CentralConfig(
    settings={"session": {"languages": ["fi", "sv"]}},
    location=wire.CentralLocation(revision=3, county="20", unit=UNIT, place="Aula 1"),
    questionnaires=(
        wire.QuestionnaireEntry(
            "national-general",
            "2024.1",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ),
    ),
)

EXAMPLES: tuple[object, ...] = (
    _response,
    wire.ResponseBatch(terminal_id=TERMINAL, sent_at=AT, responses=(_response,)),
    wire.Verdicts(
        (
            wire.Verdict(id=_response.id, status="stored"),
            wire.Verdict(
                id="8a6e0804-2bd0-4672-b79d-d97027f9071a",
                status="rejected",
                reason=wire.Reason("conflict", "another content is stored under this id"),
            ),
        )
    ),
    _event,
    wire.EventBatch(terminal_id=TERMINAL, sent_at=AT, events=(_event,)),
    _correction,
    wire.LocationChange(
        revision=4, county="20", unit=UNIT, place="Aula 2", since=AT, set_by="staff"
    ),
    wire.Heartbeat(
        state="attention",
        terminal_id=TERMINAL,
        location=_response.location,
        pending=3,
        sent=1038,
        rejected=1,
        last_seq=1042,
        oldest_pending_at=AT,
        last_push_at=AT,
        clock="synced",
        disk_free_bytes=12_345_678_901,
        panels=(wire.PanelFact("gpio", "gpio-1", "ok"),),
        software="palautepiste 0.1.0",
        reasons=("dead-letters",),
        uptime_s=86_400.0,
        push_failures={"timeout": 2},
        rejected_by_reason={"invalid-answer": 1},
        location_revision=3,
    ),
    wire.HeartbeatReply('"9b2cf535f27731c974343645a3985328"'),
    _config,
    wire.EnrolmentRequest(
        code="K7M2XWQ4",
        hardware_id="10000000abcdef01",
        software="palautepiste 0.1.0",
        attempt="3q2-7wAAAAAAAAAAAAAAAAAAAAA",
    ),
    wire.Enrolment(
        terminal_id=TERMINAL,
        token="an-example-and-nobodys-token",  # noqa: S106
        config=_config,
    ),
    wire.Unit(
        unit=UNIT,
        name={"fi": "Sykkeen hammashoitola"},
        path={"fi": "Kainuu › Hammashoito"},
        county="20",
    ),
    wire.Problem(
        type=wire.CODE_PROBLEM + "used",
        title="Gone",
        status=410,
        detail="the code has been used; ask for a new one",
    ),
)
