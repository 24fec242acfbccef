"""`palautepiste doctor`: everything that can be wrong on a terminal, and what to do about each.

A process of its own, which writes nothing and opens no device, beside a running kiosk and agent.
"""

import json
import logging
import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click
import msgspec

from device_config import clock
from device_config.checks.account import Account, account_of
from device_config.checks.asked import asked_findings
from device_config.checks.clock import ClockFacts, clock_findings, look_at_clock
from device_config.checks.finding import Finding, Verdict, fail, skip, warn
from device_config.checks.folder import folder_findings
from device_config.checks.place import place_findings
from device_config.checks.settings import SettingsFacts, look_at_settings, settings_findings
from device_config.credentials import Credentials, read_credentials
from device_config.database import MEND
from device_config.errors import KioskError, StateDamaged
from device_config.location import LocationFile, Place
from device_config.settings import Settings
from device_config.state import StateDirectory
from device_config.units import UnitsFile
from kiosk.checks.letters import letter_findings
from kiosk.checks.machine import Machine
from kiosk.checks.network import network_findings
from kiosk.checks.panels import panel_findings
from kiosk.checks.processes import ROLES, Holder, holder, process_findings
from kiosk.checks.screen import brightness_findings, screen_findings, sound_findings
from sync.checks.centre import centre_findings
from sync.checks.database import database_findings, version_findings
from sync.checks.delivery import (
    DeliveryFacts,
    delivery_findings,
    look_at_delivery,
)
from sync.checks.disk import disk_findings, look_at_disk

log = logging.getLogger(__name__)

WORDS: dict[Verdict, str] = {"ok": "ok", "warn": "warn", "fail": "FAIL", "skip": "skip"}
WITHOUT_STATE = ("state folder", "clock", "screen")
"""The groups that say something of a terminal whose folder cannot be read."""
WELL: tuple[Verdict, ...] = ("ok", "skip")
TROUBLE = (KioskError, OSError, sqlite3.Error)
"""Faults of the world, of which the message says what is the matter."""

Group = tuple[str, Callable[[], Iterable[Finding]]]


@dataclass(frozen=True, slots=True)
class Subject:
    """One terminal, as far as its files could be read; `delivery` is None when they could not."""

    state: StateDirectory
    account: Account
    settings_facts: SettingsFacts
    credentials: Credentials | None
    place: Place
    delivery: DeliveryFacts | None
    now: clock.Reading
    machine: Machine
    damage: str = ""
    """What is wrong with the words in the database, where its pages are whole."""

    @property
    def settings(self) -> Settings:
        """The settings that count."""
        return self.settings_facts.effective.settings


def run_doctor(state_path: Path, config: Path | None, *, as_json: bool) -> bool:
    """Print all findings; returns whether all is well."""
    subject = look_at(state_path, config, Machine())
    all_found: list[tuple[str, Finding]] = []
    for title, findings in examined(subject, look_at_clock):
        found = tuple(findings)
        all_found += [(title, each) for each in found]
        if not as_json:
            for line in group_lines(title, found):
                click.echo(line)
    if as_json:
        rows = [{"group": title, **msgspec.to_builtins(each)} for title, each in all_found]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        click.echo(sum_line([each for _, each in all_found]))
    return is_well(each for _, each in all_found)


def look_at(state_path: Path, config: Path | None, machine: Machine) -> Subject:
    """What the terminal's own files say, without changing any. Raises KioskError."""
    state = StateDirectory(state_path, is_only_read=True)
    facts = look_at_settings(state, config)
    settings = facts.effective.settings
    try:
        credentials = read_credentials(state, settings.central)
    except StateDamaged:
        credentials = None  # said of the folder's files
    place = LocationFile.of(state).current(settings.location)
    now, delivery, damage = clock.read(), None, ""
    try:
        delivery = look_at_delivery(state, credentials, place, now)
    except TROUBLE:
        pass  # said of the database
    except (ValueError, TypeError) as error:
        damage = str(error)
    account = account_of(state_path)
    return Subject(state, account, facts, credentials, place, delivery, now, machine, damage)


