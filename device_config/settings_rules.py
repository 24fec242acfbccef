"""What is wrong with settings, beyond their shape: every problem with its path. Pure."""

from collections.abc import Iterator
from datetime import date
from urllib.parse import urlsplit

import msgspec

from device_config.hours import hours_problems
from device_config.problems import line_of, shape_problems
from device_config.questionnaire import Questionnaire
from device_config.settings import (
    API_PATH,
    LOOPBACK,
    CampaignSettings,
    Layer,
    PanelSettings,
    SessionSettings,
    Settings,
    settings_from,
)

# interfaces: serial_for_url opens these too, and they would be network connections.
NETWORK_PORTS = ("socket://", "rfc2217://")

FIRST_ITEM = "usefulness"
"""What is asked first where the settings name nothing that can be: as in the shipped settings."""


def layer_problems(layer: Layer) -> tuple[str, ...]:
    """Where one layer departs from the schema of the settings."""
    return shape_problems(layer, "terminal")


def central_layer_problems(layer: Layer) -> tuple[str, ...]:
    """A wrong shape, and what the centre may not set."""
    central = layer.get("central")
    keys = central if isinstance(central, dict) else {}
    secrets = [key for key in ("token", "terminal_id") if key in keys]
    return (
        *layer_problems(layer),
        *(f"central.{key}: the centre cannot set this" for key in secrets),
    )


def settings_problems(body: Layer, questionnaires: tuple[Questionnaire, ...]) -> tuple[str, ...]:
    """Everything wrong with merged settings, given what is installed."""
    shape = layer_problems(body)
    if shape:
        return shape
    try:
        settings = settings_from(body)
    except msgspec.ValidationError as error:
        # To a JSON Schema 90.0 is a whole number and nan within all bounds; to us neither is.
        return (line_of(error),)
    return rule_problems(settings, questionnaires)


def rule_problems(settings: Settings, questionnaires: tuple[Questionnaire, ...]) -> tuple[str, ...]:
    """What is wrong with settings of the right shape."""
    return (*own_problems(settings), *fit_problems(settings, questionnaires))


def own_problems(settings: Settings) -> tuple[str, ...]:
    """What is wrong with settings of the right shape, whatever is installed."""
    languages = settings.session.languages
    twice = len(set(languages)) < len(languages)
    return (
        *_central_problems(settings),
        *(("session.languages: each language once",) if twice else ()),
        *hours_problems(settings.hours.open),
        *_unit_hours_problems(settings),
        *_turn_problems(settings.session),
        *_campaign_problems(settings),
        *panels_problems(settings.panel),
    )


def fit_problems(settings: Settings, questionnaires: tuple[Questionnaire, ...]) -> tuple[str, ...]:
    """Where settings do not fit the questionnaires that are installed.

    A file that went, or came, can do this at any time: `fitted` goes on without such settings.
    """
    return (
        *_session_problems(settings.session, questionnaires),
        *_respondent_problems(settings.session, questionnaires),
        *_campaign_fit_problems(settings, questionnaires),
    )


def fitted(
    settings: Settings, questionnaires: tuple[Questionnaire, ...]
) -> tuple[Settings, tuple[str, ...]]:
    """The settings as they can be used with what is installed, and what was left out of them.

    The shipped questionnaire comes first among those that are installed.
    """
    problems = fit_problems(settings, questionnaires)
    if not problems:
        return settings, ()
    session = settings.session
    asked = _asked(session.questionnaire, questionnaires)
    statements = _statements(asked)
    first_items = [each for each in (session.first_item, FIRST_ITEM) if each in statements]
    languages = tuple(each for each in session.languages if each in asked.languages)
    session = msgspec.structs.replace(
        session,
        questionnaire=asked.id,
        languages=languages or asked.languages,
        first_item=[*first_items, *statements, session.first_item][0],
    )
    for name, wanted in _offered(session):
        if any(_offered_problems("", name, wanted, session, questionnaires)):
            session = msgspec.structs.replace(session, **{f"{name}_questionnaire": ""})
    session = msgspec.structs.replace(
        session, first_items=tuple(each for each in session.first_items if each in statements)
    )
    settings = msgspec.structs.replace(settings, session=session)
    campaigns = tuple(
        _fitted_campaign(each, settings, questionnaires) for each in settings.campaign
    )
    left_out = (f"{each}; going on without" for each in problems)
    return msgspec.structs.replace(settings, campaign=campaigns), tuple(left_out)


