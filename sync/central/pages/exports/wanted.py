"""Which responses an export's page is about: all of it stands in its address. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus

from sync.central.api.problems import ProblemError
from sync.central.scopes import EVERYTHING, Scope, parse_scope
from sync.central.store.selection import Selection

MOST_CHARACTERS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants to have; an empty text is every questionnaire or channel."""

    scope: Scope = EVERYTHING
    first: date | None = None
    last: date | None = None
    questionnaire: str = ""
    channel: str = ""
    misuse: bool = True
    simulated: bool = False

    def selection(self, units: frozenset[str] | None) -> Selection:
        """The responses that are meant, of these units."""
        return Selection(
            units=units,
            first=self.first,
            last=self.last,
            questionnaire=self.questionnaire or None,
            channel=self.channel or None,
            misuse=self.misuse,
            simulated=self.simulated,
        )

    def fields(self) -> dict[str, str]:
        """The same as a form says it."""
        return {
            "of": str(self.scope),
            "from": self.first.isoformat() if self.first else "",
            "to": self.last.isoformat() if self.last else "",
            "questionnaire": self.questionnaire,
            "channel": self.channel,
            "misuse": "in" if self.misuse else "out",
            "simulated": "in" if self.simulated else "out",
        }


def wanted_in(fields: Mapping[str, str]) -> Wanted:
    """What an address or a form asks for; raises ProblemError for what nobody could mean."""
    scope = parse_scope(fields.get("of", ""))
    if scope is None:
        raise _refused("of: write county:20, path:A › B, or unit:OID")
    return Wanted(
        scope=scope,
        first=_day("from", fields),
        last=_day("to", fields),
        questionnaire=_word(fields.get("questionnaire", "")),
        channel=_word(fields.get("channel", "")),
        misuse=fields.get("misuse") != "out",
        simulated=fields.get("simulated") == "in",
    )


def _day(name: str, fields: Mapping[str, str]) -> date | None:
    text = fields.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise _refused(f"{name}: write a day like 2026-11-21") from None


def _word(text: str) -> str:
    text = text.strip()
    if len(text) > MOST_CHARACTERS or not text.isprintable():
        raise _refused("questionnaire, channel: no such one")
    return text


def _refused(detail: str) -> ProblemError:
    return ProblemError(HTTPStatus.BAD_REQUEST, detail)