def examined(
    subject: Subject, look_at_the_clock: Callable[[], ClockFacts]
) -> Iterator[tuple[str, Iterator[Finding]]]:
    """Each group of checks with its findings, in the order in which they are made."""
    state, settings, machine = subject.state, subject.settings, subject.machine
    account = subject.account
    holders = {role: holder(state, role, machine) for role in ROLES}
    panels = partial(
        panel_findings,
        settings.panel,
        subject.delivery.beat.panels if subject.delivery else (),
        machine,
        account,
        is_kiosk_running=holders["kiosk"] is not None,
    )
    wants_sound = settings.sound.accepted
    groups: tuple[Group, ...] = (
        ("state folder", lambda: folder_findings(state, account)),
        ("settings", lambda: settings_findings(subject.settings_facts)),
        ("disk", lambda: _disk(subject)),
        ("database", lambda: (*version_findings(), *database_findings(state))),
        ("clock", lambda: clock_findings(look_at_the_clock())),
        ("location", lambda: _place(subject)),
        ("centre", lambda: centre_findings(settings.central, subject.credentials, subject.now)),
        ("delivery", lambda: _delivery(subject, holders["sync"])),
        ("network", lambda: network_findings(machine, account)),
        ("questionnaire", lambda: asked_findings(settings.session, state)),
        ("fonts", lambda: letter_findings(settings.session, state)),
        ("panels", panels),
        ("screen", lambda: _screen(subject)),
        ("sound", lambda: sound_findings(machine, account, is_wanted=wants_sound)),
        ("processes", lambda: process_findings(holders)),
    )
    is_hidden = _is_hidden(state.path)
    for title, check in groups:
        if is_hidden and title not in WITHOUT_STATE:
            yield title, iter((skip(title, "the state folder cannot be read; see there"),))
        else:
            yield title, _survived(title, check)


def _is_hidden(folder: Path) -> bool:
    """Whether there may be something in a folder that this account cannot see."""
    try:
        os.scandir(folder).close()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return not os.access(folder, os.X_OK)


def _disk(subject: Subject) -> Iterator[Finding]:
    if not subject.state.path.is_dir():
        yield skip("room", "there is no state folder")
        return
    sent_bytes = subject.delivery.sent_bytes if subject.delivery else 0
    facts = look_at_disk(subject.state.path)
    yield from disk_findings(facts, subject.settings.retention, sent_bytes)


def _place(subject: Subject) -> Iterator[Finding]:
    units = UnitsFile.of(subject.state).read()
    good_at = subject.delivery.units_at if subject.delivery else None
    yield from place_findings(subject.place, units, subject.now, good_at)


def _screen(subject: Subject) -> Iterator[Finding]:
    yield from screen_findings(subject.machine, subject.account)
    wanted = subject.settings.screen.brightness
    yield from brightness_findings(subject.machine, subject.account, wanted)


def _delivery(subject: Subject, agent: Holder | None) -> Iterator[Finding]:
    if subject.damage:
        yield fail("waiting", f"an entry cannot be read: {subject.damage}", MEND)
    elif subject.delivery is None:
        yield warn("waiting", "the database does not tell", "see the database's lines first")
    else:
        yield from delivery_findings(
            subject.delivery, subject.now, is_agent_running=agent is not None
        )


def _survived(title: str, check: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """The findings of one group; a check that fails itself is one of them, and ends the group."""
    try:
        yield from check()
    except TROUBLE as error:
        yield fail(
            title, f"could not be checked: {error}", "run this as root: sudo palautepiste doctor"
        )
    except Exception as error:
        log.debug("%s", title, exc_info=True)
        says = f"could not be checked, by an error of ours: {error!r}"
        yield fail(title, says, "call support, with this line")


def is_well(findings: Iterable[Finding]) -> bool:
    """Whether nobody has to do anything."""
    return all(each.verdict in WELL for each in findings)


def group_lines(title: str, findings: Iterable[Finding]) -> Iterator[str]:
    """A group for people: a line a check, and beneath it what to do."""
    yield title
    for each in findings:
        yield f"  {WORDS[each.verdict]:4}  {each.check}: {each.says}"
        if each.mend:
            yield f"        do: {each.mend}"


def sum_line(findings: Iterable[Finding]) -> str:
    """All in one line."""
    counts = Counter(each.verdict for each in findings)
    rest = f"{counts['ok']} ok, {counts['skip']} not checked"
    if not counts["warn"] and not counts["fail"]:
        return f"all is well: {rest}"
    return f"{counts['fail']} FAILED, {counts['warn']} to see to, {rest}"