def _fitted_campaign(
    campaign: CampaignSettings, settings: Settings, questionnaires: tuple[Questionnaire, ...]
) -> CampaignSettings:
    """A campaign without what does not fit; its days and hours stay."""
    names = {name for name, _ in _campaign_misfits(campaign, settings.session, questionnaires)}
    if not names:
        return campaign
    return msgspec.structs.replace(campaign, questionnaire="", first_item="", own=())


def _asked(wanted: str, questionnaires: tuple[Questionnaire, ...]) -> Questionnaire:
    """The questionnaire with this id, else the first one for clients."""
    named = [each for each in questionnaires if each.id == wanted]
    for_clients = [each for each in questionnaires if each.respondent == "client"]
    candidates = [*named, *for_clients, *questionnaires]
    return next((each for each in candidates if _statements(each)), candidates[0])


def _statements(questionnaire: Questionnaire) -> list[str]:
    return [item.id for item in questionnaire.all_items() if item.kind == "statement"]


def _central_problems(settings: Settings) -> Iterator[str]:
    url = settings.central.url
    problem = address_problem(url) if url else None
    if problem is not None:
        yield f"central.url: {problem}"


def address_problem(url: str) -> str | None:
    """What is wrong with the address of a central service, or None."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if host is None or parts.scheme not in ("https", "http"):
        return f"{url!r} is no address; write it like https://palaute.example.fi"
    if parts.scheme == "http" and host not in LOOPBACK:
        return "http would send the token in the clear; use https"
    if parts.query or parts.fragment or parts.username:
        return "give the service's root only, without user, ? or #"
    if API_PATH in parts.path:
        root = url.partition(API_PATH)[0]
        return f"the terminal adds {API_PATH} itself; give only {root}"
    return None


def _session_problems(
    session: SessionSettings, questionnaires: tuple[Questionnaire, ...]
) -> Iterator[str]:
    named = [each for each in questionnaires if each.id == session.questionnaire]
    if not named:
        installed = ", ".join(each.id for each in questionnaires)
        yield f"session.questionnaire: {session.questionnaire!r} is not installed ({installed})"
        return
    questionnaire = named[0]
    for number, language in enumerate(session.languages):
        if language not in questionnaire.languages:
            yield (
                f"session.languages[{number}]: {questionnaire.id} has no statements "
                f"in {language!r}, only in {', '.join(questionnaire.languages)}"
            )
    statements = _statements(questionnaire)
    if session.first_item not in statements:
        yield (
            f"session.first_item: {session.first_item!r} is no statement of {questionnaire.id} "
            f"({', '.join(statements)})"
        )
    for number, each in enumerate(session.first_items):
        if each not in statements:
            yield f"session.first_items[{number}]: {each!r} is no statement of {questionnaire.id}"


def _respondent_problems(
    session: SessionSettings, questionnaires: tuple[Questionnaire, ...]
) -> Iterator[str]:
    """Who is answering is asked only where there is a questionnaire of their own."""
    for respondent, wanted in _offered(session):
        path = f"session.{respondent}_questionnaire"
        yield from _offered_problems(path, respondent, wanted, session, questionnaires)


def _offered(session: SessionSettings) -> tuple[tuple[str, str], ...]:
    """Whom else the settings offer a questionnaire of their own, and its id."""
    offered = (
        ("child", session.child_questionnaire),
        ("relative", session.relative_questionnaire),
    )
    return tuple((respondent, wanted) for respondent, wanted in offered if wanted)


def _offered_problems(
    path: str,
    respondent: str,
    wanted: str,
    session: SessionSettings,
    questionnaires: tuple[Questionnaire, ...],
) -> Iterator[str]:
    named = next((each for each in questionnaires if each.id == wanted), None)
    if named is None:
        fitting = [each.id for each in questionnaires if each.respondent == respondent]
        known = ", ".join(fitting) or f"none for a {respondent} is"
        yield f"{path}: {wanted!r} is not installed ({known}); leave it empty to offer none"
    elif named.respondent != respondent:
        yield f"{path}: {wanted!r} is for a {named.respondent}, not a {respondent}"
    elif not _statements(named):
        yield f"{path}: {wanted!r} has no statement to begin with"
    elif session.languages[0] not in named.languages:
        yield (
            f"{path}: {wanted!r} lacks the default language {session.languages[0]!r}, "
            f"and has {', '.join(named.languages)}"
        )


def _unit_hours_problems(settings: Settings) -> Iterator[str]:
    for unit, lines in settings.hours.by_unit.items():
        yield from hours_problems(lines, f"hours.by_unit.{unit}")


def _turn_problems(session: SessionSettings) -> Iterator[str]:
    if session.take_turns != "off" and not session.first_items:
        yield "session.first_items: missing; give the statements that take turns"
    if len(set(session.first_items)) < len(session.first_items):
        yield "session.first_items: each statement once"


def _campaign_problems(settings: Settings) -> Iterator[str]:
    for number, campaign in enumerate(settings.campaign):
        path = f"campaign[{number}]"
        days = []
        for name, day in (("first_day", campaign.first_day), ("last_day", campaign.last_day)):
            try:
                days.append(date.fromisoformat(day))
            except ValueError:
                yield f"{path}.{name}: {day!r} is no day of the calendar"
        if len(days) == 2 and days[1] < days[0]:
            yield f"{path}.last_day: {campaign.last_day} is before the first day"
        yield from hours_problems(campaign.hours, f"{path}.hours")


def _campaign_fit_problems(
    settings: Settings, questionnaires: tuple[Questionnaire, ...]
) -> Iterator[str]:
    for number, campaign in enumerate(settings.campaign):
        for name, problem in _campaign_misfits(campaign, settings.session, questionnaires):
            yield f"campaign[{number}].{name}: {problem}"


def _campaign_misfits(
    campaign: CampaignSettings, session: SessionSettings, questionnaires: tuple[Questionnaire, ...]
) -> Iterator[tuple[str, str]]:
    """Keys of a campaign that do not fit what is installed, each with what is wrong."""
    wanted = campaign.questionnaire or session.questionnaire
    asked = next((each for each in questionnaires if each.id == wanted), None)
    if asked is None:
        if campaign.questionnaire:
            known = ", ".join(each.id for each in questionnaires)
            yield "questionnaire", f"{wanted!r} is not installed ({known})"
        return
    if campaign.questionnaire and asked.respondent != "client":
        yield "questionnaire", f"{wanted!r} is for a {asked.respondent}, not a client"
    if campaign.questionnaire and session.languages[0] not in asked.languages:
        yield (
            "questionnaire",
            f"{wanted!r} lacks the default language {session.languages[0]!r}",
        )
    statements = _statements(asked)
    if not statements:
        yield "questionnaire", f"{wanted!r} has no statement to begin with"
    elif campaign.first_item and campaign.first_item not in statements:
        known = ", ".join(statements)
        yield "first_item", f"{campaign.first_item!r} is no statement of {wanted} ({known})"
    own = [item.id for item in asked.own.items]
    for each in campaign.own:
        if each not in own:
            yield "own", f"{each!r} is no own statement of {wanted} ({', '.join(own) or 'none'})"


def panels_problems(panels: tuple[PanelSettings, ...]) -> Iterator[str]:
    """What is wrong with the panels that somebody wants, each problem with its path."""
    pins: dict[int, str] = {}
    for number, panel in enumerate(panels):
        yield from _panel_problems(panel, f"panel[{number}]")
        for pin in (*panel.buttons, *panel.leds):
            if pin in pins:
                yield f"panel[{number}]: pin {pin} is also used by {pins[pin]}"
            pins.setdefault(pin, f"panel[{number}]")


def _panel_problems(panel: PanelSettings, path: str) -> Iterator[str]:
    if panel.kind == "gpio" and not panel.buttons:
        yield f"{path}.buttons: missing; give the BCM numbers, worst to best"
    if panel.kind == "gpio" and panel.leds and len(panel.leds) != len(panel.buttons):
        yield f"{path}.leds: one a button, or none"
    if panel.kind == "serial" and not panel.port:
        yield f"{path}.port: missing; give a path like /dev/serial/by-id/usb-…"
    if panel.port.lower().startswith(NETWORK_PORTS):
        yield f"{path}.port: a panel is wired, never reached over a network"
