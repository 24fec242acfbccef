"""What the answer to an enrolment means, as one word, and in a sentence each what to do. Pure."""

from collections.abc import Callable

import msgspec

from device_config.errors import EnrolmentRefused
from sync.outcome import Reply, Unreachable
from sync.schedule import retry_after_s
from sync.wire import CODE_PROBLEM, NO_KIND, UNREADABLE, Enrolment, Problem

WORDS = {
    "unknown-code": ("the centre does not know this code", "check it letter by letter"),
    "used": ("this code was used already, or is too old", "ask for a new one"),
    "expired": ("this code has expired or was withdrawn", "ask for a new one"),
    "too-many-tries": ("there were too many tries", "wait {minutes} minutes, then try again"),
    "no-network": ("the centre cannot be reached", "check the cable or the Wi-Fi"),
    "no-answer": (
        "the network works, but the centre does not answer",
        "try again later, and check the address",
    ),
    "name-not-found": (
        "nobody knows the name in the centre's address",
        "check the address, and that the network reaches the internet",
    ),
    "wrong-clock": (
        "this clock is wrong, so that the centre's certificate seems out of date",
        "leave the terminal on with the network until its clock is right, then try again",
    ),
    "certificate": (
        "the certificate at this address is not the centre's, or not a trusted one",
        "check the address; for a private authority set [central] ca_file",
    ),
    "wrong-address": ("there is no central service at this address", "check the address"),
    "not-a-centre": (
        "something else answers at this address, maybe a login page",
        "check the address, and that the network needs no login",
    ),
    "no-address": ("no central service is set", "add --central https://…"),
    "not-a-code": ("this is no enrolment code", "type it as it was given, such as K7C3-ADEF"),
    "busy": ("the centre has trouble of its own", "try again in a few minutes"),
    "storage": ("what the centre gave could not be kept", "free some space, then try again"),
}
"""What is so, and what to do, for whoever runs the commands; `kiosk/staff/enrolment_words.py` has
the same codes in the words of the staff pages."""

FINAL = frozenset({"unknown-code", "used", "expired", "not-a-code"})
"""Another try with this code is of no use."""
USUAL_WAIT_S = 600.0
BY_KIND = {"unknown": "unknown-code", "used": "used", "expired": "expired", "withdrawn": "expired"}
BY_STATUS = {400: "unknown-code", 404: "unknown-code", 410: "used", 422: "unknown-code"}
BY_CERTIFICATE_TIME = ("tls-not-yet-valid", "tls-expired")


def refused(code: str, detail: str = "", wait_s: float | None = None) -> EnrolmentRefused:
    """The refusal that this word stands for."""
    what, to_do = (each.format(minutes=_minutes(wait_s)) for each in WORDS[code])
    why = f" ({detail})" if detail else ""
    return EnrolmentRefused(f"{what}{why}; {to_do}", code, detail, wait_s)


def _minutes(wait_s: float | None) -> int:
    return max(round((USUAL_WAIT_S if wait_s is None else wait_s) / 60 + 0.49), 1)


def read_enrolment(
    reply: Reply | Unreachable, *, is_synced: bool, has_network: Callable[[], bool]
) -> Enrolment:
    """What the centre gives; raises EnrolmentRefused with what to do.

    `is_synced` is whether this clock is right, `has_network` whether there is a way out at all.
    """
    if isinstance(reply, Unreachable):
        raise _unreachable(reply.why, is_synced, has_network)
    if reply.status != 201:
        raise _refusal(reply)
    try:
        return _enrolment_in(reply.body)
    except UNREADABLE:
        raise refused("not-a-centre") from None


def _enrolment_in(body: bytes) -> Enrolment:
    """The enrolment in a body; raises what UNREADABLE names.

    Without its configuration where that cannot be read: the next pull asks for it again, and a
    code works once.
    """
    try:
        return msgspec.json.decode(body, type=Enrolment)
    except UNREADABLE:
        members = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        if members.pop("config", None) is None:
            raise
        return msgspec.json.decode(msgspec.json.encode(members), type=Enrolment)


def _unreachable(why: str, is_synced: bool, has_network: Callable[[], bool]) -> EnrolmentRefused:
    if why in BY_CERTIFICATE_TIME and not is_synced:
        return refused("wrong-clock", why)
    if why.startswith("tls"):
        return refused("certificate", why)
    if why == "reply too long":
        return refused("not-a-centre", why)
    if not has_network():
        return refused("no-network", why)
    return refused("name-not-found" if why == "dns" else "no-answer", why)


def _refusal(reply: Reply) -> EnrolmentRefused:
    """Why it is no 201."""
    detail = f"http-{reply.status}"
    if reply.status == 429:
        return refused("too-many-tries", wait_s=_wait_s(reply) or USUAL_WAIT_S)
    if reply.status >= 500:
        return refused("busy", detail, _wait_s(reply))
    problem = _problem(reply.body)
    if problem is None:  # a web server's own page: no service has looked at the code
        return refused("not-a-centre" if reply.status < 300 else "wrong-address", detail)
    if reply.status == 404 and not _may_be_of_a_code(problem):
        return refused("wrong-address", detail)
    code = BY_KIND.get(problem.type.removeprefix(CODE_PROBLEM)) or BY_STATUS.get(reply.status)
    return refused(code) if code else refused("wrong-address", detail)


def _may_be_of_a_code(problem: Problem) -> bool:
    """Whether a 404 says that the code is unknown; of another type, it is the path that is."""
    return problem.type in {"", NO_KIND} or problem.type.startswith(CODE_PROBLEM)


def _wait_s(reply: Reply) -> float | None:
    return retry_after_s(reply.headers.get("retry-after"), reply.headers.get("date"), None)


def _problem(body: bytes) -> Problem | None:
    """The problem document in a body; other services may leave out what ours says."""
    try:
        members = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        kind = msgspec.json.decode(members.get("type", msgspec.Raw(b'""')), type=str)
    except UNREADABLE:
        return None
    return Problem(type=kind, title="", status=0)
