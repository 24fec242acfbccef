"""What each member of a document means to a receiver, in one line; docs/interfaces.md says more."""

Texts = dict[str, str]

_UNIT = "The unit's OID, or null where it is not known."
_PLACE = "The place within the unit, as staff call it."
_COUNTY = "The wellbeing services county, two digits."
_SERVICE = "The service's code, where one is set."
_BATCH_TERMINAL = "The sender: the terminal whose token the request carries."
_SENT_AT = "When the batch was made, by the terminal's clock, which may be wrong."
_EPOCH = "Rises when a terminal has to begin its numbers anew, as with a new database."

MEMBERS: dict[str, Texts] = {
    "Answer": {
        "item": "The item's id in the questionnaire.",
        "value": "What was chosen on the item's scale: 1 to 5 for statements, 0 to 10 for `nps`.",
        "status": "In place of a value: the client skipped it, or it did not apply.",
        "options": "In place of a value: the ids of the choices taken.",
    },
    "Answered": {
        "at": "When the first answer was given, cut to `precision`; null where it is not known.",
        "clock": (
            "`synced`: the clock was right. `corrected`: worked out later. `estimated`: only the"
            " bounds are known. `unknown`: nothing is; a clock correction may follow."
        ),
        "precision": "What `at` is cut to: an exact time could name a person.",
        "earliest": "It was not before this; null where nothing is known on that side.",
        "latest": "It was not after this; null where nothing is known on that side.",
    },
    "CentralConfig": {
        "settings": "Settings of terminals in tables, as in terminal.toml; never credentials.",
        "location": "The newest place that the centre knows of, its own or the terminal's.",
        "questionnaires": "What the terminal should hold. At most 50; a bad one costs no other.",
        "text_key": "The key to which free text is sealed; without one it travels in the clear.",
        "messages": "What clients said and the unit did. At most 10; unknown kinds are ignored.",
        "form_url": "The web form that the terminal shows as a QR code: https; empty: none.",
    },
    "CentralLocation": {
        "revision": "The higher one wins; on equal, the terminal's own.",
        "county": _COUNTY,
        "unit": _UNIT,
        "service": _SERVICE,
        "place": _PLACE,
    },
    "ClockCorrection": {
        "terminal_id": "As in the documents that are meant; null: the sender's own.",
        "epoch": "The epoch of the documents that are meant.",
        "first_seq": "The first number that is meant.",
        "last_seq": "The last number that is meant; at most 100 in all.",
        "answered": "One for each number, in order, as it would stand in the document.",
    },
    "Enrolment": {
        "terminal_id": "The terminal's name from now on.",
        "token": "The Bearer token of all its other calls; the centre keeps only its hash.",
        "epoch": "The terminal numbers from here; above all epochs of those before it.",
        "staff_pin_hash": "The PIN of its staff pages as an argon2id hash, or null.",
        "config": "The configuration, as GET /config would give it.",
    },
    "EnrolmentRequest": {
        "code": "The one-time code.",
        "hardware_id": "What tells this machine from others.",
        "software": "The program and its version.",
        "attempt": "A secret drawn for this code: who sends it again lost the first reply.",
    },
    "Event": {
        "id": "The event's own id: it is stored once.",
        "kind": "What happened; a receiver stores kinds that it does not know.",
        "at": "When it happened, or null where that is not known.",
        "clock": "How far `at` can be trusted, as in responses.",
        "data": "What belongs to the kind.",
    },
    "EventBatch": {
        "terminal_id": _BATCH_TERMINAL,
        "sent_at": _SENT_AT,
        "events": "At most 500; each has its own verdict.",
    },
    "Flag": {
        "rule": "The rule that was met. `simulated`: no client gave these answers.",
        "limit": "The rule's limit, where it has one.",
        "measured": "What was measured against it.",
    },
    "Heartbeat": {
        "state": "`attention` where somebody has to look; `reasons` say why.",
        "terminal_id": "The sender, or null before it knows its name.",
        "location": "Where it stands.",
        "pending": "Responses that wait to be sent.",
        "sent": "Responses that the centre has taken and the terminal still holds.",
        "rejected": "Responses that the centre refused: dead letters.",
        "last_seq": "The last number given in `epoch`.",
        "oldest_pending_at": "When the oldest that waits was given.",
        "last_push_at": "When responses were last taken.",
        "clock": "Whether its clock is right.",
        "disk_free_bytes": "Free on the disk that keeps the answers.",
        "panels": "Its button panels.",
        "software": "The program and its version.",
        "epoch": _EPOCH,
        "open": "Sittings under way.",
        "reasons": "Why it wants attention; a receiver shows words that it does not know.",
        "uptime_s": "Seconds since the machine started.",
        "temperature_c": "Of its processor, in °C.",
        "push_failures": "Failed sendings since the last success, by reason.",
        "rejected_by_reason": "Dead letters by the code of their verdict.",
        "events_rejected": "Events that the centre refused.",
        "events_dropped": "Events that had to make room before the centre took them.",
        "location_revision": "The revision of where it stands.",
    },
    "HeartbeatReply": {"config_etag": "The ETag of GET /config, with its quotes."},
    "Location": {
        "county": _COUNTY,
        "unit": _UNIT,
        "service": _SERVICE,
        "place": _PLACE,
        "since": "Since when it stood there.",
    },
    "LocationChange": {
        "revision": "The highest that the terminal has seen, plus one.",
        "county": _COUNTY,
        "unit": _UNIT,
        "service": _SERVICE,
        "place": _PLACE,
        "since": "Since when; null where the clock was not right.",
        "set_by": "`staff`, `centre` or `command`.",
    },
    "PanelFact": {
        "kind": "`keypad`, `gpio` or `serial`.",
        "id": "Which of its kind.",
        "state": "`stuck`: a button is held down. `lost`: it was there. `absent`: it never was.",
    },
    "Problem": {
        "type": "What kind of problem, where the status does not say it all.",
        "title": "The status in words.",
        "status": "The status of the reply.",
        "detail": "What is wrong, for a person.",
    },
    "QuestionnaireEntry": {
        "id": "The questionnaire's id.",
        "version": "Its version; a published version never changes.",
        "sha256": "The digest of its bytes.",
    },
    "QuestionnaireRef": {
        "id": "The questionnaire's id.",
        "version": "Its version; one that the receiver does not know yet is no error.",
    },
    "Reason": {
        "code": "A short word for counting, such as `conflict`.",
        "detail": "What is wrong, for a person.",
    },
    "Response": {
        "id": "UUIDv4, made on the terminal: the response is stored once under it.",
        "terminal_id": "Who took it: the sender, or one in whose place it stands.",
        "questionnaire": "What was asked.",
        "respondent": "`client` from 13 years, `child` from 7 to 12, or `relative`.",
        "language": "The language in which it was answered.",
        "location": "Where the terminal stood when the session began.",
        "contact_mode": "The service was given on site, on the move, or at home.",
        "channel": "Of the first answer.",
        "instrument": "Of the first answer: the screen, or a panel with so many buttons.",
        "answered": "When the first answer was given, and how far that can be trusted.",
        "ended": "How the session ended; null while it is open, and such are not taken.",
        "answers": "In the order given; an item that was not shown is absent.",
        "text": "Free text, or null.",
        "masked": "What was taken out of the text before it was first written.",
        "flags": "Rules against misuse that it met; such are kept, and left out of figures.",
        "epoch": _EPOCH,
        "seq": "Gap-free within an epoch, so that a receiver sees what is missing.",
    },
    "ResponseBatch": {
        "terminal_id": _BATCH_TERMINAL,
        "sent_at": _SENT_AT,
        "responses": "At most 500, in the order of `seq`; each has its own verdict.",
    },
    "Text": {
        "plain": "The text in the clear.",
        "sealed": "The text as a NaCl sealed box, base64.",
        "key": "The id of the key to which it is sealed.",
    },
    "TextKey": {
        "id": "The key's id.",
        "public": "An X25519 public key, base64.",
    },
    "Unit": {
        "unit": "The unit's OID.",
        "name": "Its name by language; at least one.",
        "path": "What it belongs to, by language, as `Kainuu › Hammashoito`.",
        "county": _COUNTY,
        "service": _SERVICE,
    },
    "Verdict": {
        "id": "The id of the record, as it was sent.",
        "status": "`stored` and `duplicate` settle it; `rejected` makes it a dead letter.",
        "reason": "Why it is rejected.",
    },
    "Verdicts": {"results": "One for each record of the batch, in any order."},
}
"""By the name of the type, then of the member."""
